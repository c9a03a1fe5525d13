"""When the leads of some days have earned what they cost."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.ask import query
from components.kit.charts.chart import figure, show, value_axis
from components.kit.rows.drawer import day_column, open_list
from components.kit.rows.drill import open_rows
from components.kit.rows.table import yuan_column
from components.kit.states import NO_COURSE_LINE, nothing_to_show
from components.runtime.theme import Palette, palette
from components.screens.acquisition.reading import Reading
from components.screens.acquisition.worth import open_worth, worth_table
from components.words.formats import days_range, escape, money, value
from components.words.i18n import _
from metrics.acquisition.cost import spend_total
from metrics.acquisition.payback import cohort_cashflow, cohort_orders, payback_curve, payback_day

_EVERY = ""
COST, REVENUE = "cost", "revenue"  # what a mark of the curve stands for


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
        reason = _("No spend on the leads of {days}.", days=_days(reading))
        nothing_to_show(_(NO_COURSE_LINE) if reading.filters.course_lines else reason)
        return
    channel = st.selectbox(
        _("Channel"), [_EVERY, *paid], width=320, key="acquisition_payback_channel",
        format_func=lambda c: reading.channels.get(c, c) if c else _("Paid channels"),
    )  # fmt: skip
    rows = cashflow[cashflow["channel_id"].isin([channel] if channel else paid)]
    curve = _curve(reading, rows)
    if curve.empty:
        nothing_to_show(_("The youngest lead is not a day old."))
        return
    name = reading.channels.get(channel, channel) if channel else _("Paid channels")
    finding = payback_finding(curve, name)
    clicked = show(
        payback_figure(curve, title=finding), key=f"acquisition_payback_{channel}", alt=finding,
        clickable=True,
    )  # fmt: skip
    st.caption(
        _(
            "Leads of {days}; the curve ends on the day that the youngest of them has finished.",
            days=_days(reading),
        )
    )
    asked = worth_table(reading, paid)
    if clicked:
        open_payback(reading, (channel,) if channel else tuple(paid), clicked, name)
    elif asked:
        open_worth(reading, paid, *asked)


def open_payback(
    reading: Reading, channels: tuple[str, ...], mark: dict[str, Any], name: str
) -> None:
    """Open what a mark of the curve stands for: the cost, or the orders up to a day."""
    if mark["what"] == COST:
        open_rows(
            spend_total, reading.judged("roi"), where={"channel_id": channels},
            title=f"{name} · {_('Spend')}",
        )  # fmt: skip
        return
    open_list(
        partial(
            query.fetch, cohort_orders, reading.judged("roi"), scope=reading.scope,
            channels=channels, days=mark["day_no"],
        ),
        {
            "name": st.column_config.TextColumn(_("Name")), "net_cny": yuan_column(_("Net yuan")),
            "paid_on": day_column(_("Paid on")),
            "day_no": st.column_config.NumberColumn(_("Days since the lead")),
            "created_on": day_column(_("Lead on")),
            "campus": st.column_config.TextColumn(_("Campus")),
            "channel": st.column_config.TextColumn(_("Channel")),
        },
        title=_("{channel}: orders up to day {day}", channel=escape(name), day=mark["day_no"]),
        subject="payback_orders", key="acquisition_payback_rows",
        where={"channels": channels, "day_no": mark["day_no"]},
        note=_(
            "They add up to {revenue}.", revenue=value(mark["revenue_cny"], "cny", exact=True)
        ).replace("$", r"\$"),
    )  # fmt: skip


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
    days = [int(day) for day in curve["day_no"]]
    drawn = figure(
        go.Scatter(
            # Only markers can be clicked; the line itself stays the picture.
            x=[days[0], days[-1]], y=[cost, cost], mode="lines+markers",
            marker={"size": 8, "color": colours.warning, "symbol": "diamond"},
            line={"color": colours.warning, "width": 1.25, "dash": "dash"},
            customdata=[{"what": COST}] * 2, text=[money(cost)] * 2,
            hovertemplate="<b>%{text}</b><extra></extra>",
        ),
        go.Scatter(
            x=days, y=curve["revenue_cny"], mode="lines+markers",
            marker={"size": 3, "color": colours.series},
            line={"color": colours.series, "width": 2.25},
            customdata=[
                {"what": REVENUE, "day_no": day, "revenue_cny": float(cny)}
                for day, cny in zip(days, curve["revenue_cny"], strict=True)
            ],
            text=[money(x) for x in curve["revenue_cny"]],
            hovertemplate="%{x}: <b>%{text}</b><extra></extra>",
        ),
        title=title, colours=colours, showlegend=False,
    )  # fmt: skip
    drawn.add_annotation(
        x=days[-1], y=cost, text=_("Cost {cost}", cost=money(cost)), showarrow=False,
        xanchor="right", yanchor="bottom", font={"color": colours.warning, "size": 12},
    )  # fmt: skip
    day = payback_day(curve)
    if day is not None:
        drawn.add_vline(x=day, line={"color": colours.muted, "width": 1, "dash": "dot"})
    drawn.update_layout(
        xaxis={"title_text": _("Days since the lead")},
        yaxis=value_axis([*curve["revenue_cny"], cost], "cny"),
    )
    return drawn
