"""A chain of steps, whichever it is: as shares of the leads, in a sentence, and who took one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from components import query
from components.columns import named
from components.drill import download_buttons, person_links
from components.format import interval, number, percent
from components.i18n import _
from data.scope import Filters, Scope
from metrics.funnel_rows import leads_at_step

_SHOWN = 200


def drawn_steps(table: pd.DataFrame, words: Mapping[str, str]) -> pd.DataFrame:
    """Steps of `metrics.lead_funnel.funnel_table`, the lead first, as the picture takes them."""
    return pd.DataFrame(
        {
            "name": [_(words[step]) for step in table["step"]],
            "of_leads": table["of_leads"].to_list(),
            "rate": [None, *table["rate"].to_list()[1:]],
            "where": [{"step": step} for step in table["step"]],
        }
    )


def narrowest(table: pd.DataFrame, words: Mapping[str, str]) -> str:
    """Where a chain loses most, as the picture's title; of the steps in the table."""
    known = table[table["rate"].notna()]
    if known.empty:
        return _("No step has leads old enough yet.")
    worst = known.sort_values("rate", kind="stable").iloc[0]
    return _(
        "The narrowest step is “{step}”: {rate} pass (95 % {interval})",
        step=_(words[worst["step"]]),
        rate=percent(worst["rate"]),
        interval=interval(worst["low"], worst["high"], "ratio"),
    )


def open_leads(
    filters: Filters, step: str, *, title: str, scope: Scope, key: str, **chain: Any
) -> None:
    """Open the leads that took a step, or dropped before it; ``chain`` says of which chain."""

    def draw() -> None:
        dropped = st.toggle(_("Those who did not"), key=f"{key}_dropped")
        leads = query.fetch(
            leads_at_step, filters, scope=scope, step=step, reached=not dropped, **chain
        )
        st.markdown(f"**{_('{n} rows', n=number(len(leads), exact=True))}**")
        shown = named(leads.head(_SHOWN))
        links = person_links(shown["person_id"])
        st.dataframe(
            shown.assign(open=links)[["open", "created_at", "step_at", "campus", "channel"]],
            hide_index=True,
            placeholder="—",
            column_config={
                "open": st.column_config.LinkColumn(_("Person"), display_text=_("Open")),
                "created_at": st.column_config.DateColumn(_("Lead on"), format="YYYY-MM-DD"),
                "step_at": st.column_config.DateColumn(_("Step on"), format="YYYY-MM-DD"),
                "campus": st.column_config.TextColumn(_("Campus")),
                "channel": st.column_config.TextColumn(_("Channel")),
            },
        )
        if len(leads) > _SHOWN:
            st.caption(_("The newest {n} are shown; the download has all.", n=_SHOWN))
        download_buttons(
            lambda: leads, subject=f"funnel_{step}", key=f"{key}_funnel_leads",
            where={"step": step, "reached": not dropped},
        )  # fmt: skip

    st.dialog(title, width="large", position="right", icon=":material/filter_alt:")(draw)()
