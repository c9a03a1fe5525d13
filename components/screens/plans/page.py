"""The plans page: what is each month to bring, by campus, and who decided it?"""

from __future__ import annotations

from components.kit.page import Page, Part
from components.kit.reading import Plain
from components.screens.plans.targets import first_plan, targets_panel
from data.scope import Filters


def _read(filters: Filters) -> Plain:
    return Plain.of(filters, None)


PAGE = Page(
    script="overview/plans",
    read=_read,
    parts=(Part(name="targets", make=first_plan, draw=targets_panel),),
)
