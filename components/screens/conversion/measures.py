"""The figures of the conversion screen: which metric, its options, how old leads must be."""

from __future__ import annotations

from dataclasses import dataclass

from components.kit.measures import WINDOW, WINDOWS, Measure
from components.kit.measures import Choice as Days
from components.words.i18n import N_
from metrics.leads.campus_visits import trial_attendance, visit_after_invite, visit_to_paid
from metrics.leads.conversion import first_order_conversion, trial_to_paid
from metrics.leads.pool import reactivation_rate, recycle_rate
from metrics.leads.process import (
    effective_contact_rate,
    first_contact_rate,
    followups_per_lead,
    unassigned_rate,
)
from metrics.leads.response import CLOSES, OPENS
from metrics.leads.rules import RULES, Rule

__all__ = ["CALLS_A_DAY", "CARDS", "MEASURES", "PROCESS", "WINDOW", "WINDOWS", "Choice", "Days"]

CALLS_A_DAY = 10  # conversations with new families a consultant has time for


@dataclass(frozen=True)
class Choice:
    """What the viewer chose: the window, business hours, how many can be called, the points."""

    window_days: int = 30
    opens: int = OPENS
    closes: int = CLOSES
    calls_a_day: int = CALLS_A_DAY
    rules: tuple[Rule, ...] = RULES

    @property
    def days(self) -> Days:
        """The window as the measures take it."""
        return Days(self.window_days)


_W = {"window_days": WINDOW}
_ALL = (
    Measure("conversion", first_order_conversion, N_("First orders in {days} days"), WINDOW, _W),
    Measure("reached", effective_contact_rate, N_("Reached within 48 hours"), 2),
    Measure("called", first_contact_rate, N_("Called within 48 hours"), 2),
    Measure("unassigned", unassigned_rate, N_("Unassigned after 24 hours"), 1),
    Measure("followups", followups_per_lead, N_("Follow-ups per lead, 30 days"), 30),
    Measure("visits", visit_after_invite, N_("Invited who came, 14 days"), 14),
    Measure("attended", trial_attendance, N_("Trial attendance, 30 days"), 30),
    Measure("trial_paid", trial_to_paid, N_("Trial to paid, {days} days"), WINDOW, _W),
    Measure("visit_paid", visit_to_paid, N_("Visit to paid, {days} days"), WINDOW, _W),
    Measure("recycled", recycle_rate, N_("Back in the pool, 30 days"), 30),
    Measure("revived", reactivation_rate, N_("Old leads that order after all"), 120),
)  # fmt: skip
MEASURES = {measure.name: measure for measure in _ALL}
CARDS = ("unassigned", "trial_paid", "conversion")
PROCESS = (
    "called", "reached", "followups", "visits", "attended", "trial_paid", "visit_paid",
    "recycled", "revived",
)  # fmt: skip
