"""A tree as an icicle: one row a generation, boxes as wide as the people in them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from components.kit.charts.chart import figure, own_palette
from components.runtime.theme import Palette, contrast
from components.words import formats as words
from components.words.i18n import _

_ROW = 46  # pixels a generation takes
_NAMED = 0.07  # of the width, from which a box holds a name
_MOST_ROWS = 9


def icicle(
    boxes: pd.DataFrame,
    *,
    title: str,
    names: Mapping[int, str],
    hovers: Mapping[int, str],
    rest: int,
    colours: Palette | None = None,
) -> go.Figure:
    """Boxes side by side below their parent's; generations too deep are in the last row.

    Parameters
    ----------
    boxes
        ``generation``, ``start``, ``width``, ``node``, ``nodes``, ``parent``; ``node`` equal
        to ``rest`` is a box of those too narrow to see, drawn grey.
    names, hovers
        What stands in a box and what its hover says, by node.

    Returns
    -------
    Figure
        A box's ``customdata`` is its node; of the rest ``{"rest_of": parent}``.
    """
    colours = own_palette(colours)
    total = max(float((boxes["start"] + boxes["width"]).max()), 1.0) if len(boxes) else 1.0
    shown = boxes[boxes["generation"] < _MOST_ROWS]
    deep = int(shown["generation"].max()) + 1 if len(shown) else 1
    traces = []
    ink = max(("#000000", "#FFFFFF"), key=lambda shade: contrast(shade, colours.categorical[0]))
    for is_rest in (False, True):
        part = shown[(shown["node"] == rest) == is_rest]
        texts, hovering, data = [], [], []
        for row in part.to_dict("records"):
            node, wide = int(row["node"]), row["width"] / total >= _NAMED
            n = words.number(row["nodes"], exact=True)
            texts.append((f"+{n}" if is_rest else names.get(node, "")) if wide else "")
            hovering.append(
                _("{n} people with smaller branches", n=n) if is_rest else hovers.get(node, "")
            )
            data.append({"rest_of": int(row["parent"])} if is_rest else node)
        tints = [
            colours.categorical[0] if g == 0 else colours.faded(colours.categorical[0], 0.75)
            if g == 1 else colours.faded(colours.categorical[0], 0.5)
            for g in part["generation"]
        ]  # fmt: skip
        traces.append(
            go.Bar(
                x=part["width"], base=part["start"], y=part["generation"], orientation="h",
                width=0.94, customdata=data, text=texts, textposition="inside",
                insidetextanchor="middle", constraintext="none", textangle=0,
                insidetextfont={"size": 12, "color": colours.text if is_rest else ink},
                hovertext=hovering, hovertemplate="%{hovertext}<extra></extra>",
                marker={
                    "color": colours.faded(colours.muted, 0.25) if is_rest else tints,
                    "line": {"width": 1, "color": colours.background},
                },
            )
        )  # fmt: skip
    labels = [_("Began") if g == 0 else _("Generation {n}", n=g) for g in range(deep)]
    drawn = figure(
        *traces, title=title, colours=colours, height=_ROW * max(deep, 2) + 70,
        showlegend=False, barmode="overlay", bargap=0.06,
    )  # fmt: skip
    drawn.update_layout(
        xaxis={"visible": False, "range": [0, total]},
        yaxis={
            "tickvals": list(range(deep)), "ticktext": labels, "showgrid": False,
            "range": [deep - 0.5, -0.5],
        },
    )  # fmt: skip
    return drawn
