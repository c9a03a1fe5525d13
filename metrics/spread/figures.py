"""Figures of shares from one query, and which activities have any."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.activities.cohort import Activities
from metrics.foundation.registry import table
from metrics.foundation.units import rollup
from metrics.spread.shares import k_factor, share_arrivals, share_leads, share_revenue

FIGURES = (share_arrivals, share_leads, share_revenue, k_factor)


@table(grain="group")
def share_figures(
    facts: Facts, *, activities: Activities = (), earlier: Activities = ()
) -> ir.Table:
    """The figures of arrivals, leads, revenue and K of activities, each the metric's own.

    ``earlier`` names activities to compare with; none leaves them out.

    Returns
    -------
    ibis Table
        `rollup`'s columns with ``metric`` and ``part`` ("now" or "before");
        a metric that the role may not read has no units, so n is 0.
    """
    parts = {"now": activities, **({"before": earlier} if earlier else {})}
    return ibis.union(
        *(
            rollup(metric(facts, activities=of), kind=metric.kind, as_of=facts.as_of)
            .mutate(metric=ibis.literal(metric.name), part=ibis.literal(part))
            for metric in FIGURES
            for part, of in parts.items()
        )
    )  # fmt: skip


@table(grain="activity")
def shared_activities(facts: Facts) -> ir.Table:
    """Activities to which people came by shares: ``activity_id``, ``arrivals``, ``last_on``."""
    edges = facts.share_edge
    edges = edges.filter(edges.activity_id.notnull())
    return edges.group_by("activity_id").aggregate(
        arrivals=edges.count(), last_on=edges.arrived_on.max()
    )
