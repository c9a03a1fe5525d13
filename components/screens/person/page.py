"""One person's page: the answer, the state, the timeline and what stands beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import ibis.expr.types as ir
import streamlit as st

from components.kit.choices.activity_choice import EVER
from components.kit.page import Page, Part, Places
from components.kit.reading import Person
from components.screens.person.card import contribution_card, header, standing_tiles
from components.screens.person.evidence import household_card, identity_card
from components.screens.person.network import network_card
from components.screens.person.sentence import answer_sentence
from components.screens.person.timeline import timeline_section
from components.screens.person.view import PersonReading, View
from data.scope import Filters
from metrics.people.network import shared_in
from metrics.people.person import contribution, household, identifiers, timeline

NOBODY = "PNOBODY"  # among the ids, so that what anybody is looked for in is read ahead
_MAIN, _SIDE = "main", "side"


def person_page(cards: tuple[Part[Person], ...]) -> Page[PersonReading]:
    """The page of a person, with the cards that other pages contribute at its end."""
    return Page(
        script="people/person",
        read=_read,
        places=_places,
        parts=(
            Part(name="head", make=lambda person: person.states, draw=_head),
            Part(name="answer", make=_rows(contribution), draw=_answer),
            Part(name="standing", draw=_standing),
            _part("timeline", timeline, timeline_section, place=_MAIN),
            _part("identity", identifiers, identity_card),
            _part("household", household, household_card),
            Part(name="contribution", draw=_contribution, place=_SIDE),
            replace(_part("network", shared_in, network_card), needs=frozenset({"order_line"})),
            *(replace(card, place=_SIDE) for card in cards),
        ),
    )


def _read(_filters: Filters) -> PersonReading:
    return PersonReading.of(EVER, NOBODY)


def _places(_person: PersonReading) -> Places:
    main, side = st.columns([2.2, 1], gap="medium")
    return {_MAIN: main, _SIDE: side}


def _part(
    name: str,
    rows: Callable[..., ir.Table],
    card: Callable[[str, View], None],
    *,
    place: str = _SIDE,
) -> Part[PersonReading]:
    """A card of one statement about the person."""
    return Part(
        name=name,
        make=_rows(rows),
        draw=lambda person: card(person.person_id, person.view),
        place=place,
    )


def _rows(function: Callable[..., ir.Table]) -> Callable[[PersonReading], object]:
    return lambda person: person.view.fetch(function, person_id=person.person_id)


def _head(person: PersonReading) -> None:
    header(person.state, person.view)


def _answer(person: PersonReading) -> None:
    view = person.view
    said = answer_sentence(person.state, person.brought, person.now, view.names, view.as_of)
    with st.container(border=True, key="person_answer"):
        st.markdown(said)


def _standing(person: PersonReading) -> None:
    standing_tiles(person.state, person.now, person.view)


def _contribution(person: PersonReading) -> None:
    contribution_card(person.person_id, person.brought, person.view)
