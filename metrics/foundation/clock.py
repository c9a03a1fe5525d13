"""Cohorts of persons: by their first lead, by their first formal order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from data.errors import InvalidOption
from data.facts import Facts
from data.scope import DEFAULT_TIMEZONE

# Hours by which the institution's clock is ahead of UTC; China has kept one offset since 1991.
# A campus may have another clock: the facts' own days (``created_on`` …) are cut by it.
_AHEAD = DEFAULT_TIMEZONE.utcoffset(datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None))
HOURS_AHEAD = int(_AHEAD.total_seconds() // 3600) if _AHEAD else 0


def at_least(name: str, value: int, bound: int = 1) -> int:
    """The value, where it is no less than the bound."""
    if value < bound:
        raise InvalidOption(f"{name} must be at least {bound}, got {value}")
    return value


def day_start_at(day: ir.Value) -> ir.Value:
    """The UTC instant at which a day begins by the institution's clock."""
    return day.cast("timestamp(6)") - ibis.interval(hours=HOURS_AHEAD)


def day_of(instant: ir.Value) -> ir.Value:
    """The day of a UTC instant by the institution's clock; prefer a fact's own local day."""
    return (instant + ibis.interval(hours=HOURS_AHEAD)).date()


def local_days(at: Any) -> NDArray[np.datetime64]:
    """`day_of` of an array or a column of UTC instants without zone, as numpy days."""
    ahead = np.timedelta64(HOURS_AHEAD, "h")
    days: NDArray[np.datetime64] = (np.asarray(at, "datetime64[us]") + ahead).astype(
        "datetime64[D]"
    )
    return days


def hour_of(instant: ir.Value) -> ir.Value:
    """The hour of a UTC instant by the institution's clock, 0 to 23."""
    return (instant + ibis.interval(hours=HOURS_AHEAD)).hour().cast("int64")


def cohort_mature_at(day: ir.Value, days: int) -> ir.Value:
    """The instant from which everything of a local day is at least ``days`` old.

    By the institution's clock: days of a campus behind it end up to hours later.
    Leads of a day and the spend of that day mature together by it, so that a ratio of
    the two is never of two different cohorts.
    """
    return day_start_at(day) + ibis.interval(days=days + 1)


def first_leads(facts: Facts) -> ir.Table:
    """One row per person: their first lead ever."""
    return facts.lead.filter(facts.lead.is_first)


def first_sources(facts: Facts) -> ir.Table:
    """One row per person: the channel, campaign and material of their first lead."""
    return first_leads(facts).select("person_id", "channel_id", "campaign", "material")


def formal_lines(facts: Facts) -> ir.Table:
    """Order lines that convert a lead."""
    return facts.order_line.filter(facts.order_line.is_formal)


def trial_lines(facts: Facts) -> ir.Table:
    """Order lines for a trial or a token price."""
    return facts.order_line.filter(facts.order_line.is_trial)


def first_paid(lines: ir.Table) -> ir.Table:
    """One row per person: ``first_paid_at``, when the first of the lines was paid."""
    return lines.group_by("person_id").aggregate(first_paid_at=lines.paid_at.min())


def per_person(cohort: ir.Table, rows: ir.Table, **figures: ir.Value) -> ir.Table:
    """The cohort with figures over rows of its persons, missing where a person has none.

    ``rows`` hold ``person_id`` and the cohort's ``created_on``, from a join with it. The
    day goes through the sums and back into the join, so that an engine which is asked for
    one period's cohort reads no other's rows.
    """
    sums = rows.group_by("person_id", "created_on").aggregate(**figures)
    joined = cohort.left_join(sums, ["person_id", "created_on"])
    return joined.drop("person_id_right", "created_on_right")


def per_lead(cohort: ir.Table, rows: ir.Table, **figures: ir.Value) -> ir.Table:
    """As `per_person`, by ``lead_id``."""
    sums = rows.group_by("lead_id", "created_on").aggregate(**figures)
    joined = cohort.left_join(sums, ["lead_id", "created_on"])
    return joined.drop("lead_id_right", "created_on_right")


def with_contacts(facts: Facts, leads: ir.Table) -> ir.Table:
    """The leads with when they were first and last contacted, and first effectively.

    ``contacts`` counts; ``first_contact_at``, ``last_contact_at``, ``first_reached_at``
    (an effective contact) are missing where there was none. By the lead that the contact
    names, not by its person; one from before the lead is none of it.
    """
    calls = facts.followup.select("lead_id", "happened_at", "is_effective").inner_join(
        leads.select("lead_id", "created_on", "created_at"), "lead_id"
    )
    calls = calls.filter(calls.happened_at >= calls.created_at)
    found = per_lead(
        leads,
        calls,
        contacts=calls.count(),
        first_contact_at=calls.happened_at.min(),
        last_contact_at=calls.happened_at.max(),
        first_reached_at=calls.happened_at.min(where=calls.is_effective),
    )
    return found.mutate(contacts=found.contacts.fill_null(0))


def local_seconds(at: ir.Value) -> ir.Value:
    """Seconds of the institution's clock since it showed 1970-01-01."""
    return (at + ibis.interval(hours=HOURS_AHEAD)).epoch_seconds()


def with_first_paid(leads: ir.Table, lines: ir.Table) -> ir.Table:
    """The leads with ``first_paid_at``: when the person first paid one of the lines."""
    paid = lines.select("person_id", "paid_at").inner_join(
        leads.select("person_id", "created_on"), "person_id"
    )
    return per_person(leads, paid, first_paid_at=paid.paid_at.min())


def first_orders(facts: Facts) -> ir.Table:
    """One row per person with a formal order: the first one ever, with its dimensions.

    ``channel_id``, ``campaign`` and ``material`` are of the person's first lead, missing
    where they have none; campus, course line and day are of the order.
    """
    return _firsts(facts, formal_lines(facts))


def first_trials(facts: Facts) -> ir.Table:
    """One row per person with a trial order, as `first_orders`."""
    return _firsts(facts, trial_lines(facts))


def _firsts(facts: Facts, lines: ir.Table) -> ir.Table:
    firsts = lines.filter(lines.is_first).select(
        "person_id", "paid_at", "order_line_id", "campus_id", "course_line", "paid_on"
    )
    return firsts.left_join(first_sources(facts), "person_id").drop("person_id_right")


def cohort_payers(facts: Facts) -> ir.Table:
    """First leads that came to pay: the lead's columns and ``first_paid_at``.

    Payers who had paid before their first lead are none of its cohort.
    """
    payers = with_first_paid(first_leads(facts), formal_lines(facts))
    return payers.filter(payers.first_paid_at >= payers.created_at)
