"""The questions an institution asks, each answered in a sentence with its rows.

A question whose metrics do not exist yet is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import streamlit as st

from components import query
from components.acquisition.answer import finding
from components.acquisition.measures import MEASURES, Choice
from components.acquisition.reading import Reading
from components.answer import definition_button, evidence
from components.board.hours import in_words, today_so_far
from components.board.pace import month_answer, sentence
from components.conversion.board import conversion_answers
from components.drill import open_rows
from components.format import number, percent
from components.i18n import N_, _
from components.learning.board import board_answers as learning_answers
from components.navigation import link_to
from components.renewal.board import renewal_answers
from data.scope import Filters, Role, role
from metrics.linkage import TRUSTED, leads_with_touch, orders_with_lead
from metrics.registry import Metric


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One question's sentence and the figure it stands on."""

    number: int
    question: str
    sentence: str
    metric: Metric
    figure: Mapping[str, Any] | pd.Series
    filters: Filters
    where: Mapping[str, object] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    page: str = ""


_QUESTIONS = {
    1: N_("Which channels bring quality?"),
    2: N_("Are marketing and business joined?"),
    3: N_("How does today run?"),
    4: N_("Is behaviour joined to leads?"),
}
_LEAST_WIDTH = 420  # pixels: one answer a row on a phone
_ACQUISITION = "lifecycle/acquisition"


def answers(filters: Filters) -> Iterator[Answer]:
    """The answers that a viewer's role can be given, in the order of the questions.

    Each is given as soon as it is made: those that learn from a year take a while.
    """
    hidden = role(query.current_scope().role).hidden_facts
    for needs, make in _ASKED:
        if not needs & hidden:
            yield from make(filters)


@query.remembered
def _live(filters: Filters) -> list[Answer]:
    month, figure = month_answer(filters)
    today = in_words(today_so_far(filters), _("Today"))
    return [
        Answer(
            number=3,
            question=_QUESTIONS[3],
            sentence=f"{today} {sentence(month)}",
            metric=month.metric,
            figure=figure,
            filters=month.filters,
        )
    ]


@query.remembered
def _channels(filters: Filters) -> list[Answer]:
    choice = Choice()
    reading = Reading.of(filters, choice)
    roi = reading.by_channel("roi") if reading.sees_money else None
    found = finding(reading.verdicts, roi, reading.names, choice)
    measure = MEASURES[found.measure]
    figures = reading.figures(found.measure)
    figure = (
        figures.total
        if found.channel is None
        else reading.by_channel(found.measure).set_index("channel_id").loc[found.channel]
    )
    return [
        Answer(
            number=1,
            question=_QUESTIONS[1],
            sentence=found.sentence,
            metric=measure.metric,
            figure=figure,
            filters=reading.judged(found.measure),
            where=None if found.channel is None else {"channel_id": found.channel or None},
            options=measure.settings(choice),
            page=_ACQUISITION,
        )
    ]


@query.remembered
def _joined(filters: Filters) -> list[Answer]:
    figure = query.run(orders_with_lead, filters).iloc[0]
    return [
        Answer(
            number=2,
            question=_QUESTIONS[2],
            sentence=_share_sentence(
                figure,
                N_(
                    "{share} of orders can be traced to a lead, so revenue by channel can be"
                    " trusted; {orphans} cannot."
                ),
                N_(
                    "Only {share} of orders can be traced to a lead: ROI by channel has low"
                    " confidence; {orphans} cannot."
                ),
                _("No orders in these days."),
            ),
            metric=orders_with_lead,
            figure=figure,
            filters=filters,
            page=_ACQUISITION,
        )
    ]


@query.remembered
def _behaviour(filters: Filters) -> list[Answer]:
    figure = query.run(leads_with_touch, filters).iloc[0]
    return [
        Answer(
            number=4,
            question=_QUESTIONS[4],
            sentence=_share_sentence(
                figure,
                N_("{share} of leads have what they did before on record; {orphans} have nothing."),
                N_("Only {share} of leads have their past on record; {orphans} have nothing."),
                _("No leads in these days."),
            ),
            metric=leads_with_touch,
            figure=figure,
            filters=filters,
            page="people/person",
        )
    ]


def _share_sentence(figure: pd.Series, well: str, badly: str, nothing: str) -> str:
    if not figure["denominator"]:
        return nothing
    return _(
        well if figure["value"] >= TRUSTED else badly,
        share=percent(figure["value"]),
        orphans=number(figure["denominator"] - figure["numerator"], exact=True),
    )


@query.remembered
def _conversion(filters: Filters) -> list[Answer]:
    return [Answer(**answer) for answer in conversion_answers(filters)]


@query.remembered
def _learning(filters: Filters) -> list[Answer]:
    return [Answer(**answer) for answer in learning_answers(filters)]


@query.remembered
def _renewal(filters: Filters) -> list[Answer]:
    return [Answer(**answer) for answer in renewal_answers(filters)]


# What is answered, and the facts without which it cannot be.
_ASKED: tuple[tuple[frozenset[str], Callable[[Filters], list[Answer]]], ...] = (
    (frozenset({"order_line"}), _channels),
    (frozenset({"order_line"}), _joined),
    (frozenset(), _live),
    (frozenset({"touch"}), _behaviour),
    (frozenset({"order_line", "followup"}), _conversion),
    (frozenset(), _learning),
    (frozenset({"order_line", "due", "followup"}), _renewal),
)


def answers_card(filters: Filters) -> None:
    """Draw the answers, two beside each other where there is room."""
    viewer_role = role(query.current_scope().role)
    st.subheader(_("Answers"))
    with st.grid(2, min_column_width=_LEAST_WIDTH, gap="small") as grid:
        for answer in answers(filters):
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
    with st.container(horizontal=True, gap="small"):
        if st.button(_("See the rows"), icon=":material/table_rows:", key=f"{key}_rows"):
            open_rows(answer.metric, answer.filters, where=answer.where, **dict(answer.options))
        definition_button(answer.metric, answer.filters, key=key, **dict(answer.options))
        page = link_to(answer.page, viewer_role)
        if page:
            st.page_link(page, label=_("More"), icon=":material/arrow_forward:")
