"""Misses running: enrolments whose last lessons were missed one after another."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.clock import at_least, day_start_at
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units
from metrics.service.attendance import ATTENDED, held_seats, is_marked


@metric(
    title="Enrolments with misses running", kind="proportion", unit="ratio", grain="enrolment",
    sources=("enrolments", "seats", "lessons"), better=-1,
)  # fmt: skip
def misses_running(facts: Facts, *, misses: int = 2) -> ir.Table:
    """Enrolments with at least two misses running ÷ enrolments running that have had a lesson.

    As of now: the day of every unit is the as-of day. Misses run on since the last lesson
    attended; cancelled and unmarked lessons and approved leave neither break nor lengthen
    them. Two running is "at risk", three "about to leave".

    Parameters
    ----------
    misses
        Misses running from which an enrolment counts, at least 1.

    Returns
    -------
    ibis Table
        One row per formal enrolment that runs on the as-of day and has had a lesson:
        ``numerator`` 1 where so many run, ``denominator`` 1.

    Raises
    ------
    InvalidOption
        If ``misses`` is less than 1.

    References
    ----------
    METRICS, "attendance tiers".
    """
    at_least("misses", misses)
    today = facts.today
    running = facts.enrolment
    gone = running.state.isin(["stopped", "refunded", "transferred"]).fill_null(False)
    # A stop whose day nobody noted cannot be placed; one after the as-of day is not known.
    goes_on = (running.stopped_on > today).fill_null(False)
    running = running.filter(
        running.is_formal, running.ends_on.fill_null(today) >= today, ~gone | goes_on
    )
    seats = held_seats(facts).semi_join(running, "enrolment_id")
    called = is_marked(seats).fill_null(False)
    seats = seats.select(
        "enrolment_id", "starts_at", missed=called & (seats.attendance == "absent"),
        there=called & seats.attendance.isin(ATTENDED),
    )  # fmt: skip
    last = seats.group_by("enrolment_id").aggregate(last_at=seats.starts_at.max(where=seats.there))
    since = seats.inner_join(last, "enrolment_id")
    since = since.group_by("enrolment_id").aggregate(
        run=(
            since.missed & (since.last_at.isnull() | (since.starts_at > since.last_at))
        ).sum()
    )  # fmt: skip
    rows = running.inner_join(since, "enrolment_id")
    return as_units(
        rows, grain="enrolment", unit_id=rows.enrolment_id, unit_on=today,
        numerator=(rows.run >= misses).fill_null(False).cast("int64"),
        denominator=ibis.literal(1), mature_at=day_start_at(today),
        **{name: rows[name] for name in ("student_id", "class_teacher_id", "course_id")},
    )  # fmt: skip
