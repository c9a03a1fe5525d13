"""What activities bring in the end: orders, conversion, cost per lead, return."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.acquisition.cohort_value import cohort_revenue
from metrics.activities.cohort import Activities, activity_cohort, picked
from metrics.foundation.clock import (
    at_least,
    cohort_mature_at,
    day_of,
    day_start_at,
    formal_lines,
    hour_of,
    with_first_paid,
)
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units

_PAID = ("leads", "orders", "order_lines", "activities")
_COST = ("activities", "rewards", "leads")


@metric(title="Activity orders", kind="count", unit="orders", grain="person", sources=_PAID)
def activity_orders(
    facts: Facts, *, activities: Activities = (), window_days: int = 90
) -> ir.Table:
    """First formal orders of the leads that activities brought, within the window.

    By the day of payment. An order within the window counts as soon as it is paid, so a
    young activity still gains: for a rate see "Activity conversion".

    Parameters
    ----------
    activities
        Activities to read; none reads all.
    window_days
        Days from the lead's creation, the end included, at least 1.

    Returns
    -------
    ibis Table
        One row per person who paid, with ``activity_id`` and local ``hour``; ``numerator`` 1.

    Raises
    ------
    InvalidOption
        If ``window_days`` is less than 1.

    References
    ----------
    METRICS, "PV, UV, shares, leads, orders".
    """
    window = ibis.interval(days=at_least("window_days", window_days))
    leads = with_first_paid(activity_cohort(facts, activities), formal_lines(facts))
    paid = leads.filter(leads.first_paid_at.between(leads.created_at, leads.created_at + window))
    return as_units(
        paid, grain="person", unit_id=paid.person_id,
        unit_on=day_of(paid.first_paid_at), numerator=ibis.literal(1),
        mature_at=paid.first_paid_at, activity_id=paid.activity_id,
        hour=hour_of(paid.first_paid_at),
    )  # fmt: skip


@metric(
    title="Activity conversion", kind="proportion", unit="ratio", grain="lead", sources=_PAID
)  # fmt: skip
def activity_conversion(
    facts: Facts, *, activities: Activities = (), window_days: int = 90
) -> ir.Table:
    """Leads that activities brought with a first formal order within the window ÷ such leads.

    A lead younger than the window is immature: it can still convert.

    Parameters
    ----------
    activities
        Activities to read; none reads all.
    window_days
        Days from the lead's creation, the end included, at least 1.

    Returns
    -------
    ibis Table
        One row per lead, with ``activity_id``: ``numerator`` 1 where paid,
        ``denominator`` 1.

    Raises
    ------
    InvalidOption
        If ``window_days`` is less than 1.

    References
    ----------
    METRICS, "first-order conversion(W)".
    """
    window = ibis.interval(days=at_least("window_days", window_days))
    leads = with_first_paid(activity_cohort(facts, activities), formal_lines(facts))
    in_window = leads.first_paid_at.between(leads.created_at, leads.created_at + window)
    return as_units(
        leads, grain="lead", unit_id=leads.lead_id, unit_on=leads.created_on,
        numerator=in_window.fill_null(False).cast("int64"), denominator=ibis.literal(1),
        mature_at=leads.created_at + window, activity_id=leads.activity_id,
    )  # fmt: skip


def _costs(facts: Facts, activities: Activities) -> ir.Table:
    """Budgets of activities, booked as they begin, and rewards given in them."""
    known, given = picked(facts.activity, activities), picked(facts.reward, activities)
    known = known.filter(known.budget_cny.notnull(), known.starts_on <= facts.today)
    ends = facts.activity.select("activity_id", "ends_on")
    given = given.filter(given.cost_cny.notnull()).inner_join(ends, "activity_id")
    return known.select(
        "activity_id", "campus_id", "ends_on", person_id=ibis.null("string"),
        cost_id="activity_id", cost_on="starts_on", cost_at=day_start_at(known.starts_on),
        cost_cny="budget_cny",
    ).union(
        given.select(
            "activity_id", "campus_id", "ends_on", "person_id",
            cost_id=ibis.literal("reward:").concat(given.reward_id), cost_on="granted_on",
            cost_at="granted_at", cost_cny="cost_cny",
        )
    )  # fmt: skip


@metric(
    title="Activity cost per lead", kind="ratio", unit="cny", grain="lead", sources=_COST, better=-1
)  # fmt: skip
def activity_cost_per_lead(facts: Facts, *, activities: Activities = ()) -> ir.Table:
    """Budget and rewards of activities ÷ new leads that they brought.

    The budget stands for what was spent: platforms' media cost is not split by activity.
    An activity that runs has its whole budget and only the leads so far.

    Parameters
    ----------
    activities
        Activities to read; none reads all.

    Returns
    -------
    ibis Table
        One row per activity and per reward (``numerator`` in CNY, ``denominator`` 0) and
        per lead (0 and 1), with ``activity_id``.

    References
    ----------
    METRICS, "CPL, CPVL".
    """
    costs, leads = _costs(facts, activities), activity_cohort(facts, activities)
    return as_units(
        costs, grain="cost", unit_id=costs.cost_id, unit_on=costs.cost_on,
        numerator=costs.cost_cny, mature_at=costs.cost_at, activity_id=costs.activity_id,
    ).union(
        as_units(
            leads, grain="lead", unit_id=leads.lead_id, unit_on=leads.created_on,
            numerator=ibis.literal(0), denominator=ibis.literal(1),
            mature_at=leads.created_at, activity_id=leads.activity_id,
        )
    )  # fmt: skip


@metric(title="Activity ROI", kind="ratio", unit="ratio", grain="lead", sources=(*_COST, *_PAID))
def activity_roi(facts: Facts, *, activities: Activities = (), days: int = 90) -> ir.Table:
    """(Net revenue of an activity's leads in their first days − its cost) ÷ its cost.

    Cost is budget and rewards. Both sides of an activity count only once its last lead is
    so old. 0 means the money came back, 1 that it came back twice.

    Parameters
    ----------
    activities
        Activities to read; none reads all.
    days
        Days from each lead, at least 1.

    Returns
    -------
    ibis Table
        One row per lead (``numerator`` net revenue, ``denominator`` 0) and per cost
        (−cost and cost), in CNY, with ``activity_id``.

    Raises
    ------
    InvalidOption
        If ``days`` is less than 1.

    References
    ----------
    METRICS, "ROI_N, ROAS_N".
    """
    at_least("days", days)
    ends = facts.activity.select("activity_id", "ends_on")
    earned = cohort_revenue(facts, days, activity_cohort(facts, activities)).inner_join(
        ends, "activity_id"
    )
    costs = _costs(facts, activities)
    return as_units(
        earned, grain="lead", unit_id=earned.lead_id, unit_on=earned.created_on,
        numerator=earned.net_cny, mature_at=cohort_mature_at(earned.ends_on, days),
        activity_id=earned.activity_id,
    ).union(
        as_units(
            costs, grain="cost", unit_id=costs.cost_id, unit_on=costs.cost_on,
            numerator=-costs.cost_cny, denominator=costs.cost_cny,
            mature_at=cohort_mature_at(costs.ends_on, days), activity_id=costs.activity_id,
        )
    )  # fmt: skip
