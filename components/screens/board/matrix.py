"""Where do the leads come from: campus by channel?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.ask import query
from components.kit.charts.chart import show
from components.kit.charts.matrix import matrix
from components.kit.rows.columns import names_by_id, without_brand
from components.kit.rows.drill import open_rows
from components.words.formats import escape, number
from components.words.i18n import _, sentences
from data.scope import Filters
from metrics.leads.new_leads import new_leads

MOST_CAMPUSES = 12


def matrix_card(filters: Filters) -> None:
    """New leads by campus and channel; a cell opens its people."""
    drawn = matrix_picture(filters)
    with st.container(border=True):
        st.markdown(f"**{_('New leads by campus and channel')}**")
        if drawn is None:
            st.caption(_("No leads in these days."))
            return
        st.caption(drawn.caption)
        clicked = show(drawn.picture, key="board_matrix", alt=drawn.finding, clickable=True)
        if clicked:
            where = {k: (v if v != "" else None) for k, v in clicked.items()}
            open_rows(new_leads, filters, where=where)


@dataclass(frozen=True)
class Matrix:
    finding: str
    caption: str
    picture: go.Figure


@query.remembered
def matrix_picture(filters: Filters) -> Matrix | None:
    cells = query.run(new_leads, filters, by=("campus_id", "channel_root"))
    if cells.empty:
        return None
    campuses, channels = names_by_id("campus"), names_by_id("channel")
    shown, left_out = _largest(cells)
    finding = _finding(cells, campuses, channels)
    more = _("The {n} largest campuses.", n=MOST_CAMPUSES) if left_out else ""
    campuses = dict(zip(campuses, without_brand(list(campuses.values())), strict=True))
    picture = matrix(
        shown, row="campus_id", column="channel_root", unit="leads", row_names=campuses,
        column_names={**channels, "": _("unmapped")},
    )  # fmt: skip
    return Matrix(finding, sentences(finding, more), picture)


def _largest(cells: pd.DataFrame) -> tuple[pd.DataFrame, bool]:
    cells = cells.assign(channel_root=cells["channel_root"].fillna(""))
    campuses = cells.groupby("campus_id")["value"].sum().sort_values(ascending=False)
    channels = cells.groupby("channel_root")["value"].sum().sort_values(ascending=False)
    kept = list(campuses.index[:MOST_CAMPUSES])
    shown = cells[cells["campus_id"].isin(kept)]
    order = {c: i for i, c in enumerate(kept)}, {c: i for i, c in enumerate(channels.index)}
    shown = shown.assign(
        row=shown["campus_id"].map(order[0]), column=shown["channel_root"].map(order[1])
    ).sort_values(["row", "column"])
    return shown, len(campuses) > MOST_CAMPUSES


def _finding(cells: pd.DataFrame, campuses: dict[str, str], channels: dict[str, str]) -> str:
    top = cells.loc[cells["value"].idxmax()]
    return _(
        "Most come from {channel} at {campus}: {n} of {total}.",
        channel=escape(channels.get(top["channel_root"], _("unmapped"))),
        campus=escape(campuses.get(top["campus_id"], top["campus_id"])),
        n=number(top["value"], exact=True),
        total=number(cells["value"].sum(), exact=True),
    )
