"""Before and after: what carried a figure from one period to the other, part by part."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.kit.charts.chart import HEIGHT, figure, own_palette, value_axis
from components.runtime.theme import Palette
from components.words import formats as words


def waterfall(
    parts: pd.DataFrame,
    *,
    before: float,
    after: float,
    before_name: str,
    after_name: str,
    unit: str,
    title: str = "",
    name: str = "name",
    change: str = "change",
    before_where: Any = None,
    after_where: Any = None,
    height: int = HEIGHT,
    colours: Palette | None = None,
) -> go.Figure:
    """Bars from ``before`` over each part's change to ``after``.

    ``parts`` holds a row per part with ``name``, ``change`` (they add up to
    ``after - before``) and, for clicks, ``where``; the outer bars stand for
    ``before_where`` and ``after_where``. Rise and fall differ by colour, by sign and by
    direction.
    """
    colours = own_palette(colours)
    changes = [float(x) for x in parts[change]]
    texts = [words.value(before, unit), *(_signed(x, unit) for x in changes)]
    where = list(parts["where"]) if "where" in parts else [None] * len(parts)
    drawn = figure(
        go.Waterfall(
            x=[before_name, *parts[name].astype(str), after_name],
            y=[before, *changes, after],
            measure=["absolute", *["relative"] * len(parts), "total"],
            text=[*texts, words.value(after, unit)], textposition="outside", cliponaxis=False,
            textfont={"color": colours.text, "size": 12},
            customdata=[before_where, *where, after_where],
            increasing={"marker": {"color": colours.categorical[0]}},
            decreasing={"marker": {"color": colours.categorical[1]}},
            totals={"marker": {"color": colours.muted}},
            connector={"line": {"color": colours.border, "width": 1}},
            hovertemplate="%{x}<br><b>%{text}</b><extra></extra>",
        ),
        title=title, colours=colours, height=height, showlegend=False,
    )  # fmt: skip
    levels, level = [before, after, 0.0], before
    for step in changes:
        level += step
        levels.append(level)
    drawn.update_layout(yaxis=value_axis(levels, unit), xaxis={"tickangle": 0})
    return drawn


def _signed(x: float, unit: str) -> str:
    """A change with its sign; the change of a rate is in points, not in per cent."""
    if unit == "ratio":
        return words.delta(x, 0.0, unit)
    text = words.value(abs(x), unit)
    return f"{'+' if x > 0 else '−' if x < 0 else '±'}{text}"
