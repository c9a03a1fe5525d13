"""What leads and payers cost."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.errors import InvalidOption
from data.facts import Facts
from metrics.acquisition.spend_feeds import once_spend_is_known
from metrics.foundation.clock import (
    at_least,
    cohort_mature_at,
    cohort_payers,
    day_start_at,
    first_leads,
    first_orders,
    formal_lines,
)
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units

SPEND = ("spend",)


def spend_units(
    facts: Facts, *, numerator: ir.Value | None = None, denominator: ir.Value | None = None,
    mature_days: int | None = None,
) -> ir.Table:  # fmt: skip
    """Spend rows as units; by default the cost is the numerator.

    With ``mature_days`` a row matures together with the leads of its day, else at once.
    """
    spend = facts.spend
    mature_at = (
        day_start_at(spend.spend_on)
        if mature_days is None
        else cohort_mature_at(spend.spend_on, mature_days)
    )
    return as_units(
        spend, grain="spend", unit_id=spend.spend_id, unit_on=spend.spend_on,
        numerator=spend.cost_cny if numerator is None else numerator,
        denominator=denominator, mature_at=mature_at,
    )  # fmt: skip


def _per_lead(leads: ir.Table, *, mature_at: ir.Value) -> ir.Table:
    return as_units(
        leads, grain="lead", unit_id=leads.lead_id, unit_on=leads.created_on,
        numerator=ibis.literal(0), denominator=ibis.literal(1), mature_at=mature_at,
    )  # fmt: skip


@metric(title="Spend", kind="sum", unit="cny", grain="spend", sources=SPEND, better=0)
def spend_total(facts: Facts) -> ir.Table:
    """Media spend of the period.

    Gifts, commission and staff time are not in it: see "CAC, full".

    Returns
    -------
    ibis Table
        One row per channel, campaign, material, campus and day: ``numerator`` in CNY.
    """
    return spend_units(facts)


@metric(
    title="Spend on unmapped channels", kind="ratio", unit="ratio", grain="spend",
    sources=("spend", "channels"), better=-1,
)  # fmt: skip
def unmapped_spend_share(facts: Facts) -> ir.Table:
    """Spend whose channel is not in the channel tree ÷ spend.

    Returns
    -------
    ibis Table
        One row per spend row: ``numerator`` its cost where unmapped, ``denominator``
        its cost, in CNY.

    References
    ----------
    METRICS, "share of unmapped channel".
    """
    spend = facts.spend
    unmapped = ~spend.is_mapped.fill_null(False)
    cost = ibis.ifelse(unmapped, spend.cost_cny, ibis.literal(0).cast("decimal(18, 2)"))
    return spend_units(facts, numerator=cost, denominator=spend.cost_cny)


@metric(
    title="Cost per lead", kind="ratio", unit="cny", grain="lead", sources=("spend", "leads"),
    better=-1,
)  # fmt: skip
def cpl(facts: Facts) -> ir.Table:
    """Spend of the period ÷ new leads of the period.

    Spend and leads of one channel meet by day, so leads that come later than the click
    are charged to a later day. Leads of days whose spend is late are immature.

    Returns
    -------
    ibis Table
        Spend rows (``numerator`` in CNY, ``denominator`` 0) and new leads (0 and 1).

    References
    ----------
    METRICS, "CPL, CPVL".
    """
    leads = first_leads(facts)
    units = spend_units(facts).union(_per_lead(leads, mature_at=leads.created_at))
    return once_spend_is_known(facts, units)


@metric(
    title="Cost per valid lead", kind="ratio", unit="cny", grain="lead",
    sources=("spend", "leads"), better=-1,
)  # fmt: skip
def cpvl(facts: Facts, *, judged_days: int = 3) -> ir.Table:
    """Spend ÷ valid new leads, of days whose leads have all been judged.

    Spend of the last days is left out together with the leads it brought, so that young
    leads do not make a channel look dear; so are leads of days whose spend is late.

    Parameters
    ----------
    judged_days
        Days after which a lead's validity is settled, at least 1.

    Returns
    -------
    ibis Table
        Spend rows (``numerator`` in CNY, ``denominator`` 0) and valid leads (0 and 1).

    Raises
    ------
    InvalidOption
        If ``judged_days`` is less than 1.

    References
    ----------
    METRICS, "CPL, CPVL".
    """
    at_least("judged_days", judged_days)
    leads = first_leads(facts)
    valid = leads.filter(leads.is_valid)
    matured = cohort_mature_at(valid.created_on, judged_days)
    units = spend_units(facts, mature_days=judged_days).union(_per_lead(valid, mature_at=matured))
    return once_spend_is_known(facts, units)


def _payer_units(facts: Facts, window_days: int | None) -> ir.Table:
    """Units of one per first-order person: by order date, or of the lead cohort."""
    if window_days is None:
        orders = first_orders(facts)
        return as_units(
            orders, grain="person", unit_id=orders.person_id, unit_on=orders.paid_on,
            numerator=ibis.literal(0), denominator=ibis.literal(1), mature_at=orders.paid_at,
        )  # fmt: skip
    payers = cohort_payers(facts)
    payers = payers.filter(
        payers.first_paid_at <= payers.created_at + ibis.interval(days=window_days)
    )
    return as_units(
        payers, grain="person", unit_id=payers.person_id, unit_on=payers.created_on,
        numerator=ibis.literal(0), denominator=ibis.literal(1),
        mature_at=cohort_mature_at(payers.created_on, window_days),
    )  # fmt: skip


@metric(
    title="CAC, media", kind="ratio", unit="cny", grain="person",
    sources=("spend", "leads", "orders", "order_lines"), better=-1,
)  # fmt: skip
def cac_media(facts: Facts, *, window_days: int | None = None) -> ir.Table:
    """Spend of the period ÷ persons whose first formal order falls in the period.

    A payer belongs to the channel of their first lead. Where spend grows fast, this year's
    money meets last year's leads: give a window to charge each lead cohort its own spend.
    Payers of days whose spend is late are immature.

    Parameters
    ----------
    window_days
        None: by order date. Else the lead cohort's spend ÷ its persons with a first
        formal order within so many days, over days old enough; at least 1.

    Returns
    -------
    ibis Table
        Spend rows (``numerator`` in CNY, ``denominator`` 0) and first-order persons (0
        and 1).

    Raises
    ------
    InvalidOption
        If ``window_days`` is less than 1.

    References
    ----------
    METRICS, "CAC media, CAC full".
    """
    if window_days is not None:
        at_least("window_days", window_days)
    units = spend_units(facts, mature_days=window_days).union(_payer_units(facts, window_days))
    return once_spend_is_known(facts, units)


@metric(
    title="CAC, full", kind="ratio", unit="cny", grain="person",
    sources=("spend", "rewards", "followups", "leads", "orders", "order_lines"), better=-1,
)  # fmt: skip
def cac_full(
    facts: Facts, *, window_days: int | None = None, followup_cny: float = 15.0
) -> ir.Table:
    """Spend, gifts and commission, and consultant time ÷ first-order persons.

    Consultant time is allocated by follow-ups: each costs ``followup_cny``, charged to
    the channel and campus of its lead on the day it happened (with a window: to the
    lead's day). One after the person's first formal order serves a customer and wins none,
    so it is not charged. A reward is charged to the channel of the lead it was given for;
    with a window, one that names no lead is of no cohort and is left out.

    Parameters
    ----------
    window_days
        As in "CAC, media".
    followup_cny
        Cost of one follow-up in CNY (a consultant's monthly cost ÷ follow-ups a month),
        at least 0.

    Returns
    -------
    ibis Table
        Spend rows, rewards and follow-ups (``numerator`` in CNY, ``denominator`` 0) and
        first-order persons (0 and 1).

    Raises
    ------
    InvalidOption
        If ``window_days`` is less than 1 or ``followup_cny`` is negative.

    References
    ----------
    METRICS, "CAC media, CAC full".
    """
    if followup_cny < 0:
        raise InvalidOption(f"followup_cny must be at least 0, got {followup_cny}")
    each = ibis.literal(followup_cny).cast("decimal(18, 2)")
    rewards, followups = facts.reward, _before_first_order(facts)
    costs = [
        _cost_units(
            facts, rewards, unit_id=rewards.reward_id, on=rewards.granted_on,
            at=rewards.granted_at, cost=rewards.cost_cny, window_days=window_days,
        ),
        _cost_units(
            facts, followups, unit_id=followups.followup_id, on=followups.happened_on,
            at=followups.happened_at, cost=each, window_days=window_days,
        ),
    ]  # fmt: skip
    units = cac_media(facts, window_days=window_days)
    return units.union(*(once_spend_is_known(facts, cost) for cost in costs))


def _before_first_order(facts: Facts) -> ir.Table:
    """Contacts with people who had not bought a course yet."""
    orders = formal_lines(facts)
    firsts = orders.filter(orders.is_first).select("person_id", first_paid_at="paid_at")
    rows = facts.followup.left_join(firsts, "person_id").drop("person_id_right")
    return rows.filter(rows.first_paid_at.isnull() | (rows.happened_at <= rows.first_paid_at))


def _cost_units(
    facts: Facts, rows: ir.Table, *, unit_id: ir.Value, on: ir.Value, at: ir.Value,
    cost: ir.Value, window_days: int | None,
) -> ir.Table:  # fmt: skip
    """Rows that cost something, charged to the channel of their lead."""
    leads = facts.lead.select(
        "lead_id", "channel_id", "campaign", "material", "course_line", lead_at="created_at",
        lead_on="created_on",
    )  # fmt: skip
    costs = rows.select(
        "person_id", "campus_id", "lead_id", unit_id=unit_id, on=on, at=at, cost=cost
    )
    costs = costs.left_join(leads, "lead_id").drop("lead_id_right")
    unit_on, mature_at = costs["on"], costs["at"]
    if window_days is not None:
        in_window = costs["at"] <= costs.lead_at + ibis.interval(days=window_days)
        costs = costs.filter(in_window)
        unit_on, mature_at = costs.lead_on, cohort_mature_at(costs.lead_on, window_days)
    return as_units(
        costs, grain="cost", unit_id=costs.unit_id, unit_on=unit_on,
        numerator=costs.cost, mature_at=mature_at,
    )  # fmt: skip
