"""What is done with leads, and how the pool of unpaid ones stands."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.answer import change
from components.kit.charts.bars import is_blank, ranked_bars
from components.kit.charts.chart import show
from components.kit.rows.drill import open_rows
from components.kit.rows.table import clickable_table, interval_column
from components.kit.states import nothing_to_show
from components.screens.conversion.measures import MEASURES, PROCESS
from components.screens.conversion.reading import Reading
from components.screens.conversion.words import RUNG_WORDS, STATE_WORDS
from components.words.formats import days_range, interval, number, percent, value
from components.words.i18n import _
from metrics.foundation.registry import Metric
from metrics.leads.pool import RUNGS, STATES, overdue_leads, unpaid_leads
from metrics.leads.process import lost_leads


def process_panel(reading: Reading) -> None:
    """Draw the process figures in a table, each against the days before."""
    rows = []
    for name in PROCESS:
        measure, judged, found = MEASURES[name], reading.judged(name), reading.figures(name)
        figure, unit = found.total, measure.metric.unit
        moved = change(measure.metric, figure, found.compared) if judged.comparison else None
        rows.append(
            {
                "figure": measure.heading(reading.choice.days),
                "value": value(figure["value"], unit),
                "bounds": interval(figure["low"], figure["high"], unit),
                "n": int(figure["n"]),
                "immature": int(figure["immature"]),
                "change": moved.text if moved else "—",
                "days": days_range(judged.period),
            }
        )
    clicked = clickable_table(
        pd.DataFrame(rows),
        key="conversion_process_table",
        column_config={
            "figure": st.column_config.TextColumn(_("Figure"), pinned=True),
            "value": st.column_config.TextColumn(_("Value")),
            "bounds": interval_column(),
            "n": st.column_config.NumberColumn("n", format="localized"),
            "immature": st.column_config.NumberColumn(_("Immature"), format="localized"),
            "change": st.column_config.TextColumn(_("Against the days before")),
            "days": st.column_config.TextColumn(_("Leads of")),
        },
        alt=_("Process figures with interval and comparison."),
    )
    st.caption(_("A line opens its rows."))
    if clicked is not None:
        name = PROCESS[clicked[0]]
        open_rows(
            MEASURES[name].metric, reading.judged(name),
            **MEASURES[name].settings(reading.choice.days),
        )  # fmt: skip


def pool_panel(reading: Reading) -> None:
    """Draw where unpaid leads stand, the ladder of waiting, and why leads were lost."""
    states = query.run(unpaid_leads, reading.filters, by=("state",), scope=reading.scope)
    if states.empty:
        nothing_to_show(_("No unpaid leads of these days."))
        return
    left, right = st.columns(2)
    with left:
        _bars(
            reading, unpaid_leads, _ordered(states, "state", STATES), by="state",
            words=STATE_WORDS, finding=pool_finding(states),
        )  # fmt: skip
    rungs = query.run(overdue_leads, reading.filters, by=("rung",), scope=reading.scope)
    with right:
        if rungs.empty:
            nothing_to_show(_("Nobody waits longer than 48 hours."))
        else:
            _bars(
                reading, overdue_leads, _ordered(rungs, "rung", RUNGS), by="rung",
                words=RUNG_WORDS,
                finding=_("{n} leads wait longer than 48 hours", n=number(rungs["value"].sum())),
            )  # fmt: skip
    lost = query.run(lost_leads, reading.filters, by=("lost_reason",), scope=reading.scope)
    if not lost.empty:
        lost = lost.sort_values("value", ascending=False, ignore_index=True)
        _bars(reading, lost_leads, lost, by="lost_reason", words={}, finding=lost_finding(lost))


def _bars(
    reading: Reading,
    metric: Metric,
    found: pd.DataFrame,
    *,
    by: str,
    words: Mapping[str, str],
    finding: str,
) -> None:
    clicked = show(
        ranked_bars(
            found, by=by, unit="leads", title=finding,
            names={name: _(said) for name, said in words.items()},
        ),
        key=f"conversion_{by}", alt=finding, clickable=True,
    )  # fmt: skip
    if clicked:
        open_rows(metric, reading.filters, where=clicked)


def _ordered(found: pd.DataFrame, by: str, order: tuple[str, ...]) -> pd.DataFrame:
    return found.sort_values(by, key=lambda names: names.map(order.index), ignore_index=True)


def pool_finding(states: pd.DataFrame) -> str:
    """How many unpaid leads nobody works on, as the picture's title."""
    counts = dict(zip(states["state"], states["value"], strict=True))
    idle = sum(counts.get(name, 0.0) for name in ("unassigned", "not_called", "silent"))
    open_ = sum(counts.get(name, 0.0) for name in STATES[:5])
    if not open_:
        return _("No open lead of these days")
    return _(
        "{share} of {n} open leads have nobody at work on them",
        share=percent(idle / open_), n=number(open_, exact=True),
    )  # fmt: skip


def lost_finding(lost: pd.DataFrame) -> str:
    """The commonest reason of lost leads, as the picture's title."""
    told = lost[[not is_blank(reason) for reason in lost["lost_reason"]]]
    if told.empty:
        return _("Leads were lost without a reason given")
    first = told.iloc[0]
    return _(
        "Lost most often: “{reason}”, {share} of {n}",
        reason=first["lost_reason"],
        share=percent(first["value"] / lost["value"].sum()),
        n=number(lost["value"].sum(), exact=True),
    )
