"""Figure cards: three to five numbers of equal height, each with its past and its rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from components.kit.answer import Figure, change
from components.kit.rows.drill import open_rows
from components.kit.unheeded import unheeded
from components.words.formats import interval, is_missing, number, value
from components.words.i18n import _
from data.scope import Filters
from metrics.foundation.registry import Metric

_LEAST_WIDTH = 150  # pixels: two cards a row on a phone, five on a desk


@dataclass(frozen=True, kw_only=True)
class FigureCard:
    """One card: a metric, its figure, and what it is seen against.

    ``trend`` holds the figure per day or week, oldest first, for the spark line; missing
    values break it. ``title`` replaces the metric's own; ``note`` stands below.
    """

    metric: Metric
    figure: Figure
    previous: Figure | None = None
    against: str = ""
    trend: Sequence[float] = ()
    title: str = ""
    note: str = ""
    where: Mapping[str, object] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    filters: Filters | None = None  # its own, where they are not those of the row


def figure_cards(
    cards: Sequence[FigureCard],
    *,
    filters: Filters,
    key: str,
    columns: int = 0,
    last: Callable[[], None] | None = None,
) -> None:
    """Draw the cards in rows of equal height; a click on "rows" opens the list behind one.

    Without ``columns`` they stand in one row; it wraps where cards would get too narrow.
    ``last`` draws what stands in one more card, which is no figure of a metric.
    """
    wide = columns or max(len(cards) + (last is not None), 1)
    with st.grid(wide, min_column_width=_LEAST_WIDTH, gap="small", key=f"{key}_cards") as grid:
        for i, card in enumerate(cards):
            with grid.container(border=True, height="stretch", gap="xsmall"):
                _draw(card, card.filters or filters, f"{key}_{i}")
        if last is not None:
            with grid.container(border=True, height="stretch", gap="xsmall"):
                last()


def _draw(card: FigureCard, filters: Filters, key: str) -> None:
    metric, figure = card.metric, card.figure
    found = change(metric, figure, card.previous) if card.previous is not None else None
    arrows = {1: "up", 0: "off", -1: "down"}
    colours = {"better": "green", "worse": "red"}
    st.metric(
        card.title or _(metric.title),
        value(figure["value"], metric.unit),
        found.text if found else None,
        delta_color=colours.get(found.verdict, "gray") if found else "off",
        delta_arrow=arrows[found.direction] if found else "off",
        chart_data=_known(card.trend),
        help=_(metric.definition),
    )
    if card.against:
        st.caption(card.against)
    st.caption(card.note or _rests_on(card))
    if said := unheeded(metric, filters, card.options):
        st.caption(said)
    st.space("stretch")
    if st.button(
        _("Rows"), icon=":material/table_rows:", key=f"{key}_rows", type="tertiary",
        help=_("See the rows behind this figure"),
    ):  # fmt: skip
        open_rows(metric, filters, where=card.where, title=card.title, **card.options)


def _rests_on(card: FigureCard) -> str:
    figure = card.figure
    parts = [f"n = {number(figure['n'])}"]
    if not is_missing(figure.get("low")):
        parts.append(f"95% {interval(figure['low'], figure['high'], card.metric.unit)}")
    if figure.get("immature", 0):
        parts.append(_("{n} immature", n=number(figure["immature"])))
    return " · ".join(parts).replace("$", r"\$")


def _known(trend: Sequence[float]) -> list[float] | None:
    """The trend for the spark line, missing values as NaN; one known point draws nothing."""
    points = [math.nan if is_missing(x) else float(x) for x in trend]
    return points if sum(not math.isnan(p) for p in points) > 1 else None
