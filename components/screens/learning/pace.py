"""Completion: is each enrolment where its plan says, and when do its lessons end?"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.charts.bars import ranked_bars
from components.kit.charts.chart import show
from components.kit.figures import FigureCard, figure_cards
from components.kit.states import nothing_to_show
from components.screens.learning.people import open_students
from components.screens.learning.reading import Reading
from components.words.formats import number, percent
from components.words.i18n import N_, _
from metrics.service.completion import (
    consumption_rate,
    course_completion,
    lesson_completion,
    seat_fill,
)
from metrics.service.completion_tiers import PACES, completion_tiers
from metrics.service.tiers import tier_rows

PACE_WORDS = {
    "ahead": N_("Ahead"),
    "on_pace": N_("On pace"),
    "behind": N_("Behind"),
    "stalled": N_("Stalled"),
}
CARDS = (lesson_completion, course_completion, consumption_rate, seat_fill)
_COLUMNS = ("student", "course", "teacher", "left", "velocity", "depletes_on", "campus")


def pace_panel(reading: Reading) -> None:
    """Draw completion, consumption and seat fill, and the enrolments by pace."""
    figure_cards(
        [
            FigureCard(metric=metric, figure=reading.figures(metric).total)
            for metric in CARDS
        ],
        filters=reading.filters, key="learning_pace_cards",
    )  # fmt: skip
    found: pd.DataFrame = query.fold(
        tier_rows, completion_tiers, replace(reading.filters, comparison=None),
        scope=reading.scope,
    )  # fmt: skip
    if found.empty:
        nothing_to_show(_("No student is enrolled on the as-of day."))
        return
    counts = found["pace"].value_counts()
    rows = pd.DataFrame({"pace": PACES, "value": [counts.get(p, 0) / len(found) for p in PACES]})
    words = {pace: _(text) for pace, text in PACE_WORDS.items()}
    late = int(counts.get("behind", 0) + counts.get("stalled", 0))
    finding = _(
        "{late} of {n} enrolments ({share}) are behind their lesson plan",
        late=number(late, exact=True),
        n=number(len(found), exact=True),
        share=percent(late / len(found)),
    )
    clicked = show(
        ranked_bars(rows, by="pace", unit="ratio", title=finding, names=words),
        key="learning_pace", alt=finding, clickable=True,
    )  # fmt: skip
    if clicked:
        own = found[found["pace"] == clicked["pace"]]
        open_students(own, reading, title=words[clicked["pace"]], columns=_COLUMNS)
    st.caption(
        _(
            "Plan: a straight line from the first lesson to the term's end over the lessons bought."
            " Ahead: attended as planned or more; on pace: at least 80% of it; stalled: nothing"
            " attended for 28 days."
        )
    )
