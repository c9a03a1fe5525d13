"""What the next thousand yuan of a channel would bring, and where nobody can say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.ask import query
from components.kit.charts.chart import figure, show, value_axis
from components.kit.rows.drill import open_rows
from components.kit.rows.table import clickable_table, interval_column, lines_height
from components.kit.states import nothing_to_show
from components.runtime.theme import Palette, palette
from components.screens.acquisition.measures import MEASURES
from components.screens.acquisition.reading import Reading
from components.words.formats import money, number
from components.words.i18n import N_, _
from data.scope import Filters, Period
from metrics.acquisition.marginal import (
    BEYOND_OBSERVED,
    SPEND_TOO_EVEN,
    TOO_FEW_PAYERS,
    TOO_FEW_WEEKS,
    Marginal,
    by_week,
    marginal_return,
)

STEP_CNY = 1000.0
_HISTORY_DAYS = 364
_STEPS = 8  # points of the curve
_REFUSALS = {
    TOO_FEW_WEEKS: N_("fewer than 8 weeks of spend"),
    TOO_FEW_PAYERS: N_("fewer than 30 first orders"),
    SPEND_TOO_EVEN: N_("weekly spend hardly varied"),
    BEYOND_OBSERVED: N_("already at the highest spend seen"),
}


def weekly(reading: Reading) -> dict[str, pd.DataFrame]:
    """Each paid channel's weeks of spend and first orders, of the last year old enough."""
    measure = MEASURES["cac_media"]
    daily = query.run(
        measure.metric, _year(reading), by=("channel_id", "unit_on"),
        scope=reading.scope, **measure.settings(reading.choice),
    )  # fmt: skip
    found = {}
    for channel, days in daily.groupby("channel_id"):
        payers = days.assign(numerator=days["denominator"])
        weeks = by_week(days[["unit_on", "numerator"]], payers[["unit_on", "numerator"]])
        if weeks["spend_cny"].sum() > 0:
            found[str(channel)] = weeks
    return found


def marginal_panel(reading: Reading) -> None:
    """Draw each channel's next step, and one channel's curve as far as it was ever tried."""
    weeks = weekly(reading)
    if not weeks:
        nothing_to_show(_("No spend in the last year."))
        return
    nexts = {channel: marginal_return(found, step_cny=STEP_CNY) for channel, found in weeks.items()}
    frame = step_table(nexts, reading.channels)
    cell = clickable_table(
        frame.drop(columns="channel_id"),
        key="acquisition_marginal_steps",
        placeholder="—",
        height=lines_height(len(frame)),
        column_config={
            "channel": st.column_config.TextColumn(_("Channel"), pinned=True),
            "now": st.column_config.NumberColumn(_("Weekly spend, CNY"), format="localized"),
            "most": st.column_config.NumberColumn(_("Highest week, CNY"), format="localized"),
            "gain": st.column_config.NumberColumn(
                _("+1,000 CNY a week brings, orders"), format="%.2f"
            ),
            "bounds": interval_column("80%"),
            "price": st.column_config.NumberColumn(_("CNY per extra order"), format="localized"),
            "refusal": st.column_config.TextColumn(_("Why not")),
        },
        alt=_("What 1,000 CNY more a week would bring, by channel."),
    )
    st.caption(
        _(
            "An association over the weeks of the last year, not an experiment; no figure beyond"
            " the highest weekly spend seen. Orders within {days} days of the lead.",
            days=reading.choice.window_days,
        )
    )
    if cell is not None:
        _open(reading, frame["channel_id"].iloc[cell[0]])
    told = [row["channel_id"] for row in frame.to_dict("records") if not row["refusal"]]
    if not told:
        return
    channel = st.selectbox(
        _("Curve of"), told, format_func=lambda c: reading.channels.get(c, c), width=320,
        key="acquisition_marginal_channel",
    )  # fmt: skip
    drawn = curve(weeks[channel])
    finding = marginal_finding(reading.channels.get(channel, channel), nexts[channel])
    clicked = show(
        marginal_curve(drawn, title=finding, where={"channel_id": channel}),
        key=f"acquisition_marginal_{channel}",
        alt=finding,
        clickable=True,
    )
    if clicked:
        _open(reading, channel)


def _open(reading: Reading, channel: str) -> None:
    """Open what a channel's steps are learned from: its spend and orders of the year."""
    measure, name = MEASURES["cac_media"], reading.channels.get(channel, channel)
    open_rows(
        measure.metric, _year(reading), where={"channel_id": channel},
        title=_("“{channel}”: what this is learned from", channel=name),
        **measure.settings(reading.choice),
    )  # fmt: skip


def _year(reading: Reading) -> Filters:
    """The filters with the last year that is old enough."""
    end = reading.scope.as_of_on - timedelta(days=reading.choice.window_days)
    year = Period(start=end - timedelta(days=_HISTORY_DAYS), end=end)
    return replace(reading.filters, period=year, comparison=None)


def marginal_finding(name: str, found: Marginal) -> str:
    """What the next step of a channel brings, as the picture's title."""
    return _(
        "“{channel}”: {now} a week now; 1,000 CNY more bring {gain} orders (80% {low}–{high})",
        channel=name,
        now=money(found.now_cny),
        gain=number(found.gain, digits=2),
        low=number(found.low, digits=2),
        high=number(found.high, digits=2),
    )


def step_table(nexts: dict[str, Marginal], names: dict[str, str]) -> pd.DataFrame:
    """A row a channel: what the next step brings, or why nobody can say; the best first."""
    rows = [
        {
            "channel_id": channel,
            "channel": names.get(channel, channel),
            "now": None if found.now_cny is None else round(found.now_cny),
            "most": None if found.most_cny is None else round(found.most_cny),
            "gain": found.gain,
            "bounds": None
            if found.gain is None
            else f"{number(found.low, digits=2)}–{number(found.high, digits=2)}",
            "price": round(STEP_CNY / found.gain) if found.gain else None,
            "refusal": _(_REFUSALS[found.refusal]) if found.refusal else "",
        }
        for channel, found in nexts.items()
    ]
    frame = pd.DataFrame(rows)
    frame["gain"] = frame["gain"].astype(float)
    return frame.sort_values(
        ["gain", "channel"], ascending=[False, True], na_position="last", ignore_index=True
    )


def curve(weeks: pd.DataFrame) -> pd.DataFrame:
    """Extra orders by extra weekly spend, up to the highest spend ever seen."""
    first = marginal_return(weeks, step_cny=STEP_CNY)
    if first.gain is None or first.now_cny is None or first.most_cny is None:
        return pd.DataFrame({"step_cny": [], "gain": [], "low": [], "high": []})
    room = first.most_cny - first.now_cny
    steps = [room * i / _STEPS for i in range(1, _STEPS + 1)]
    found = [(step, marginal_return(weeks, step_cny=step * (1 - 1e-9))) for step in steps]
    rows = [
        {"step_cny": step, "gain": m.gain, "low": m.low, "high": m.high}
        for step, m in found
        if m.gain is not None
    ]
    start = {"step_cny": 0.0, "gain": 0.0, "low": 0.0, "high": 0.0}
    return pd.DataFrame([start, *rows])


def marginal_curve(
    points: pd.DataFrame, *, title: str, where: Mapping[str, str], colours: Palette | None = None
) -> go.Figure:
    """Extra orders against extra weekly spend, with its 80 % band; it ends where data end.

    Every mark rests on all weeks of the channel: on the rows that ``where`` names.
    """
    colours = colours or palette()
    edge = {"x": points["step_cny"], "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    drawn = figure(
        go.Scatter(y=points["low"], **edge),
        go.Scatter(
            y=points["high"], fill="tonexty", fillcolor=colours.faded(colours.series, 0.14), **edge
        ),
        go.Scatter(
            x=points["step_cny"], y=points["gain"], mode="lines+markers",
            customdata=[dict(where)] * len(points),
            line={"color": colours.series, "width": 2.25},
            text=[f"{money(x)} → {number(y)}" for x, y in
                  zip(points["step_cny"], points["gain"], strict=True)],
            hovertemplate="%{text}<extra></extra>",
        ),
        title=title, colours=colours, showlegend=False,
    )  # fmt: skip
    drawn.update_layout(
        xaxis={**value_axis(list(points["step_cny"]), "cny"), "title_text": _("More a week, CNY")},
        yaxis={**value_axis(list(points["high"]), "orders"), "title_text": _("More first orders")},
    )
    return drawn
