"""Flows between generations: who came by whom, who shared on, who left a lead.

Made of bars and ribbons: Plotly's own Sankey cannot be clicked from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.kit.charts.chart import figure, own_palette
from components.runtime.theme import Palette
from components.words.formats import number
from components.words.i18n import _

PEOPLE, CARRIERS, ENDED = "people", "carriers", "ended"  # what a bar counts
_MOST = 4  # generations; the later ones are a handful
_WIDTH = 0.14  # of a bar, where columns are 1 apart
_APART = 0.02  # of the tallest bar, of a number from the bar above it
_GAP = 0.06  # of the tallest bar, between who brought others and who did not
_HIT = 26  # pixels that a click may miss a low bar by, about


@dataclass
class _Bars:
    """The bars in the order drawn, one value a bar."""

    x: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    count: list[int] = field(default_factory=list)
    colour: list[str] = field(default_factory=list)
    where: list[dict[str, object]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def add(
        self, x: float, low: float, count: int, *, colour: str, said: str, **where: object
    ) -> tuple[float, float]:
        """Add one; gives its lower and upper end."""
        self.x.append(x)
        self.low.append(low)
        self.count.append(count)
        self.colour.append(colour)
        self.where.append(where)
        self.said.append(said)
        return low, low + count

    def traces(self, colours: Palette) -> list[Any]:
        """The bars, what is clicked for them, and their numbers."""
        hover = {"customdata": self.where, "hovertext": self.said,
                 "hovertemplate": "%{hovertext}<extra></extra>"}  # fmt: skip
        high = [low + n for low, n in zip(self.low, self.count, strict=True)]
        middles = [low + n / 2 for low, n in zip(self.low, self.count, strict=True)]
        ended = [where["part"] == ENDED for where in self.where]
        apart = _APART * max(self.count, default=1)
        ends = [
            low - apart if end else top for low, top, end in zip(self.low, high, ended, strict=True)
        ]
        return [
            go.Bar(
                x=self.x, y=self.count, base=self.low, width=_WIDTH,
                marker={"color": self.colour, "line": {"width": 0}}, **hover,
            ),
            go.Scatter(  # a bar of few people is too low to hit
                x=self.x, y=middles, mode="markers",
                marker={"size": _HIT, "color": "rgba(0,0,0,0)"}, **hover,
            ),
            go.Scatter(
                x=self.x, y=ends, mode="text", text=[number(n, exact=True) for n in self.count],
                textposition=["bottom center" if end else "top center" for end in ended],
                textfont={"color": colours.text, "size": 12}, hoverinfo="skip", cliponaxis=False,
            ),
        ]  # fmt: skip


def generation_sankey(
    generations: pd.DataFrame, *, title: str, colours: Palette | None = None
) -> go.Figure:
    """Each generation splits into who brought the next and whose share, if any, ended there.

    A bar stands for its ``generation`` and its ``part``: `PEOPLE`, `CARRIERS` or `ENDED`.

    Parameters
    ----------
    generations
        ``generation``, ``people``, ``carriers`` (brought somebody) by generation, in order.
    """
    colours = own_palette(colours)
    rows = generations.head(_MOST).to_dict("records")
    blue, orange = colours.categorical[:2]
    gap = _GAP * max((int(row["people"]) for row in rows), default=1)
    bars, ribbons, names = _Bars(), [], []
    into: tuple[float, float] | None = None
    for place, row in enumerate(rows):
        g, people, carriers = (int(row[name]) for name in ("generation", PEOPLE, CARRIERS))
        ended, x = people - carriers, 2.0 * place
        names.append(_("Began") if g == 0 else _("Generation {n}", n=g))
        said = f"{names[-1]} {number(people, exact=True)}"
        whole = bars.add(x, -people / 2, people, colour=blue, said=said, generation=g, part=PEOPLE)
        if into is not None:
            ribbons.append(_ribbon(x - 1, into, x, whole, colours.faded(blue, 0.35)))
        into = None
        apart = gap / 2 if ended and carriers else 0.0
        if ended:
            said = _("{n} brought nobody", n=number(ended, exact=True))
            stop = bars.add(
                x + 1, whole[0] - apart, ended, colour=colours.muted, said=said, generation=g,
                part=ENDED,
            )  # fmt: skip
            left = (whole[0], whole[0] + ended)
            ribbons.append(_ribbon(x, left, x + 1, stop, colours.faded(colours.muted, 0.25)))
        if carriers:
            said = _("{n} brought others", n=number(carriers, exact=True))
            into = bars.add(
                x + 1, whole[1] - carriers + apart, carriers, colour=orange, said=said,
                generation=g, part=CARRIERS,
            )  # fmt: skip
            left = (whole[1] - carriers, whole[1])
            ribbons.append(_ribbon(x, left, x + 1, into, colours.faded(orange, 0.4)))
    drawn = figure(
        *bars.traces(colours), title=title, colours=colours, height=360, showlegend=False,
        shapes=ribbons,
    )  # fmt: skip
    drawn.update_layout(
        xaxis={
            "tickvals": [2.0 * place for place in range(len(rows))], "ticktext": names,
            "range": [-0.4, 2 * len(rows) - 0.6], "tickfont": {"color": colours.text},
            "showline": False, "ticks": "",
        },
        yaxis={"visible": False}, margin_t=24,
    )  # fmt: skip
    return drawn


def _ribbon(
    x0: float, left: tuple[float, float], x1: float, right: tuple[float, float], colour: str
) -> dict[str, Any]:
    """A band from one bar's part to another."""
    x0, x1 = x0 + _WIDTH / 2, x1 - _WIDTH / 2
    middle = (x0 + x1) / 2
    path = (
        f"M {x0},{left[1]} C {middle},{left[1]} {middle},{right[1]} {x1},{right[1]}"
        f" L {x1},{right[0]} C {middle},{right[0]} {middle},{left[0]} {x0},{left[0]} Z"
    )
    return {"type": "path", "path": path, "fillcolor": colour, "line": {"width": 0},
            "layer": "below"}  # fmt: skip
