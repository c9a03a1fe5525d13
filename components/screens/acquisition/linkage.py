"""How much of the business can be followed from the advertisement on, and what cannot."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.rows.drill import open_rows
from components.screens.acquisition.reading import Reading
from components.words.formats import interval, is_missing, number, percent
from components.words.i18n import N_, _
from metrics.acquisition.linkage import (
    TRUSTED,
    leads_with_touch,
    orders_with_lead,
    seats_with_enrolment,
    touches_with_cost,
)
from metrics.foundation.registry import Metric
from metrics.foundation.separation import LEAST_MATURE

LINKS = {
    orders_with_lead: N_("orders with a lead"),
    leads_with_touch: N_("leads with a touch"),
    touches_with_cost: N_("touches with a cost"),
    seats_with_enrolment: N_("seats with an enrolment"),
}
_ROI_LINKS = (orders_with_lead, leads_with_touch, touches_with_cost)
_MISSING = {
    orders_with_lead: N_("Orders without a lead"),
    leads_with_touch: N_("Leads without a touch"),
    touches_with_cost: N_("Touches without a cost"),
    seats_with_enrolment: N_("Seats without an enrolment"),
}


def links(reading: Reading) -> dict[Metric, pd.Series]:
    """Each link's share with its interval."""
    return {link: query.run(link, reading.filters, scope=reading.scope).iloc[0] for link in LINKS}


def weakest_link(reading: Reading) -> tuple[Metric, float | None]:
    """The link on which ROI hangs most thinly, and its share."""
    shares = {link: reading.whole(link) for link in _ROI_LINKS}
    known = {link: share for link, share in shares.items() if not is_missing(share)}
    if not known:
        return _ROI_LINKS[0], None
    worst = min(known, key=lambda link: known[link])
    return worst, known[worst]


def linkage_panel(reading: Reading) -> None:
    """Draw the links, and a way to each list of orphans."""
    for link, row in links(reading).items():
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            weak = row["n"] >= LEAST_MATURE and row["value"] < TRUSTED
            icon = ":material/warning:" if weak else ":material/link:"
            bounds = interval(row["low"], row["high"], "ratio")
            st.markdown(
                f"{icon} **{_(LINKS[link])}** {percent(row['value'])}"
                f" · 95% {bounds} · n = {number(row['n'], exact=True)}"
                + (f" · :orange[{_('below {share}', share=percent(TRUSTED))}]" if weak else "")
            )
            orphans = int(row["denominator"] - row["numerator"])
            if st.button(
                f"{_(_MISSING[link])} · {number(orphans, exact=True)}",
                key=f"acquisition_orphans_{link.name}",
                disabled=orphans == 0,
                type="tertiary",
                icon=":material/table_rows:",
            ):
                open_rows(
                    link,
                    reading.filters,
                    where={"numerator": 0},
                    title=_(_MISSING[link]),
                )
    st.caption(
        _(
            "ROI is shown with low confidence while any link is below {share}.",
            share=percent(TRUSTED),
        )
    )
