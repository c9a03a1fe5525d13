"""The legal window of prepaid training: how much may be charged at once, and how early again.

School-age training: one charge covers at most three months or 60 lessons; the next is
charged at 20 lessons left or a month before the next course. Adult training is free of it.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.active import ended_on
from metrics.foundation.clock import at_least, day_start_at
from metrics.foundation.registry import metric, table
from metrics.foundation.units import as_units
from metrics.renewal.due import lessons_left, used_up_on

MOST_LESSONS, MOST_DAYS = 60, 92
LESSONS_LEFT, DAYS_BEFORE = 20, 31
_SOURCES = ("enrolments", "orders", "order_lines", "courses")


@metric(
    title="Charges beyond the legal window", kind="proportion", unit="ratio", grain="enrolment",
    sources=_SOURCES, better=-1,
)  # fmt: skip
def charges_beyond_window(
    facts: Facts, *, most_lessons: int = MOST_LESSONS, most_days: int = MOST_DAYS
) -> ir.Table:
    """School-age charges of more than 60 lessons, or without lessons more than 3 months ÷ all.

    By the day of payment. Courses for adults are not in it. Rules differ by province: the
    limits are options.

    Parameters
    ----------
    most_lessons
        Lessons of one charge, at least 1.
    most_days
        Days covered by one charge that buys no lessons, at least 1.

    Returns
    -------
    ibis Table
        One row per enrolment bought: ``numerator`` 1 where the charge is too large.

    Raises
    ------
    InvalidOption
        If a limit is less than 1.

    References
    ----------
    METRICS, "legal window". Notice of three ministries on prepaid training, 2022-03-03.
    """
    lessons, days = at_least("most_lessons", most_lessons), at_least("most_days", most_days)
    today = facts.today
    rows = facts.due
    charged = rows.order_kind.fill_null("charge") == "charge"
    rows = rows.filter(rows.is_school_age, charged, rows.paid_on <= today)
    length = rows.ends_on.delta(rows.started_on, unit="day")
    by_lessons = rows.lessons_bought.fill_null(0) > 0
    over = ibis.ifelse(by_lessons, rows.lessons_bought > lessons, (length > days).fill_null(False))
    return as_units(
        rows, grain="enrolment", unit_id=rows.enrolment_id, unit_on=rows.paid_on,
        numerator=over.cast("int64"), denominator=ibis.literal(1),
        mature_at=ibis.greatest(day_start_at(rows.paid_on), day_start_at(rows.started_on)),
    )  # fmt: skip


@metric(
    title="Renewals before the legal window", kind="proportion", unit="ratio",
    grain="enrolment", sources=(*_SOURCES, "seats", "lessons"), better=-1,
)  # fmt: skip
def renewals_before_window(
    facts: Facts, *, lessons_left: int = LESSONS_LEFT, days_before: int = DAYS_BEFORE
) -> ir.Table:
    """School-age renewals paid with over 20 lessons left and a month before the next course ÷ all.

    Either is allowed: 20 lessons left, or a month before the course it pays for begins. By
    the day of payment; courses for adults are not in it.

    Parameters
    ----------
    lessons_left
        Lessons left from which a renewal may be charged, at least 0.
    days_before
        Days before the next course from which it may, at least 0.

    Returns
    -------
    ibis Table
        One row per renewed enrolment: ``numerator`` 1 where it was paid too early.

    Raises
    ------
    InvalidOption
        If a limit is less than 0.

    References
    ----------
    METRICS, "legal window".
    """
    left, days = at_least("lessons_left", lessons_left, 0), at_least("days_before", days_before, 0)
    today = facts.today
    rows = facts.due
    rows = rows.filter(
        rows.is_school_age, (rows.renewal_kind == "charge").fill_null(False),
        (rows.renewed_on <= today).fill_null(False),
    )  # fmt: skip
    opens_on = (rows.renewal_starts_on - ibis.interval(days=days)).cast("date")
    by_lessons = rows.lessons_bought.fill_null(0) > 0
    many = ibis.ifelse(by_lessons, rows.lessons_left_at_renewal > left, True)
    early = many.fill_null(False) & (rows.renewed_on < opens_on).fill_null(False)
    return as_units(
        rows, grain="enrolment", unit_id=rows.enrolment_id, unit_on=rows.renewed_on,
        numerator=early.cast("int64"), denominator=ibis.literal(1),
        mature_at=day_start_at(rows.renewed_on),
    )  # fmt: skip


@table(grain="enrolment")
def depletion_rows(facts: Facts, *, limit: int = 200) -> ir.Table:
    """Running enrolments by the day on which they run out at the family's own pace.

    Returns
    -------
    ibis Table
        ``enrolment_id``, ``person_id``, ``campus_id``, ``course_line``, ``due_on``,
        ``lessons_left``, ``weekly_lessons``, ``depletes_on`` (today + left ÷ pace; missing
        without a lesson in the last 30 days), ``opens_on`` (the first day on which the next
        charge is allowed at that pace, or a month before the end; today where it already
        is), the soonest first, at most ``limit``. The filter's days play no part.
    """
    today = facts.today
    rows = facts.due
    rows = rows.filter(
        rows.state.fill_null("active") == "active",
        (ended_on(rows) > today).fill_null(True),
        rows.lessons_bought.fill_null(0) > 0,
    )
    rows = facts.picked(rows, channels=False)
    rows = rows.mutate(lessons_left=lessons_left(rows))
    depletes_on = used_up_on(rows, rows.lessons_left, today)
    reached = used_up_on(rows, ibis.greatest(rows.lessons_left - LESSONS_LEFT, 0.0), today)
    before_end = (rows.due_on - ibis.interval(days=DAYS_BEFORE)).cast("date")
    opens = ibis.least(reached.fill_null(before_end), before_end.fill_null(reached))
    return (
        rows.mutate(depletes_on=depletes_on, opens_on=ibis.greatest(opens, today))
        .select(
            "enrolment_id", "person_id", "campus_id", "course_line", "due_on", "lessons_left",
            "weekly_lessons", "depletes_on", "opens_on",
        )
        .order_by("depletes_on", "enrolment_id")
        .limit(limit)
    )  # fmt: skip
