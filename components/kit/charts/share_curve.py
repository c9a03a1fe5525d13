"""A share that grows with time: how many have ordered, or been reached, by then."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.kit.charts.chart import figure, own_palette, value_axis
from components.runtime.theme import Palette
from components.words import formats as words
from components.words.i18n import _


def share_curve(
    points: pd.DataFrame,
    *,
    unit: str,
    title: str = "",
    marks: dict[str, float] | None = None,
    colours: Palette | None = None,
) -> go.Figure:
    """A rising line with its band over lengths of time; each mark stands for its ``time``.

    Parameters
    ----------
    points
        ``time``, ``share``, ``low``, ``high`` in order of time.
    unit
        The unit of ``time``, one of the metrics' units.
    marks
        Words and the time at which a thin line carries them.
    """
    colours = own_palette(colours)
    band = points[np.isfinite(points["low"]) & np.isfinite(points["high"])]
    traces = [
        go.Scatter(
            x=[*band["time"], *band["time"][::-1]], y=[*band["high"], *band["low"][::-1]],
            fill="toself", fillcolor=colours.faded(colours.series, 0.14), mode="lines",
            line={"width": 0}, hoverinfo="skip",
        ),
        go.Scatter(
            # Only markers can be clicked; the curve itself stays the picture.
            x=points["time"], y=points["share"], mode="lines+markers",
            marker={"size": 3, "color": colours.series},
            customdata=[{"time": float(time)} for time in points["time"]],
            line={"color": colours.series, "width": 2.25, "shape": "hv"},
            hovertext=[
                _(
                    "{share} within {time} (95% {interval})",
                    share=words.percent(row["share"]),
                    time=words.value(row["time"], unit),
                    interval=words.interval(row["low"], row["high"], "ratio"),
                )
                for row in points.to_dict("records")
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        ),
    ]  # fmt: skip
    drawn = figure(*traces, title=title, colours=colours, showlegend=False)
    across = value_axis([float(points["time"].max())], unit)
    across["range"][1] = float(points["time"].max()) * 1.02
    drawn.update_layout(
        xaxis={**across, "showgrid": True}, yaxis=value_axis([*points["high"].dropna()], "ratio")
    )
    for text, time in (marks or {}).items():
        drawn.add_vline(
            x=time, line={"color": colours.muted, "width": 1, "dash": "dot"},
            annotation={"text": text, "font": {"color": colours.muted, "size": 11},
                        "yanchor": "bottom", "y": 1, "textangle": 0},
        )  # fmt: skip
    if marks:
        drawn.update_layout(margin_t=30)
    return drawn
