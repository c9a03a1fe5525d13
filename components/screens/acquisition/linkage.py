"""How much of the business can be followed from the advertisement on, and what cannot."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.rows.drill import open_rows
from components.screens.acquisition.reading import Reading
from components.words.formats import interval, is_missing, number, percent
from components.words.i18n import N_, _
from metrics.acquisition.linkage import TRUSTED
from metrics.foundation.registry import find
from metrics.foundation.separation import LEAST_MATURE

LINKS = {
    "orders_with_lead": N_("orders with a lead"),
    "leads_with_touch": N_("leads with a touch"),
    "touches_with_cost": N_("touches with a cost"),
    "seats_with_enrolment": N_("seats with an enrolment"),
}
_ROI_LINKS = ("orders_with_lead", "leads_with_touch", "touches_with_cost")
_MISSING = {
    "orders_with_lead": N_("Orders without a lead"),
    "leads_with_touch": N_("Leads without a touch"),
    "touches_with_cost": N_("Touches without a cost"),
    "seats_with_enrolment": N_("Seats without an enrolment"),
}


def links(reading: Reading, names: tuple[str, ...] = tuple(LINKS)) -> pd.DataFrame:
    """Each link's share with its interval, one row a link."""
    found = [
        query.run(name, reading.filters, scope=reading.scope).assign(link=name) for name in names
    ]
    return pd.concat(found, ignore_index=True)


def weakest_link(reading: Reading) -> tuple[str, float | None]:
    """The link on which ROI hangs most thinly, and its share."""
    shares = {name: reading.whole(name) for name in _ROI_LINKS}
    known = {name: share for name, share in shares.items() if not is_missing(share)}
    if not known:
        return _ROI_LINKS[0], None
    worst = min(known, key=lambda name: known[name])
    return worst, known[worst]


def linkage_panel(reading: Reading) -> None:
    """Draw the links, and a way to each list of orphans."""
    shares = links(reading)
    for row in shares.to_dict("records"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            weak = row["n"] >= LEAST_MATURE and row["value"] < TRUSTED
            icon = ":material/warning:" if weak else ":material/link:"
            bounds = interval(row["low"], row["high"], "ratio")
            st.markdown(
                f"{icon} **{_(LINKS[row['link']])}** {percent(row['value'])}"
                f" · 95% {bounds} · n = {number(row['n'], exact=True)}"
                + (f" · :orange[{_('below {share}', share=percent(TRUSTED))}]" if weak else "")
            )
            orphans = int(row["denominator"] - row["numerator"])
            if st.button(
                f"{_(_MISSING[row['link']])} · {number(orphans, exact=True)}",
                key=f"acquisition_orphans_{row['link']}",
                disabled=orphans == 0,
                type="tertiary",
                icon=":material/table_rows:",
            ):
                open_rows(
                    find(row["link"]),
                    reading.filters,
                    where={"numerator": 0},
                    title=_(_MISSING[row["link"]]),
                )
    st.caption(
        _(
            "ROI is shown with low confidence while any link is below {share}.",
            share=percent(TRUSTED),
        )
    )
