"""Second looks that cost nothing until they are opened."""

from __future__ import annotations

from components.kit.panels import Panel
from components.screens.learning.definitions import definitions_panel
from components.screens.learning.league import league_panel
from components.screens.learning.losses import losses_panel
from components.screens.learning.pace import pace_panel
from components.screens.learning.quality import quality_panel
from components.screens.learning.reading import Reading
from components.screens.learning.tiers import tiers_panel
from components.words.i18n import N_

PANELS: dict[str, Panel[Reading]] = {
    "definitions": Panel(
        N_("Three attendance rates, and why they differ"),
        ":material/rule:",
        definitions_panel,
    ),
    "tiers": Panel(N_("Tiers, and moves from week to week"), ":material/stacks:", tiers_panel),
    "pace": Panel(
        N_("Completion, consumption and seat fill"),
        ":material/task_alt:",
        pace_panel,
    ),
    "quality": Panel(
        N_("Course quality tree, and what goes with renewal"),
        ":material/account_tree:",
        quality_panel,
        frozenset({"due"}),
    ),
    "league": Panel(
        N_("League of teachers, classes and courses, by intake"),
        ":material/leaderboard:",
        league_panel,
    ),
    "losses": Panel(N_("Stops, refunds, save and recall"), ":material/healing:", losses_panel),
}
