"""Second looks that cost nothing until they are opened."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.i18n import N_, _
from components.learning.definitions import definitions_panel
from components.learning.reading import Handover, Reading
from components.learning.tiers import tiers_panel

Panel = Callable[[Reading], None]
# Name → words, icon, and what draws it.
PANELS: dict[str, tuple[str, str, Panel]] = {
    "definitions": (
        N_("Three attendance rates, and why they differ"), ":material/rule:", definitions_panel,
    ),
    "tiers": (N_("Tiers, and moves from week to week"), ":material/stacks:", tiers_panel),
}  # fmt: skip


def panels(reading: Reading) -> None:
    """Draw the closed panels."""
    for name in PANELS:
        _panel(name, Handover(reading))


@st.fragment
def _panel(name: str, handover: Handover) -> None:
    words, icon, draw = PANELS[name]
    reading = handover.take()  # even where it is closed: later it would be a stale one
    with st.expander(_(words), icon=icon, key=f"learning_panel_{name}", on_change="rerun") as panel:
        if panel.open:
            draw(reading)
