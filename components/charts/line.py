"""Change over time: a line with its band, comparison, target and what is still immature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components import format as words
from components.chart import HEIGHT, day_axis, figure, own_palette, value_axis
from components.i18n import _
from components.theme import Palette

MOST_SERIES = 6


@dataclass(frozen=True)
class Note:
    """Words at a day: a holiday, a campaign, an outage."""

    on: date
    text: str


def line(
    points: pd.DataFrame,
    *,
    unit: str,
    title: str = "",
    x: str = "unit_on",
    y: str = "value",
    by: str | None = None,
    names: Mapping[Any, str] | None = None,
    comparison: pd.DataFrame | None = None,
    comparison_name: str = "",
    target: float | None = None,
    notes: Sequence[Note] = (),
    zero: bool = True,
    height: int = HEIGHT,
    colours: Palette | None = None,
) -> go.Figure:
    """A line per series over days.

    Parameters
    ----------
    points
        Rows in order of ``x`` with ``y``; ``low`` and ``high`` draw a band (one series
        only), ``is_immature`` dashes the points that may still change. Missing stays a gap.
    unit
        The figures' unit, one of the metrics' units.
    by, names
        Column of the series, at most six, and what each is called.
    comparison
        Rows with ``y`` for the same days of another period, in the same order; drawn grey.
    target
        A thin line with its value.
    """
    colours = own_palette(colours)
    traces: list[Any] = []
    if comparison is not None:
        traces.append(_comparison(points[x], comparison[y], comparison_name, unit, colours))
    series = [(None, points)] if by is None else list(points.groupby(by, sort=False))[:MOST_SERIES]
    if by is None and {"low", "high"} <= set(points.columns):
        traces += _band(points, x, colours)
    for i, (name, rows) in enumerate(series):
        label = "" if name is None else (names or {}).get(name, str(name))
        where = [{x: _plain(day), **({by: name} if by else {})} for day in rows[x]]
        drawn_rows = rows.assign(day=rows[x], figure=rows[y], where=where)
        traces += _series(drawn_rows, label=label, unit=unit, colour=colours.categorical[i])
    known = [points[y], *([comparison[y]] if comparison is not None else [])]
    seen = [v for column in known for v in column] + ([target] if target is not None else [])
    if "high" in points.columns and by is None:
        seen += list(points["high"])
    drawn = figure(*traces, title=title, colours=colours, height=height, showlegend=False)
    drawn.update_layout(yaxis=value_axis(seen, unit, zero=zero), xaxis=day_axis(list(points[x])))
    if target is not None:
        _target(drawn, target, unit, colours)
    for note in notes:
        _annotate(drawn, note, colours)
    return drawn


def _series(rows: pd.DataFrame, *, label: str, unit: str, colour: str) -> list[Any]:
    """A solid line over what is settled, a dashed one from there over what is not."""
    immature = rows["is_immature"] if "is_immature" in rows else pd.Series(False, index=rows.index)
    # The dashed part starts at the last settled point, so that the line does not break.
    dashed = immature | immature.shift(-1, fill_value=False)
    traces = []
    for part, dash, hidden in ((~immature, "solid", immature), (dashed, "dot", ~dashed)):
        if not part.any():
            continue
        suffix = f" · {_('immature')}" if dash == "dot" else ""
        traces.append(
            go.Scatter(
                x=rows["day"], y=rows["figure"].mask(hidden), mode="lines+markers", name=label,
                line={"color": colour, "width": 2.25, "dash": dash},
                marker={"size": 5 if len(rows) <= 62 else 3, "color": colour},
                customdata=list(rows["where"]), connectgaps=False,
                text=[words.value(v, unit) + suffix for v in rows["figure"]],
                hovertemplate="%{x}<br><b>%{text}</b>" + (f"<br>{label}" if label else "")
                + "<extra></extra>",
            )
        )  # fmt: skip
    if label:
        known = rows[rows["figure"].notna()]
        if not known.empty:
            last = known.iloc[-1]
            traces.append(
                go.Scatter(
                    x=[last["day"]], y=[last["figure"]], mode="text", text=[f" {label}"],
                    textposition="middle right", textfont={"color": colour}, hoverinfo="skip",
                    cliponaxis=False,
                )
            )  # fmt: skip
    return traces


def _comparison(
    days: pd.Series, before: pd.Series, name: str, unit: str, colours: Palette
) -> go.Scatter:
    figures = list(before)[: len(days)]
    return go.Scatter(
        x=days[: len(figures)], y=figures, mode="lines", name=name,
        line={"color": colours.faded(colours.muted, 0.65), "width": 1.5},
        text=[words.value(v, unit) for v in figures],
        hovertemplate=f"{name} %{{text}}<extra></extra>",
    )  # fmt: skip


def _band(rows: pd.DataFrame, x: str, colours: Palette) -> list[go.Scatter]:
    edge = {"x": rows[x], "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    fill = colours.faded(colours.series, 0.14)
    return [
        go.Scatter(y=rows["low"], **edge),
        go.Scatter(y=rows["high"], fill="tonexty", fillcolor=fill, **edge),
    ]


def _target(drawn: go.Figure, target: float, unit: str, colours: Palette) -> None:
    drawn.add_hline(
        y=target, line={"color": colours.warning, "width": 1.25, "dash": "dash"},
        annotation={
            "text": _("Target {figure}", figure=words.value(target, unit)), "showarrow": False,
            "font": {"color": colours.warning, "size": 12}, "xanchor": "right", "yanchor": "bottom",
        },
    )  # fmt: skip


def _annotate(drawn: go.Figure, note: Note, colours: Palette) -> None:
    # Plotly's add_vline cannot place words on a date axis.
    drawn.add_shape(
        type="line", x0=note.on, x1=note.on, y0=0, y1=1, yref="paper",
        line={"color": colours.muted, "width": 1, "dash": "dot"},
    )  # fmt: skip
    drawn.add_annotation(
        x=note.on, y=1, yref="paper", text=note.text, showarrow=False, yanchor="bottom",
        font={"color": colours.muted, "size": 11},
    )  # fmt: skip


def _plain(day: Any) -> str:
    """A day as text: what a mark stands for travels to the browser and back as JSON."""
    return pd.Timestamp(day).date().isoformat()
