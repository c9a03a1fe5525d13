"""Concentration from the top: the first 20 % of people, and the share that they bring."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from components.kit.charts.chart import figure, own_palette, value_axis
from components.runtime.theme import Palette
from components.words import formats as words
from components.words.i18n import _


def lorenz_curve(
    people: Sequence[float],
    brought: Sequence[float],
    *,
    title: str,
    top: float = 0.2,
    top_share: float,
    n: int,
    who: str = "",
    what: str = "",
    colours: Palette | None = None,
) -> go.Figure:
    """The curve over the line of equal shares, with the top marked and named.

    Each tenth of the ``n`` people can be clicked: its mark stands for ``{"first": count}``,
    the people up to it. ``who`` and ``what`` name the axes.
    """
    colours = own_palette(colours)
    tenths = [top, *(tenth for tenth in np.arange(1, 11) / 10 if tenth != top)]
    shares = [top_share, *np.interp(tenths[1:], people, brought)]
    heads = [math.ceil(round(tenth * n, 6)) for tenth in tenths]
    drawn = figure(
        go.Scatter(
            x=[0, 1], y=[0, 1], mode="lines", hoverinfo="skip",
            line={"color": colours.muted, "width": 1.25, "dash": "dash"},
        ),
        go.Scatter(
            x=list(people), y=list(brought), mode="lines",
            line={"color": colours.series, "width": 2.5},
            hoverinfo="skip",  # else the line takes the clicks that the marks on it are for
        ),
        go.Scatter(
            x=tenths, y=shares, mode="markers+text",
            marker={"size": [10] + [6] * (len(tenths) - 1), "color": colours.series, "opacity": 1},
            text=[f"  {words.percent(top)} → {words.percent(top_share)}"]
            + [""] * (len(tenths) - 1),
            textposition="middle right", textfont={"color": colours.text, "size": 13},
            customdata=[{"first": count} for count in heads],
            hovertext=[
                _("the first {people} bring {share}", people=words.percent(x),
                  share=words.percent(y))
                + f" · n = {words.number(count, exact=True)}"
                for x, y, count in zip(tenths, shares, heads, strict=True)
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        ),
        title=title, colours=colours, showlegend=False,
    )  # fmt: skip
    who, what = who or _("sharers, the strongest first"), what or _("of what all brought")
    who, what = who or _("sharers, the strongest first"), what or _("of what all brought")
    drawn.update_layout(
        xaxis={**value_axis([0, 1], "ratio"), "title": {"text": who}},
        yaxis={**value_axis([0, 1], "ratio"), "title": {"text": what}},
    )
    return drawn
