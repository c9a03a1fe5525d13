"""Second looks that cost nothing until they are opened."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.conversion.consultants import consultants_panel
from components.conversion.pool import pool_panel, process_panel
from components.conversion.quality import quality_panel
from components.conversion.reading import Handover, Reading
from components.conversion.response import response_panel
from components.conversion.sop import sop_panel
from components.conversion.timing import timing_panel
from components.i18n import N_, _

Panel = Callable[[Reading], None]
PANELS: dict[str, tuple[str, str, Panel]] = {
    "response": (N_("Response time, and what the delay costs"), ":material/timer:", response_panel),
    "quality": (N_("How good the score is"), ":material/target:", quality_panel),
    "consultants": (
        N_("Consultants, by the leads they were given"), ":material/groups:", consultants_panel,
    ),
    "timing": (N_("How long until the first order"), ":material/hourglass:", timing_panel),
    "process": (N_("Process, step by step"), ":material/checklist:", process_panel),
    "pool": (N_("The pool: waiting, silent, lost"), ":material/inventory_2:", pool_panel),
    "sop": (N_("Which playbooks work"), ":material/science:", sop_panel),
}  # fmt: skip


def panels(reading: Reading) -> None:
    """Draw the closed panels."""
    for name in PANELS:
        _panel(name, Handover(reading))


@st.fragment
def _panel(name: str, handover: Handover) -> None:
    words, icon, draw = PANELS[name]
    reading = handover.take()  # even where it is closed: later it would be a stale one
    with st.expander(_(words), icon=icon, key=f"conversion_{name}", on_change="rerun") as panel:
        if panel.open:
            draw(reading)
