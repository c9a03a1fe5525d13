"""The pool of unpaid leads: who waits, how long already, and what old ones still bring."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.clock import (
    at_least,
    first_leads,
    formal_lines,
    with_contacts,
    with_first_paid,
)
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units
from metrics.leads.new_leads import lead_units
from metrics.people.state import SLA_LADDER_DAYS

SILENT_DAYS = 7
# Where an unpaid lead stands, from the most urgent on.
STATES = ("unassigned", "not_called", "not_reached", "silent", "in_hand", "recycled", "lost")
LATE_HOURS = 48
# The rungs of waiting for the first effective contact, in days from the assignment.
RUNGS = ("in_time", "over_48h", *(f"day_{days}" for days in SLA_LADDER_DAYS))
_WAITING = STATES[:3]
_SOURCES = ("leads", "followups", "orders", "order_lines")


def standing_leads(facts: Facts, condition: ir.BooleanValue | None = None) -> ir.Table:
    """Unpaid leads with where they stand as of now; of all leads or those of a condition.

    Returns
    -------
    ibis Table
        The lead's columns; ``contacts``, ``first_contact_at``, ``last_contact_at``,
        ``first_reached_at``; ``state`` (of `STATES`), ``waiting_since_at`` (assignment,
        else creation) and ``rung`` (of `RUNGS`; missing where nobody is waited for).
    """
    leads = facts.lead if condition is None else facts.lead.filter(condition)
    leads = with_contacts(facts, with_first_paid(leads, formal_lines(facts)))
    unpaid = leads.first_paid_at.isnull() | (leads.first_paid_at < leads.created_at)
    leads = leads.filter(unpaid, leads.status.fill_null("new") != "paid")
    assigned = (leads.assigned_at <= facts.as_of).fill_null(False)
    silent_at = facts.as_of - ibis.interval(days=SILENT_DAYS)
    state = ibis.cases(
        (leads.status == "lost", "lost"),
        (leads.status == "recycled", "recycled"),
        (~assigned, "unassigned"),
        (leads.first_contact_at.isnull(), "not_called"),
        (leads.first_reached_at.isnull(), "not_reached"),
        (leads.last_contact_at < silent_at, "silent"),
        else_="in_hand",
    )
    since = ibis.ifelse(assigned, leads.assigned_at, leads.created_at)
    leads = leads.mutate(state=state, waiting_since_at=since)
    steps = [(SLA_LADDER_DAYS[i], f"day_{SLA_LADDER_DAYS[i]}") for i in (2, 1, 0)]
    rung = ibis.cases(
        (~leads.state.isin(_WAITING), ibis.null("string")),
        *(
            (leads.waiting_since_at <= facts.as_of - ibis.interval(days=days), name)
            for days, name in steps
        ),
        (leads.waiting_since_at <= facts.as_of - ibis.interval(hours=LATE_HOURS), "over_48h"),
        else_="in_time",
    )
    return leads.mutate(rung=rung)


@metric(
    title="Unpaid leads", kind="count", unit="leads", grain="lead", sources=_SOURCES, better=0
)  # fmt: skip
def unpaid_leads(facts: Facts) -> ir.Table:
    """Leads of the period whose family has not bought since, by where they stand now.

    The health of the pool: unassigned, not called, called but not reached, silent for a
    week, in hand, back in the pool, lost.

    Returns
    -------
    ibis Table
        One row per unpaid lead, with ``state``, ``rung`` and ``owner_id``: ``numerator``
        1, mature at once.

    References
    ----------
    METRICS, "process".
    """
    leads = standing_leads(facts)
    return _counted(leads)


@metric(
    title="Overdue leads", kind="count", unit="leads", grain="lead", sources=_SOURCES, better=-1
)  # fmt: skip
def overdue_leads(facts: Facts) -> ir.Table:
    """Unpaid leads of the period that nobody has reached 48 hours after assignment.

    Waited for are leads without an owner (from their creation), never called, or called
    and not reached; lost ones and those back in the pool are not. ``rung`` tells how far
    up the ladder of 3, 5 and 7 days they are.

    Returns
    -------
    ibis Table
        One row per overdue lead, with ``state``, ``rung`` and ``owner_id``.

    References
    ----------
    METRICS, "overdue leads".
    """
    leads = standing_leads(facts)
    return _counted(leads.filter(leads.rung.isin(RUNGS[1:])))


def _counted(leads: ir.Table) -> ir.Table:
    return as_units(
        leads, grain="lead", unit_id=leads.lead_id, unit_on=leads.created_on,
        numerator=ibis.literal(1), mature_at=leads.created_at, state=leads.state,
        rung=leads.rung, owner_id=leads.owner_id,
    )  # fmt: skip


@metric(
    title="Pool recycle rate", kind="proportion", unit="ratio", grain="lead", sources=("leads",),
    better=-1,
)  # fmt: skip
def recycle_rate(facts: Facts, *, window_days: int = 30) -> ir.Table:
    """Leads that are back in the common pool ÷ leads older than the window.

    By the status the lead has now: no source tells when it went back.

    Parameters
    ----------
    window_days
        Days that a lead must be old, at least 1.

    Returns
    -------
    ibis Table
        One row per lead: ``numerator`` 1 where its status is "recycled", ``denominator`` 1.

    Raises
    ------
    InvalidOption
        If ``window_days`` is less than 1.

    References
    ----------
    METRICS, "process".
    """
    leads = facts.lead
    return lead_units(
        leads,
        numerator=(leads.status == "recycled").fill_null(False).cast("int64"),
        mature_at=leads.created_at + ibis.interval(days=at_least("window_days", window_days)),
    )


@metric(
    title="Re-activation rate", kind="proportion", unit="ratio", grain="lead",
    sources=("leads", "orders", "order_lines"),
)  # fmt: skip
def reactivation_rate(facts: Facts, *, cold_days: int = 60, window_days: int = 60) -> ir.Table:
    """New leads unpaid after the cold days that order within the window after ÷ such leads.

    What the old pool still brings: the yield of calling it again stands on this rate.

    Parameters
    ----------
    cold_days
        Days without an order after which a lead is of the old pool, at least 1.
    window_days
        Days after those, the end included, at least 1.

    Returns
    -------
    ibis Table
        One row per new lead still unpaid after the cold days, mature once the window
        has passed too.

    Raises
    ------
    InvalidOption
        If an option is less than 1.

    References
    ----------
    METRICS, "process".
    """
    cold = ibis.interval(days=at_least("cold_days", cold_days))
    window = ibis.interval(days=at_least("window_days", window_days))
    leads = with_first_paid(first_leads(facts), formal_lines(facts))
    cold_at = leads.created_at + cold
    leads = leads.filter(leads.first_paid_at.isnull() | (leads.first_paid_at > cold_at))
    cold_at = leads.created_at + cold
    return lead_units(
        leads,
        numerator=(leads.first_paid_at <= cold_at + window).fill_null(False).cast("int64"),
        mature_at=cold_at + window,
    )
