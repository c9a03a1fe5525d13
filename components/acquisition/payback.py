"""When the leads of some days have earned what they cost."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components import query
from components.acquisition.reading import Reading
from components.acquisition.worth import worth_table
from components.chart import figure, show, value_axis
from components.format import days_range, money
from components.i18n import _
from components.states import nothing_to_show
from components.theme import Palette, palette
from metrics.payback import cohort_cashflow, payback_curve, payback_day

_EVERY = ""


def _cashflow(reading: Reading) -> pd.DataFrame:
    return query.fetch(
        cohort_cashflow, reading.judged("roi"), scope=reading.scope,
        days=reading.choice.return_days,
    )  # fmt: skip


def _curve(reading: Reading, cashflow: pd.DataFrame) -> pd.DataFrame:
    return payback_curve(
        cashflow,
        cohort_ends_on=reading.judged("roi").period.end,
        as_of_on=reading.scope.as_of_on,
        days=reading.choice.return_days,
    )


def payback_days(reading: Reading) -> dict[str, int | None]:
    """Every branch and channel that costs → the day it had earned that, None while it has not."""
    cashflow = _cashflow(reading)
    found = {}
    for node in {node for path in reading.paths.values() for node in path}:
        below = [channel for channel, path in reading.paths.items() if node in path]
        rows = cashflow[cashflow["channel_id"].isin(below)]
        if rows["cost_cny"].sum() > 0:
            found[node] = payback_day(_curve(reading, rows))
    return found


def payback_panel(reading: Reading) -> None:
    """Draw the cumulative revenue of paid leads against their cost, by day since the lead."""
    cashflow = _cashflow(reading)
    paid = sorted(cashflow.loc[cashflow["cost_cny"] > 0, "channel_id"].dropna())
    if not paid:
        nothing_to_show(_("No spend on the leads of {days}.", days=_days(reading)))
        return
    channel = st.selectbox(
        _("Channel"), [_EVERY, *paid], width=320, key="acquisition_payback_channel",
        format_func=lambda c: reading.names.get(c, c) if c else _("Paid channels"),
    )  # fmt: skip
    rows = cashflow[cashflow["channel_id"].isin([channel] if channel else paid)]
    curve = _curve(reading, rows)
    if curve.empty:
        nothing_to_show(_("The youngest lead is not a day old."))
        return
    name = reading.names.get(channel, channel) if channel else _("Paid channels")
    finding = payback_finding(curve, name)
    show(payback_figure(curve, title=finding), key=f"acquisition_payback_{channel}", alt=finding)
    st.caption(
        _(
            "Leads of {days}; the curve ends on the day that the youngest of them has finished.",
            days=_days(reading),
        )
    )
    worth_table(reading, paid)


def _days(reading: Reading) -> str:
    return days_range(reading.judged("roi").period)


def payback_finding(curve: pd.DataFrame, name: str) -> str:
    """Whether and when the cohort had earned its cost."""
    day, last = payback_day(curve), curve.iloc[-1]
    values = {
        "channel": name,
        "cost": money(last["cost_cny"]),
        "revenue": money(last["revenue_cny"]),
        "days": int(last["day_no"]),
    }
    if day is None:
        return _("“{channel}” has not paid back: {revenue} of {cost} after {days} days", **values)
    return _(
        "“{channel}” paid back on day {day}: {cost} spent, {revenue} after {days} days",
        day=day, **values,
    )  # fmt: skip


def payback_figure(curve: pd.DataFrame, *, title: str, colours: Palette | None = None) -> go.Figure:
    """Cumulative net revenue over the days since the lead, and the cost as a level line."""
    colours = colours or palette()
    cost = float(curve["cost_cny"].iloc[0])
    drawn = figure(
        go.Scatter(
            x=curve["day_no"], y=curve["revenue_cny"], mode="lines",
            line={"color": colours.series, "width": 2.25},
            text=[money(x) for x in curve["revenue_cny"]],
            hovertemplate="%{x}: <b>%{text}</b><extra></extra>",
        ),
        title=title, colours=colours, showlegend=False,
    )  # fmt: skip
    drawn.add_hline(
        y=cost, line={"color": colours.warning, "width": 1.25, "dash": "dash"},
        annotation={
            "text": _("Cost {cost}", cost=money(cost)), "showarrow": False, "xanchor": "right",
            "yanchor": "bottom", "font": {"color": colours.warning, "size": 12},
        },
    )  # fmt: skip
    day = payback_day(curve)
    if day is not None:
        drawn.add_vline(x=day, line={"color": colours.muted, "width": 1, "dash": "dot"})
    drawn.update_layout(
        xaxis={"title_text": _("Days since the lead")},
        yaxis=value_axis([*curve["revenue_cny"], cost], "cny"),
    )
    return drawn
