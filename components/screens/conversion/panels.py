"""Second looks that cost nothing until they are opened."""

from __future__ import annotations

from components.kit.panels import Panel
from components.screens.conversion.consultants.assignment import assignment_panel
from components.screens.conversion.consultants.response import response_panel
from components.screens.conversion.consultants.skill import consultants_panel
from components.screens.conversion.consultants.timing import timing_panel
from components.screens.conversion.pool import pool_panel, process_panel
from components.screens.conversion.pool_rule import pool_rule_panel
from components.screens.conversion.quality import quality_panel
from components.screens.conversion.reading import Reading
from components.screens.conversion.sop import sop_panel
from components.words.i18n import N_

PANELS: dict[str, Panel[Reading]] = {
    "response": Panel(
        N_("Response time, and what the delay costs"), ":material/timer:", response_panel
    ),
    "quality": Panel(N_("How good the score is"), ":material/target:", quality_panel),
    "consultants": Panel(
        N_("Consultants, by the leads they were given"),
        ":material/groups:",
        consultants_panel,
    ),
    "assignment": Panel(
        N_("Who should get which lead"),
        ":material/assignment_ind:",
        assignment_panel,
        roles=frozenset({"manager", "campus_head"}),
    ),
    "timing": Panel(N_("How long until the first order"), ":material/hourglass:", timing_panel),
    "process": Panel(N_("Process, step by step"), ":material/checklist:", process_panel),
    "pool": Panel(N_("The pool: waiting, silent, lost"), ":material/inventory_2:", pool_panel),
    "pool_rule": Panel(N_("What a pool rule would move"), ":material/move_down:", pool_rule_panel),
    "sop": Panel(N_("Which playbooks work"), ":material/science:", sop_panel),
}
