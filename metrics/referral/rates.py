"""Recommendation: who brings others, how many of the new were brought, and what it costs."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.activities.cohort import SHARE
from metrics.foundation.active import active_months
from metrics.foundation.clock import at_least, cohort_mature_at, day_start_at, first_orders
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units

_PEOPLE = ("leads", "students", "orders", "order_lines")
_ACTIVE = ("enrolments", "leads", "students", "orders", "order_lines")


def honest_referrals(facts: Facts) -> ir.Table:
    """Leads that somebody else recommended: the first introducer of a person counts.

    Left out is who recommends themselves, by their own phone or device, and the leads of
    persons that were known before: those are not new.
    """
    rows = facts.referral
    return rows.filter(rows.is_first, rows.code_no == 1, ~rows.is_same_person, ~rows.is_same_device)


def referred_orders(facts: Facts) -> ir.Table:
    """First formal orders with ``introducer_person_id``, missing where nobody recommended."""
    orders = first_orders(facts)
    brought = honest_referrals(facts).select(
        "person_id", "introducer_person_id", referred_at="created_at"
    )
    rows = orders.left_join(brought, "person_id").drop("person_id_right")
    known = rows.referred_at <= rows.paid_at
    return rows.mutate(
        introducer_person_id=ibis.ifelse(
            known.fill_null(False), rows.introducer_person_id, ibis.null("string")
        )
    )


@metric(
    title="Referred persons", kind="count", unit="people", grain="lead",
    sources=("leads", "students"),
)  # fmt: skip
def referred_persons(facts: Facts) -> ir.Table:
    """New persons whose first lead names somebody else who recommended them.

    Self-referrals by phone or device are left out; of several introducers the first counts.

    Returns
    -------
    ibis Table
        One row per person, on the day of the lead: ``numerator`` 1.

    References
    ----------
    METRICS, "referral rate": invite → lead.
    """
    rows = honest_referrals(facts)
    return as_units(
        rows, grain="lead", unit_id=rows.lead_id, unit_on=rows.created_on,
        numerator=ibis.literal(1), mature_at=rows.created_at,
        introducer_person_id=rows.introducer_person_id,
    )  # fmt: skip


@metric(
    title="Referral rate, of members", kind="ratio", unit="ratio", grain="person", sources=_ACTIVE
)  # fmt: skip
def referral_rate_people(facts: Facts) -> ir.Table:
    """Referred first-order persons of a month ÷ persons there when the month began.

    Not the share of the new: see there. Over several months both sides are summed, so it
    is the mean of a month. The running month is immature.

    Returns
    -------
    ibis Table
        One row per referred payer (``numerator`` 1, on the day of the order) and per
        person and month (``denominator`` 1, on the first of the month).

    References
    ----------
    METRICS, "referral rate", people.
    """
    orders = referred_orders(facts)
    orders = orders.filter(orders.introducer_person_id.notnull())
    month_end = (orders.paid_on.truncate("M").cast("date") + ibis.interval(months=1)).cast("date")
    brought = as_units(
        orders, grain="person", unit_id=orders.person_id, unit_on=orders.paid_on,
        numerator=ibis.literal(1), mature_at=day_start_at(month_end),
    )  # fmt: skip
    rows = active_months(facts)
    there = as_units(
        rows, grain="active", unit_id=rows.person_id + ":" + rows.month_on.cast("string"),
        unit_on=rows.month_on, numerator=ibis.literal(0), denominator=ibis.literal(1),
        mature_at=day_start_at(rows.next_on),
    )  # fmt: skip
    return brought.union(there)


@metric(
    title="Referred share of the new", kind="proportion", unit="ratio", grain="person",
    sources=_PEOPLE,
)  # fmt: skip
def referred_share_of_new(facts: Facts) -> ir.Table:
    """First-order persons whom somebody recommended ÷ all first-order persons.

    Says how much of the growth is brought by members, not how many members bring: see
    the referral rate of members for that.

    Returns
    -------
    ibis Table
        One row per first-order person: ``numerator`` 1 where referred, ``denominator`` 1.

    References
    ----------
    METRICS, "referral rate", share of new.
    """
    rows = referred_orders(facts)
    return as_units(
        rows, grain="person", unit_id=rows.person_id, unit_on=rows.paid_on,
        numerator=rows.introducer_person_id.notnull().cast("int64"),
        denominator=ibis.literal(1), mature_at=rows.paid_at,
    )  # fmt: skip


@metric(
    title="Participation in referral", kind="proportion", unit="ratio", grain="person",
    sources=(*_ACTIVE, "events"),
)  # fmt: skip
def referral_participation(facts: Facts) -> ir.Table:
    """Persons there when a month began who shared or recommended in it ÷ all there.

    Who shared an activity, through whose share somebody arrived, or whom a new lead names:
    also a share that nobody followed is taking part. The running month is immature.

    Returns
    -------
    ibis Table
        One row per person and month: ``numerator`` 1 where they shared or recommended.

    References
    ----------
    METRICS, "referral rate", participation.
    """
    leads = honest_referrals(facts)
    edges, events = facts.share_edge, facts.activity_event
    brought = leads.select(person_id="introducer_person_id", day="created_on").union(
        edges.select(person_id="sharer_person_id", day="arrived_on"),
        events.filter(events.name == SHARE).select("person_id", day="occurred_on"),
    )
    brought = brought.select(
        "person_id", month_on=brought.day.truncate("M").cast("date"), is_sharer=ibis.literal(1)
    ).distinct()
    rows = active_months(facts).left_join(brought, ["person_id", "month_on"])
    rows = rows.drop("person_id_right", "month_on_right")
    return as_units(
        rows, grain="active", unit_id=rows.person_id + ":" + rows.month_on.cast("string"),
        unit_on=rows.month_on, numerator=rows.is_sharer.fill_null(0),
        denominator=ibis.literal(1), mature_at=day_start_at(rows.next_on),
    )  # fmt: skip


@metric(
    title="Referral CAC", kind="ratio", unit="cny", grain="person",
    sources=("leads", "students", "orders", "order_lines", "rewards"), better=-1,
)  # fmt: skip
def referral_cac(facts: Facts) -> ir.Table:
    """Rewards granted in the period ÷ referred first-order persons of the period.

    Rewards for leads that never pay are in it: they are part of the price. Staff time and
    discounts to the new family are not.

    Returns
    -------
    ibis Table
        One row per reward (``numerator`` yuan) and per referred payer (``denominator`` 1).

    References
    ----------
    METRICS, "referral rate", referral CAC.
    """
    rewards = facts.reward
    cost = as_units(
        rewards, grain="cost", unit_id=rewards.reward_id, unit_on=rewards.granted_on,
        numerator=rewards.cost_cny, mature_at=rewards.granted_at,
    )  # fmt: skip
    orders = referred_orders(facts)
    orders = orders.filter(orders.introducer_person_id.notnull())
    payers = as_units(
        orders, grain="person", unit_id=orders.person_id, unit_on=orders.paid_on,
        numerator=ibis.literal(0), denominator=ibis.literal(1), mature_at=orders.paid_at,
    )  # fmt: skip
    return cost.union(payers)


@metric(
    title="Reward ROI", kind="ratio", unit="ratio", grain="lead",
    sources=("leads", "students", "orders", "order_lines", "rewards"),
)  # fmt: skip
def reward_roi(facts: Facts, *, days: int = 180) -> ir.Table:
    """(Net revenue of referred persons in the days after their lead − rewards) ÷ rewards.

    All rewards are in it, those for self-referrals and for persons known before too: they
    were paid and bring nothing. 0 means the rewards came back, 1 that they came back
    twice. Revenue, not profit, and not only what the reward caused: families are
    recommended without one too. What would have come anyway needs a group held out.
    Leads younger than the days, and the rewards for them, are immature.

    Parameters
    ----------
    days
        Days from the referred lead, the end included, at least 1.

    Returns
    -------
    ibis Table
        One row per referred lead (``numerator`` net revenue, ``denominator`` 0) and per
        reward (−cost and cost), in yuan, by the lead's day; a reward without a lead by its
        own.

    Raises
    ------
    InvalidOption
        If ``days`` is less than 1.

    References
    ----------
    METRICS, "referral rate", reward ROI.
    """
    window = ibis.interval(days=at_least("days", days))
    leads = honest_referrals(facts)
    lines = facts.order_line.select("person_id", "paid_at", "net_cny").inner_join(
        leads.select("person_id", "lead_id", "created_at"), "person_id"
    )
    lines = lines.filter(lines.paid_at.between(lines.created_at, lines.created_at + window))
    revenue = lines.group_by("lead_id").aggregate(revenue=lines.net_cny.sum())
    rows = leads.left_join(revenue, "lead_id").drop("lead_id_right")
    earned = as_units(
        rows, grain="lead", unit_id=rows.lead_id, unit_on=rows.created_on,
        numerator=rows.revenue.fill_null(0), mature_at=cohort_mature_at(rows.created_on, days),
    )  # fmt: skip
    left = facts.lead.select("lead_id", "created_on")
    given = facts.reward.left_join(left, "lead_id").drop("lead_id_right")
    given = given.mutate(began_on=given.created_on.fill_null(given.granted_on))
    cost = as_units(
        given, grain="cost", unit_id=given.reward_id, unit_on=given.began_on,
        numerator=-given.cost_cny, denominator=given.cost_cny,
        mature_at=cohort_mature_at(given.began_on, days),
    )  # fmt: skip
    return earned.union(cost)
