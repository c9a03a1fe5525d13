"""A word of warning where an installation holds the sample institution."""

from __future__ import annotations

import streamlit as st

from components.words.i18n import _
from data.installation.process import installation


def sample_notice() -> None:
    """Say that the figures are made up; nothing in an institution's own home."""
    if installation().home.is_sample:
        st.badge(
            _("Sample institution"),
            icon=":material/science:",
            color="orange",
            help=_(
                "All people and figures here are made up. Set up your own institution with"
                " `python -m data init`, then import its files under Data sources."
            ),
        )
