"""An activity's life: its days over shaded phases, the usual band and the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.kit.charts.chart import day_axis, figure, own_palette, value_axis
from components.runtime.theme import Palette
from components.words import formats as words
from components.words.i18n import _

_HEIGHT = 360
_HALF_DAY = timedelta(hours=12)


def lifeline(
    points: pd.DataFrame,
    *,
    phases: Mapping[str, Sequence[date]],
    unit: str,
    where: Mapping[str, object],
    title: str = "",
    height: int = _HEIGHT,
    colours: Palette | None = None,
) -> go.Figure:
    """Daily figures of an activity, its phases shaded.

    Parameters
    ----------
    points
        One row per day in order: ``unit_on``, ``value`` (missing where the day has not
        come), ``is_immature`` (the day is not over); and where they are known ``low``,
        ``usual``, ``high`` (the band) and ``plan``.
    phases
        What a phase is called → its days.
    where
        What every mark stands for beside its day.
    """
    colours = own_palette(colours)
    days = [pd.Timestamp(day).date() for day in points["unit_on"]]
    traces: list[Any] = _band(points, days, colours) if "usual" in points else []
    if "plan" in points:
        traces.append(
            go.Scatter(
                x=days, y=points["plan"], mode="lines", line_shape="hvh", name=_("plan"),
                line={"color": colours.warning, "width": 1.5, "dash": "dash"},
                text=[words.value(v, unit) for v in points["plan"]],
                hovertemplate=_("plan") + " %{text}<extra></extra>",
            )
        )  # fmt: skip
    known = points[points["value"].notna()]
    seen = [pd.Timestamp(day).date() for day in known["unit_on"]]
    unfinished = list(known["is_immature"])
    traces.append(
        go.Scatter(
            x=seen, y=known["value"], mode="lines+markers", name=_("actual"),
            line={"color": colours.series, "width": 2.5},
            marker={
                "size": 8, "color": colours.series,
                "symbol": ["circle-open" if young else "circle" for young in unfinished],
            },
            customdata=[{**where, "unit_on": day.isoformat()} for day in seen],
            text=[
                words.value(v, unit) + (f" · {_('the day is not over')}" if young else "")
                for v, young in zip(known["value"], unfinished, strict=True)
            ],
            hovertemplate="%{x}<br><b>%{text}</b><extra></extra>",
        )
    )  # fmt: skip
    drawn = figure(*traces, title=title, colours=colours, height=height, showlegend=True)
    columns = [c for c in ("value", "high", "plan") if c in points]
    drawn.update_layout(
        xaxis=day_axis(days),
        yaxis=value_axis([v for c in columns for v in points[c].dropna()], unit),
        margin_t=32,
    )
    _shade(drawn, phases, colours)
    return drawn


def _band(points: pd.DataFrame, days: Sequence[date], colours: Palette) -> list[Any]:
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    return [
        go.Scatter(x=days, y=points["low"], showlegend=False, **edge),
        go.Scatter(
            x=days, y=points["high"], fill="tonexty", name=_("usual, 10–90%"),
            fillcolor=colours.faded(colours.muted, 0.18), **edge,
        ),
        go.Scatter(
            x=days, y=points["usual"], mode="lines", name=_("usual"), hoverinfo="skip",
            line={"color": colours.muted, "width": 1.5},
        ),
    ]  # fmt: skip


def _shade(drawn: go.Figure, phases: Mapping[str, Sequence[date]], colours: Palette) -> None:
    for place, (name, days) in enumerate(phases.items()):
        if not days:
            continue
        first, last = pd.Timestamp(days[0]) - _HALF_DAY, pd.Timestamp(days[-1]) + _HALF_DAY
        drawn.add_shape(
            type="rect", x0=first, x1=last, y0=0, y1=1, yref="paper", layer="below",
            line={"width": 0},
            fillcolor=colours.faded(colours.series, 0.07 if place % 2 == 0 else 0.02),
        )  # fmt: skip
        drawn.add_annotation(
            x=first + (last - first) / 2, y=1, yref="paper", yanchor="bottom", text=name,
            showarrow=False, font={"color": colours.muted, "size": 12},
        )  # fmt: skip


def aligned_lines(
    curves: Mapping[str, Sequence[float]],
    *,
    names: Mapping[str, str],
    unit: str,
    title: str = "",
    height: int = 300,
    colours: Palette | None = None,
) -> go.Figure:
    """Activities day by day from their first one, each a line.

    ``curves`` and ``names`` are by ``activity_id``; a mark stands for it and ``day``, from 1.
    """
    colours = own_palette(colours)
    traces = [
        go.Scatter(
            x=list(range(1, len(curve) + 1)), y=list(curve), mode="lines+markers",
            name=names[activity],
            customdata=[{"activity_id": activity, "day": n + 1} for n in range(len(curve))],
            line={"color": colours.categorical[place], "width": 2.25},
            marker={"size": 6, "symbol": ("circle", "square")[place % 2]},
            text=[words.value(v, unit) for v in curve],
            hovertemplate=_("Day {n}", n="%{x}") + "<br><b>%{text}</b><br>" + "%{fullData.name}"
            "<extra></extra>",
        )
        for place, (activity, curve) in enumerate(curves.items())
    ]  # fmt: skip
    drawn = figure(*traces, title=title, colours=colours, height=height, showlegend=True)
    longest = max((len(curve) for curve in curves.values()), default=1)
    drawn.update_layout(
        xaxis={
            "tickvals": list(range(1, longest + 1)), "title": {"text": _("Day of the activity")},
            "range": [0.5, longest + 0.5],
        },
        yaxis=value_axis([v for curve in curves.values() for v in curve], unit),
    )  # fmt: skip
    return drawn


def hour_bars(
    hours: pd.DataFrame,
    *,
    unit: str,
    where: Mapping[str, object],
    title: str = "",
    height: int = _HEIGHT,
    colours: Palette | None = None,
) -> go.Figure:
    """A figure by hour of the day: ``hour`` (0 to 23) and ``value``; an hour without a row is 0."""
    colours = own_palette(colours)
    by_hour = dict(zip(hours["hour"].astype(int), hours["value"], strict=True))
    values = [float(by_hour.get(hour, 0)) for hour in range(24)]
    bars = go.Bar(
        x=list(range(24)), y=values, marker={"color": colours.series, "cornerradius": 3},
        customdata=[{**where, "hour": hour} for hour in range(24)],
        text=[words.value(v, unit) for v in values], textposition="none",
        hovertemplate="%{x}:00<br><b>%{text}</b><extra></extra>",
    )  # fmt: skip
    drawn = figure(bars, title=title, colours=colours, height=height, showlegend=False)
    drawn.update_layout(
        xaxis={"tickvals": list(range(0, 24, 3)), "ticktext": [f"{h}:00" for h in range(0, 24, 3)]},
        yaxis=value_axis(values, unit),
    )
    return drawn
