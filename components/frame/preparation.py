"""What readers would wait for, made while nobody looks: at the start and after each load."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Event, Thread

from components.ask import query
from components.frame.first_views import FIRST_VIEWS
from components.kit.choices.filters import choices, default_filters
from components.kit.navigation import SECTIONS
from data.accounts import Account
from data.errors import EduLensError, StoreUnavailable
from data.installation.process import installation
from data.scope import EVERY_CAMPUS, ROLES, Scope

MOST_SCOPES = 3  # what is left is made when it is asked for
FOR_THE_NEXT = 3  # views that scopes after the first get: board, acquisition, person
PAUSE_SECONDS = 2.0
REST = 4  # times the length of a preparation before the next, however many loads come
log = logging.getLogger(__name__)


def start() -> Callable[[], None]:
    """Begin to prepare in a thread of its own; gives what ends it."""
    stop = Event()
    Thread(target=keep_prepared, args=(stop,), name="preparation", daemon=True).start()
    return stop.set


def keep_prepared(stop: Event) -> None:
    """Prepare now and after each load."""
    prepared, rested = -1, 0.0
    while not stop.is_set():
        try:
            version = installation().store.version
        except StoreUnavailable:  # closed: the process ends
            return
        if version != prepared and time.monotonic() >= rested:
            began = time.monotonic()
            prepare()
            prepared = version
            rested = time.monotonic() + REST * (time.monotonic() - began)
        stop.wait(PAUSE_SECONDS)


def prepare() -> None:
    """Make the first views of all pages for managers, of some for the next scopes."""
    pages = {entry.script: entry for _section, entries in SECTIONS for entry in entries}
    for number, scope in enumerate(scopes_in_use(installation().accounts.all())):
        views = list(FIRST_VIEWS.items())
        try:
            with query.seen_as(scope):
                choices()
                for script, view in views if number == 0 else views[:FOR_THE_NEXT]:
                    if pages[script].allowed(ROLES[scope.role]):
                        view(default_filters())
        except EduLensError as error:  # the reader will be told; the process goes on
            log.warning("the first view of %s could not be made: %s", scope.role, error)


def scopes_in_use(accounts: list[Account]) -> list[Scope]:
    """Different scopes of active accounts: managers', then those of the whole institution."""
    as_of = query.as_of()
    scopes = [query.nameless(a.viewer.scope(as_of)) for a in accounts if a.is_active]
    different = sorted(
        set(scopes),
        key=lambda s: (s.role != "manager", s.campuses != EVERY_CAMPUS, s.role, s.campuses),
    )
    return different[:MOST_SCOPES]
