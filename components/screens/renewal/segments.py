"""Renewal by group: channel, campus, course line, class teacher, with what can be told apart."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.kit.charts.bars import ranked_bars
from components.kit.charts.chart import show
from components.kit.rows.drill import open_rows
from components.kit.states import nothing_to_show
from components.screens.renewal.reading import Reading
from components.words.formats import days_range, percent
from components.words.i18n import N_, _
from metrics.foundation.separation import LEAST_MATURE
from metrics.renewal.due import renewal_rate

DIMENSIONS = {
    "channel_id": N_("Channel"),
    "campus_id": N_("Campus"),
    "course_line": N_("Course line"),
    "class_teacher_id": N_("Class teacher"),
}
_NAMED = {"campus_id": "campus", "class_teacher_id": "staff"}


def segments_panel(reading: Reading) -> None:
    """Draw the renewal rate of groups over the last year, the highest first."""
    dimension = st.segmented_control(
        _("Split by"), list(DIMENSIONS), default="channel_id", required=True,
        format_func=lambda name: _(DIMENSIONS[name]), key="renewal_split",
    )  # fmt: skip
    figures = reading.figures(renewal_rate, reading.year, dimension)
    known = figures.dropna(subset=[dimension, "value"])
    known = known[known["n"] >= LEAST_MATURE].sort_values("value", ascending=False)
    few = int(figures[dimension].notna().sum()) - len(known)
    if known.empty:
        nothing_to_show(
            _("No group has {least} settled enrolments yet.", least=LEAST_MATURE),
        )
        return
    names = group_names(reading, dimension)
    finding = segments_finding(known, dimension, names)
    whole = figures["numerator"].sum() / figures["denominator"].sum()
    clicked = show(
        ranked_bars(
            known, by=dimension, unit="ratio", title=finding, names=names, reference=float(whole),
            reference_name=_("All"),
        ),
        key=f"renewal_segments_{dimension}", alt=finding, clickable=True,
    )  # fmt: skip
    st.caption(
        _(
            "What fell due in {days}; {few} groups with fewer than {least} are left out. Groups"
            " whose intervals overlap cannot be told apart.",
            days=days_range(reading.year.period),
            few=few,
            least=LEAST_MATURE,
        )
    )
    if clicked:
        open_rows(
            renewal_rate, reading.year, where=clicked,
            title=names.get(clicked[dimension], str(clicked[dimension])),
        )  # fmt: skip


def group_names(reading: Reading, dimension: str) -> dict[str, str]:
    """Ids of a dimension's groups → names."""
    if dimension == "channel_id":
        return reading.channels
    return reading.names(_NAMED[dimension]) if dimension in _NAMED else {}


def segments_finding(known: pd.DataFrame, dimension: str, names: dict[str, str]) -> str:
    """The ends of the ranking, or that nothing can be separated."""
    first, last = known.iloc[0], known.iloc[-1]
    if last["high"] >= first["low"]:
        return _("The groups cannot be separated: their intervals overlap")
    return _(
        "From {low} ({lowest}) to {high} ({highest})",
        low=percent(last["value"]),
        lowest=names.get(last[dimension], last[dimension]),
        high=percent(first["value"]),
        highest=names.get(first[dimension], first[dimension]),
    )
