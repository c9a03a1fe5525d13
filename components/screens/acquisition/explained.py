"""What changed between two periods, split over channels, campuses or materials."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.charts.chart import show
from components.kit.charts.waterfall import waterfall
from components.kit.rows.columns import names_by_id
from components.kit.rows.drill import open_rows
from components.kit.rows.table import clickable_table
from components.kit.states import nothing_to_show
from components.screens.acquisition.measures import MEASURES
from components.screens.acquisition.reading import Reading
from components.words.formats import days_range, delta, percent, value
from components.words.i18n import N_, _
from data.scope import Filters
from metrics.foundation.change import TOTALS, change_explained

DIMENSIONS = {
    "channel_level2": N_("Channel"),
    "channel_id": N_("Channel, lowest level"),
    "campus_id": N_("Campus"),
    "material": N_("Material"),
}
EXPLAINED = ("leads", "conversion", "cpl", "spend")
_MOST = 7  # parts that are drawn; the rest are one
_BEFORE, _AFTER = "before", "after"  # what the outer bars stand for


def explained_panel(reading: Reading) -> None:
    """Draw the change of a figure as a waterfall, with volume and rate effects apart."""
    with st.container(horizontal=True, gap="medium"):
        name = st.segmented_control(
            _("Figure"), reading.seen(*EXPLAINED), default="leads", required=True,
            format_func=lambda name: MEASURES[name].heading(reading.choice),
            key="acquisition_explained_figure",
        )  # fmt: skip
        dimension = st.segmented_control(
            _("Split by"), list(DIMENSIONS), default="channel_level2", required=True,
            format_func=lambda name: _(DIMENSIONS[name]), key="acquisition_split",
        )  # fmt: skip
    judged = reading.judged(name)
    if judged.comparison is None:
        nothing_to_show(_("There is nothing to compare with."), _("Pick a comparison above."))
        return
    measure = MEASURES[name]
    after = _rolled(reading, name, judged, dimension)
    before = _rolled(reading, name, replace(judged, period=judged.comparison), dimension)
    parts = change_explained(before, after, dims=[dimension], kind=measure.metric.kind)
    if parts.empty or not parts["effect"].abs().sum():
        nothing_to_show(_("Nothing changed, or one of the periods has no figure."))
        return
    unit = measure.metric.unit
    whole = reading.figures(name)
    drawn = drawn_parts(parts, dimension, _names(reading, dimension))
    finding = explained_finding(drawn, measure.heading(reading.choice), parts["effect"].sum(), unit)
    clicked = show(
        waterfall(
            drawn,
            before=float(whole.compared["value"]),
            after=float(whole.total["value"]),
            before_name=days_range(judged.comparison, now=reading.scope.as_of_on),
            after_name=days_range(judged.period, now=reading.scope.as_of_on),
            unit=unit,
            title=finding,
            before_where=_BEFORE,
            after_where=_AFTER,
        ),
        key=f"acquisition_waterfall_{name}_{dimension}",
        alt=finding,
        clickable=True,
    )
    if measure.metric.kind not in TOTALS:
        clicked = _effects_table(parts, dimension, _names(reading, dimension)) or clicked
    if clicked == _BEFORE:
        judged = replace(judged, period=judged.comparison, comparison=None)
    if clicked:
        where = None if clicked in (_BEFORE, _AFTER) else clicked
        open_rows(measure.metric, judged, where=where, **measure.settings(reading.choice))


def _rolled(reading: Reading, name: str, filters: Filters, dimension: str) -> pd.DataFrame:
    measure = MEASURES[name]
    return query.run(
        measure.metric, filters, by=(dimension,), scope=reading.scope,
        **measure.settings(reading.choice),
    )  # fmt: skip


def _names(reading: Reading, dimension: str) -> dict[str, str]:
    if dimension == "campus_id":
        return names_by_id("campus", scope=reading.scope)
    return reading.channels


def drawn_parts(parts: pd.DataFrame, dimension: str, names: dict[str, str]) -> pd.DataFrame:
    """The largest parts with their names and rows, the rest as one; they still add up."""
    head, rest = parts.head(_MOST), parts.iloc[_MOST:]
    rows = [
        {
            "name": _("not given") if pd.isna(key) or key == "" else names.get(key, key),
            "change": effect,
            "where": {dimension: None if pd.isna(key) else key},
        }
        for key, effect in zip(head[dimension], head["effect"], strict=True)
    ]
    if len(rest):
        label = _("{n} others", n=len(rest))
        others = list(rest[dimension])
        where = None if rest[dimension].isna().any() else {dimension: others}
        rows.append({"name": label, "change": rest["effect"].sum(), "where": where})
    return pd.DataFrame(rows)


def explained_finding(drawn: pd.DataFrame, heading: str, change: float, unit: str) -> str:
    """What carried the change, as the picture's title."""
    first = drawn.iloc[0]
    share = first["change"] / change if change else 0.0
    moved = _moved(change, unit)
    if not 0 < share <= 1:
        return _(
            "{measure} {change}: the largest part is “{name}” with {part}",
            measure=heading, change=moved, name=first["name"], part=_moved(first["change"], unit),
        )  # fmt: skip
    return _(
        "{measure} {change}: {share} of it from “{name}”",
        measure=heading, change=moved, share=percent(share), name=first["name"],
    )  # fmt: skip


def _moved(change: float, unit: str) -> str:
    if unit == "ratio":
        return delta(change, 0.0, unit)
    return f"{'+' if change > 0 else '−'}{value(abs(change), unit)}"


def _effects_table(
    parts: pd.DataFrame, dimension: str, names: dict[str, str]
) -> dict[str, object] | None:
    """Draw the effects by group; gives the group of the line clicked just now."""
    shown = parts.assign(name=[names.get(key, key) for key in parts[dimension]])
    clicked = clickable_table(
        shown[["name", "before", "after", "volume_effect", "rate_effect", "effect"]],
        key=f"acquisition_effects_{dimension}",
        placeholder="—",
        column_config={
            "name": st.column_config.TextColumn(_(DIMENSIONS[dimension]), pinned=True),
            "before": st.column_config.NumberColumn(_("Before"), format="%.4f"),
            "after": st.column_config.NumberColumn(_("After"), format="%.4f"),
            "volume_effect": st.column_config.NumberColumn(
                _("Volume effect"), format="%.4f", help=_("What the mix moved.")
            ),
            "rate_effect": st.column_config.NumberColumn(
                _("Rate effect"), format="%.4f", help=_("What the group's own rate moved.")
            ),
            "effect": st.column_config.NumberColumn(_("Together"), format="%.4f"),
        },
        alt=_("Volume and rate effects by group."),
    )
    if clicked is None:
        return None
    group = parts[dimension].iloc[clicked[0]]
    return {dimension: None if pd.isna(group) else group}
