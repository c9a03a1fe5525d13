"""The questions an institution asks, each answered in a sentence with its rows.

A question whose metrics do not exist yet is not shown.
"""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from components.ask import query
from components.kit.answer import Answer, definition_button, evidence
from components.kit.navigation import link_to
from components.kit.page import Answers
from components.kit.rows.drill import open_rows
from components.screens.board.hours import in_words, today_so_far
from components.screens.board.pace import month_answer, sentence, today_sentence, works_leads
from components.words.i18n import N_, _, sentences
from data.scope import Filters, Role, role

_LIVE = N_("How does today run?")
_LEAST_WIDTH = 420  # pixels: one answer a row on a phone


def answers(asked: tuple[Answers, ...], filters: Filters) -> Iterator[Answer]:
    """The answers that a viewer's role can be given, in the order of the questions.

    Each is given as soon as it is made: those that learn from a year take a while.
    """
    hidden = role(query.current_scope().role).hidden_facts
    for one in asked:
        if not one.needs & hidden:
            yield from one.make(filters)


@query.remembered
def live_answer(filters: Filters) -> tuple[Answer, ...]:
    """Question 3: today so far, and where the month will end."""
    if not works_leads(query.current_scope(filters).role):
        return ()
    month, figure = month_answer(filters)
    today = sentences(in_words(today_so_far(filters), _("Today")), today_sentence(month))
    return (
        Answer(
            number=3,
            question=_LIVE,
            sentence=sentences(today, sentence(month)),
            metric=month.metric,
            figure=figure,
            filters=month.filters,
        ),
    )


LIVE = Answers(number=3, make=live_answer)


def answers_card(asked: tuple[Answers, ...], filters: Filters) -> None:
    """Draw the answers, two beside each other where there is room."""
    viewer_role = role(query.current_scope().role)
    st.subheader(_("Answers"))
    with st.grid(2, min_column_width=_LEAST_WIDTH, gap="small") as grid:
        for answer in answers(asked, filters):
            with grid.container(
                border=True, height="stretch", gap="small", key=f"board_answer_{answer.number}"
            ):
                _draw(answer, viewer_role)


def _draw(answer: Answer, viewer_role: Role) -> None:
    key = f"board_answer_{answer.number}"
    st.caption(_("Question {n}: {question}", n=answer.number, question=_(answer.question)))
    st.markdown(f"**{answer.sentence}**")
    st.caption(evidence(answer.metric, answer.figure))
    st.space("stretch")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if st.button(_("See the rows"), icon=":material/table_rows:", key=f"{key}_rows"):
            _open(answer)
        definition_button(answer.metric, answer.filters, key=key, **dict(answer.options))
        page = link_to(answer.page, viewer_role)
        if page:
            st.page_link(page, label=_("More"), icon=":material/arrow_forward:")


def _open(answer: Answer) -> None:
    if answer.opens is not None:
        answer.opens()
    else:
        open_rows(answer.metric, answer.filters, where=answer.where, **dict(answer.options))
