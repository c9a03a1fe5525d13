"""Channels side by side: the tree as a table of cells that open."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.rows.drill import open_rows
from components.kit.rows.table import interval_column, lines_height
from components.screens.acquisition.answer import VERDICT_WORDS
from components.screens.acquisition.measures import MEASURES, PICTURED, RETURNS, SETS
from components.screens.acquisition.payback import payback_days
from components.screens.acquisition.picture import channel_picture, ranking_of
from components.screens.acquisition.reading import Reading
from components.screens.acquisition.tree import Node, branches_above, leaves_open, tree_rows
from components.words.formats import days_range, interval
from components.words.i18n import _
from metrics.acquisition.contrast import shared_letters
from metrics.acquisition.verdicts import side_by_side

_BY_SPEND = ("cpl", "cpvl", "cac_media")  # nothing, not 0, where no spend is booked
_TABLE = "acquisition_table"
_OPENED = "acquisition_open_branches"
_CLICKED = "acquisition_clicked_cell"
_NAME, _VERDICT, _GROUP, _BOUNDS, _PAYBACK, _N, _IMMATURE = (
    "name", "verdict", "group", "bounds", "payback", "n", "immature",
)  # fmt: skip


def first_channels(reading: Reading) -> object:
    """The picture and the tree as they stand at first."""
    chosen = _offered(reading)[0]
    return ranking_of(reading, _shown(reading, chosen)[1]), channel_table_of(reading, chosen)


def channels_side_by_side(reading: Reading) -> None:
    """Draw the choice of columns, the picture and the tree; only they rerun on a click."""
    chosen = columns_choice(reading)
    channel_picture(reading, chosen)
    channel_table(reading, chosen)


def columns_choice(reading: Reading) -> str:
    """Which set of columns to show."""
    offered = _offered(reading)
    return st.segmented_control(
        _("Show"),
        offered,
        default=offered[0],
        required=True,
        format_func=lambda name: _(SETS[name][0]),
        key="acquisition_columns",
        label_visibility="collapsed",
    )


def _offered(reading: Reading) -> list[str]:
    return [name for name, (_words, names) in SETS.items() if len(reading.seen(*names)) > 2]


def channel_table(reading: Reading, chosen: str) -> None:
    """Draw the tree; a name opens its branch, any other cell opens its rows."""
    names, pictured = _shown(reading, chosen)
    if _OPENED not in st.session_state:
        st.session_state[_OPENED] = _open_at_first(reading)
    nodes, frame = channel_table_of(reading, chosen, tuple(sorted(st.session_state[_OPENED])))
    st.dataframe(
        frame,
        key=_TABLE,
        hide_index=True,
        column_config=_columns(reading, names, pictured),
        on_select=partial(_cell_clicked, nodes),
        selection_mode="single-cell",
        placeholder="—",
        height=lines_height(len(frame)),
        alt=_("Channels with their figures; a cell opens its rows."),
    )
    st.caption(_cohorts(reading, names))
    clicked = st.session_state.pop(_CLICKED, None)
    if clicked is not None:
        _open_cell(reading, *clicked, pictured)


def _shown(reading: Reading, chosen: str) -> tuple[tuple[str, ...], str]:
    """The measures of a set of columns, and the one that the picture shows."""
    chosen_return = f"roi_{reading.choice.return_days}"  # stands there already, as pictured
    names = tuple(name for name in reading.seen(*SETS[chosen][1]) if name != chosen_return)
    return names, reading.seen(*PICTURED[chosen])[0]


def _open_at_first(reading: Reading) -> set[str]:
    return branches_above(reading.tree, _outstanding(reading.verdicts))


@query.remembered
def channel_table_of(
    reading: Reading, chosen: str, opened: tuple[str, ...] | None = None
) -> tuple[list[Node], pd.DataFrame]:
    """The tree's rows and what they show; without ``opened`` as it stands at first."""
    if opened is None:
        return channel_table_of(reading, chosen, tuple(sorted(_open_at_first(reading))))
    names, pictured = _shown(reading, chosen)
    verdicts = reading.verdicts
    wide = _figures(reading, names, pictured, set(opened))
    nodes = tree_rows(
        reading.tree,
        dict(zip(wide["node"], wide[names[0]].fillna(0.0), strict=True)),
        set(opened),
        elsewhere=_("Not in the channel tree"),
        campaigns=_campaigns(wide),
    )
    frame = table_frame(
        nodes,
        wide,
        names,
        pictured,
        said=dict(zip(verdicts["channel_id"], verdicts["verdict"], strict=True)),
        groups=shared_letters(
            reading.by_channel(pictured),
            key="channel_id",
            better=MEASURES[pictured].metric.better,
        ),
        payback=payback_days(reading) if chosen == RETURNS else None,
    )
    return nodes, frame


def _outstanding(verdicts: pd.DataFrame) -> list[str]:
    """Channels that the answer speaks of: the branches above them are open at first."""
    by_money = verdicts["basis"] == "money"
    said = verdicts["verdict"].isin(["poor", "cheap_but_poor"]) | (
        by_money & (verdicts["verdict"] == "good")
    )
    return list(verdicts.loc[said | verdicts["is_slow"], "channel_id"])


def _figures(
    reading: Reading, names: tuple[str, ...], pictured: str, opened: set[str]
) -> pd.DataFrame:
    """Every node's figures, and those of the campaigns of opened channels."""
    wanted = dict.fromkeys((*names, pictured))
    found = {name: reading.nodes(name) for name in wanted}
    for leaf in leaves_open(reading.tree, opened):
        for name in wanted:
            found[name] = pd.concat([found[name], reading.by_campaign(name, leaf)])
    return side_by_side(found, key="node")


def _campaigns(wide: pd.DataFrame) -> dict[str, list[str]]:
    """Channel → its campaigns among the rows, which are named ``channel|campaign``."""
    found: dict[str, list[str]] = {}
    for node in wide["node"]:
        leaf, bar, campaign = str(node).partition("|")
        if bar:
            found.setdefault(leaf, []).append(campaign)
    return found


def table_frame(
    nodes: list[Node],
    wide: pd.DataFrame,
    names: tuple[str, ...],
    pictured: str,
    *,
    said: Mapping[str, str],
    groups: Mapping[str, str],
    payback: Mapping[str, int | None] | None = None,
) -> pd.DataFrame:
    """What the table shows: a row a node, figures as numbers so that they sort."""
    rows = wide.set_index("node").reindex([node.key for node in nodes])
    unit = MEASURES[pictured].metric.unit
    lows, highs = rows[f"{pictured}_low"], rows[f"{pictured}_high"]
    shown: dict[str, Any] = {
        _NAME: [node.label for node in nodes],
        _VERDICT: [_(VERDICT_WORDS[said[n.key]]) if said.get(n.key) else None for n in nodes],
        _GROUP: [groups.get(node.key) for node in nodes],
    }
    for name in (pictured, *(name for name in names if name != pictured)):
        figures = rows[name].astype(float)
        if name in _BY_SPEND:
            figures = figures.where(rows[f"{name}_numerator"] > 0)
        shown[name] = figures.round(0 if MEASURES[name].metric.unit == "cny" else 4).to_list()
        if name == pictured:
            shown[_BOUNDS] = [interval(a, b, unit) for a, b in zip(lows, highs, strict=True)]
    if payback is not None:
        shown[_PAYBACK] = [payback.get(node.key) for node in nodes]
    shown[_N] = rows[f"{pictured}_n"].to_list()
    shown[_IMMATURE] = rows[f"{pictured}_immature"].to_list()
    return pd.DataFrame(shown)


def _columns(reading: Reading, names: tuple[str, ...], pictured: str) -> dict[str, Any]:
    settings: dict[str, Any] = {
        _NAME: st.column_config.TextColumn(_("Channel"), pinned=True, width=135),
        _VERDICT: st.column_config.TextColumn(_("Verdict"), width=110, help=_(
            "Against the other channels, on leads old enough; at least 30 of them.")),
        _GROUP: st.column_config.TextColumn(_("Group"), width=60, help=_(
            "Channels that share a letter cannot be told apart.")),
        _BOUNDS: interval_column(
            "95%", width=105, help=MEASURES[pictured].heading(reading.choice)
        ),
        _PAYBACK: st.column_config.NumberColumn(
            _("Paid back on day"),
            help=_("First day since the lead on which revenue had covered the spend."),
        ),
        _N: st.column_config.NumberColumn("n", format="localized"),
        _IMMATURE: st.column_config.NumberColumn(_("Immature"), format="localized"),
    }  # fmt: skip
    for name in (*names, pictured):
        measure = MEASURES[name]
        unit = measure.metric.unit
        heading = measure.heading(reading.choice)
        title = _("{measure}, CNY", measure=heading) if unit == "cny" else heading
        settings[name] = st.column_config.NumberColumn(
            title,
            width=_width(title),
            format="percent" if unit == "ratio" else "localized",
            step=0.001 if unit == "ratio" else None,
            help=_(measure.metric.definition),
        )
    return settings


def _width(title: str) -> int:
    """Pixels that a column's title takes: the table would cut it."""
    return 26 + sum(14 if ord(letter) > 0x2E80 else 8 for letter in title)


def _cohorts(reading: Reading, names: tuple[str, ...]) -> str:
    """Which leads the columns are about, where it is not the days picked."""
    moved: dict[str, list[str]] = {}
    for name in names:
        judged = reading.judged(name)
        if judged.period != reading.filters.period:
            heading = MEASURES[name].heading(reading.choice)
            moved.setdefault(days_range(judged.period), []).append(heading)
    said = [
        _(
            "{measures}: leads of {days}, the newest old enough",
            measures=_(", ").join(list_),
            days=d,
        )
        for d, list_ in moved.items()
    ]
    hint = _("A name opens its branch or campaigns; any other cell opens its rows.")
    return " · ".join([hint, *said])


def _cell_clicked(nodes: list[Node]) -> None:
    """Open or close a branch, or remember which cell's rows are wanted."""
    cells = st.session_state[_TABLE]["selection"]["cells"]
    if not cells:
        return
    row, column = cells[0]
    if row >= len(nodes):
        return
    if column == _NAME:
        st.session_state[_OPENED] = st.session_state[_OPENED] ^ {nodes[row].key}
    else:
        st.session_state[_CLICKED] = (nodes[row], column)
    st.session_state[_TABLE] = {"selection": {"rows": [], "columns": [], "cells": []}}


def _open_cell(reading: Reading, node: Node, column: str, pictured: str) -> None:
    name = column if column in MEASURES else pictured
    measure = MEASURES[name]
    open_rows(
        measure.metric,
        reading.judged(name),
        where=node.where,
        title=f"{node.name} · {measure.heading(reading.choice)}",
        **measure.settings(reading.choice),
    )
