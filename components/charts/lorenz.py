"""Concentration from the top: the first 20 % of people, and the share that they bring."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from components import format as words
from components.chart import figure, own_palette, value_axis
from components.i18n import _
from components.theme import Palette


def lorenz_curve(
    people: Sequence[float],
    brought: Sequence[float],
    *,
    title: str,
    top: float = 0.2,
    top_share: float,
    colours: Palette | None = None,
) -> go.Figure:
    """The curve over the line of equal shares, with the top marked and named."""
    colours = own_palette(colours)
    drawn = figure(
        go.Scatter(
            x=[0, 1], y=[0, 1], mode="lines", hoverinfo="skip",
            line={"color": colours.muted, "width": 1.25, "dash": "dash"},
        ),
        go.Scatter(
            x=list(people), y=list(brought), mode="lines",
            line={"color": colours.series, "width": 2.5},
            hovertext=[
                _("the first {people} bring {share}", people=words.percent(x),
                  share=words.percent(y))
                for x, y in zip(people, brought, strict=True)
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        ),
        go.Scatter(
            x=[top], y=[top_share], mode="markers+text", hoverinfo="skip",
            marker={"size": 10, "color": colours.series},
            text=[f"  {words.percent(top)} → {words.percent(top_share)}"],
            textposition="middle right", textfont={"color": colours.text, "size": 13},
        ),
        title=title, colours=colours, showlegend=False,
    )  # fmt: skip
    drawn.update_layout(
        xaxis={**value_axis([0, 1], "ratio"), "title": {"text": _("sharers, the strongest first")}},
        yaxis={**value_axis([0, 1], "ratio"), "title": {"text": _("of what all brought")}},
    )
    return drawn
