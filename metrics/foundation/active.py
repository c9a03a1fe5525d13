"""Who is there at the start of a month: persons with a formal enrolment that runs."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts

MONTHS = 24


def _day(moment: ir.Value) -> ir.DateValue:
    """A day as a day in every engine: Spark truncates and counts months as timestamps."""
    return moment.cast("timestamp(6)").cast("date")


def ended_on(rows: ir.Table) -> ir.Value:
    """The day an enrolment stops or ends, whichever is first; missing while neither is known."""
    return ibis.least(
        rows.stopped_on.fill_null(rows.due_on), rows.due_on.fill_null(rows.stopped_on)
    )


def active_months(facts: Facts, *, per: str = "person_id") -> ir.Table:
    """One row per person and month in which they were there on the first day.

    Of the last 24 months: ``person_id``, ``month_on``, ``next_on`` (the month after),
    ``campus_id`` and ``course_line`` of the enrolment that began first. With ``per``
    "student_id" one row per student: a family with two children has two.
    """
    month = facts.today.truncate("M")
    starts = [_day(month - ibis.interval(months=back)) for back in range(MONTHS)]
    rows = facts.due.mutate(month_on=ibis.array(starts).unnest())
    end = ended_on(rows)
    rows = rows.filter(rows.started_on <= rows.month_on, (end > rows.month_on).fill_null(True))
    names = ("started_on", "enrolment_id", "campus_id", "course_line", "person_id")
    first = ibis.struct({name: rows[name] for name in names}).min()
    grouped = rows.group_by(per, "month_on").aggregate(first=first)
    after = grouped.month_on + ibis.interval(months=1)
    whose = {} if per == "person_id" else {"person_id": grouped.first["person_id"]}
    return grouped.select(
        per, "month_on", next_on=after.cast("date"), **whose,
        campus_id=grouped.first["campus_id"], course_line=grouped.first["course_line"],
    )  # fmt: skip
