"""Three attendance rates side by side, and why they differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import streamlit as st

from components.kit.answer import definition_button
from components.kit.charts.chart import show
from components.kit.charts.waterfall import waterfall
from components.kit.rows.drill import open_rows
from components.kit.states import nothing_to_show
from components.screens.learning.reading import Reading
from components.words.formats import delta, interval, number, percent
from components.words.i18n import N_, _
from data.scope import Filters, Period
from metrics.foundation.registry import Metric
from metrics.service.attendance import (
    MAKE_UP_DAYS,
    attendance_made_up,
    attendance_net,
    attendance_strict,
    roll_call_coverage,
)
from metrics.service.attendance_bridge import attendance_bridge

RATES = {
    attendance_strict: N_("Strict: present or late"),
    attendance_net: N_("Net: approved leave aside"),
    attendance_made_up: N_("With make-up within 14 days"),
}
_PARTS = {
    "leave": N_("Approved leave taken out"),
    "young": N_("Seats younger than 14 days aside"),
    "made_up": N_("Made up within 14 days"),
}


def definitions_panel(reading: Reading) -> None:
    """Draw the rates with their intervals, the bridge and the coverage of the roll."""
    found = {metric: reading.figures(metric).total for metric in RATES}
    if not found[attendance_strict]["n"]:
        nothing_to_show(_("No lesson was held and marked in these days."))
        return
    with st.grid(3, min_column_width=220, gap="small") as grid:
        for metric, words in RATES.items():
            with grid.container(border=True, height="stretch"):
                _rate(reading, metric, words)
    settled = reading.figures(attendance_strict, days_old=MAKE_UP_DAYS).total
    bridge = attendance_bridge(
        found[attendance_strict], found[attendance_net], settled, found[attendance_made_up]
    )
    if bridge.empty:
        st.caption(_("No seat is old enough for the rate with make-up."))
        return
    for target, other in (("net", attendance_net), ("made_up", attendance_made_up)):
        parts = bridge[bridge["to"] == target]
        title = bridge_finding(parts, found[attendance_strict], found[other], other)
        drawn = waterfall(
            parts.assign(name=[_(_PARTS[p]) for p in parts["part"]], where=list(parts["part"])),
            before=found[attendance_strict]["value"], after=found[other]["value"],
            before_name=_("Strict"), after_name=_(_SHORT[other]), unit="ratio", title=title,
            height=260, before_where=attendance_strict.name, after_where=other.name,
        )  # fmt: skip
        clicked = show(drawn, key=f"learning_bridge_{target}", alt=title, clickable=True)
        rate = next((metric for metric in RATES if metric.name == clicked), None)
        if rate is not None:
            open_rows(rate, reading.filters)
        elif clicked:
            metric, filters, where = behind_part(reading, clicked)
            open_rows(metric, filters, where=where, title=_(_PARTS[clicked]))
    coverage = reading.figures(roll_call_coverage).total
    st.caption(
        _(
            "Roll called for {share} of seats of lessons that were held; {n} seats were not marked"
            " and are in none of the rates. Which rate to use: strict for the teacher's room, net"
            " for the family, with make-up for what was learned.",
            share=percent(coverage["value"]),
            n=number(coverage["denominator"] - coverage["numerator"], exact=True),
        )
    )


def behind_part(reading: Reading, part: str) -> tuple[Metric, Filters, dict[str, object]]:
    """The metric, the days and the rows that are the seats of a part of the bridge."""
    filters, period = reading.filters, reading.filters.period
    # The first day whose seats can still be made up.
    young = min(
        max(reading.scope.as_of_on - timedelta(days=MAKE_UP_DAYS), period.start), period.end
    )
    if part == "leave":
        return attendance_strict, filters, {"attendance": "leave"}
    if part == "young":
        days = Period(start=young, end=period.end)
        return attendance_strict, replace(filters, period=days), {}
    days = Period(start=period.start, end=young)
    missed = ("absent", "leave")
    return attendance_made_up, replace(filters, period=days), {
        "attendance": missed, "numerator": 1,
    }  # fmt: skip


_SHORT = {attendance_net: N_("Net"), attendance_made_up: N_("With make-up")}


def _rate(reading: Reading, metric: Metric, words: str) -> None:
    figure = reading.figures(metric).total
    st.metric(_(words), percent(figure["value"]), help=_(metric.definition))
    above, below = (number(figure[k], exact=True) for k in ("numerator", "denominator"))
    parts = [f"{above} ÷ {below}", f"95% {interval(figure['low'], figure['high'], 'ratio')}"]
    if figure["immature"]:
        parts.append(_("{n} immature", n=number(figure["immature"], exact=True)))
    st.caption(" · ".join(parts))
    with st.container(horizontal=True, gap="small"):
        if st.button(_("Rows"), icon=":material/table_rows:", key=f"learning_{metric.name}_behind"):
            open_rows(metric, reading.filters)
        definition_button(metric, reading.filters, key=f"learning_{metric.name}_why")


def bridge_finding(parts: pd.DataFrame, strict: dict, other: dict, rate: Metric) -> str:
    """What lies between two rates, as the picture's title."""
    largest = parts.loc[parts["change"].abs().idxmax()]
    return _(
        "{rate} against the strict rate: {difference}, of it {part} {change}",
        rate=_(_SHORT[rate]),
        difference=delta(other["value"], strict["value"], "ratio"),
        part=_(_PARTS[largest["part"]]),
        change=delta(largest["change"], 0.0, "ratio"),
    )
