"""Second looks that cost nothing until they are opened."""

from __future__ import annotations

from components.kit.panels import Panel
from components.screens.acquisition.attribution import attribution_panel
from components.screens.acquisition.explained import explained_panel
from components.screens.acquisition.funnel import funnel_panel
from components.screens.acquisition.linkage import linkage_panel
from components.screens.acquisition.marginal import marginal_panel
from components.screens.acquisition.payback import payback_panel
from components.screens.acquisition.reading import Reading
from components.words.i18n import N_

PANELS: dict[str, Panel[Reading]] = {
    "attribution": Panel(
        N_("Attribution: eight models side by side"),
        ":material/route:",
        attribution_panel,
        frozenset({"touch", "order_line"}),
    ),
    "funnel": Panel(
        N_("Funnel, from impression to order and beyond"),
        ":material/filter_alt:",
        funnel_panel,
        frozenset({"order_line", "followup"}),
    ),
    "explained": Panel(
        N_("What changed, and where"),
        ":material/waterfall_chart:",
        explained_panel,
        frozenset(),
    ),
    "payback": Panel(
        N_("Payback, day by day"),
        ":material/savings:",
        payback_panel,
        frozenset({"spend", "order_line"}),
    ),
    "marginal": Panel(
        N_("Spend against marginal return"),
        ":material/trending_up:",
        marginal_panel,
        frozenset({"spend", "order_line"}),
    ),
    "linkage": Panel(
        N_("Linkage quality and orphans"),
        ":material/link:",
        linkage_panel,
        frozenset({"spend", "order_line", "touch"}),
    ),
}
