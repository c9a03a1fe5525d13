"""The tabs below a life line; one that is closed costs nothing."""

from __future__ import annotations

import streamlit as st

from components.screens.activities.compare import compare_panel
from components.screens.activities.gap import gap_panel
from components.screens.activities.people import channels_panel, people_panel
from components.screens.activities.plan import plan_panel
from components.screens.activities.reading import Life
from components.words.i18n import N_, _

TABS = {
    "people": (N_("Participants"), people_panel),
    "gap": (N_("Why the gap"), gap_panel),
    "channels": (N_("Channels, old and new"), channels_panel),
    "compare": (N_("Compare"), compare_panel),
    "plan": (N_("Plan"), plan_panel),
}


def life_tabs(life: Life) -> None:
    """Draw the open tab."""
    tabs = st.tabs([_(words) for words, _draw in TABS.values()], on_change="rerun",
                   key="activity_tabs")  # fmt: skip
    for tab, (_words, draw) in zip(tabs, TABS.values(), strict=True):
        with tab:
            if tab.open:
                draw(life)
