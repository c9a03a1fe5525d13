"""A person's network: who brought them, whom they brought, and what came of it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.choices.activity_choice import EVER
from components.kit.rows.columns import names_by_id
from components.screens.person.names import is_known
from components.screens.person.view import View
from components.words.formats import escape, money, number
from components.words.i18n import _, ngettext
from metrics.people.network import Network, network_of, shared_in
from metrics.spread.nodes import grow, spread_nodes
from metrics.spread.people import spread_people


def network_card(person_id: str, view: View) -> None:
    """Draw the card; a person in no share tree has none."""
    activities = tuple(view.fetch(shared_in, person_id=person_id)["activity_id"])
    if not activities:
        return
    forest = query.fold(spread_nodes, grow, EVER, scope=view.scope, activities=activities)
    found = network_of(forest, person_id)
    people = [*found.brought_by["person_id"], *found.children["person_id"]]
    known = view.fetch(spread_people, people=tuple(sorted(set(people))))
    names = dict(zip(known["person_id"], known["name"], strict=True))
    titles = names_by_id("activity", scope=view.scope)
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**:material/hub: {_('Network')}**")
        for row in found.brought_by.to_dict("records"):
            st.markdown(
                _(
                    "Came to “{activity}” by {link}",
                    activity=escape(titles.get(row["activity_id"], row["activity_id"])),
                    link=_link(row["person_id"], names),
                )
            )
        if found.children_count:
            _brought(found, names)


def _brought(found: Network, names: dict[str, str]) -> None:
    st.markdown(
        ngettext(
            "Brought {direct} directly, {below} with all below over {n} generation",
            "Brought {direct} directly, {below} with all below over {n} generations",
            found.generations,
            direct=number(found.direct["visitors"]),
            below=number(found.subtree["visitors"]),
        )
    )
    st.markdown(
        _(
            "Of these {leads} leads, {orders} orders, {net} net",
            leads=number(found.subtree["leads"]),
            orders=number(found.subtree["orders"]),
            net=money(round(found.subtree["net_cents"] / 100)),
        )
    )
    listed = [
        f"{_link(row['person_id'], names)} ({number(row['below'])})"
        for row in found.children.to_dict("records")
    ]
    st.caption(
        _("Carried on most by (people below): {list}", list=_(", ").join(listed))
        if found.children["below"].any()
        else _("Nobody carried it on.")
    )


def _link(person_id: str, names: dict[str, str]) -> str:
    name = names.get(person_id)
    said = escape(name) if is_known(name) and not pd.isna(name) else f"\\#{person_id[-4:]}"
    return f"[{said}](/person?person_id={person_id})"
