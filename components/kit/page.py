"""A page is a list of parts: what each makes of the page's reading, and how it is drawn.

The list is walked to draw the page, to prepare it while nobody looks, and by the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, Protocol, Self, TypeVar

import streamlit as st

from components.kit.answer import Answer
from components.kit.navigation import entry_of
from components.kit.reading import Person
from components.kit.states import nothing_to_show
from components.words.i18n import _
from data.scope import Filters, Role


class Rereadable(Protocol):
    """What a page's run has read, and can be read anew for the viewer then signed in."""

    @property
    def viewer_role(self) -> Role:
        """The role of the viewer whose reading it is."""

    def again(self) -> Self:
        """The same question put anew: the viewer is looked up again."""


R = TypeVar("R", bound=Rereadable)
R_contra = TypeVar("R_contra", bound=Rereadable, contravariant=True)
Places = Mapping[str, AbstractContextManager[object]]


class Handover(Generic[R]):
    """A page run's reading, for one fragment drawn in it.

    A fragment that later reruns without its page finds nothing left and reads anew: the
    viewer is looked up again, and what has been loaded since is seen.
    """

    def __init__(self, reading: R) -> None:
        self._again = reading.again
        self._left = [reading]

    def take(self) -> R:
        """The reading of the page's run, once; afterwards a new one."""
        return self._left.pop() if self._left else self._again()


@dataclass(frozen=True, kw_only=True)
class Part(Generic[R_contra]):
    """One part of a page: ``make`` gives what it shows, ``draw`` draws it.

    ``make`` draws nothing and is called ahead, while nobody looks; a part that only asks
    something has none. A role that may not read one of the facts it ``needs`` is not shown
    the part, nor is one that is not among its ``roles``, where it names any.

    ``view`` is the view of the page that it belongs to, "" for all; ``place`` one of the
    page's places, "" for below the part before. A part that is drawn ``alone`` reruns
    without the page, by itself ``every`` so many seconds where that is said. One with
    ``words`` (in English) is a panel that stays closed until somebody opens it: it is not
    made ahead.
    """

    name: str
    draw: Callable[[R_contra], None]
    make: Callable[[R_contra], object] | None = None
    needs: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    view: str = ""
    place: str = ""
    alone: bool = False
    every: int | None = None
    words: str = ""
    icon: str = ""

    @property
    def is_closed(self) -> bool:
        """Whether it is a panel that somebody has to open."""
        return bool(self.words)

    def allowed(self, viewer: Role) -> bool:
        """Whether a role has something to see in it."""
        named = not self.roles or viewer.name in self.roles
        return named and not self.needs & viewer.hidden_facts


class Nothing(NamedTuple):
    """Why a page has nothing to show, and what to do; both in the reader's language."""

    reason: str
    next_step: str = ""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a page says on the board: ``number`` is that of the first question it answers."""

    number: int
    make: Callable[[Filters], tuple[Answer, ...]]
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Page(Generic[R]):
    """A page: its script below ``pages/``, how it is read, and its parts in order.

    ``read`` reads it with the choice that stands at first; ``view`` is the view open at
    first, where it has several. ``nothing`` says whether there is nothing to show at all,
    ``nothing_in`` whether a view has nothing. ``places`` makes the columns and containers
    that parts are drawn into. What it says on the board are ``answers``, what on a
    person's page ``person_cards``.
    """

    script: str
    read: Callable[[Filters], R]
    parts: tuple[Part[R], ...]
    view: str = ""
    nothing: Callable[[R], Nothing | None] | None = None
    nothing_in: Mapping[str, Callable[[R], Nothing | None]] = field(default_factory=dict)
    places: Callable[[R], Places] | None = None
    answers: tuple[Answers, ...] = ()
    person_cards: tuple[Part[Person], ...] = ()

    def lacks(self, reading: R, view: str) -> Nothing | None:
        """Why there is nothing to show; None where there is something."""
        for rule in (self.nothing, self.nothing_in.get(view)):
            if rule is not None and (found := rule(reading)) is not None:
                return found
        return None

    def shown(self, viewer: Role, view: str) -> Iterator[Part[R]]:
        """The parts of a view that a role has something to see in."""
        for part in self.parts:
            if part.view in ("", view) and part.allowed(viewer):
                yield part

    def key_of(self, part: Part[R]) -> str:
        """The key of a closed part, by which it is opened."""
        return f"{part.view or self.script.rpartition('/')[2]}_panel_{part.name}"


def question(page: Page[R]) -> None:
    """Draw the question that a page answers, as its heading."""
    st.subheader(_(entry_of(page.script).question))


def stop_without(page: Page[R], reading: R) -> None:
    """Say so and stop where a page has nothing to show, before it asks for more."""
    _stop_for(page.nothing(reading) if page.nothing else None)


def show(page: Page[R], reading: R, *, view: str = "") -> None:
    """Draw the parts of a page, or say why there is nothing to show and stop."""
    view = view or page.view
    _stop_for(page.lacks(reading, view))
    places: Places = {}
    for part in page.shown(reading.viewer_role, view):
        if part.place and not places and page.places is not None:
            places = page.places(reading)
        with places[part.place] if part.place else nullcontext():
            _draw(part, reading, page.key_of(part))


def _stop_for(nothing: Nothing | None) -> None:
    if nothing is not None:
        nothing_to_show(*nothing)
        st.stop()


def _draw(part: Part[R], reading: R, key: str) -> None:
    if part.is_closed:
        _closed(part, Handover(reading), key)
    elif part.alone or part.every is not None:
        _alone(part, reading)
    else:
        part.draw(reading)


def _alone(part: Part[R], reading: R) -> None:
    handover = Handover(reading)

    @st.fragment(run_every=part.every)
    def drawn() -> None:
        part.draw(handover.take())

    drawn()


@st.fragment
def _closed(part: Part[R], handover: Handover[R], key: str) -> None:
    reading = handover.take()  # even where it is closed: later it would be a stale one
    with st.expander(_(part.words), icon=part.icon, key=key, on_change="rerun") as opened:
        if opened.open:
            part.draw(reading)
