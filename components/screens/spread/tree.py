"""The share tree as a picture, and everybody in it as a table."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.ask import query
from components.kit.charts.chart import show
from components.kit.charts.icicle import icicle
from components.kit.rows.drill import download_buttons, open_rows, person_column, person_links
from components.kit.rows.table import lines_height
from components.kit.states import nothing_to_show
from components.screens.spread.behind import open_nodes
from components.screens.spread.reading import EVER, SpreadReading
from components.words.formats import MISSING, money, number
from components.words.i18n import N_, _
from metrics.spread.layout import REST, below_of, icicle_boxes, rest_of
from metrics.spread.shares import share_arrivals

RELATIONS = {"new": N_("newcomer"), "lead": N_("had left a lead"), "member": N_("paying member")}
_MOST_LISTED = 2000  # ids in one question to the store
_TABLED = 200


def spread_tree(reading: SpreadReading) -> None:
    """Draw the picture; a box opens everybody below it."""
    drawn = tree_picture(reading)
    if drawn is None:
        nothing_to_show(_("Nobody came by a share."), _("Choose another activity."))
        return
    finding, picture = drawn
    clicked = show(picture, key="spread_tree", alt=finding, clickable=True)
    st.caption(
        _("A box is a person with everybody below: its width is their number. Click to see them.")
    )
    if isinstance(clicked, dict):
        rest = rest_of(reading.forest, clicked["rest_of"])
        title = _("{n} people with smaller branches", n=number(len(rest), exact=True))
        open_nodes(reading.nodes[reading.nodes["node"].isin(rest)], title=title, where=clicked)
    elif clicked is not None:
        _open(reading, int(clicked))


def _open(reading: SpreadReading, node: int) -> None:
    forest = reading.forest
    below = below_of(forest, node)
    person = forest.person[node].as_py()
    where: dict[str, object] = {"activity_id": forest.activity[node].as_py()}
    if len(below) > _MOST_LISTED:
        where["sharer_person_id"] = person
    else:
        where["person_id"] = tuple(sorted(forest.person[int(i)].as_py() for i in below))
    name = reading.named([person])[person]
    open_rows(
        share_arrivals, EVER, where=where, activities=reading.activities,
        title=_("Came by {name}, with all below", name=name),
    )  # fmt: skip


@query.remembered
def tree_picture(reading: SpreadReading) -> tuple[str, go.Figure] | None:
    """The finding and the picture; None where nobody came by a share."""
    boxes = icicle_boxes(reading.forest)
    if boxes.empty:
        return None
    nodes = reading.nodes.set_index("node")
    wide = [n for n in boxes.sort_values("width", ascending=False)["node"] if n != REST][:100]
    people = reading.named([nodes.loc[n, "person_id"] for n in wide])
    names = {n: people[nodes.loc[n, "person_id"]] for n in wide}
    shown = nodes.loc[[n for n in boxes["node"] if n != REST]]
    hovers = {
        int(row["node"]): _hover(row, names.get(int(row["node"]), f"#{row['person_id'][-4:]}"))
        for row in shown.reset_index().to_dict("records")
    }
    sizes = reading.generations["people"]
    top = reading.nodes.iloc[0]
    finding = _(
        "{n} generations; {top} of {all} below one person",
        n=len(sizes) - 1,
        top=number(top["below"]),
        all=number(int(reading.nodes["sharer_person_id"].notna().sum())),
    )
    return finding, icicle(boxes, title=finding, names=names, hovers=hovers, rest=REST)


def _hover(row: dict, name: str) -> str:
    return "<br>".join(
        [
            f"<b>{name}</b> · {_(RELATIONS[row['relation']])}",
            _("directly: {n} people, {leads} leads", n=number(row["direct_visitors"]),
              leads=number(row["direct_leads"])),
            _("with all below: {n} people, {leads} leads, {money}",
              n=number(row["subtree_visitors"]), leads=number(row["subtree_leads"]),
              money=money(round(row["subtree_net_cents"] / 100))),
        ]
    )  # fmt: skip


def node_rows(reading: SpreadReading) -> None:
    """The table: who brought most first, direct and with all below."""
    frame = node_frame(reading)
    if frame.empty:
        return
    column = st.column_config
    st.dataframe(
        frame,
        hide_index=True,
        height=lines_height(len(frame)),
        placeholder=MISSING,
        column_config={
            "open": person_column(),
            "name": column.TextColumn(_("Name"), width=90, pinned=True),
            "relation": column.TextColumn(_("Was"), width=90),
            "generation": column.NumberColumn(_("Generation"), width=60),
            "views": column.NumberColumn(_("Own PV"), width=110),
            "shares": column.NumberColumn(_("Shares"), width=70),
            "direct_visitors": column.NumberColumn(_("UV, direct"), width=90),
            "subtree_visitors": column.NumberColumn(_("UV, all below"), width=100),
            "subtree_views": column.NumberColumn(_("PV, all below"), width=100),
            "direct_leads": column.NumberColumn(_("Leads, direct"), width=90),
            "subtree_leads": column.NumberColumn(_("Leads, all below"), width=110),
            "direct_orders": column.NumberColumn(_("Orders, direct"), width=90),
            "subtree_orders": column.NumberColumn(_("Orders, all below"), width=110),
            "direct_net": column.NumberColumn(_("Net yuan, direct"), format="localized", width=120),
            "subtree_net": column.NumberColumn(
                _("Net yuan, all below"), format="localized", width=130
            ),
            "height": column.NumberColumn(_("Generations below"), width=100),
        },
        alt=_("Who brought whom: {n} people.", n=number(len(frame))),
    )
    download_buttons(lambda: frame.drop(columns="open"), subject="spread_nodes", key="spread_nodes")


@query.remembered
def node_frame(reading: SpreadReading) -> pd.DataFrame:
    """Those who brought most, as the table shows them."""
    sharing = reading.nodes[(reading.nodes["breadth"] > 0) | (reading.nodes["shares"] > 0)]
    rows = sharing.head(_TABLED)
    names = reading.named(list(rows["person_id"]))
    return pd.DataFrame(
        {
            "open": person_links(rows["person_id"]),
            "name": [names[person] for person in rows["person_id"]],
            "relation": [_(RELATIONS[kind]) for kind in rows["relation"]],
            **{
                name: rows[name]
                for name in (
                    "generation", "views", "shares", "direct_visitors", "subtree_visitors",
                    "subtree_views", "direct_leads", "subtree_leads", "direct_orders",
                    "subtree_orders",
                )
            },
            "direct_net": rows["direct_net_cents"] / 100,
            "subtree_net": rows["subtree_net_cents"] / 100,
            "height": rows["height"],
        }
    )  # fmt: skip
