"""Why three renewal rates of one period differ: parts that add up exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from data.errors import UnknownName
from data.facts import Facts
from metrics.foundation.registry import table
from metrics.renewal.due import due_rows, flow_rows, settled_at

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


@table(grain="period")
def bridge_sums(facts: Facts) -> ir.Table:
    """One row: the counts and amounts by which the three rates of a period differ.

    ``due``, ``renewed`` of the mature due cohort; of its renewals ``paid_before`` and
    ``paid_after`` the period; of renewals paid in the period ``due_later``, ``due_earlier``
    (credited to another period) and ``outside_window`` (credited to none); ``flow_renewed``,
    ``flow_closed``; ``due_cny``, ``renewed_due_cny`` (what the renewed ones had been bought
    for), ``renewed_cny``.
    """
    rows = _cohort(facts)
    cohort = rows.aggregate(
        due=rows.count(),
        renewed=rows.is_renewed.sum().fill_null(0),
        **{
            name: is_part.sum().fill_null(0)
            for name, is_part in _of_cohort(rows, facts).items()
            if name in FLOW_PARTS
        },
        due_cny=rows.judged_cny.sum().fill_null(0).cast("float64"),
        renewed_due_cny=rows.judged_cny.sum(where=rows.is_renewed).fill_null(0).cast("float64"),
        renewed_cny=rows.renewed_cny.sum(where=rows.is_renewed).fill_null(0).cast("float64"),
    )
    flow = _flow(facts)
    paid = flow.kind == "renewal"
    parts = _of_flow(flow, facts)
    flows = flow.aggregate(
        flow_renewed=paid.sum().fill_null(0),
        flow_closed=parts["closings"].sum().fill_null(0),
        **{
            name: parts[name].sum().fill_null(0)
            for name in ("due_later", "due_earlier", "outside_window")
        },
    )
    return cohort.cross_join(flows)


@table(grain="enrolment")
def bridge_rows(facts: Facts, *, part: str) -> ir.Table:
    """The enrolments behind a part of the bridge, the largest first.

    Of ``closings`` they are those that closed unrenewed; of ``size`` and ``price`` the
    renewed ones of the due cohort; of any other part as many as `bridge_sums` counts.

    Returns
    -------
    ibis Table
        One row per enrolment: ``enrolment_id``, ``person_id``, ``campus_id``,
        ``channel_id``, ``course_line``, ``due_on``, ``renewed_on``, ``due_cny``,
        ``renewed_cny``.

    Raises
    ------
    UnknownName
        If no part is called so.
    """
    rows = _cohort(facts)
    found = _of_cohort(rows, facts)
    if part not in found:
        rows = _flow(facts)
        found = _of_flow(rows, facts)
    if part not in found:
        raise UnknownName("part", part, (*FLOW_PARTS, *AMOUNT_PARTS))
    return (
        rows.filter(found[part])
        .select(
            "enrolment_id", "person_id", "campus_id", "channel_id", "course_line", "due_on",
            "renewed_on", "due_cny", "renewed_cny",
        )
        .order_by(ibis.desc("due_cny"), "enrolment_id")
    )  # fmt: skip


def _cut(rows: ir.Table, facts: Facts) -> ir.Table:
    return facts.picked(rows)


def _cohort(facts: Facts) -> ir.Table:
    """What fell due in the days and is settled."""
    rows = facts.picked(due_rows(facts), on="due_on")
    return rows.filter(settled_at(rows.due_on) <= facts.as_of)


def _flow(facts: Facts) -> ir.Table:
    """What was paid or closed in the days."""
    return facts.picked(flow_rows(facts), on="flow_on")


def _of_cohort(rows: ir.Table, facts: Facts) -> dict[str, ir.BooleanValue]:
    """Which of the due cohort belong to a part."""
    period = facts.period
    return {
        "paid_before": rows.is_renewed & (rows.renewed_on < period.start),
        "paid_after": rows.is_renewed & (rows.renewed_on >= period.end),
        "size": rows.is_renewed,
        "price": rows.is_renewed,
    }


def _of_flow(flow: ir.Table, facts: Facts) -> dict[str, ir.BooleanValue]:
    """Which of those paid or closed belong to a part."""
    start, end = facts.period.start, facts.period.end
    paid = flow.kind == "renewal"
    young = settled_at(flow.due_on) > facts.as_of
    credited = paid & flow.is_renewed
    later = (flow.due_on >= end) | ((flow.due_on >= start) & young)
    return {
        "due_later": credited & later,
        "due_earlier": credited & (flow.due_on < start),
        "outside_window": paid & ~flow.is_renewed,
        "closings": ~paid,
    }


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
