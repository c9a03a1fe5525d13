"""Two dimensions at once: a table of coloured cells with their figures written in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.kit.charts.chart import figure, own_palette
from components.runtime.theme import Palette, contrast
from components.words import formats as words
from components.words.i18n import _

_CELL = 34  # pixels a row of cells takes


def matrix(
    cells: pd.DataFrame,
    *,
    row: str,
    column: str,
    unit: str,
    title: str = "",
    value: str = "value",
    row_names: Mapping[Any, str] | None = None,
    column_names: Mapping[Any, str] | None = None,
    middle: float | None = None,
    colours: Palette | None = None,
) -> go.Figure:
    """A cell per row and column, in order of first appearance.

    Parameters
    ----------
    cells
        Tidy: ``row``, ``column``, ``value``; a cell that ``is_immature`` is left without
        colour and slanted, ``n`` is told on hover. Cells that are not there stay empty.
    middle
        The figure where a diverging scale turns; without it the scale runs from little
        to much.
    """
    colours = own_palette(colours)
    rows, columns = list(dict.fromkeys(cells[row])), list(dict.fromkeys(cells[column]))
    found = {(r[row], r[column]): r for r in cells.to_dict("records")}
    grid = [[found.get((r, c)) for c in columns] for r in rows]
    settled = [[_settled(cell, value) for cell in line] for line in grid]
    known = [x for line in settled for x in line if x is not None]
    low, high = _span(known, middle)
    scale = colours.sequential if middle is None else colours.diverging
    texts = [[_text(cell, value, unit) for cell in line] for line in grid]
    drawn = figure(
        go.Heatmap(
            z=settled, x=list(range(len(columns))), y=list(range(len(rows))), zmin=low, zmax=high,
            colorscale=colours.scale(scale), showscale=False, xgap=2, ygap=2, hoverongaps=True,
            hoverinfo="skip",
        ),
        # A heat map's cells cannot be clicked in Plotly; these marks stand over them.
        go.Scatter(
            x=[x for _r in rows for x in range(len(columns))],
            y=[y for y in range(len(rows)) for _c in columns],
            mode="markers", marker={"symbol": "square", "size": 26, "opacity": 0},
            customdata=[{row: r, column: c} for r in rows for c in columns],
            hovertext=[_hover(cell, value, unit) for line in grid for cell in line],
            hovertemplate="%{hovertext}<extra></extra>", selected={"marker": {"opacity": 0}},
            unselected={"marker": {"opacity": 0}},
        ),
        title=title, colours=colours, height=_CELL * max(len(rows), 2) + 80, showlegend=False,
    )  # fmt: skip
    drawn.update_layout(
        annotations=[
            {
                "x": x, "y": y, "text": text, "showarrow": False,
                "font": {"size": 12, "color": _ink(settled[y][x], low, high, scale, colours)},
            }
            for y, line in enumerate(texts) for x, text in enumerate(line) if text
        ],
        xaxis={"tickvals": list(range(len(columns))), "side": "top", "ticks": "",
               "ticktext": [str((column_names or {}).get(c, c)) for c in columns]},
        yaxis={"tickvals": list(range(len(rows))), "autorange": "reversed", "showgrid": False,
               "ticktext": [str((row_names or {}).get(r, r)) for r in rows]},
    )  # fmt: skip
    return drawn


def _settled(cell: dict[Any, Any] | None, value: str) -> float | None:
    """The figure that decides the colour: none where it may still change."""
    if cell is None or words.is_missing(cell[value]) or cell.get("is_immature"):
        return None
    return float(cell[value])


def _span(known: list[float], middle: float | None) -> tuple[float, float]:
    low, high = min(known, default=0.0), max(known, default=1.0)
    if middle is None:
        return (low, high) if high > low else (low, low + 1.0)
    reach = max(abs(high - middle), abs(low - middle)) or 1.0
    return middle - reach, middle + reach


def _text(cell: dict[Any, Any] | None, value: str, unit: str) -> str:
    if cell is None:
        return ""
    text = words.percent(cell[value]) if unit == "ratio" else words.number(cell[value])
    return f"<i>{text}…</i>" if cell.get("is_immature") else text


def _hover(cell: dict[Any, Any] | None, value: str, unit: str) -> str:
    if cell is None:
        return ""
    lines = [f"<b>{words.value(cell[value], unit)}</b>"]
    if "n" in cell:
        lines.append(f"n = {words.number(cell['n'], exact=True)}")
    if cell.get("is_immature"):
        lines.append(_("immature: may still change"))
    return "<br>".join(lines)


def _ink(x: float | None, low: float, high: float, scale: tuple[str, ...], colours: Palette) -> str:
    """The colour of the figure that can be read on its cell."""
    if x is None:
        return colours.muted
    cell = scale[round((x - low) / (high - low) * (len(scale) - 1))]
    # Of pure black and white one reaches 4.5:1 on any colour; softer inks do not.
    dark, light = ("#000000", "#FFFFFF")
    return max((dark, light), key=lambda ink: contrast(ink, cell))
