"""Second looks at renewals that cost nothing until they are opened."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.i18n import N_, _
from components.renewal.forecast import forecast_panel
from components.renewal.legal import legal_panel, prepaid_panel
from components.renewal.rates import rates_panel
from components.renewal.reading import Handover, Reading
from components.renewal.segments import segments_panel
from components.renewal.survival import survival_panel

Panel = Callable[[Reading], None]
# Name → words, icon, what draws it.
PANELS: dict[str, tuple[str, str, Panel]] = {
    "rates": (N_("Three renewal rates, and why they differ"), ":material/balance:", rates_panel),
    "forecast": (
        N_("How far the forecast can be trusted"), ":material/query_stats:", forecast_panel,
    ),
    "segments": (N_("Who renews, who does not"), ":material/groups:", segments_panel),
    "survival": (
        N_("How soon they renew or stop, and how often"), ":material/timeline:", survival_panel,
    ),
    "legal": (N_("Legal window of charges"), ":material/gavel:", legal_panel),
    "prepaid": (N_("Prepaid balance and who runs out"), ":material/account_balance_wallet:",
                prepaid_panel),
}  # fmt: skip


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
