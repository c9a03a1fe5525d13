"""Why three renewal rates of one period differ: parts that add up exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from data.scope import Filters
from metrics.due import due_rows, flow_rows, settled_at
from metrics.units import within

# From the due cohort to the month's flow, in this order.
FLOW_PARTS = (
    "paid_before", "paid_after", "due_later", "due_earlier", "outside_window", "closings",
)  # fmt: skip
AMOUNT_PARTS = ("size", "price")


@dataclass(frozen=True)
class Bridge:
    """The three rates of a period and what lies between them, as shares of one.

    ``flow`` − ``cohort`` is the sum of `FLOW_PARTS` in ``parts``, ``amount`` − ``cohort``
    that of `AMOUNT_PARTS`. A rate without anything to divide by is missing, and so are its
    parts.
    """

    cohort: float | None
    flow: float | None
    amount: float | None
    parts: dict[str, float]
    counts: dict[str, float]


def bridge_sums(facts: Facts, filters: Filters) -> ir.Table:
    """One row: the counts and amounts by which the three rates of a period differ.

    ``due``, ``renewed`` of the mature due cohort; of its renewals ``paid_before`` and
    ``paid_after`` the period; of renewals paid in the period ``due_later``, ``due_earlier``
    (credited to another period) and ``outside_window`` (credited to none); ``flow_renewed``,
    ``flow_closed``; ``due_cny``, ``renewed_due_cny`` (what the renewed ones had been bought
    for), ``renewed_cny``.
    """
    period = filters.period
    start, end = ibis.literal(period.start), ibis.literal(period.end)

    def cut(rows: ir.Table) -> ir.Table:
        return within(rows, channels=filters.channels, course_lines=filters.course_lines)

    rows = cut(due_rows(facts))
    rows = rows.filter(
        rows.due_on >= start, rows.due_on < end, settled_at(rows.due_on) <= facts.as_of
    )
    cohort = rows.aggregate(
        due=rows.count(),
        renewed=rows.is_renewed.sum().fill_null(0),
        paid_before=(rows.is_renewed & (rows.renewed_on < start)).sum().fill_null(0),
        paid_after=(rows.is_renewed & (rows.renewed_on >= end)).sum().fill_null(0),
        due_cny=rows.due_cny.sum().fill_null(0).cast("float64"),
        renewed_due_cny=rows.due_cny.sum(where=rows.is_renewed).fill_null(0).cast("float64"),
        renewed_cny=rows.renewed_cny.sum(where=rows.is_renewed).fill_null(0).cast("float64"),
    )
    flow = cut(flow_rows(facts))
    flow = flow.filter(flow.flow_on >= start, flow.flow_on < end)
    paid = flow.kind == "renewal"
    credited = paid & flow.is_renewed
    young = settled_at(flow.due_on) > facts.as_of
    later = credited & ((flow.due_on >= end) | ((flow.due_on >= start) & young))
    flows = flow.aggregate(
        flow_renewed=paid.sum().fill_null(0),
        flow_closed=(~paid).sum().fill_null(0),
        due_later=later.sum().fill_null(0),
        due_earlier=(credited & (flow.due_on < start)).sum().fill_null(0),
        outside_window=(paid & ~flow.is_renewed).sum().fill_null(0),
    )
    return cohort.cross_join(flows)


def bridge_of(sums: Mapping[str, float]) -> Bridge:
    """The three rates and the parts between them, from `bridge_sums`.

    Each part of the flow is what its renewals add to or take from the cohort's rate; the
    last, ``closings``, is the change of what it is divided by. ``size`` is above zero where
    larger enrolments renew more often, ``price`` where families renew for more than before.
    """
    counts = {name: float(value) for name, value in sums.items()}
    due, renewed = counts["due"], counts["renewed"]
    flow_renewed = counts["flow_renewed"]
    flowed = flow_renewed + counts["flow_closed"]
    cohort = renewed / due if due else None
    flow = flow_renewed / flowed if flowed else None
    amount = counts["renewed_cny"] / counts["due_cny"] if counts["due_cny"] else None
    parts: dict[str, float] = {}
    if cohort is not None and flow is not None:
        signs = {"paid_before": -1, "paid_after": -1}
        for name in FLOW_PARTS[:-1]:
            parts[name] = signs.get(name, 1) * counts[name] / due
        parts["closings"] = flow - flow_renewed / due
    if cohort is not None and amount is not None:
        same_price = counts["renewed_due_cny"] / counts["due_cny"]
        parts["size"] = same_price - cohort
        parts["price"] = amount - same_price
    return Bridge(cohort, flow, amount, parts, counts)
