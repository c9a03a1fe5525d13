"""Whether renewals are told by the source or read off the orders."""

from __future__ import annotations

import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.registry import table


@table(grain="institution")
def renewal_links(facts: Facts) -> ir.Table:
    """One row: ``renewals``, and how many of them are ``inferred`` from the orders."""
    rows = facts.due.filter(facts.due.renewal_id.notnull())
    return rows.aggregate(
        renewals=rows.count(),
        inferred=rows.is_renewal_inferred.fill_null(False).sum().fill_null(0),
    )
