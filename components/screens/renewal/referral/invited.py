"""The persons behind a step of the referral funnel."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components.ask import query
from components.kit.rows.drawer import day_column, open_list
from components.screens.renewal.reading import Reading
from components.words.i18n import _
from metrics.referral.funnel import invited_at_step


def step_dialog(reading: Reading, step: str, title: str) -> None:
    """Open the persons who took a step: as many as the funnel says."""
    open_list(
        partial(query.fetch, invited_at_step, reading.year, scope=reading.scope, step=step),
        {
            "invited_on": day_column(_("Invited on")),
            "lead_at": day_column(_("Lead on")),
            "paid_at": day_column(_("Paid on")),
            "campus": st.column_config.TextColumn(_("Campus")),
        },
        title=title,
        subject=f"referral_{step}",
        key="referral_step",
        where={"step": step},
    )
