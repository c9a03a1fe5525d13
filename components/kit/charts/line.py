"""Change over time: a line with its band, comparison, target and what is still immature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.kit.charts.chart import (
    HEIGHT,
    day_axis,
    figure,
    label_room,
    own_palette,
    value_axis,
)
from components.runtime.theme import Palette
from components.words import formats as words
from components.words.i18n import _

MOST_SERIES = 6
_LABEL_HEIGHT = 22  # pixels from one label to the next, with the margins' share
_WIDEST_ROOM = 124


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
    if by is None and {"low", "high"} <= set(points.columns):
        traces += _band(points, x, colours)
    ends: list[_End] = []
    if comparison is not None:
        before = list(comparison[y])[: len(points)]
        days = list(points[x])[: len(before)]
        traces.append(_comparison(days, before, comparison_name, unit, colours))
        ends += _end(days, before, comparison_name, colours.muted)
    series = [(None, points)] if by is None else list(points.groupby(by, sort=False))[:MOST_SERIES]
    for i, (name, rows) in enumerate(series):
        label = "" if name is None else (names or {}).get(name, str(name))
        where = [{x: _plain(day), **({by: name} if by else {})} for day in rows[x]]
        drawn_rows = rows.assign(day=rows[x], figure=rows[y], where=where)
        traces += _series(drawn_rows, label=label, unit=unit, colour=colours.categorical[i])
        ends += _end(list(rows[x]), list(rows[y]), label, colours.categorical[i])
    seen = [*points[y], *(comparison[y] if comparison is not None else [])]
    seen += list(points["high"]) if "high" in points.columns and by is None else []
    seen += [target] if target is not None else []
    drawn = figure(*traces, title=title, colours=colours, height=height, showlegend=False)
    axis = value_axis(seen, unit, zero=zero)
    drawn.update_layout(yaxis=axis, xaxis=day_axis(list(points[x])))
    if target is not None:
        _target(drawn, target, unit, colours)
    for note in notes:
        _annotate(drawn, note, colours)
    _name_ends(drawn, ends, axis["range"][1] - axis["range"][0], height)
    return drawn


@dataclass(frozen=True)
class _End:
    """Where a line ends, what it is called there, and its colour."""

    on: Any
    y: float
    label: str
    colour: str


def _end(days: Sequence[Any], figures: Sequence[Any], label: str, colour: str) -> list[_End]:
    known = [(d, f) for d, f in zip(days, figures, strict=True) if not words.is_missing(f)]
    return [_End(known[-1][0], float(known[-1][1]), label, colour)] if known and label else []


def _name_ends(drawn: go.Figure, ends: Sequence[_End], span: float, height: int) -> None:
    """Labels beside the lines' ends, pushed apart where lines end close together."""
    if not ends:
        return
    least = span * _LABEL_HEIGHT / height
    level = float("-inf")
    for end in sorted(ends, key=lambda end: end.y):
        level = max(end.y, level + least)
        drawn.add_annotation(
            x=end.on, y=level, text=end.label, showarrow=False, xanchor="left", xshift=6,
            font={"color": end.colour, "size": 12},
        )  # fmt: skip
    drawn.update_layout(margin_r=min(label_room(end.label for end in ends), _WIDEST_ROOM))


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
    return traces


def _comparison(
    days: Sequence[Any], before: Sequence[Any], name: str, unit: str, colours: Palette
) -> go.Scatter:
    return go.Scatter(
        x=days, y=before, mode="lines", name=name,
        line={"color": colours.faded(colours.muted, 0.6), "width": 1.5},
        text=[words.value(v, unit) for v in before],
        hovertemplate=f"{name} %{{text}}<extra></extra>",
    )  # fmt: skip


def _band(rows: pd.DataFrame, x: str, colours: Palette) -> list[go.Scatter]:
    """The interval, one closed shape per unbroken run: a gap stays a gap."""
    known = rows["low"].notna() & rows["high"].notna()
    runs = (known != known.shift()).cumsum()[known]
    shapes = []
    for _run, part in rows[known].groupby(runs):
        shapes.append(
            go.Scatter(
                x=[*part[x], *part[x][::-1]], y=[*part["high"], *part["low"][::-1]],
                fill="toself", fillcolor=colours.faded(colours.series, 0.14), mode="lines",
                line={"width": 0}, hoverinfo="skip",
            )
        )  # fmt: skip
    return shapes


def _target(drawn: go.Figure, target: float, unit: str, colours: Palette) -> None:
    drawn.add_hline(
        y=target, line={"color": colours.warning, "width": 1.25, "dash": "dash"},
        annotation={
            "text": _("Target {figure}", figure=words.value(target, unit)), "showarrow": False,
            "font": {"color": colours.warning, "size": 12}, "x": 0, "xanchor": "left",
            "yanchor": "bottom",
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
