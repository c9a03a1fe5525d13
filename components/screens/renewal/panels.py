"""Second looks at renewals that cost nothing until they are opened."""

from __future__ import annotations

from components.kit.panels import Panel
from components.screens.renewal.forecast import forecast_panel
from components.screens.renewal.legal import legal_panel, prepaid_panel
from components.screens.renewal.rates import rates_panel
from components.screens.renewal.reading import Reading
from components.screens.renewal.segments import segments_panel
from components.screens.renewal.survival import survival_panel
from components.screens.renewal.value import value_panel
from components.words.i18n import N_

PANELS: dict[str, Panel[Reading]] = {
    "rates": Panel(
        N_("Three renewal rates, and why they differ"), ":material/balance:", rates_panel
    ),
    "forecast": Panel(
        N_("How far the forecast can be trusted"),
        ":material/query_stats:",
        forecast_panel,
    ),
    "segments": Panel(N_("Who renews, who does not"), ":material/groups:", segments_panel),
    "survival": Panel(
        N_("How soon they renew or stop, and how often"),
        ":material/timeline:",
        survival_panel,
    ),
    "value": Panel(N_("What families will still buy"), ":material/savings:", value_panel),
    "legal": Panel(N_("Legal window of charges"), ":material/gavel:", legal_panel),
    "prepaid": Panel(
        N_("Prepaid balance and who runs out"), ":material/account_balance_wallet:", prepaid_panel
    ),
}
