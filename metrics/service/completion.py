"""Completion and consumption: is what was bought also learned, and used up?"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.clock import day_start_at
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units
from metrics.renewal.due import NEVER
from metrics.service.attendance import ATTENDED, expected_seats, held_seats, made_up, seat_units

ROLL_HOURS = 48  # within which a roll is entered
COMPLETE = 0.8  # share of a lesson, or of a course, from which it is complete
_SEATS = ("seats", "lessons")


@metric(
    title="Lesson completion rate", kind="proportion", unit="ratio", grain="seat", sources=_SEATS
)  # fmt: skip
def lesson_completion(facts: Facts) -> ir.Table:
    """Learners who took in at least 80% of a lesson ÷ learners who entered it.

    Where a recording measures what was watched, that decides; a seat in a room without
    one is complete when attended. Who never came has not entered.

    Returns
    -------
    ibis Table
        One row per seat entered: ``numerator`` 1 where complete, ``denominator`` 1.

    References
    ----------
    METRICS, "completion rate", lesson.
    """
    seats = expected_seats(facts)
    there = seats.attendance.isin(ATTENDED)
    seats = seats.filter(there | (seats.watched_share > 0).fill_null(False))
    whole = ibis.ifelse(
        seats.watched_share.notnull(),
        seats.watched_share >= COMPLETE,
        seats.attendance.isin(ATTENDED),
    )
    return seat_units(seats, numerator=whole.cast("int64"), mature_at=day_start_at(seats.held_on))


@metric(
    title="Course completion rate", kind="proportion", unit="ratio", grain="enrolment",
    sources=("enrolments", *_SEATS),
)  # fmt: skip
def course_completion(facts: Facts) -> ir.Table:
    """Enrolments that finished at least 80% of their lessons ÷ enrolments whose term is over.

    A lesson attended, or made up within 14 days, is finished. A refund or a stop is not
    complete, and still waits for the term's end, or the rate would fall before it can
    rise. An enrolment moved to another class is judged there. Without an end or a number
    of lessons an enrolment is never judged.

    Returns
    -------
    ibis Table
        One row per formal enrolment, by the day it ended: ``numerator`` 1 where complete,
        ``denominator`` 1, ``mature_at`` the end of its last day.

    References
    ----------
    METRICS, "completion rate", course.
    """
    enrolments = facts.enrolment
    enrolments = enrolments.filter(
        enrolments.is_formal, enrolments.state.fill_null("") != "transferred"
    )
    enrolments = enrolments.mutate(unit_on=enrolments.ends_on.coalesce(enrolments.started_on))
    seats = expected_seats(facts)
    known = (seats.made_up_on <= facts.today).fill_null(False)
    done = seats.attendance.isin(ATTENDED) | (made_up(seats) & known)
    taken = seats.filter(done).select("enrolment_id")
    # TRICKY: the day goes through the sums and back into the join, so that an engine asked
    # for one period's enrolments reads no other's seats.
    key = ["enrolment_id", "unit_on"]
    taken = taken.inner_join(enrolments.select(*key), "enrolment_id")
    finished = taken.group_by(*key).aggregate(finished=taken.count())
    rows = enrolments.left_join(finished, key).drop("enrolment_id_right", "unit_on_right")
    enough = rows.finished.fill_null(0) >= rows.lessons_bought * COMPLETE
    stayed = ~rows.state.fill_null("").isin(["stopped", "refunded"])
    never = ibis.literal(NEVER).cast("timestamp(6)")
    over_at = day_start_at(rows.ends_on) + ibis.interval(days=1)
    return as_units(
        rows, grain="enrolment", unit_id=rows.enrolment_id,
        unit_on=rows.unit_on,
        numerator=(enough & stayed).fill_null(False).cast("int64"), denominator=ibis.literal(1),
        mature_at=ibis.ifelse(rows.lessons_bought > 0, over_at, never).coalesce(never),
        **{name: rows[name] for name in ("student_id", "class_id", "course_id", "teacher_id")},
    )  # fmt: skip


@metric(
    title="Lesson consumption", kind="ratio", unit="ratio", grain="seat", sources=_SEATS
)  # fmt: skip
def consumption_rate(facts: Facts) -> ir.Table:
    """Lessons consumed ÷ lessons scheduled and not cancelled, by the day of the lesson.

    Consumed is what was taken off the account: an unexcused absence may be charged, and a
    leave may not. A lesson never marked is scheduled and consumes nothing; a
    seat younger than 48 hours is immature, since its roll may still be entered.

    Returns
    -------
    ibis Table
        One row per seat of a lesson held: ``numerator`` lessons consumed, ``denominator`` 1.

    References
    ----------
    METRICS, "consumption".
    """
    seats = held_seats(facts)
    return seat_units(
        seats,
        numerator=seats.consumed_lessons.fill_null(0.0),
        mature_at=seats.starts_at + ibis.interval(hours=ROLL_HOURS),
    )


@metric(
    title="Seat fill", kind="ratio", unit="ratio", grain="lesson", sources=("classes", *_SEATS)
)  # fmt: skip
def seat_fill(facts: Facts) -> ir.Table:
    """Students attending ÷ seats of the class, over lessons held and marked.

    Who is on the roll and stays away fills no seat. A class whose capacity nobody stated
    is left out.

    Returns
    -------
    ibis Table
        One row per lesson: ``numerator`` attending, ``denominator`` the class's capacity.

    References
    ----------
    METRICS, "consumption": seat fill.
    """
    classes = facts.course_class
    rooms = classes.filter(classes.capacity > 0).select("class_id", "campus_id", "capacity")
    seats = expected_seats(facts)
    there = seats.attendance.isin(ATTENDED)
    lessons = seats.group_by("lesson_id", "class_id").aggregate(
        held_on=seats.held_on.min(), attending=there.sum(), course_line=seats.course_line.min(),
        course_id=seats.course_id.min(), teacher_id=seats.teacher_id.min(),
    )  # fmt: skip
    rows = lessons.inner_join(rooms, "class_id")
    return as_units(
        rows, grain="lesson", unit_id=rows.lesson_id + "@" + rows.class_id, unit_on=rows.held_on,
        numerator=rows.attending, denominator=rows.capacity,
        mature_at=day_start_at(rows.held_on),
        **{name: rows[name] for name in ("class_id", "course_id", "teacher_id")},
    )  # fmt: skip
