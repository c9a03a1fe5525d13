"""The calendar of what falls due: by week, and by how far the talk has come."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.ask import query
from components.kit.charts.bars import ranked_bars
from components.kit.charts.chart import show, title_of
from components.kit.charts.stack import stacked_bars
from components.kit.rows.drill import open_rows
from components.kit.states import nothing_to_show
from components.screens.renewal.reading import Reading
from components.words.formats import day, money, number, percent
from components.words.i18n import N_, _
from metrics.renewal.pool import PIPELINE, renewal_pool

STAGES = {
    "untouched": N_("Not contacted yet"),
    "talking": N_("Talking"),
    "promised": N_("Promised"),
    "refused": N_("Refused"),
    "paid": N_("Paid"),
}
_BY_COUNT, _BY_AMOUNT = "enrolments", "due_cny"


def due_calendar(reading: Reading) -> None:
    """Draw the pool by week, or by stage with the reasons of refusals."""
    pool = reading.pool
    if pool.empty:
        nothing_to_show(_("Nothing falls due in the next three months."))
        return
    weeks, stages = st.tabs(
        [_("By week"), _("By stage of the talk")], key="renewal_calendar", on_change="rerun"
    )
    if weeks.open:
        with weeks:
            _by_week(reading)
    if stages.open:
        with stages:
            _by_stage(reading, pool)


def _by_week(reading: Reading) -> None:
    measure = st.segmented_control(
        _("Measure"), [_BY_COUNT, _BY_AMOUNT], default=_BY_COUNT, required=True,
        format_func=lambda name: _("Enrolments") if name == _BY_COUNT else _("Amount due"),
        key="renewal_measure", label_visibility="collapsed",
    )  # fmt: skip
    drawn = weeks_picture(reading, measure)
    clicked = show(drawn, key=f"renewal_weeks_{measure}", alt=title_of(drawn), clickable=True)
    if clicked:
        title = f"{clicked['week_on']} · {_(STAGES[clicked['pipeline']])}"
        open_rows(renewal_pool, reading.pool_days, where=clicked, title=title)


@query.remembered
def weeks_picture(reading: Reading, measure: str = _BY_COUNT) -> go.Figure:
    """The pool by week and stage of the talk, as counted or in yuan."""
    return stacked_bars(
        reading.pool, x="week_on", by="pipeline", order=PIPELINE[::-1], value=measure,
        unit="orders" if measure == _BY_COUNT else "cny", title=calendar_finding(reading.pool),
        names={stage: _(words) for stage, words in STAGES.items()}, muted=("paid",),
        marker_on=reading.today, marker_text=_("today"),
    )  # fmt: skip


def calendar_finding(pool: pd.DataFrame) -> str:
    """The heaviest week that is not yet paid, as the picture's title."""
    open_ = pool[pool["pipeline"] != "paid"]
    if open_.empty:
        return _("All that falls due in the next three months is paid")
    weeks = open_.groupby("week_on")["enrolments"].sum()
    amounts = open_.groupby("week_on")["due_cny"].sum()
    week = weeks.idxmax()
    return _(
        "The heaviest week begins on {day}: {n} not yet paid, worth {amount}",
        day=day(week),
        n=number(weeks[week], exact=True),
        amount=money(amounts[week]),
    )


def _by_stage(reading: Reading, pool: pd.DataFrame) -> None:
    sums = pool.groupby("pipeline")["enrolments"].sum()
    stages = pd.DataFrame(
        [{"pipeline": s, "value": float(sums[s])} for s in PIPELINE if s in sums.index]
    )
    finding = _(
        "{share} of what falls due is paid, with {silent} nobody has talked",
        share=percent(float(sums.get("paid", 0)) / float(sums.sum())),
        silent=number(float(sums.get("untouched", 0)), exact=True),
    )
    names = {stage: _(words) for stage, words in STAGES.items()}
    clicked = show(
        ranked_bars(stages, by="pipeline", unit="orders", title=finding, names=names),
        key="renewal_stages", alt=finding, clickable=True,
    )  # fmt: skip
    reasons = refusals(pool)
    if not reasons.empty:
        words = _(
            "Refusals: most often “{reason}”",
            reason=reasons["reason"].iloc[0] or _("no reason given"),
        )
        by_reason = show(
            ranked_bars(reasons, by="reason", unit="orders", title=words),
            key="renewal_reasons", alt=words, clickable=True,
        )  # fmt: skip
        clicked = clicked or (by_reason and {**by_reason, "pipeline": "refused"})
    if clicked:
        open_rows(renewal_pool, reading.pool_days, where=clicked, title=names[clicked["pipeline"]])


def refusals(pool: pd.DataFrame) -> pd.DataFrame:
    """Refused enrolments by reason, the most frequent first."""
    refused = pool[pool["pipeline"] == "refused"]
    counts = refused.groupby("reason", dropna=False)["enrolments"].sum().sort_values()
    return counts[::-1].rename("value").astype(float).reset_index()
