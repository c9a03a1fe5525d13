"""How many came, how many of the keen left no phone, and how many of them can be reached."""

from __future__ import annotations

import streamlit as st

from components.ask import query
from components.kit.answer import answer_card
from components.kit.choices.comparison import compared_with, is_comparable
from components.kit.figures import FigureCard, figure_cards
from components.screens.visitors.reading import VisitorReading
from components.words.formats import days_range, is_missing, money, number
from components.words.i18n import _, sentences
from metrics.visitors.visits import (
    dwell_per_visit,
    keen_without_phone,
    new_visitors,
    visitor_to_lead,
    visitors,
)


def visitor_answer(reading: VisitorReading) -> None:
    """Draw the answer card."""
    figure = reading.figure(keen_without_phone)
    answer_card(
        sentence_of(reading),
        metric=keen_without_phone,
        figure=figure,
        filters=reading.filters,
        key="visitors",
        activities=reading.activities,
    )


@query.remembered
def sentence_of(reading: VisitorReading) -> str:
    """The answer: who came, who was keen, and whom somebody can ask."""
    came, new = reading.figure(visitors), reading.figure(new_visitors)
    keen = int(reading.figure(keen_without_phone)["value"])
    first = _(
        "{n} people came in {days}, {new} of them for the first time; {keen} came often or stayed"
        " long and left no phone.",
        n=number(came["value"]),
        days=days_range(reading.filters.period).replace(".", r"\."),
        new=number(new["value"]),
        keen=number(keen),
    )
    if not keen:
        return first
    listed = reading.keen
    reached = listed[listed["reached"]]
    if reached.empty:
        return sentences(first, _("None of them came by the share of someone you can call."))
    shown = len(listed) < keen
    said = (
        _("Of the {n} keenest, {reached} can be asked through someone who shared and has a phone")
        if shown
        else _("{reached} of them can be asked through someone who shared and has a phone")
    ).format(n=number(len(listed)), reached=number(len(reached)))
    value = reached["expected_cny"].sum(min_count=1)
    if not is_missing(value):
        said += _(", worth about {value} in 90 days", value=money(round(float(value))))
    return sentences(first, said + _("."))


def visitor_cards(reading: VisitorReading) -> None:
    """Draw the figures with what they were before."""
    with st.container():
        figure_cards(cards_of(reading), filters=reading.filters, key="visitor_cards")


@query.remembered
def cards_of(reading: VisitorReading) -> tuple[FigureCard, ...]:
    """The figures with what they were before."""
    cards = []
    for metric in (visitors, new_visitors, dwell_per_visit, visitor_to_lead):
        # Who was last seen in an earlier period is not who came in it.
        told = metric is not visitors and is_comparable(reading.filters, metric.kind)
        cards.append(
            FigureCard(
                metric=metric,
                figure=reading.figure(metric),
                previous=reading.figure(metric, "before") if told else None,
                against=compared_with(reading.filters, metric.kind)
                if metric is not visitors
                else "",
                options={"activities": reading.activities},
            )
        )
    return tuple(cards)
