"""What nobody records: no data is not nought."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.registry import table
from metrics.leads.funnel import CHAINS, step_events

_ON_THE_LEAD = {"valid": "is_valid", "assigned": "assigned_at"}


def unless_silent(facts: Facts, rows: ir.Table, source: str) -> ir.Table:
    """The rows; none where the source has never brought a row to the institution.

    Of the whole institution, not of the viewer: a consultant without calls has made none.
    """
    silent = facts.freshness.filter(facts.freshness.source == source, facts.freshness["rows"] == 0)
    return rows.filter(silent.count() == 0)


@table(grain="step")
def recorded_steps(facts: Facts, *, chain: str = "lifecycle") -> ir.Table:
    """Whether each step of a chain of `metrics.leads.funnel` has ever been recorded.

    To be asked of the whole institution.

    Returns
    -------
    ibis Table
        One row per step: ``step`` and ``is_recorded``.
    """
    found = []
    for step in CHAINS[chain]:
        if step.name in _ON_THE_LEAD:
            column = facts.lead[_ON_THE_LEAD[step.name]]
            some = facts.lead.filter(column.notnull()).select("lead_id").limit(1)
        else:
            some = step_events(facts, step.name).select("event_person_id").limit(1)
        count = some.aggregate(n=some.count())
        found.append(count.select(step=ibis.literal(step.name), is_recorded=count.n > 0))
    return ibis.union(*found)
