"""Leads: how many, how many twice, how many worth a call?"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.clock import at_least, first_leads
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units


def lead_units(
    leads: ir.Table, *, numerator: ir.Value, mature_at: ir.Value, **more: ir.Value
) -> ir.Table:
    """One unit of one per lead, with more columns."""
    return as_units(
        leads, grain="lead", unit_id=leads.lead_id, unit_on=leads.created_on,
        numerator=numerator, denominator=ibis.literal(1), mature_at=mature_at, **more,
    )  # fmt: skip


@metric(title="New leads", kind="count", unit="leads", grain="lead", sources=("leads",))
def new_leads(facts: Facts) -> ir.Table:
    """Distinct persons whose first lead ever falls in the period.

    A person who leaves a second lead, at whatever campus or channel, is not new again.

    Returns
    -------
    ibis Table
        One row per person's first lead, with its local ``hour``: ``numerator`` 1, mature at
        once.

    References
    ----------
    METRICS, "new leads".
    """
    leads = first_leads(facts)
    return as_units(
        leads, grain="lead", unit_id=leads.lead_id, unit_on=leads.created_on,
        numerator=ibis.literal(1), mature_at=leads.created_at, hour=leads.created_hour,
    )  # fmt: skip


@metric(title="Lead rows", kind="count", unit="leads", grain="lead", sources=("leads",), better=0)
def raw_leads(facts: Facts) -> ir.Table:
    """Lead rows as they came in, repeated ones too.

    Not a number of people: see "New leads".

    Returns
    -------
    ibis Table
        One row per lead: ``numerator`` 1, mature at once.

    References
    ----------
    METRICS, "new leads".
    """
    leads = facts.lead
    return as_units(
        leads, grain="lead", unit_id=leads.lead_id, unit_on=leads.created_on,
        numerator=ibis.literal(1), mature_at=leads.created_at,
    )  # fmt: skip


@metric(
    title="Duplicate rate", kind="proportion", unit="ratio", grain="lead", sources=("leads",),
    better=-1,
)  # fmt: skip
def duplicate_rate(facts: Facts) -> ir.Table:
    """Lead rows of a person who already had one ÷ lead rows.

    Equals 1 − new leads ÷ lead rows. The first row of a person is never the duplicate,
    even where a later one is more complete.

    Returns
    -------
    ibis Table
        One row per lead: ``numerator`` 1 for a repeated person, ``denominator`` 1.

    References
    ----------
    METRICS, "new leads".
    """
    leads = facts.lead
    return lead_units(leads, numerator=(~leads.is_first).cast("int64"), mature_at=leads.created_at)


@metric(
    title="Valid-lead rate", kind="proportion", unit="ratio", grain="lead", sources=("leads",)
)  # fmt: skip
def valid_lead_rate(facts: Facts, *, judged_hours: int = 72) -> ir.Table:
    """New leads that are valid ÷ new leads at least as old as the time to judge them.

    Valid: a reachable phone, no duplicate, in the age and area served, neither
    blacklisted nor a competitor. A lead that is still being judged is immature, not
    invalid. Where no source has any phone, validity is not known and no lead is in it.

    Parameters
    ----------
    judged_hours
        Hours after which a lead's validity is settled, at least 1.

    Returns
    -------
    ibis Table
        One row per new lead: ``numerator`` 1 where valid, ``denominator`` 1,
        ``mature_at`` its creation plus the hours.

    Raises
    ------
    InvalidOption
        If ``judged_hours`` is less than 1.

    References
    ----------
    METRICS, "valid lead".
    """
    leads = first_leads(facts).filter(facts.lead.is_valid.notnull())
    return lead_units(
        leads,
        numerator=leads.is_valid.cast("int64"),
        mature_at=leads.created_at + ibis.interval(hours=at_least("judged_hours", judged_hours)),
    )


@metric(
    title="Leads of unmapped channels", kind="proportion", unit="ratio", grain="lead",
    sources=("leads", "channels"), better=-1,
)  # fmt: skip
def unmapped_lead_share(facts: Facts) -> ir.Table:
    """Lead rows whose channel is not in the channel tree ÷ lead rows.

    A lead without any channel is unmapped too. From 2 % on, figures by channel miss
    too much.

    Returns
    -------
    ibis Table
        One row per lead: ``numerator`` 1 where unmapped, ``denominator`` 1.

    References
    ----------
    METRICS, "share of unmapped channel".
    """
    leads = facts.lead
    return lead_units(
        leads,
        numerator=(~leads.is_mapped.fill_null(False)).cast("int64"),
        mature_at=leads.created_at,
    )
