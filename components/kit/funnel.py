"""A chain of steps, whichever it is: as shares of the leads, in a sentence, and who took one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.rows.drawer import day_column, open_list
from components.words.formats import interval, percent
from components.words.i18n import _
from data.scope import Filters, Scope
from metrics.leads.funnel_rows import leads_at_step


def drawn_steps(table: pd.DataFrame, words: Mapping[str, str]) -> pd.DataFrame:
    """Steps of `metrics.leads.funnel.funnel_table`, the lead first, as the picture takes them."""
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
        "The narrowest step is “{step}”: {rate} pass (95% {interval})",
        step=_(words[worst["step"]]),
        rate=percent(worst["rate"]),
        interval=interval(worst["low"], worst["high"], "ratio"),
    )


def open_leads(
    filters: Filters, step: str, *, title: str, scope: Scope, key: str, **chain: Any
) -> None:
    """Open the leads that took a step, or dropped before it; ``chain`` says of which chain."""
    found = partial(query.fetch, leads_at_step, filters, scope=scope, step=step, **chain)
    open_list(
        partial(found, reached=True),
        {
            "created_at": day_column(_("Lead on")),
            "step_at": day_column(_("Step on")),
            "campus": st.column_config.TextColumn(_("Campus")),
            "channel": st.column_config.TextColumn(_("Channel")),
        },
        title=title,
        subject=f"funnel_{step}",
        key=f"{key}_funnel_leads",
        where={"step": step},
        others=partial(found, reached=False),
    )
