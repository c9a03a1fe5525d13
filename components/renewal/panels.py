"""Second looks at renewals that cost nothing until they are opened."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.i18n import N_, _
from components.renewal.rates import rates_panel
from components.renewal.reading import Handover, Reading
from components.renewal.segments import segments_panel

Panel = Callable[[Reading], None]
# Name → words, icon, what draws it.
PANELS: dict[str, tuple[str, str, Panel]] = {
    "rates": (N_("Three renewal rates, and why they differ"), ":material/balance:", rates_panel),
    "segments": (N_("Who renews, who does not"), ":material/groups:", segments_panel),
}


def panels(reading: Reading) -> None:
    """Draw the closed panels."""
    for name in PANELS:
        _panel(name, Handover(reading))


@st.fragment
def _panel(name: str, handover: Handover) -> None:
    words, icon, draw = PANELS[name]
    reading = handover.take()  # even where it is closed: later it would be a stale one
    with st.expander(_(words), icon=icon, key=f"renewal_{name}", on_change="rerun") as panel:
        if panel.open:
            draw(reading)
