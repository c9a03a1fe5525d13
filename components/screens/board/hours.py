"""How does today run against the same weekdays?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, timedelta

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.ask import query
from components.kit.charts.chart import figure, label_room, own_palette, show, value_axis
from components.kit.rows.drill import open_rows
from components.runtime.theme import Palette
from components.screens.board.pace import month_of, today_sentence
from components.words.formats import day, delta, number, value
from components.words.i18n import _, sentences
from data.scope import DEFAULT_TIMEZONE, Filters, Period
from metrics.leads.new_leads import new_leads
from metrics.plans.today import hour_curve, leads_by_hour, so_far

WEEKS = 4
TODAY, USUAL = "today", "usual"  # whose curve a mark lies on


@dataclass(frozen=True)
class Today:
    """Today so far: leads, what the same weekdays had by this time, and the curve.

    ``time`` is the time of day in hours; ``hour`` is the last of the curve that has begun.
    """

    leads: float
    usual: float
    least: float
    most: float
    hour: int
    time: float
    curve: pd.DataFrame

    @property
    def clock(self) -> str:
        """The time of day as a clock shows it."""
        return f"{int(self.time)}:{round(self.time % 1 * 60):02d}"

    @property
    def unusual(self) -> bool:
        """Whether today lies outside what the same weekdays had by this time."""
        return not self.least <= self.leads <= self.most


@query.remembered
def today_so_far(filters: Filters) -> Today:
    """Today's leads by hour, and the same weekdays before."""
    now = query.as_of().replace(tzinfo=UTC).astimezone(DEFAULT_TIMEZONE)
    # A minute before the hour is full still belongs to the hour.
    hour = (now.hour - 1) if now.minute == 0 and now.hour else now.hour
    hours = query.fetch(leads_by_hour, filters, weeks=WEEKS)
    curve = hour_curve(hours, today=now.date(), now_hour=hour, weeks=WEEKS)
    leads, *before = so_far(hours, today=now.date(), weeks=WEEKS)
    usual = sum(before) / len(before)
    time = now.hour + now.minute / 60
    return Today(leads, usual, min(before), max(before), hour, time, curve)


def in_words(today: Today, name: str) -> str:
    """Today against the same weekdays, in a sentence."""
    if not today.unusual:
        verdict = _("within what {weeks} such days had by this time", weeks=WEEKS)
    elif today.leads > today.most:
        verdict = _("more than any of the last {weeks} such days", weeks=WEEKS)
    else:
        verdict = _("fewer than any of the last {weeks} such days", weeks=WEEKS)
    return _(
        "{day}, by {time}: {leads} new leads, usually {usual} ({change}); {verdict}.",
        day=name,
        time=today.clock,
        leads=number(today.leads, exact=True),
        usual=number(today.usual),
        change=delta(today.leads, today.usual, "leads"),
        verdict=verdict,
    )


def hours_figure(today: Today, *, colours: Palette | None = None) -> go.Figure:
    """Leads so far by hour: today over the band of the same weekdays."""
    colours = own_palette(colours)
    curve = today.curve
    ends = curve["hour"] + 1
    edge = {"x": ends, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    drawn = figure(
        go.Scatter(y=curve["low"], **edge),
        go.Scatter(
            y=curve["high"], fill="tonexty", fillcolor=colours.faded(colours.muted, 0.16), **edge
        ),
        go.Scatter(
            x=ends,
            y=curve["usual"],
            # Only markers can be clicked; the line itself stays the picture.
            mode="lines+markers",
            marker={"size": 3, "color": colours.muted},
            line={"color": colours.muted, "width": 1.5},
            text=[value(v, "leads") for v in curve["usual"]],
            customdata=[{"days": USUAL, "hour": int(hour)} for hour in curve["hour"]],
            hovertemplate="%{x}:00 %{text}<extra></extra>",
        ),
        go.Scatter(
            x=ends.where(curve["hour"] != today.hour, today.time),
            y=curve["today"],
            mode="lines+markers",
            line={"color": colours.series, "width": 2.5},
            marker={"size": 5},
            text=[
                f"{today.clock if hour == today.hour else f'{hour + 1}:00'} "
                f"<b>{value(leads, 'leads')}</b>"
                for hour, leads in zip(curve["hour"], curve["today"], strict=True)
            ],
            customdata=[{"days": TODAY, "hour": int(hour)} for hour in curve["hour"]],
            hovertemplate="%{text}<extra></extra>",
        ),
        title="",
        colours=colours,
        height=330,  # as tall as the month beside it, with its choices
        showlegend=False,
    )
    drawn.update_layout(
        xaxis={"tickvals": [0, 6, 9, 12, 15, 18, 21, 24], "range": [0, 24], "ticksuffix": ":00"},
        yaxis=value_axis(list(curve["high"]) + list(curve["today"].dropna()), "leads"),
    )
    labels = (
        (f"{_('today')} {number(today.leads)}", today.time, today.leads, colours.series),
        (f"{_('usual')} {number(curve['usual'].iloc[-1])}", 24, curve["usual"].iloc[-1],
         colours.muted),
    )  # fmt: skip
    for text, x, y, colour in labels:
        drawn.add_annotation(
            x=x, y=y, text=text, showarrow=False, xanchor="left", xshift=6, font={"color": colour}
        )
    return drawn.update_layout(margin_r=label_room(text for text, *_where in labels))


@query.remembered
def hours_picture(filters: Filters) -> tuple[str, go.Figure]:
    today = today_so_far(filters)
    name = day(query.current_scope(filters).as_of_on, weekday=True)
    ahead = today_sentence(month_of(filters, "new_leads"))
    return sentences(in_words(today, name), ahead), hours_figure(today)


def hours_card(filters: Filters) -> None:
    """The hour curve with its finding."""
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{_('Today, hour by hour')}**")
        finding, picture = hours_picture(filters)
        st.caption(finding)
        clicked = show(picture, key="board_hours", alt=finding, clickable=True)
        if clicked:
            _open(filters, is_today=clicked["days"] == TODAY, hour=clicked["hour"])


def _open(filters: Filters, *, is_today: bool, hour: int) -> None:
    """Open the leads up to the end of an hour: today's, or those of the weekdays before."""
    on = query.current_scope(filters).as_of_on
    days = (on,) if is_today else tuple(on - timedelta(days=7 * n) for n in range(1, WEEKS + 1))
    whole = Period(start=min(days), end=on + timedelta(days=1))
    until = _("{day}, by {hour}:00", day=day(on, weekday=True), hour=hour + 1)
    usual = _("The {n} weekdays before, by {hour}:00", n=WEEKS, hour=hour + 1)
    open_rows(
        new_leads, replace(filters, period=whole, comparison=None),
        where={"unit_on": days, "hour": tuple(range(hour + 1))},
        title=until if is_today else usual,
    )  # fmt: skip
