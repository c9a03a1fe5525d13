"""Attendance: of the seats that were expected, how many were taken, by three definitions."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.clock import at_least, cohort_mature_at, day_start_at
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units

MAKE_UP_DAYS = 14  # days within which a missed lesson may be made up
ATTENDED = ("present", "late")
_SOURCES = ("seats", "lessons")
_KEPT = (
    "student_id", "enrolment_id", "class_id", "course_id", "teacher_id", "lesson_id", "lesson_no",
    "attendance",
)  # fmt: skip


def held_seats(facts: Facts) -> ir.Table:
    """Seats of lessons that were not cancelled; trial lessons are no part of the service."""
    courses = facts.course
    trials = courses.filter(courses.type.isin(["trial", "token"])).select("course_id")
    seats = facts.seat
    return seats.filter(seats.lesson_state.fill_null("") != "cancelled").anti_join(
        trials, "course_id"
    )


def is_marked(seats: ir.Table) -> ir.BooleanValue:
    """Whether the roll of the lesson was called and names this student."""
    return (seats.lesson_state == "marked") & (seats.attendance != "unmarked")


def expected_seats(facts: Facts) -> ir.Table:
    """Seats of lessons that were held and marked: what attendance is measured on."""
    seats = held_seats(facts)
    return seats.filter(is_marked(seats))


def made_up(seats: ir.Table, days: int = MAKE_UP_DAYS) -> ir.BooleanValue:
    """Whether a seat was missed and made up at the latest so many days after the lesson."""
    missed = ~seats.attendance.isin(ATTENDED)
    in_time = seats.made_up_on <= seats.held_on + ibis.interval(days=days)
    return (missed & in_time).fill_null(False)


def seat_units(
    seats: ir.Table,
    *,
    numerator: ir.Value,
    mature_at: ir.Value,
    denominator: ir.Value | None = None,
) -> ir.Table:
    """Seats as units, with the student, class, course, teacher and lesson they belong to."""
    return as_units(
        seats, grain="seat", unit_id=seats.seat_id, unit_on=seats.held_on, numerator=numerator,
        denominator=ibis.literal(1) if denominator is None else denominator,
        mature_at=mature_at, **{name: seats[name] for name in _KEPT},
    )  # fmt: skip


@metric(
    title="Attendance rate", kind="proportion", unit="ratio", grain="seat", sources=_SOURCES
)  # fmt: skip
def attendance_strict(facts: Facts, *, days_old: int = 0) -> ir.Table:
    """Seats present or late ÷ seats expected, by the day of the lesson.

    Cancelled and unmarked lessons are not expected; approved leave and lessons made up
    later count as not there. Seats of one student are alike, so the interval is too narrow
    where few students have many seats.

    Parameters
    ----------
    days_old
        Count only seats at least so many days old, to stand beside the rate with make-up;
        0 counts all.

    Returns
    -------
    ibis Table
        One row per expected seat: ``numerator`` 1 where there, ``denominator`` 1, and
        ``student_id``, ``enrolment_id``, ``class_id``, ``course_id``, ``teacher_id``,
        ``lesson_id``, ``lesson_no``, ``attendance``.

    Raises
    ------
    InvalidOption
        If ``days_old`` is less than 0.

    References
    ----------
    METRICS, "attendance rate", strict.
    """
    at_least("days_old", days_old, 0)
    seats = expected_seats(facts)
    waits = cohort_mature_at(seats.held_on, days_old) if days_old else day_start_at(seats.held_on)
    return seat_units(
        seats, numerator=seats.attendance.isin(ATTENDED).cast("int64"), mature_at=waits
    )


@metric(
    title="Attendance rate, leave aside", kind="proportion", unit="ratio", grain="seat",
    sources=_SOURCES,
)  # fmt: skip
def attendance_net(facts: Facts) -> ir.Table:
    """Seats present or late ÷ seats expected without approved leave.

    A child on leave neither raises nor lowers it, so it cannot fall in a week of illness
    and may look well where leave is granted too easily: see the strict rate beside it.

    Returns
    -------
    ibis Table
        One row per expected seat that is not on leave: as `attendance_strict`.

    References
    ----------
    METRICS, "attendance rate", net.
    """
    seats = expected_seats(facts)
    seats = seats.filter(seats.attendance != "leave")
    return seat_units(
        seats,
        numerator=seats.attendance.isin(ATTENDED).cast("int64"),
        mature_at=day_start_at(seats.held_on),
    )


@metric(
    title="Attendance rate with make-up", kind="proportion", unit="ratio", grain="seat",
    sources=_SOURCES,
)  # fmt: skip
def attendance_made_up(facts: Facts, *, days: int = MAKE_UP_DAYS) -> ir.Table:
    """Seats present, late or made up within 14 days ÷ seats expected.

    A seat younger than the days is immature, missed or not: it may still be made up, and
    counting only those attended would raise the rate of the last two weeks.

    Parameters
    ----------
    days
        Days after the lesson by which it must be made up, the last included, at least 1.

    Returns
    -------
    ibis Table
        One row per expected seat: as `attendance_strict`.

    Raises
    ------
    InvalidOption
        If ``days`` is less than 1.

    References
    ----------
    METRICS, "attendance rate", with make-up.
    """
    at_least("days", days)
    seats = expected_seats(facts)
    # What is made up after the as-of day is not known yet.
    known = (seats.made_up_on <= facts.today).fill_null(False)
    taken = seats.attendance.isin(ATTENDED) | (made_up(seats, days) & known)
    return seat_units(
        seats, numerator=taken.cast("int64"), mature_at=cohort_mature_at(seats.held_on, days)
    )


@metric(
    title="Roll-call coverage", kind="proportion", unit="ratio", grain="seat", sources=_SOURCES
)  # fmt: skip
def roll_call_coverage(facts: Facts, *, hours: int = 48) -> ir.Table:
    """Seats whose roll was called ÷ seats of lessons that were not cancelled.

    Below 95 % an attendance rate speaks of the lessons somebody cared to mark. Rolls are
    often entered the day after: seats younger than the hours are immature.

    Parameters
    ----------
    hours
        Hours after the lesson's start by which its roll should be called, at least 1.

    Returns
    -------
    ibis Table
        One row per seat of a lesson held: ``numerator`` 1 where marked, ``denominator`` 1.

    Raises
    ------
    InvalidOption
        If ``hours`` is less than 1.

    References
    ----------
    METRICS, "roll-call coverage".
    """
    at_least("hours", hours)
    seats = held_seats(facts)
    return seat_units(
        seats,
        numerator=is_marked(seats).fill_null(False).cast("int64"),
        mature_at=seats.starts_at + ibis.interval(hours=hours),
    )
