"""A funnel as horizontal steps with the rate that passed between each two."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from components.kit.charts.chart import figure, own_palette
from components.runtime.theme import Palette
from components.words import formats as words

_STEP = 56  # pixels a step takes


def funnel_steps(
    steps: pd.DataFrame,
    *,
    title: str = "",
    name: str = "name",
    count: str = "n",
    passed: str = "rate",
    unit: str = "people",
    colours: Palette | None = None,
) -> go.Figure:
    """A bar per step from zero, widest first, with the rate from the step before.

    ``steps`` holds a row per step in order: ``name``, ``count``, ``passed`` (share of the
    step before, missing at the first) and, for clicks, ``where``.
    """
    colours = own_palette(colours)
    rows = list(range(len(steps)))
    most = float(steps[count].max()) if len(steps) else 0.0
    # Steps that pass few would vanish; a hair of colour keeps them clickable.
    lengths = [max(float(n), most * 0.004) if n else 0.0 for n in steps[count]]
    where = list(steps["where"]) if "where" in steps else None
    bars = go.Bar(
        x=lengths, y=rows, orientation="h", width=0.58, customdata=where,
        marker={"color": [colours.sequential[_shade(i, len(steps), colours)] for i in rows],
                "cornerradius": 3},
        hovertext=[f"{s}<br><b>{words.value(n, unit)}</b>" for s, n in
                   zip(steps[name], steps[count], strict=True)],
        hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip
    figures = go.Scatter(
        x=lengths, y=rows, mode="text", textposition="middle right", hoverinfo="skip",
        text=[f" {words.value(n, unit)}" for n in steps[count]], cliponaxis=False,
        textfont={"color": colours.text},
    )  # fmt: skip
    drawn = figure(
        bars, figures, title=title, colours=colours, height=_STEP * max(len(steps), 2) + 60,
        showlegend=False,
    )  # fmt: skip
    for i, share in enumerate(steps[passed]):
        if i and not words.is_missing(share):
            drawn.add_annotation(
                x=0, y=i - 0.5, xanchor="left", text=f"↓ {words.percent(share)}", showarrow=False,
                font={"color": colours.muted, "size": 12},
            )  # fmt: skip
    drawn.update_layout(
        xaxis={"visible": False, "range": [0, most * 1.22 or 1]},
        yaxis={
            "tickvals": rows, "ticktext": list(steps[name]), "showgrid": False,
            "range": [len(steps) - 0.4, -0.6], "tickfont": {"color": colours.text},
        },
    )  # fmt: skip
    return drawn


def _shade(step: int, steps: int, colours: Palette) -> int:
    """From strong to lighter, within the half of the scale that shows on the background."""
    strongest, lightest = (7, 4) if colours.name == "light" else (6, 4)
    return round(strongest - (strongest - lightest) * step / max(steps - 1, 1))
