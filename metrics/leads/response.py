"""Response time: how soon is a lead reached, and does the delay tell on what it buys?"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.errors import InvalidOption, UnknownName
from data.facts import Facts
from metrics.foundation.clock import (
    at_least,
    formal_lines,
    local_seconds,
    with_contacts,
    with_first_paid,
)
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units
from metrics.leads.recorded_steps import unless_silent

OPENS, CLOSES = 9, 21  # the business hours of every day, campus time
SINCE = ("assigned", "created")
# Delay buckets: name and the business hours up to which it reaches.
DELAYS = (
    ("within_5_min", 5 / 60),
    ("within_30_min", 0.5),
    ("within_24_h", 24.0),
    ("within_48_h", 48.0),
    ("later", float("inf")),
)
NEVER = "never"  # not reached within the conversion window
_SOURCES = ("leads", "followups")


def business_hours(start: ir.Value, end: ir.Value, *, opens: int, closes: int) -> ir.Value:
    """Hours from one instant to another that fall in the business hours; 0 where none do."""
    if not 0 <= opens < closes <= 24:
        raise InvalidOption(f"opens must lie before closes, both from 0 to 24, got {opens, closes}")
    day, first, length = 86_400, opens * 3600, (closes - opens) * 3600

    def passed(at: ir.Value) -> ir.Value:
        seconds = local_seconds(at)
        today = ibis.greatest(ibis.least(seconds % day - first, length), 0)
        return (seconds - seconds % day) // day * length + today

    return ibis.greatest(passed(end) - passed(start), 0).cast("float64") / 3600


def _started(facts: Facts, since: str) -> ir.Table:
    """Leads with ``started_at``, when their clock begins; those it never did are left out."""
    if since not in SINCE:
        raise UnknownName("since", since, SINCE)
    leads = facts.lead
    if since == "created":
        return leads.mutate(started_at=leads.created_at)
    return leads.filter(leads.assigned_at <= facts.as_of).mutate(started_at=leads.assigned_at)


@metric(
    title="Response time", kind="duration", unit="hours", grain="lead", sources=_SOURCES, better=-1
)  # fmt: skip
def response_time(
    facts: Facts, *, since: str = "assigned", opens: int = OPENS, closes: int = CLOSES
) -> ir.Table:
    """Business hours from a lead's assignment to its first effective contact.

    A lead that nobody has reached is kept as open for as long as it has waited, never
    dropped: a median of the reached alone would look better the fewer are reached. Time
    outside the business hours does not count. A lead without an owner has no assignment:
    from its creation it is counted too.

    Parameters
    ----------
    since
        ``assigned`` or ``created``: when the clock begins.
    opens, closes
        The business hours of every day, campus time, whole hours from 0 to 24; 0 and 24
        count round the clock.

    Returns
    -------
    ibis Table
        One row per lead: ``amount`` in business hours, ``censored`` where not reached
        yet, ``numerator`` 1 where reached, ``denominator`` 1, mature at once.

    Raises
    ------
    UnknownName, InvalidOption
        If an option is out of its bounds.

    References
    ----------
    METRICS, "response time".
    """
    leads = unless_silent(facts, with_contacts(facts, _started(facts, since)), "followups")
    reached = leads.first_reached_at.notnull()
    until = leads.first_reached_at.fill_null(facts.as_of)
    return as_units(
        leads, grain="lead", unit_id=leads.lead_id, unit_on=leads.created_on,
        numerator=reached.cast("int64"), denominator=ibis.literal(1), mature_at=leads.created_at,
        amount=business_hours(leads.started_at, until, opens=opens, closes=closes),
        censored=~reached, owner_id=leads.owner_id,
    )  # fmt: skip


@metric(
    title="Conversion by response time", kind="proportion", unit="ratio", grain="lead",
    sources=(*_SOURCES, "orders", "order_lines"),
)  # fmt: skip
def conversion_by_response(
    facts: Facts, *, window_days: int = 30, opens: int = OPENS, closes: int = CLOSES
) -> ir.Table:
    """Assigned leads with a first formal order within the window ÷ those that old, by delay.

    By how long the first effective contact took; who was not reached within the window is
    one group. An association: leads that answer at once may be keener, and unreachable
    numbers stand among the slow, so the difference is not what calling sooner would bring.

    Parameters
    ----------
    window_days
        Days from the assignment, the end included, at least 1.
    opens, closes
        The business hours, see `response_time`.

    Returns
    -------
    ibis Table
        One row per assigned lead, with ``delay`` (a name of `DELAYS` or `NEVER`).

    Raises
    ------
    InvalidOption
        If an option is out of its bounds.

    References
    ----------
    METRICS, "response time".
    """
    window = ibis.interval(days=at_least("window_days", window_days))
    leads = with_first_paid(with_contacts(facts, _started(facts, "assigned")), formal_lines(facts))
    waited = business_hours(leads.started_at, leads.first_reached_at, opens=opens, closes=closes)
    in_time = (leads.first_reached_at <= leads.started_at + window).fill_null(False)
    delay = ibis.cases(
        (~in_time, NEVER), *((waited <= hours, name) for name, hours in DELAYS[:-1]),
        else_=DELAYS[-1][0],
    )  # fmt: skip
    paid = leads.first_paid_at.between(leads.started_at, leads.started_at + window)
    return as_units(
        leads, grain="lead", unit_id=leads.lead_id, unit_on=leads.created_on,
        numerator=paid.fill_null(False).cast("int64"), denominator=ibis.literal(1),
        mature_at=leads.started_at + window, delay=delay, owner_id=leads.owner_id,
    )  # fmt: skip


@metric(
    title="Time to first order", kind="duration", unit="days", grain="lead",
    sources=("leads", "orders", "order_lines"), better=-1,
)  # fmt: skip
def time_to_convert(facts: Facts) -> ir.Table:
    """Days from a new lead's creation to the person's first formal order.

    Leads without an order are kept as open for as long as they are old. Where fewer than
    half ever order there is no median over all leads: the screen then gives the days by
    which half of the orders of a stated horizon have come.

    Returns
    -------
    ibis Table
        One row per new lead whose person had not paid before: ``amount`` in days,
        ``censored`` where not ordered yet, mature at once.

    References
    ----------
    METRICS, "time to convert".
    """
    leads = with_first_paid(facts.lead.filter(facts.lead.is_first), formal_lines(facts))
    leads = leads.filter(leads.first_paid_at.isnull() | (leads.first_paid_at >= leads.created_at))
    paid = leads.first_paid_at.notnull()
    until = leads.first_paid_at.fill_null(facts.as_of)
    waited = ibis.greatest(until.epoch_seconds() - leads.created_at.epoch_seconds(), 0)
    return as_units(
        leads, grain="lead", unit_id=leads.lead_id, unit_on=leads.created_on,
        numerator=paid.cast("int64"), denominator=ibis.literal(1), mature_at=leads.created_at,
        amount=waited.cast("float64") / 86_400, censored=~paid,
    )  # fmt: skip
