"""Ranking: horizontal bars from zero, with their 95 % intervals as whiskers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from components.kit.charts.chart import figure, own_palette, value_axis
from components.kit.states import ENOUGH
from components.runtime.theme import Palette
from components.words import formats as words
from components.words.i18n import _

_ROW = 34  # pixels a bar takes
_MOST = 20


def ranked_bars(
    groups: pd.DataFrame,
    *,
    by: str,
    unit: str,
    title: str = "",
    names: Mapping[Any, str] | None = None,
    value: str = "value",
    comparison: str = "",
    reference: float | None = None,
    reference_name: str = "",
    most: int = _MOST,
    colours: Palette | None = None,
) -> go.Figure:
    """A bar per group in the order of the rows, the first on top.

    Parameters
    ----------
    groups
        One row per group: ``by``, ``value``; ``low`` and ``high`` draw whiskers; a group
        with ``n`` below `ENOUGH` is drawn pale and says so.
    comparison
        A column with another period's figures, drawn as a grey tick.
    reference
        A thin line across all bars: the total or the plan.
    """
    colours = own_palette(colours)
    shown = groups.head(most).iloc[::-1]  # Plotly counts categories from the bottom
    labels = [_label((names or {}).get(g, g)) for g in shown[by]]
    few = shown["n"] < ENOUGH if "n" in shown else pd.Series(False, index=shown.index)
    texts = [words.value(v, unit) for v in shown[value]]
    # Few units have wide intervals: they may leave the picture, or they would flatten it.
    settled = shown[~few]
    known = [*shown[value], *settled.get("high", []), *settled.get("low", [])]
    most_known = max((v for v in known if not words.is_missing(v)), default=0)
    beyond = few & (shown["high"] > most_known) if "high" in shown else few
    bars = go.Bar(
        x=shown[value], y=list(range(len(shown))), orientation="h", width=0.62,
        marker={
            "color": [colours.faded(colours.series, 0.35) if f else colours.series for f in few],
            "cornerradius": 3,
        },
        customdata=[{by: _plain(g)} for g in shown[by]],
        text=texts,
        textposition="none", error_x=_whiskers(shown[~beyond].reindex(shown.index), value, colours),
        hovertext=[_hover(row, label, value, unit) for (_i, row), label in
                   zip(shown.iterrows(), labels, strict=True)],
        hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip
    traces: list[Any] = [bars, _figures_beside(shown, value, beyond, texts, colours)]
    if comparison:
        traces.append(
            go.Scatter(
                x=shown[comparison], y=list(range(len(shown))), mode="markers", hoverinfo="skip",
                marker={"symbol": "line-ns-open", "size": 16, "color": colours.muted,
                        "line": {"width": 2}},
            )
        )  # fmt: skip
    if comparison:
        known += list(shown[comparison])
    drawn = figure(
        *traces, title=title, colours=colours, height=_ROW * max(len(shown), 2) + 80,
        showlegend=False, bargap=0.3,
    )  # fmt: skip
    axis = value_axis(known, unit)
    # The figures stand behind the bars' ends: no round step of emptiness behind them.
    low, last = axis["range"]
    high = max((v for v in known if not words.is_missing(v) and v > 0), default=last)
    axis["range"] = [low, high + (high - low) * 0.14]
    drawn.update_layout(
        xaxis={**axis, "showgrid": True},
        yaxis={
            "tickvals": list(range(len(shown))), "ticktext": labels, "showgrid": False,
            "tickfont": {"color": colours.text}, "range": [-0.6, len(shown) - 0.4],
        },
    )  # fmt: skip
    if reference is not None:
        drawn.update_layout(margin_t=30)  # the words stand above the bars
        drawn.add_vline(
            x=reference, line={"color": colours.muted, "width": 1.25, "dash": "dash"},
            annotation={
                "text": f"{reference_name} {words.value(reference, unit)}".strip(),
                "font": {"color": colours.muted, "size": 12}, "yanchor": "bottom", "y": 1,
            },
        )  # fmt: skip
    return drawn


def _figures_beside(
    shown: pd.DataFrame, value: str, beyond: pd.Series, texts: list[str], colours: Palette
) -> go.Scatter:
    """The figures behind the whiskers' ends, where no bar is too short to hold them."""
    ends = shown[[value, "high"]].max(axis=1) if "high" in shown else shown[value]
    ends = ends.where(~beyond, shown[value])
    return go.Scatter(
        x=ends.fillna(0), y=list(range(len(shown))), mode="text", text=[f" {t}" for t in texts],
        textposition="middle right", textfont={"color": colours.text, "size": 12},
        hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip


def _whiskers(shown: pd.DataFrame, value: str, colours: Palette) -> dict[str, Any] | None:
    if not {"low", "high"} <= set(shown.columns):
        return None
    return {
        "type": "data", "symmetric": False, "thickness": 1.25, "width": 4,
        "color": colours.muted,
        "array": (shown["high"] - shown[value]).fillna(0),
        "arrayminus": (shown[value] - shown["low"]).fillna(0),
    }  # fmt: skip


def _hover(row: pd.Series, label: str, value: str, unit: str) -> str:
    lines = [label, f"<b>{words.value(row[value], unit)}</b>"]
    if "low" in row.index and not words.is_missing(row["low"]):
        lines.append(f"95% {words.interval(row['low'], row['high'], unit)}")
    if "n" in row.index:
        lines.append(f"n = {words.number(row['n'], exact=True)}")
        if row["n"] < ENOUGH:
            lines.append(_("too few to judge"))
    if row.get("immature", 0):
        lines.append(_("{n} immature", n=words.number(row["immature"], exact=True)))
    return "<br>".join(lines)


def is_blank(name: Any) -> bool:
    """Whether a group has no name: None, NaN or nothing."""
    missing = name is None or name is pd.NA or (isinstance(name, float) and math.isnan(name))
    return missing or name == ""


def _label(name: object) -> str:
    """A group's name; what lacks one says so."""
    return _("not given") if is_blank(name) else str(name)


def _plain(group: Any) -> Any:
    return None if is_blank(group) else group
