"""From which day to which there is anything to show."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.registry import table


@table(grain="institution")
def known_days(facts: Facts) -> ir.Table:
    """The first and the last day on which a lead, an order or a lesson is known.

    Returns
    -------
    ibis Table
        One row: ``first_on`` and ``last_on``, both missing where nothing is known.
    """
    days = [
        facts.lead.select(on=facts.lead.created_on),
        facts.order_line.select(on=facts.order_line.paid_on),
        facts.seat.select(on=facts.seat.held_on),
    ]
    ends = [d.aggregate(first_on=d["on"].min(), last_on=d["on"].max()) for d in days]
    every = ibis.union(*ends)
    return every.aggregate(first_on=every.first_on.min(), last_on=every.last_on.max())
