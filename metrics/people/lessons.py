"""A person's lessons and assessments by week: what was attended, and how misses ran on."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts

MISSES_ALARM = 3  # misses running that mean "about to leave"


def lesson_weeks(seats: ir.Table) -> ir.Table:
    """Held lessons by week, student and course.

    Cancelled lessons are left out. ``miss_run`` is the longest run of misses that the week
    reached: absences since the last lesson attended of the same enrolment. Unmarked lessons
    and approved leave neither break nor lengthen it.

    Returns
    -------
    ibis Table
        ``week_on`` (Monday), ``student_id``, ``course_id``, ``at`` and ``on`` (the week's
        last lesson), ``quantity`` (marked lessons), ``attended`` (present or late),
        ``late``, ``on_leave``, ``absent``, ``unmarked``, ``miss_run``, ``campus_id``,
        ``staff_id`` (the teacher).
    """
    seats = seats.filter(seats.lesson_state != "cancelled")
    enrolment = ["student_id", "enrolment_id"]
    so_far = {"order_by": ["starts_at", "seat_id"], "following": 0}
    attended = seats.attendance.isin(["present", "late"]).cast("int64")
    seats = seats.mutate(
        week_on=seats.held_on.truncate("W"),
        spell=attended.sum().over(ibis.window(group_by=enrolment, **so_far)),
        missed=(seats.attendance == "absent").cast("int64"),
    )
    in_spell = ibis.window(group_by=[*enrolment, "spell"], **so_far)
    seats = seats.mutate(miss_run=seats.missed.sum().over(in_spell) * seats.missed)

    def count(*attendance: str) -> ir.Value:
        return seats.attendance.isin(list(attendance)).sum()

    return seats.group_by("week_on", "student_id", "course_id").aggregate(
        at=seats.starts_at.max(), on=seats.held_on.max(),
        quantity=count("present", "late", "leave", "absent"),
        attended=count("present", "late"), late=count("late"), on_leave=count("leave"),
        absent=count("absent"), unmarked=count("unmarked"), miss_run=seats.miss_run.max(),
        campus_id=seats.campus_id.max(), staff_id=seats.teacher_id.max(),
    )  # fmt: skip


def assessment_weeks(facts: Facts, tests: ir.Table) -> ir.Table:
    """Homework and tests by week due, student and course.

    Returns
    -------
    ibis Table
        ``week_on``, ``student_id``, ``course_id``, ``on`` (the last due), ``quantity``
        (due), ``attended`` (handed in by now), ``score`` (share of the full score of
        those, in [0, 1]), ``campus_id``.
    """
    tests = tests.mutate(
        week_on=tests.due_on.truncate("W"),
        handed_in=(tests.taken_on <= facts.today).fill_null(False),
    )
    reached, full = (tests[name].sum(where=tests.handed_in) for name in ("score", "full_score"))
    return tests.group_by("week_on", "student_id", "course_id").aggregate(
        on=tests.due_on.max(), quantity=tests.count(), attended=tests.handed_in.sum(),
        score=reached / full.nullif(0), campus_id=tests.campus_id.max(),
    )  # fmt: skip
