"""The row of figures: attendance, its coverage, completion, consumption, and who is alarmed."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components.ask import query
from components.kit.choices.comparison import compared_with, is_comparable
from components.kit.figures import FigureCard, figure_cards
from components.screens.learning.people import PEOPLE, alarmed_students, open_students
from components.screens.learning.reading import Reading
from components.screens.learning.words import TIER_WORDS
from components.words.formats import is_missing, number, value
from components.words.i18n import _
from metrics.foundation.registry import Metric
from metrics.service.attendance import attendance_made_up, attendance_strict, roll_call_coverage
from metrics.service.completion import consumption_rate
from metrics.service.tiers import ALARMED

CARDS = (attendance_strict, attendance_made_up, roll_call_coverage, consumption_rate)


def learning_cards(reading: Reading) -> None:
    """Draw the cards; each opens its rows."""
    cards = cards_of(reading)
    figure_cards(
        cards, filters=reading.filters, key="learning_card", last=partial(_alarm_card, reading)
    )


@query.remembered
def cards_of(reading: Reading) -> tuple[FigureCard, ...]:
    """The figures of lessons with what they were before and their trend."""
    return tuple(_card(reading, metric) for metric in CARDS)


def _card(reading: Reading, metric: Metric) -> FigureCard:
    found = reading.figures(metric)
    return FigureCard(
        metric=metric,
        figure=found.total,
        previous=found.compared if is_comparable(reading.filters, metric.kind) else None,
        against=compared_with(reading.filters, metric.kind),
        trend=[x for x in found.trend if not is_missing(x)],
    )


def _alarm_card(reading: Reading) -> None:
    """How many students are at risk, about to leave or lost, today and a week ago."""
    tiers = reading.tiers
    now, before = tiers.counts(), tiers.counts(-2) if len(tiers.days) > 1 else None
    alarmed, enrolled = sum(now[t] for t in ALARMED), sum(now.values())
    change = alarmed - sum(before[t] for t in ALARMED) if before else None
    st.metric(
        _("Students to save"),
        value(alarmed, "people"),
        None if change is None else f"{change:+d}".replace("-", "−"),
        delta_color="gray" if not change else "red" if change > 0 else "green",
        delta_arrow="off" if not change else "up" if change > 0 else "down",
        help=_("Students at risk, about to leave or lost, on the as-of day."),
    )
    st.caption(_("against a week before"))
    parts = [f"{_(TIER_WORDS[t])} {number(now[t], exact=True)}" for t in ALARMED]
    st.caption(" · ".join([*parts, _("of {n} enrolled", n=number(enrolled, exact=True))]))
    st.space("stretch")
    if st.button(
        _("Rows"), icon=":material/table_rows:", key="learning_alarm_rows", type="tertiary",
        help=_("See the rows behind this figure"),
    ):  # fmt: skip
        alarmed_now = alarmed_students(reading)
        open_students(alarmed_now, reading, title=_("Students to save"), columns=PEOPLE)
