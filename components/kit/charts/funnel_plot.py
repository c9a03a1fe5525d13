"""A funnel plot: people compared with what is expected of them, inside the limits of chance."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from components.kit.charts.chart import figure, own_palette, value_axis
from components.runtime.theme import Palette
from components.words import formats as words
from components.words.i18n import _

_MARKS = {"above": "triangle-up", "below": "triangle-down"}


def funnel_plot(
    people: pd.DataFrame,
    limits: pd.DataFrame,
    *,
    key: str,
    names: Mapping[str, str],
    title: str,
    x_title: str,
    y_title: str,
    colours: Palette | None = None,
) -> go.Figure:
    """A mark per person: expected on x, observed ÷ expected on y, with whiskers and limits.

    Parameters
    ----------
    people
        ``key``, ``n``, ``observed``, ``expected``, ``ratio``, ``low``, ``high`` and
        ``verdict`` ("above", "below", else within or too few).
    limits
        ``expected``, ``low``, ``high``: where an average person lies 19 times of 20.
    """
    colours = own_palette(colours)
    traces = [
        go.Scatter(
            x=[*limits["expected"], *limits["expected"][::-1]],
            y=[*limits["high"], *limits["low"][::-1]],
            fill="toself", fillcolor=colours.faded(colours.muted, 0.12), mode="lines",
            line={"width": 0}, hoverinfo="skip",
        )
    ]  # fmt: skip
    outside = people["verdict"].isin(list(_MARKS))
    for part, colour, labelled in (
        (people[~outside], colours.faded(colours.series, 0.75), False),
        (people[outside], colours.warning, True),
    ):
        if part.empty:
            continue
        labels = [names.get(person, person) for person in part[key]]
        traces.append(
            go.Scatter(
                x=part["expected"], y=part["ratio"],
                mode="markers+text" if labelled else "markers", text=labels,
                textposition="top right", textfont={"color": colours.text, "size": 12},
                marker={
                    "size": 11, "color": colour,
                    "symbol": [_MARKS.get(verdict, "circle") for verdict in part["verdict"]],
                },
                error_y={
                    "type": "data", "symmetric": False, "thickness": 1, "width": 0,
                    "color": colours.faded(colours.muted, 0.5),
                    "array": part["high"] - part["ratio"],
                    "arrayminus": part["ratio"] - part["low"],
                },
                customdata=[{key: person} for person in part[key]],
                hovertext=[_hover(row, label) for (_i, row), label in
                           zip(part.iterrows(), labels, strict=True)],
                hovertemplate="%{hovertext}<extra></extra>",
            )
        )  # fmt: skip
    drawn = figure(*traces, title=title, colours=colours, height=380, showlegend=False)
    seen = [*people["low"], *people["high"].clip(upper=3.0)]
    vertical = value_axis(seen, "times")
    across = value_axis(people["expected"], "events")
    across["ticktext"] = [words.number(tick) for tick in across["tickvals"]]
    drawn.update_layout(
        xaxis={**across, "title_text": x_title, "showgrid": True},
        yaxis={**vertical, "title_text": y_title},
    )
    drawn.add_hline(y=1, line={"color": colours.muted, "width": 1.25, "dash": "dash"})
    return drawn


def _hover(row: pd.Series, label: str) -> str:
    return "<br>".join(
        (
            label,
            f"<b>{words.value(row['ratio'], 'times')}</b>",
            f"95% {words.number(row['low'])}–{words.number(row['high'])}",
            _(
                "{observed} observed, {expected} expected",
                observed=words.number(row["observed"]),
                expected=words.number(row["expected"]),
            ),
            f"n = {words.number(row['n'], exact=True)}",
        )
    )
