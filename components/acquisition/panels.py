"""Second looks that cost nothing until they are opened."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.acquisition.attribution import attribution_panel
from components.acquisition.explained import explained_panel
from components.acquisition.funnel import funnel_panel
from components.acquisition.linkage import linkage_panel
from components.acquisition.marginal import marginal_panel
from components.acquisition.payback import payback_panel
from components.acquisition.reading import Handover, Reading
from components.i18n import N_, _

Panel = Callable[[Reading], None]
# Name → words, icon, what draws it, and the facts without which it has nothing to say.
PANELS: dict[str, tuple[str, str, Panel, frozenset[str]]] = {
    "attribution": (
        N_("Attribution: eight models side by side"), ":material/route:", attribution_panel,
        frozenset({"touch", "order_line"}),
    ),
    "funnel": (
        N_("Funnel, from impression to order and beyond"), ":material/filter_alt:", funnel_panel,
        frozenset({"order_line", "followup"}),
    ),
    "explained": (
        N_("What changed, and where"), ":material/waterfall_chart:", explained_panel, frozenset(),
    ),
    "payback": (
        N_("Payback, day by day"), ":material/savings:", payback_panel,
        frozenset({"spend", "order_line"}),
    ),
    "marginal": (
        N_("Spend against marginal return"), ":material/trending_up:", marginal_panel,
        frozenset({"spend", "order_line"}),
    ),
    "linkage": (
        N_("Linkage quality and orphans"), ":material/link:", linkage_panel,
        frozenset({"spend", "order_line", "touch"}),
    ),
}  # fmt: skip


def panels(reading: Reading) -> None:
    """Draw the closed panels that a role has something to see in."""
    for name, (_words, _icon, _draw, needs) in PANELS.items():
        if not needs & reading.hidden_facts:
            _panel(name, Handover(reading))


@st.fragment
def _panel(name: str, handover: Handover) -> None:
    words, icon, draw, _needs = PANELS[name]
    reading = handover.take()  # even where it is closed: later it would be a stale one
    with st.expander(_(words), icon=icon, key=f"acquisition_{name}", on_change="rerun") as panel:
        if panel.open:
            draw(reading)
