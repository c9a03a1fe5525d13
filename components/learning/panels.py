"""Second looks that cost nothing until they are opened."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.i18n import N_, _
from components.learning.definitions import definitions_panel
from components.learning.league import league_panel
from components.learning.losses import losses_panel
from components.learning.pace import pace_panel
from components.learning.quality import quality_panel
from components.learning.reading import Handover, Reading
from components.learning.tiers import tiers_panel
from data.scope import role

Panel = Callable[[Reading], None]
# Name → words, icon, and what draws it.
NEEDS = {"quality": frozenset({"due"})}  # facts without which a panel has nothing to say
PANELS: dict[str, tuple[str, str, Panel]] = {
    "definitions": (
        N_("Three attendance rates, and why they differ"), ":material/rule:", definitions_panel,
    ),
    "tiers": (N_("Tiers, and moves from week to week"), ":material/stacks:", tiers_panel),
    "pace": (
        N_("Completion, consumption and seat fill"), ":material/task_alt:", pace_panel,
    ),
    "quality": (
        N_("Course quality tree, and what goes with renewal"), ":material/account_tree:",
        quality_panel,
    ),
    "league": (
        N_("League of teachers, classes and courses, by intake"), ":material/leaderboard:",
        league_panel,
    ),
    "losses": (N_("Stops, refunds, save and recall"), ":material/healing:", losses_panel),
}  # fmt: skip


def panels(reading: Reading) -> None:
    """Draw the closed panels."""
    hidden = role(reading.scope.role).hidden_facts
    for name in PANELS:
        if NEEDS.get(name, frozenset()) & hidden:
            continue
        _panel(name, Handover(reading))


@st.fragment
def _panel(name: str, handover: Handover) -> None:
    words, icon, draw = PANELS[name]
    reading = handover.take()  # even where it is closed: later it would be a stale one
    with st.expander(_(words), icon=icon, key=f"learning_panel_{name}", on_change="rerun") as panel:
        if panel.open:
            draw(reading)
