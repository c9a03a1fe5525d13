"""What is done with leads: given to somebody, called, reached, called again, lost."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.clock import at_least, with_contacts
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units
from metrics.leads.new_leads import lead_units
from metrics.leads.recorded_steps import unless_silent

_CONTACTS = ("leads", "followups")


@metric(
    title="Unassigned rate", kind="proportion", unit="ratio", grain="lead", sources=("leads",),
    better=-1,
)  # fmt: skip
def unassigned_rate(facts: Facts, *, hours: int = 24) -> ir.Table:
    """Leads given to nobody within the hours after creation ÷ leads at least that old.

    One that is given later stays in it: it had to wait. Where no lead was ever given to
    anybody, nobody records it, and none is in it.

    Parameters
    ----------
    hours
        Hours on the clock after the lead's creation, at least 1.

    Returns
    -------
    ibis Table
        One row per lead: ``numerator`` 1 where not assigned in time, ``denominator`` 1.

    Raises
    ------
    InvalidOption
        If ``hours`` is less than 1.

    References
    ----------
    METRICS, "process".
    """
    leads = facts.lead.filter(facts.lead.assigned_at.count() > 0)
    until = leads.created_at + ibis.interval(hours=at_least("hours", hours))
    given = (leads.assigned_at <= until).fill_null(False)
    return lead_units(leads, numerator=(~given).cast("int64"), mature_at=until)


def _contacted(facts: Facts, column: str, hours: int) -> ir.Table:
    leads = with_contacts(facts, facts.lead.filter(facts.lead.assigned_at <= facts.as_of))
    leads = unless_silent(facts, leads, "followups")
    until = leads.assigned_at + ibis.interval(hours=at_least("hours", hours))
    return as_units(
        leads, grain="lead", unit_id=leads.lead_id, unit_on=leads.created_on,
        numerator=(leads[column] <= until).fill_null(False).cast("int64"),
        denominator=ibis.literal(1), mature_at=until, owner_id=leads.owner_id,
    )  # fmt: skip


@metric(
    title="First-contact rate", kind="proportion", unit="ratio", grain="lead", sources=_CONTACTS
)  # fmt: skip
def first_contact_rate(facts: Facts, *, hours: int = 48) -> ir.Table:
    """Leads called within the hours after assignment, reached or not ÷ leads that long assigned.

    Parameters
    ----------
    hours
        Hours on the clock after the assignment, at least 1.

    Returns
    -------
    ibis Table
        One row per assigned lead: ``numerator`` 1 where called in time, ``denominator`` 1.

    Raises
    ------
    InvalidOption
        If ``hours`` is less than 1.

    References
    ----------
    METRICS, "process".
    """
    return _contacted(facts, "first_contact_at", hours)


@metric(
    title="Effective-contact rate", kind="proportion", unit="ratio", grain="lead",
    sources=_CONTACTS,
)  # fmt: skip
def effective_contact_rate(facts: Facts, *, hours: int = 48) -> ir.Table:
    """Leads reached within the hours after assignment ÷ leads assigned that long ago.

    What is missing to 100 % is overdue: nobody spoke with these families in time.

    Parameters
    ----------
    hours
        Hours on the clock after the assignment, at least 1.

    Returns
    -------
    ibis Table
        One row per assigned lead: ``numerator`` 1 where reached in time, ``denominator`` 1.

    Raises
    ------
    InvalidOption
        If ``hours`` is less than 1.

    References
    ----------
    METRICS, "process".
    """
    return _contacted(facts, "first_reached_at", hours)


@metric(
    title="Follow-ups per lead", kind="ratio", unit="events", grain="lead", sources=_CONTACTS,
    better=0,
)  # fmt: skip
def followups_per_lead(facts: Facts, *, window_days: int = 30) -> ir.Table:
    """Contacts within the window after a lead's creation ÷ leads at least that old.

    Contacts that reached nobody count. More is work, not success.

    Parameters
    ----------
    window_days
        Days from the lead's creation, at least 1.

    Returns
    -------
    ibis Table
        One row per lead: ``numerator`` its contacts, ``denominator`` 1.

    Raises
    ------
    InvalidOption
        If ``window_days`` is less than 1.

    References
    ----------
    METRICS, "process".
    """
    window = ibis.interval(days=at_least("window_days", window_days))
    calls = facts.followup.select("person_id", "lead_id", "happened_at")
    leads = facts.lead
    of_leads = calls.inner_join(leads.select("lead_id", "created_on", "created_at"), "lead_id")
    of_leads = of_leads.filter(
        of_leads.happened_at.between(of_leads.created_at, of_leads.created_at + window)
    )
    sums = of_leads.group_by("lead_id", "created_on").aggregate(calls=of_leads.count())
    rows = leads.left_join(sums, ["lead_id", "created_on"])
    rows = unless_silent(facts, rows.drop("lead_id_right", "created_on_right"), "followups")
    return lead_units(rows, numerator=rows.calls.fill_null(0), mature_at=rows.created_at + window)


@metric(
    title="Lost leads", kind="count", unit="leads", grain="lead", sources=("leads",), better=-1
)  # fmt: skip
def lost_leads(facts: Facts) -> ir.Table:
    """Leads of the period that are marked as lost, each with its reason.

    By the day the lead came, not the day it was lost, which no source tells. The reason
    is what the consultant chose; a lead may be lost without one.

    Returns
    -------
    ibis Table
        One row per lost lead, with ``lost_reason``: ``numerator`` 1, mature at once.

    References
    ----------
    METRICS, "process".
    """
    leads = facts.lead.filter(facts.lead.status == "lost")
    return as_units(
        leads, grain="lead", unit_id=leads.lead_id, unit_on=leads.created_on,
        numerator=ibis.literal(1), mature_at=leads.created_at, lost_reason=leads.lost_reason,
    )  # fmt: skip
