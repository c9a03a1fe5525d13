"""Flows between generations: who came by whom, who shared on, who left a lead."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from components.chart import figure, own_palette
from components.format import number
from components.i18n import _
from components.theme import Palette

_MOST = 4  # generations; the later ones are a handful


def generation_sankey(
    generations: pd.DataFrame, *, title: str, colours: Palette | None = None
) -> go.Figure:
    """Each generation splits into who brought the next and whose share, if any, ended there.

    Parameters
    ----------
    generations
        ``generation``, ``people``, ``carriers`` (brought somebody) by generation, in order.
    """
    colours = own_palette(colours)
    rows = generations.head(_MOST).to_dict("records")
    labels, said, tints, where_x = [], [], [], []
    source, target, value, link = [], [], [], []

    def node(words: str, colour: str, x: float, label: str = "") -> int:
        labels.append(label or words)
        said.append(words)
        tints.append(colour)
        where_x.append(x)
        return len(labels) - 1

    steps = max(len(rows), 1) - 0.5  # the last split stands at the end
    into: int | None = None
    for place, row in enumerate(rows):
        g, people, carriers = int(row["generation"]), int(row["people"]), int(row["carriers"])
        x = 0.01 + 0.98 * place / steps
        name = _("Began") if g == 0 else _("Generation {n}", n=g)
        whole = node(f"{name} {number(people, exact=True)}", colours.categorical[0], x)
        if into is not None:
            source.append(into)
            target.append(whole)
            value.append(people)
            link.append(colours.faded(colours.categorical[0], 0.35))
        half = 0.01 + 0.98 * (place + 0.5) / steps
        ends = people - carriers
        if ends:
            count = number(ends, exact=True)
            stop = node(_("{n} brought nobody", n=count), colours.muted, half, count)
            source.append(whole)
            target.append(stop)
            value.append(ends)
            link.append(colours.faded(colours.muted, 0.25))
        into = None
        if carriers:
            count = number(carriers, exact=True)
            into = node(_("{n} brought others", n=count), colours.categorical[1], half, count)
            source.append(whole)
            target.append(into)
            value.append(carriers)
            link.append(colours.faded(colours.categorical[1], 0.4))
    drawn = figure(
        go.Sankey(
            arrangement="snap",
            node={
                "label": labels, "color": tints, "x": where_x, "y": [0.3] * len(labels),
                "pad": 18, "thickness": 14, "line": {"width": 0},
                "customdata": said, "hovertemplate": "%{customdata}<extra></extra>",
            },
            link={
                "source": source, "target": target, "value": value, "color": link,
                "hovertemplate": "%{source.customdata} → %{target.customdata}<extra></extra>",
            },
            textfont={"color": colours.text, "size": 12},
        ),
        title=title, colours=colours, height=360,
    )  # fmt: skip
    return drawn
