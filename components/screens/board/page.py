"""The board: how does today run, will the month keep its plan, what are the answers?"""

from __future__ import annotations

import streamlit as st

from components.kit.arrivals import nothing_yet, sources_card, sources_made
from components.kit.page import Answers, Page, Part, Places
from components.kit.reading import Plain
from components.screens.board.answers import LIVE, answers, answers_card
from components.screens.board.figures import figures_row, period_cards
from components.screens.board.hours import hours_card, hours_picture
from components.screens.board.matrix import matrix_card, matrix_picture
from components.screens.board.pace import (
    month_answer,
    month_card,
    month_picture,
    pace_card,
    planned_for,
    works_leads,
)
from data.scope import ROLES, Filters

REFRESH_SECONDS = 60
_LEADS = frozenset(name for name in ROLES if works_leads(name))
_ANSWERED, _LEFT, _RIGHT = "answered", "left", "right"


def board_page(others: tuple[Answers, ...]) -> Page[Plain]:
    """The board with the answers of other pages and its own, in the order of the questions."""
    asked = tuple(sorted((LIVE, *others), key=lambda one: one.number))
    return Page(
        script="overview/board",
        read=_read,
        nothing=lambda _board: nothing_yet(),
        places=_places,
        parts=(
            Part(name="live", make=_live_made, draw=_live, roles=_LEADS, every=REFRESH_SECONDS),
            Part(
                name="figures",
                make=lambda board: period_cards(board.filters),
                draw=lambda board: figures_row(board.filters),
                roles=_LEADS,
            ),
            Part(
                name="matrix",
                make=lambda board: matrix_picture(board.filters),
                draw=lambda board: matrix_card(board.filters),
                roles=_LEADS,
                place=_LEFT,
            ),
            Part(
                name="sources",
                make=lambda _board: sources_made(),
                draw=lambda _board: sources_card(),
                place=_RIGHT,
            ),
            Part(  # the longest to make: all else stands by then
                name="answers",
                make=lambda board: list(answers(asked, board.filters)),
                draw=lambda board: answers_card(asked, board.filters),
                place=_ANSWERED,
            ),
        ),
        answers=(LIVE,),
    )


def _read(filters: Filters) -> Plain:
    return Plain.of(filters, None)


def _places(board: Plain) -> Places:
    answered = st.container()
    if board.scope.role not in _LEADS:
        return {_ANSWERED: answered, _RIGHT: st.container()}
    left, right = st.columns([3, 2])
    return {_ANSWERED: answered, _LEFT: left, _RIGHT: right}


def _live_made(board: Plain) -> object:
    """The pictures as they stand at first."""
    planned = planned_for(board.scope.role)[:1]
    return (
        hours_picture(board.filters),
        month_answer(board.filters),
        [month_picture(board.filters, name) for name in planned],
    )


def _live(board: Plain) -> None:
    """Draw what changes while one looks at it."""
    pace_card(board.filters)
    left, right = st.columns(2)
    with left:
        hours_card(board.filters)
    with right:
        month_card(board.filters)
