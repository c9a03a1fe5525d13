"""Second looks at spread that cost nothing until they are opened."""

from __future__ import annotations

from components.kit.panels import Panel
from components.screens.spread.checks import checks_panel
from components.screens.spread.generations import generations_panel
from components.screens.spread.kols import kols_panel
from components.screens.spread.reading import SpreadReading
from components.screens.spread.wave import wave_panel
from components.words.i18n import N_

PANELS: dict[str, Panel[SpreadReading]] = {
    "kols": Panel(
        N_("KOLs: who brings most, does 20/80 hold, does it last?"),
        ":material/star:",
        kols_panel,
    ),
    "wave": Panel(
        N_("Whom to ask first for the next activity"),
        ":material/campaign:",
        wave_panel,
    ),
    "generations": Panel(
        N_("Generation by generation: how far and how fast"),
        ":material/account_tree:",
        generations_panel,
    ),
    "checks": Panel(N_("Shares that look made"), ":material/policy:", checks_panel),
}
