"""What readers would wait for, made while nobody looks: at the start and after each load."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from components.ask import query
from components.frame.pages import PAGES
from components.kit.choices.filters import choices, default_filters
from components.kit.navigation import entry_of
from components.kit.page import Page
from data.accounts import Account
from data.errors import EduLensError, StoreUnavailable
from data.installation.process import installation
from data.scope import EVERY_CAMPUS, ROLES, Filters, Role, Scope

MOST_SCOPES = 3  # what is left is made when it is asked for
FOR_THE_NEXT = ("overview/board", "lifecycle/acquisition", "people/person")  # after the first
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
    """Make all pages as they stand at first for managers, some for the next scopes."""
    pages = sorted(PAGES.values(), key=lambda page: page.script not in FOR_THE_NEXT)
    for number, scope in enumerate(scopes_in_use(installation().accounts.all())):
        try:
            with query.seen_as(scope):
                choices()
                for page in pages if number == 0 else pages[: len(FOR_THE_NEXT)]:
                    if entry_of(page.script).allowed(ROLES[scope.role]):
                        make(page, default_filters(), ROLES[scope.role])
        except EduLensError as error:  # the reader will be told; the process goes on
            log.warning("the pages of %s could not be prepared: %s", scope.role, error)


def make(page: Page[Any], filters: Filters, viewer: Role) -> None:
    """Make what a page shows a role at first, without drawing it."""
    reading = page.read(filters)
    if page.lacks(reading, page.view) is not None:
        return
    for part in page.shown(viewer, page.view):
        if part.make is not None and not part.is_closed:
            part.make(reading)


def scopes_in_use(accounts: list[Account]) -> list[Scope]:
    """Different scopes of active accounts: managers', then those of the whole institution."""
    as_of = query.as_of()
    scopes = [query.nameless(a.viewer.scope(as_of)) for a in accounts if a.is_active]
    different = sorted(
        set(scopes),
        key=lambda s: (s.role != "manager", s.campuses != EVERY_CAMPUS, s.role, s.campuses),
    )
    return different[:MOST_SCOPES]
