"""What readers would wait for, made while nobody looks: at the start and after each load."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Event, Thread

from components import query
from components.acquisition.answer import answer_of
from components.acquisition.cards import CARDS, card_of
from components.acquisition.channels import channel_table_of
from components.acquisition.measures import OVERVIEW, PICTURED, Choice
from components.acquisition.picture import ranking_of
from components.acquisition.reading import Reading
from components.acquisition.todo import tasks_of
from components.board.answers import answers
from components.board.figures import period_cards
from components.board.hours import hours_picture
from components.board.matrix import matrix_picture
from components.board.pace import month_answer, month_picture, planned_for
from components.filters import choices, default_filters
from data.accounts import Account
from data.errors import EduLensError, StoreUnavailable
from data.installation import installation
from data.scope import EVERY_CAMPUS, Scope
from metrics.person import contribution, current_state, household, identifiers, timeline

MOST_SCOPES = 3  # what is left is made when it is asked for
PAUSE_SECONDS = 2.0
REST = 4  # times the length of a preparation before the next, however many loads come
LEARNED_AT_ONCE = 4
log = logging.getLogger(__name__)


def start() -> Callable[[], None]:
    """Begin to prepare in a thread of its own; gives what ends it."""
    stop = Event()
    Thread(target=keep_prepared, args=(stop,), name="preparation", daemon=True).start()
    return stop.set


def keep_prepared(stop: Event) -> None:
    """Prepare now and after each load, and learn statements while nobody asks for new ones."""
    prepared, rested, unlearnt = -1, 0.0, 0
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
        if len(query.unlearnt()) == unlearnt:
            query.learn(LEARNED_AT_ONCE)
        unlearnt = len(query.unlearnt())
        stop.wait(PAUSE_SECONDS if unlearnt == 0 else PAUSE_SECONDS / 4)


def prepare() -> None:
    """Make the default view of the first pages for the scopes of most accounts."""
    for scope in scopes_in_use(installation().accounts.all()):
        try:
            with query.seen_as(scope):
                choices()
                _board()
                _acquisition()
                _person()
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


def _board() -> None:
    filters = default_filters()
    matrix_picture(filters)
    hours_picture(filters)
    month_answer(filters)
    for name in planned_for(query.current_scope().role)[:1]:
        month_picture(filters, name)
    period_cards(filters)
    for _answer in answers(filters):
        pass  # each is kept


def _acquisition() -> None:
    reading = Reading.of(default_filters(), Choice())
    if not reading.seen("conversion") or reading.is_empty:
        return
    answer_of(reading)
    for name in reading.seen(*CARDS):
        card_of(reading, name)
    ranking_of(reading, reading.seen(*PICTURED[OVERVIEW])[0])
    channel_table_of(reading, OVERVIEW)
    tasks_of(reading)


def _person() -> None:
    for of in (current_state, contribution, timeline, identifiers, household):
        query.fetch(of, None, person_id="nobody yet")
