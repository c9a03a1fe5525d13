"""Planned figures, and what can be wrong with a plan, in the reader's language."""

from __future__ import annotations

from components.kit.activity_words import said
from components.words.formats import escape
from components.words.i18n import N_, _, ngettext
from data.work.plans import PlanRefused, Problem

ITEMS = {
    "new_leads": N_("New leads"),
    "first_orders": N_("First-order persons"),
    "net_revenue": N_("Net revenue"),
    "planned_visits": N_("Planned visits"),
    "planned_leads": N_("Planned leads"),
}
_OF = {
    **ITEMS,
    "campus": N_("Campus"),
    "activity": N_("Activity"),
    "metric": N_("Figure"),
    "phase": N_("Phase"),
    "share_channel": N_("Share channel"),
}
_WRONG = {
    "twice": N_("a figure is given twice: {got}"),
    "unknown": N_("{of} “{got}” is not known here"),
    "choice": N_("{of} “{got}” is not known here"),
    "month": N_("a month's plan begins on day 1, not on {got}"),
    "number": N_("{of} must be a number of at least 0, not {got}"),
    "whole": N_("{of} must be a whole number of at least 0, not {got}"),
    "above": N_("planned leads must be at most planned visits, not {got}"),
    "many": N_("at most {allowed} figures are saved at once, not {got}"),
}
_SHOWN = 3


def refusal(error: PlanRefused) -> str:
    """Why a plan was not stored, the first few faults."""
    parts = [_fault(problem) for problem in error.problems[:_SHOWN]]
    rest = len(error.problems) - len(parts)
    if rest:
        parts.append(ngettext("{n} more", "{n} more", rest))
    return _("; ").join(parts)


def _fault(problem: Problem) -> str:
    return _(
        _WRONG[problem.kind], of=said(_OF, problem.of), got=escape(problem.got),
        allowed=problem.allowed,
    )  # fmt: skip
