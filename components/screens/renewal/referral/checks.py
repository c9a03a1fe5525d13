"""Recommendations that fail a check: what, who, and what was paid for them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.kit.rows.drill import download_buttons, person_column, person_links
from components.kit.rows.table import whole_column
from components.screens.renewal.reading import Reading
from components.words.formats import number
from components.words.i18n import N_, _
from metrics.referral.checks import CHECKS

CHECK_WORDS = {
    "same_person": N_("recommends themselves, by their own phone"),
    "same_device": N_("recommends themselves, from their own device"),
    "circle": N_("recommended by somebody whom they brought themselves"),
    "burst": N_("five leads and more of one introducer within an hour"),
    "reward_cap": N_("more than five rewards of one introducer in 30 days"),
    "later_code": N_("rewarded although another introducer came first"),
}
_SHOWN = 50


def checks_panel(reading: Reading, checks: pd.DataFrame) -> None:
    """List the leads that fail a check; checks that find nothing say so."""
    counts = checks["check"].value_counts()
    for check in CHECKS:
        n = int(counts.get(check, 0))
        st.markdown(f"- {_(CHECK_WORDS[check])}: **{number(n, exact=True)}**")
    if checks.empty:
        st.caption(_("No recommended lead fails a check."))
        return
    rows = checks.head(_SHOWN)
    names = reading.people({*rows["introducer_person_id"], *rows["person_id"]})
    campuses = reading.names("campus")
    shown = pd.DataFrame(
        {
            "open": person_links(rows["person_id"]),
            "check": [_(CHECK_WORDS[check]) for check in rows["check"]],
            "introducer": [names.get(person) for person in rows["introducer_person_id"]],
            "name": [names.get(person) for person in rows["person_id"]],
            "at": (rows["created_at"] + pd.Timedelta(hours=8)).to_list(),
            "campus": [campuses.get(c, c) for c in rows["campus_id"]],
            "reward": rows["reward_cny"].to_list(),
        }
    )
    column = st.column_config
    st.dataframe(
        shown, hide_index=True, placeholder="—",
        column_config={
            "open": person_column(),
            "check": column.TextColumn(_("Check"), width="medium"),
            "introducer": column.TextColumn(_("Introducer")),
            "name": column.TextColumn(_("Name")),
            "at": column.DatetimeColumn(_("Lead on"), format="YYYY-MM-DD HH:mm"),
            "campus": column.TextColumn(_("Campus")),
            "reward": whole_column(_("Rewards, yuan")),
        },
        alt=_("{n} rows, one a line", n=number(len(shown), exact=True)),
    )  # fmt: skip
    download_buttons(
        lambda: checks, subject="referral_checks", key="referral_checks_file", where={}
    )
