"""Where one family stands with its renewals, for the person's page."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.registry import table
from metrics.renewal.due import EARLY_DAYS
from metrics.renewal.pool import pool_rows


@table(grain="enrolment")
def person_renewal(facts: Facts, *, person_id: str, ahead_days: int = 180) -> ir.Table:
    """What falls due of one person, the soonest first.

    Returns
    -------
    ibis Table
        ``enrolment_id``, ``course_line``, ``due_on``, ``due_cny``, ``pipeline``, ``reason``,
        ``touched_on``, ``renewed_on``, ``band``: ``late`` (ended, 30 days are not over),
        ``open`` (60 days and less before the end), ``ahead``.
    """
    rows = pool_rows(facts, ahead_days=ahead_days, person_id=person_id)
    today = facts.today
    soon = (today + ibis.interval(days=EARLY_DAYS)).cast("date")
    band = ibis.cases((rows.due_on < today, "late"), (rows.due_on <= soon, "open"), else_="ahead")
    return rows.select(
        "enrolment_id", "course_line", "due_on", "due_cny", "pipeline", "reason", "touched_on",
        "renewed_on", band=band,
    ).order_by("due_on", "enrolment_id")  # fmt: skip
