"""Linkage quality: how much of the business can be followed from the advertisement on.

The rows that lack the link are the orphans: the units with ``numerator`` 0.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.acquisition.spend_feeds import once_spend_is_known
from metrics.foundation.clock import day_start_at, first_orders, first_sources
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units

TRUSTED = 0.9  # below this share of any link, ROI has low confidence


@metric(
    title="Orders with a lead", kind="proportion", unit="ratio", grain="order",
    sources=("orders", "leads"),
)  # fmt: skip
def orders_with_lead(facts: Facts) -> ir.Table:
    """Orders that name a lead or whose person has one ÷ orders.

    Refunds, transfers and carry-overs are no orders of their own. A lead left after the
    order does not explain it, yet links the person.

    Returns
    -------
    ibis Table
        One row per charged order: ``numerator`` 1 where linked, ``denominator`` 1;
        channel of the person's first lead.

    References
    ----------
    METRICS, "linkage quality".
    """
    lines = facts.order_line.filter(facts.order_line.kind == "charge")
    # The day is an order's own: grouped by, it lets an engine read the period's orders only.
    orders = lines.group_by("order_id", "paid_on", "paid_at").aggregate(
        person_id=lines.person_id.min(),
        campus_id=lines.campus_id.min(),
        lead_id=lines.lead_id.max(),
        course_line=lines.course_line.min(),
    )
    sources = first_sources(facts).mutate(has_lead=ibis.literal(True))
    rows = orders.left_join(sources, "person_id").drop("person_id_right")
    linked = rows.lead_id.notnull() | rows.has_lead.fill_null(False)
    return as_units(
        rows, grain="order", unit_id=rows.order_id, unit_on=rows.paid_on,
        numerator=linked.cast("int64"), denominator=ibis.literal(1), mature_at=rows.paid_at,
    )  # fmt: skip


@metric(
    title="Leads with a touch", kind="proportion", unit="ratio", grain="lead",
    sources=("leads", "events"),
)  # fmt: skip
def leads_with_touch(facts: Facts) -> ir.Table:
    """Lead rows with a click, visit or scan of the same person before them ÷ lead rows.

    Returns
    -------
    ibis Table
        One row per lead: ``numerator`` 1 where touched, ``denominator`` 1.

    References
    ----------
    METRICS, "linkage quality".
    """
    leads = facts.lead
    return as_units(
        leads, grain="lead", unit_id=leads.lead_id, unit_on=leads.created_on,
        numerator=leads.has_touch.fill_null(False).cast("int64"),
        denominator=ibis.literal(1), mature_at=leads.created_at,
    )  # fmt: skip


@metric(
    title="Touches with a cost", kind="proportion", unit="ratio", grain="touch",
    sources=("events", "leads", "spend", "channels"),
)  # fmt: skip
def touches_with_cost(facts: Facts) -> ir.Table:
    """Touches of paid channels with spend on the same channel and day ÷ touches of paid channels.

    Channels that cost nothing have no spend to be linked to and are left out.

    Returns
    -------
    ibis Table
        One row per touch of a paid channel: ``numerator`` 1 where it has a cost,
        ``denominator`` 1.

    References
    ----------
    METRICS, "linkage quality".
    """
    channels = facts.channel
    paid = channels.filter(channels.is_paid).select("channel_id")
    touches = facts.touch.semi_join(paid, "channel_id")
    return as_units(
        touches, grain="touch", unit_id=touches.touch_id, unit_on=touches.touched_on,
        numerator=touches.has_cost.fill_null(False).cast("int64"),
        denominator=ibis.literal(1), mature_at=touches.touched_at,
    )  # fmt: skip


@metric(
    title="Seats with an enrolment", kind="proportion", unit="ratio", grain="seat",
    sources=("seats", "enrolments"),
)  # fmt: skip
def seats_with_enrolment(facts: Facts) -> ir.Table:
    """Seats whose enrolment is known ÷ seats.

    An enrolment that a seat names and nobody imported is not known.

    Returns
    -------
    ibis Table
        One row per seat: ``numerator`` 1 where linked, ``denominator`` 1.

    References
    ----------
    METRICS, "linkage quality".
    """
    seats = facts.seat
    known = facts.enrolment.select(known_id="enrolment_id").distinct()
    rows = seats.left_join(known, seats.enrolment_id == known.known_id)
    return as_units(
        rows, grain="seat", unit_id=rows.seat_id, unit_on=rows.held_on,
        numerator=rows.known_id.notnull().cast("int64"), denominator=ibis.literal(1),
        mature_at=rows.starts_at,
    )  # fmt: skip


@metric(
    title="Over-claim ratio", kind="ratio", unit="ratio", grain="spend",
    sources=("spend", "leads", "orders", "order_lines"), better=-1,
)  # fmt: skip
def over_claim(facts: Facts) -> ir.Table:
    """Conversions a platform claims in the period ÷ own first orders of its channel.

    Above 1 the platform claims more payers than there are. Two platforms claim the same
    person, so claims are never added: a group of several channels has no value. Own orders
    of days whose claims are late are immature.

    Returns
    -------
    ibis Table
        Spend rows (``numerator`` claimed, ``denominator`` 0) and first-order persons of
        channels (0 and 1); ``apart`` is the channel.

    References
    ----------
    METRICS, "over-claim ratio".
    """
    spend = facts.spend
    claims = spend.filter(spend.claimed_conversions.notnull())
    platforms = claims.select("channel_id").distinct()
    orders = first_orders(facts).semi_join(platforms, "channel_id")
    claimed = as_units(
        claims, grain="spend", unit_id=claims.spend_id, unit_on=claims.spend_on,
        numerator=claims.claimed_conversions, mature_at=day_start_at(claims.spend_on),
        apart=claims.channel_id,
    )  # fmt: skip
    own = as_units(
        orders, grain="person", unit_id=orders.person_id, unit_on=orders.paid_on,
        numerator=ibis.literal(0), denominator=ibis.literal(1), mature_at=orders.paid_at,
        apart=orders.channel_id,
    )  # fmt: skip
    return once_spend_is_known(facts, claimed.union(own))
