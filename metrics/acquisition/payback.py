"""Payback: when a lead cohort has earned what it cost; and LTV to CAC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from data.facts import Facts
from metrics.foundation.clock import at_least, first_leads
from metrics.foundation.names import with_name
from metrics.foundation.registry import table


@table(grain="channel and day since the lead")
def cohort_cashflow(facts: Facts, *, days: int = 365, by: str = "channel_id") -> ir.Table:
    """Net revenue of a lead cohort by days since the lead, and the cohort's spend.

    Parameters
    ----------
    facts
        The cohort: first leads, and spend, of the period, channels and course lines
        (spend has no course line: of some lines there is none).
    days
        Days since the lead that are read, at least 1.
    by
        A column to keep: ``channel_id`` or ``campus_id``.

    Returns
    -------
    ibis Table
        ``by``, ``day_no`` (local days since the lead, from 0; -1 for the spend),
        ``net_cny``, ``cost_cny``.

    Raises
    ------
    InvalidOption
        If ``days`` is less than 1.
    """
    paid = _revenue(facts, at_least("days", days))
    revenue = paid.group_by(by, "day_no").aggregate(net=paid.net_cny.sum())
    spend = facts.spend
    spent = facts.picked(spend, on="spend_on")
    cost = spent.group_by(by).aggregate(cost=spent.cost_cny.sum())
    money, nothing = "decimal(18, 2)", ibis.literal(0)
    return revenue.select(
        by, "day_no", net_cny=revenue.net.cast(money), cost_cny=nothing.cast(money)
    ).union(
        cost.select(
            by, day_no=ibis.literal(-1, "int64"), net_cny=nothing.cast(money),
            cost_cny=cost.cost.cast(money),
        )
    )  # fmt: skip


@table(grain="order line")
def cohort_orders(facts: Facts, *, channels: tuple[str, ...], days: int) -> ir.Table:
    """The order lines that a lead cohort's revenue is made of, the newest first.

    Parameters
    ----------
    facts
        The cohort, as for `cohort_cashflow`.
    channels
        Channels of the leads.
    days
        Days since the lead up to which lines count, the last included, at least 0.

    Returns
    -------
    ibis Table
        ``person_id``, ``campus_id``, ``channel_id``, ``name`` (masked unless the role may
        read it), ``created_on`` (the lead's day), ``paid_on``, ``day_no``, ``net_cny``
        (refunds below 0): adds up to the curve's revenue on that day.
    """
    paid = _revenue(facts, at_least("days", days, 0))
    paid = paid.filter(paid.channel_id.isin(channels))
    rows = with_name(facts, paid)
    return rows.select(
        "person_id", "campus_id", "channel_id", "name", "created_on", "paid_on", "day_no",
        net_cny=rows.net_cny.cast("float64"),
    ).order_by(ibis.desc("paid_on"), "person_id", "net_cny")  # fmt: skip


def _revenue(facts: Facts, days: int) -> ir.Table:
    """Order lines of a cohort's people, from their lead up to so many days after it."""
    leads = first_leads(facts)
    cohort = facts.picked(leads, on="created_on").select(
        "person_id", "campus_id", "channel_id", "created_at", "created_on"
    )
    lines = facts.order_line.select("person_id", "paid_at", "paid_on", "net_cny")
    paid = lines.inner_join(cohort, "person_id")
    paid = paid.filter(paid.paid_at >= paid.created_at)
    paid = paid.mutate(day_no=paid.paid_on.delta(paid.created_on, unit="day").cast("int64"))
    return paid.filter(paid.day_no <= days)


def payback_curve(
    cashflow: pd.DataFrame, *, cohort_ends_on: date, as_of_on: date, days: int = 365
) -> pd.DataFrame:
    """Cumulative net revenue of a cohort against its cost, day by day since the lead.

    Parameters
    ----------
    cashflow
        Of `cohort_cashflow`, of one group or of several taken together.
    cohort_ends_on
        The day after the cohort's last lead.
    as_of_on
        The local as-of day. Days that the youngest lead has not finished are left out:
        part of the cohort could still pay on them.
    days
        The last day since the lead, at least 1.

    Returns
    -------
    DataFrame
        ``day_no`` from 0, ``revenue_cny`` (cumulative), ``cost_cny``, ``paid_back``.
        Empty while the youngest lead's first day is not over.
    """
    at_least("days", days)
    known = min((as_of_on - cohort_ends_on).days, days)
    numbers = np.arange(known + 1)
    earned = cashflow[cashflow["day_no"] >= 0].groupby("day_no")["net_cny"].sum()
    cents = (earned.astype(float) * 100).round().astype("int64")
    cost = round(float(cashflow["cost_cny"].astype(float).sum()), 2)
    revenue = cents.reindex(numbers, fill_value=0).cumsum().to_numpy() / 100
    return pd.DataFrame(
        {
            "day_no": numbers,
            "revenue_cny": revenue,
            "cost_cny": cost,
            "paid_back": (revenue >= cost) & (cost > 0),
        }
    )


def payback_day(curve: pd.DataFrame) -> int | None:
    """The first day since the lead on which the cohort has earned its cost.

    None while it has not, and where there was no cost to earn.
    """
    reached = curve.loc[curve["paid_back"], "day_no"]
    return None if reached.empty else int(reached.iloc[0])


def ltv_to_cac(ltv: pd.DataFrame, cac: pd.DataFrame, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Lifetime value ÷ acquisition cost, from the figures of the two as they stand.

    Parameters
    ----------
    ltv, cac
        Roll-ups of "Lifetime value" (by payer) and of a CAC, both grouped by ``by``.

    Returns
    -------
    DataFrame
        ``by``, ``ltv``, ``cac``, ``value`` (missing where either is, or the CAC is 0) with
        ``low`` and ``high`` (95 %), ``n`` and ``immature`` of the lifetime value. Groups of
        both figures.

    References
    ----------
    METRICS, "LTV_N, LTV:CAC". The delta method: what a payer brings and how many pay do
    not go together where payers are alike, and cost is given.
    """
    names, bounds = list(by), ["value", "low", "high"]
    left = ltv[[*names, *bounds, "n", "immature"]]
    right = cac[[*names, *bounds]]
    sides = ("_ltv", "_cac")
    both = (
        left.merge(right, on=names, suffixes=sides)
        if names
        else left.merge(right, how="cross", suffixes=sides)
    )
    cost = both["value_cac"].where(both["value_cac"] != 0)
    half = {side: (both[f"high{side}"] - both[f"low{side}"]) / 2 for side in sides}
    value = both["value_ltv"] / cost
    error = np.hypot(half["_ltv"], value * half["_cac"]) / cost
    found = both[[*names, "n", "immature"]].assign(
        ltv=both["value_ltv"], cac=both["value_cac"], value=value, low=value - error,
        high=value + error,
    )  # fmt: skip
    return found[[*names, "ltv", "cac", *bounds, "n", "immature"]]
