"""Second looks at spread that cost nothing until they are opened."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.i18n import N_, _
from components.spread.checks import checks_panel
from components.spread.generations import generations_panel
from components.spread.kols import kols_panel
from components.spread.reading import SpreadReading
from components.spread.wave import wave_panel

PANELS: dict[str, tuple[str, str, Callable[[SpreadReading], None]]] = {
    "kols": (
        N_("KOLs: who brings most, does 20/80 hold, does it last?"), ":material/star:", kols_panel,
    ),
    "wave": (
        N_("Whom to ask first for the next activity"), ":material/campaign:", wave_panel,
    ),
    "generations": (
        N_("Generation by generation: how far and how fast"), ":material/account_tree:",
        generations_panel,
    ),
    "checks": (N_("Shares that look made"), ":material/policy:", checks_panel),
}  # fmt: skip


def spread_panels(activity: str) -> None:
    """Draw the closed panels."""
    for name in PANELS:
        _panel(name, activity)


@st.fragment
def _panel(name: str, activity: str) -> None:
    words, icon, draw = PANELS[name]
    with st.expander(_(words), icon=icon, key=f"spread_{name}", on_change="rerun") as panel:
        if panel.open:
            draw(SpreadReading.of(activity))
