"""Plans: what a month was to bring."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.registry import table


@table(grain="planned figure")
def month_plan(facts: Facts, *, month_on: date) -> ir.Table:
    """The month's plan of the campuses in scope.

    Plans are made by campus: channels and course lines picked do not bear on them.

    Returns
    -------
    ibis Table
        ``metric`` (a name of the targets contract) and ``value``, one row per planned
        figure; none where nothing was planned.
    """
    target = facts.target
    month = target.filter(target.month_on == ibis.literal(month_on))
    return month.group_by("metric").aggregate(value=ibis._.value.sum()).order_by("metric")


@table(grain="campus")
def campus_plans(facts: Facts, *, month_on: date, metric: str) -> ir.Table:
    """A figure's plan of a month by campus: ``campus_id``, ``value``."""
    target = facts.target
    month = target.filter(target.month_on == ibis.literal(month_on), target.metric == metric)
    return month.select("campus_id", "value").order_by("campus_id")
