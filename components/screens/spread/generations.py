"""Generations: how many carried it on, whether that feeds itself, and how fast."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.kit.charts.chart import show
from components.kit.charts.sankey import PEOPLE, generation_sankey
from components.kit.rows.table import clickable_table, interval_column
from components.kit.states import nothing_to_show
from components.screens.spread.behind import open_nodes
from components.screens.spread.reading import PARTS, SpreadReading
from components.words.formats import MISSING, interval, number
from components.words.i18n import _
from metrics.spread.credit import bridges, largest_tree


def generations_panel(reading: SpreadReading) -> None:
    """Draw the Sankey, the table of generations and the bridge people."""
    table = reading.generations
    if len(table) < 2:
        nothing_to_show(_("Nobody came by a share."), _("Choose another activity."))
        return
    carried = reading.nodes[reading.nodes["breadth"] > 0].groupby("generation").size()
    flows = table.assign(carriers=carried.reindex(table["generation"]).fillna(0).to_numpy())
    judged = table[table["is_judged"]]
    feeds = judged[judged["low"] > 1]["generation"].tolist()
    last = judged.iloc[-1] if len(judged) else None
    if last is None:
        finding = _("Too few people by generation to judge")
    elif feeds and feeds[-1] == last["generation"]:
        finding = _("It still grows at generation {g}: each brings {r}", g=int(last["generation"]),
                    r=number(last["r"]))  # fmt: skip
    else:
        finding = _("It dies out: generation {g} brings {r} each", g=int(last["generation"]),
                    r=number(last["r"]))  # fmt: skip
    clicked = show(
        generation_sankey(flows, title=finding), key="spread_sankey", alt=finding, clickable=True
    )
    st.caption(_("Orange: who brought others; grey: who brought nobody. A bar opens its people."))
    if clicked:
        _open_generation(reading, clicked["generation"], clicked["part"])
    _table(reading, table)
    _shape(reading)
    _bridges(reading)


def _table(reading: SpreadReading, table: pd.DataFrame) -> None:
    frame = pd.DataFrame(
        {
            "generation": table["generation"],
            "people": table["people"],
            "sharers": table["sharers"],
            "leads": table["leads"],
            "orders": table["orders"],
            "r": [
                number(row["r"]) if row["is_judged"] else _("too few to judge")
                for row in table.to_dict("records")
            ],
            "bounds": [
                interval(a, b, "times") for a, b in zip(table["low"], table["high"], strict=True)
            ],
            "immature": table["people"] - table["mature"],
            "hop_hours": table["hop_hours"].round(1),
        }
    )
    column = st.column_config
    clicked = clickable_table(
        frame,
        key="spread_generations_table",
        placeholder=MISSING,
        height="content",
        column_config={
            "generation": column.NumberColumn(_("Generation")),
            "people": column.NumberColumn(_("People, N(g)")),
            "sharers": column.NumberColumn(_("Sharers")),
            "leads": column.NumberColumn(_("Leads")),
            "orders": column.NumberColumn(_("Orders")),
            "r": column.TextColumn(
                _("Brought each, R(g)"),
                help=_(
                    "People brought ÷ people of the generation, of those at least 7 days old; above"
                    " 1 it grows."
                ),
            ),
            "bounds": interval_column(),
            "immature": column.NumberColumn(_("Immature")),
            "hop_hours": column.NumberColumn(_("Median hours to get here")),
        },
        alt=_("Generations with their size and reproduction."),
    )
    st.caption(
        _("A line opens the people of its generation; sharers, leads and orders open theirs.")
    )
    if clicked is not None:
        part = clicked[1] if clicked[1] in PARTS else PEOPLE
        _open_generation(reading, int(table["generation"].iloc[clicked[0]]), part)


def _open_generation(reading: SpreadReading, generation: int, part: str) -> None:
    people = reading.people_of(generation, part)
    began = _("Began") if generation == 0 else _("Generation {n}", n=generation)
    open_nodes(
        people, title=f"{began} · {_(PARTS[part])}" if part != PEOPLE else began,
        where={"generation": generation, "part": part},
    )  # fmt: skip


def _shape(reading: SpreadReading) -> None:
    people, apart = largest_tree(reading.forest)
    st.caption(
        _(
            "Structural virality {apart}: so many steps two people of the largest tree ({people}"
            " people) are apart on average. Had one sharer brought all of them it were {star};"
            " the more it was passed on, the higher.",
            apart=number(apart),
            people=number(people, exact=True),
            star=number(2 - 2 / people),
        )
    )


def _bridges(reading: SpreadReading) -> None:
    found = bridges(reading.nodes).head(5)
    if found.empty:
        st.caption(_("No bridge people: nobody brought few who in turn brought many."))
        return
    names = reading.named(list(found["person_id"]))
    listed = [
        _("{name} (brought {own}, who brought {beyond})", name=names[row["person_id"]],
          own=number(row["breadth"]), beyond=number(row["beyond"]))
        for row in found.to_dict("records")
    ]  # fmt: skip
    st.caption(
        _("Bridge people, few of their own and many beyond: {list}", list=_(", ").join(listed))
    )
