"""Calibration: what a score promised against what came, by groups of equal size."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from components.kit.charts.chart import figure, own_palette, value_axis
from components.runtime.theme import Palette
from components.words import formats as words
from components.words.i18n import _


def calibration_plot(
    groups: pd.DataFrame, *, title: str = "", colours: Palette | None = None
) -> go.Figure:
    """A mark per group with the observed share's interval; on the line the score is right.

    ``groups`` is as `metrics.models.ranking.calibration` gives it; a mark stands for its
    ``group``.
    """
    colours = own_palette(colours)
    most = float(max(groups["expected"].max(), groups["high"].max()))
    line = go.Scatter(
        x=[0, most], y=[0, most], mode="lines", hoverinfo="skip",
        line={"color": colours.muted, "width": 1.25, "dash": "dash"},
    )  # fmt: skip
    marks = go.Scatter(
        x=groups["expected"], y=groups["observed"], mode="markers",
        marker={"size": 10, "color": colours.series},
        customdata=[{"group": int(group)} for group in groups["group"]],
        error_y={
            "type": "data", "symmetric": False, "thickness": 1.25, "width": 3,
            "color": colours.muted, "array": groups["high"] - groups["observed"],
            "arrayminus": groups["observed"] - groups["low"],
        },
        hovertext=[
            _(
                "expected {expected}, observed {observed} (95% {interval}), n = {n}",
                expected=words.percent(row["expected"]),
                observed=words.percent(row["observed"]),
                interval=words.interval(row["low"], row["high"], "ratio"),
                n=row["n"],
            )
            for row in groups.to_dict("records")
        ],
        hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip
    drawn = figure(line, marks, title=title, colours=colours, showlegend=False)
    axis = value_axis([most], "ratio")
    drawn.update_layout(
        xaxis={**axis, "title_text": _("Expected"), "showgrid": True},
        yaxis={**axis, "title_text": _("Observed")},
    )
    return drawn
