"""Tiers and reasons in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.words.formats import number, percent
from components.words.i18n import N_, _, ngettext

TIER_WORDS = {
    "healthy": N_("Healthy"),
    "watch": N_("To watch"),
    "returned": N_("Come back"),
    "at_risk": N_("At risk"),
    "about_to_leave": N_("About to leave"),
    "lost": N_("Lost"),
    "new": N_("Not enrolled before"),
    "gone": N_("No longer enrolled"),
}
TIER_RULES = {
    "healthy": N_("none of the other tiers"),
    "watch": N_("missed the last lesson, or attends less than 75% of late"),
    "returned": N_("came again after three misses or 30 days; until the fourth lesson since"),
    "at_risk": N_("two misses running, or attends 40% less than eight lessons before"),
    "about_to_leave": N_("three misses running"),
    "lost": N_("no lesson attended for 30 days while enrolled"),
}


def reasons_in_words(student: Mapping[str, Any]) -> str:
    """Why a student is on the list, with the figures that say so."""
    words = {
        "run": lambda: ngettext("{n} miss running", "{n} misses running", int(student["run"])),
        "since": lambda: ngettext(
            "{n} day without a lesson", "{n} days without a lesson", int(student["days_since"])
        ),
        "falling": lambda: _(
            "attends {now}, before {before}",
            now=percent(student["share"]),
            before=percent(student["share_before"]),
        ),
        "leaves": lambda: _("{n} leaves in 30 days", n=number(student["leaves"], exact=True)),
        "stage": lambda: _("a stage of the course at which many stop"),
    }
    return _(", ").join(words[reason]() for reason in student["reasons"])
