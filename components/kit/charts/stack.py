"""Parts of a whole over time: bars stacked by kind, each part a mark of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.kit.charts.chart import HEIGHT, day_axis, figure, own_palette, value_axis
from components.runtime.theme import Palette
from components.words import formats as words


def stacked_bars(
    parts: pd.DataFrame,
    *,
    x: str,
    by: str,
    order: Sequence[str],
    unit: str,
    title: str = "",
    names: Mapping[str, str] | None = None,
    value: str = "value",
    muted: Sequence[str] = (),
    marker_on: date | None = None,
    marker_text: str = "",
    height: int = HEIGHT,
    colours: Palette | None = None,
) -> go.Figure:
    """A bar per ``x`` (days), cut into the kinds of ``by``.

    Parameters
    ----------
    parts
        Rows with ``x``, ``by`` and ``value``; a kind that is missing at an ``x`` is 0.
    order
        The kinds from the bottom up, at most six.
    muted
        Kinds drawn grey: those nobody need look at.
    marker_on, marker_text
        A thin line across a day, with its words.
    """
    colours = own_palette(colours)
    days = sorted(parts[x].unique())
    sums = parts[value].astype(float).groupby([parts[x], parts[by]]).sum()
    wide = sums.unstack().reindex(index=days, columns=list(order)).fillna(0.0)
    traces, coloured = [], 0
    for kind in order:
        label = (names or {}).get(kind, kind)
        colour = colours.faded(colours.muted, 0.45) if kind in muted else None
        if colour is None:
            colour, coloured = colours.categorical[coloured], coloured + 1
        heights = [float(v) for v in wide[kind]]
        traces.append(
            go.Bar(
                x=days, y=heights, name=label, marker={"color": colour},
                customdata=[{x: pd.Timestamp(d).date().isoformat(), by: kind} for d in days],
                text=[words.value(v, unit) for v in heights], textposition="none",
                hovertemplate=f"%{{x}}<br>{label}<br><b>%{{text}}</b><extra></extra>",
            )
        )  # fmt: skip
    drawn = figure(*traces, title=title, colours=colours, height=height)
    drawn.update_layout(
        barmode="stack", bargap=0.25, yaxis=value_axis(_totals(wide), unit), xaxis=day_axis(days),
        legend={"traceorder": "normal", "y": -0.18},
    )  # fmt: skip
    if marker_on is not None:
        drawn.add_shape(
            type="line", x0=marker_on, x1=marker_on, y0=0, y1=1, yref="paper",
            line={"color": colours.muted, "width": 1, "dash": "dot"},
        )  # fmt: skip
        drawn.add_annotation(
            x=marker_on, y=1, yref="paper", text=marker_text, showarrow=False, yanchor="bottom",
            font={"color": colours.muted, "size": 11},
        )  # fmt: skip
        drawn.update_layout(margin_t=22)  # the words stand above the bars
    return drawn


def _totals(wide: pd.DataFrame) -> list[Any]:
    return [float(v) for v in wide.sum(axis=1)]
