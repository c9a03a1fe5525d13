"""What a lead cohort earns against what it cost: ROI, ROAS, LTV."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.errors import InvalidOption
from data.facts import Facts
from metrics.acquisition.cost import spend_units
from metrics.acquisition.spend_feeds import once_spend_is_known
from metrics.foundation.clock import (
    at_least,
    cohort_mature_at,
    first_leads,
    first_sources,
    per_person,
)
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units

MONEY = ("spend", "leads", "orders", "order_lines")
BASES = ("lead", "payer")


def cohort_revenue(facts: Facts, days: int, leads: ir.Table | None = None) -> ir.Table:
    """First leads with ``net_cny``: the person's net revenue in the lead's first days.

    Refunds are negative on the day they were paid out; transfers and carry-overs are 0.
    ``has_formal`` tells whether a formal order is among them. ``leads`` are some of the first
    leads, by default all.
    """
    leads = first_leads(facts) if leads is None else leads
    lines = facts.order_line.select("person_id", "paid_at", "net_cny", "is_formal")
    started = leads.select("person_id", "created_at", "created_on")
    paid = lines.inner_join(started, "person_id")
    paid = paid.filter(
        paid.paid_at.between(paid.created_at, paid.created_at + ibis.interval(days=days))
    )
    rows = per_person(
        leads, paid, net_cny=paid.net_cny.sum(), formal=paid.is_formal.cast("int64").sum()
    )
    return rows.mutate(
        net_cny=rows.net_cny.fill_null(0).cast("decimal(18, 2)"),
        has_formal=rows.formal.fill_null(0) > 0,
    )


def _revenue_units(facts: Facts, days: int, *, denominator: ir.Value | None = None) -> ir.Table:
    at_least("days", days)
    rows = cohort_revenue(facts, days)
    return as_units(
        rows, grain="lead", unit_id=rows.lead_id, unit_on=rows.created_on,
        numerator=rows.net_cny, denominator=denominator,
        mature_at=cohort_mature_at(rows.created_on, days),
    )  # fmt: skip


@metric(title="ROI", kind="ratio", unit="ratio", grain="lead", sources=MONEY)
def roi(facts: Facts, *, days: int = 180) -> ir.Table:
    """(Net revenue of a lead cohort in its first days − its spend) ÷ its spend.

    Cohort by the day and the channel of a person's first lead; the spend is of the same
    days. Days younger than the window take no part, on either side, nor do leads of days
    whose spend is late. 0 means the money came back, 1 that it came back twice.

    Parameters
    ----------
    days
        Days from the first lead, the end included; 30, 60, 90, 180 and 365 are usual; at
        least 1.

    Returns
    -------
    ibis Table
        First leads (``numerator`` net revenue, ``denominator`` 0) and spend rows
        (``numerator`` −cost, ``denominator`` cost), in CNY.

    Raises
    ------
    InvalidOption
        If ``days`` is less than 1.

    References
    ----------
    METRICS, "ROI_N, ROAS_N".
    """
    cost = facts.spend.cost_cny
    spend = spend_units(facts, numerator=-cost, denominator=cost, mature_days=days)
    return once_spend_is_known(facts, _revenue_units(facts, days).union(spend))


@metric(title="ROAS", kind="ratio", unit="ratio", grain="lead", sources=MONEY)
def roas(facts: Facts, *, days: int = 180) -> ir.Table:
    """Net revenue of a lead cohort in its first days ÷ its spend.

    Equals ROI + 1. Cohort by the day and the channel of a person's first lead.

    Parameters
    ----------
    days
        Days from the first lead, the end included, at least 1.

    Returns
    -------
    ibis Table
        First leads (``numerator`` net revenue, ``denominator`` 0) and spend rows (0 and
        cost), in CNY.

    Raises
    ------
    InvalidOption
        If ``days`` is less than 1.

    References
    ----------
    METRICS, "ROI_N, ROAS_N".
    """
    spend = spend_units(
        facts, numerator=ibis.literal(0), denominator=facts.spend.cost_cny, mature_days=days
    )
    return once_spend_is_known(facts, _revenue_units(facts, days).union(spend))


@metric(
    title="ROI of the period", kind="ratio", unit="ratio", grain="order_line", sources=MONEY
)  # fmt: skip
def roi_period(facts: Facts) -> ir.Table:
    """(Net revenue paid in the period − spend of the period) ÷ spend of the period.

    Not the return on that spend: renewals of old students are in the revenue and the
    payers of this period's leads are not yet. It stands beside ROI by cohort, labelled.

    Returns
    -------
    ibis Table
        Order lines (``numerator`` net revenue, ``denominator`` 0; channel of the person's
        first lead) and spend rows (−cost and cost), in CNY.

    References
    ----------
    METRICS, "ROI_N, ROAS_N".
    """
    lines = facts.order_line.left_join(first_sources(facts), "person_id").drop("person_id_right")
    revenue = as_units(
        lines, grain="order_line", unit_id=lines.order_line_id, unit_on=lines.paid_on,
        numerator=lines.net_cny, mature_at=lines.paid_at,
    )  # fmt: skip
    cost = facts.spend.cost_cny
    spent = spend_units(facts, numerator=-cost, denominator=cost)
    return once_spend_is_known(facts, revenue.union(spent))


@metric(
    title="Lifetime value", kind="ratio", unit="cny", grain="lead",
    sources=("leads", "orders", "order_lines"),
)  # fmt: skip
def ltv(facts: Facts, *, days: int = 365, base: str = "lead") -> ir.Table:
    """Net revenue of a lead cohort in its first days ÷ its persons.

    By lead: every person of the cohort. By payer: those with a formal order in the
    window, and their revenue. The two are never compared with one another.

    Parameters
    ----------
    days
        Days from the first lead, the end included, at least 1.
    base
        ``lead`` or ``payer``.

    Returns
    -------
    ibis Table
        First leads: ``numerator`` net revenue in CNY, ``denominator`` 1 where the person
        counts.

    Raises
    ------
    InvalidOption
        If ``days`` is less than 1 or ``base`` is neither.

    References
    ----------
    METRICS, "LTV_N, LTV:CAC".
    """
    if base not in BASES:
        raise InvalidOption(f"base must be one of {', '.join(BASES)}, got {base!r}")
    at_least("days", days)
    rows = cohort_revenue(facts, days)
    if base == "payer":
        rows = rows.filter(rows.has_formal)
    return as_units(
        rows, grain="lead", unit_id=rows.lead_id, unit_on=rows.created_on,
        numerator=rows.net_cny, denominator=ibis.literal(1),
        mature_at=cohort_mature_at(rows.created_on, days),
    )  # fmt: skip
