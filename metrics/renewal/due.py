"""What falls due, and what became of it: the one place that says what a renewal is."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.clock import at_least, day_start_at, first_sources
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units

EARLY_DAYS = 60  # a renewal so long before the end credits the day it falls due
LATE_DAYS = 30  # and so long after it
FRESH_DAYS = 30  # without a lesson used in these there is no pace
REFUND_DAYS = 30  # a renewal paid back within these days was none
NEVER = "9999-12-31 00:00:00"  # matures at no as-of time: it has no day on which it falls due
_SOURCES = ("enrolments", "orders", "order_lines")


def due_rows(facts: Facts, *, early_days: int = EARLY_DAYS, late_days: int = LATE_DAYS) -> ir.Table:
    """One row per formal enrolment, with what was known of its renewal at the as-of time.

    Neither a sale nor a loss, and so not here: an enrolment moved to another class, and one
    whose rest was carried over into the next.

    Returns
    -------
    ibis Table
        The fact's columns, ``channel_id``, ``campaign`` and ``material`` of the person's
        first lead; ``due_on`` (missing for a pack in use), ``is_sold`` (renewed by a charge
        that was not paid back within 30 days), ``is_renewed`` (sold, and within the days
        around the end), ``renewed_on`` and ``renewed_cny`` of what was sold, ``judged_cny``
        (what it was bought for, where the renewal's price is known as well), ``closed_on``
        (the earlier of stop and end, missing while it runs).
    """
    rows, today = _standing(facts), facts.today
    first = rows.due_on - ibis.interval(days=at_least("early_days", early_days, 0))
    last = rows.due_on + ibis.interval(days=at_least("late_days", late_days, 0))
    in_window = rows.renewed_on.between(first.cast("date"), last.cast("date")).fill_null(False)
    stop = ibis.ifelse(rows.stopped_on <= today, rows.stopped_on, ibis.null("date"))
    end = ibis.ifelse(rows.due_on <= today, rows.due_on, ibis.null("date"))
    # A price that no order tells on one side must not count on the other.
    is_priced = rows.due_cny.notnull() & (~rows.is_sold | rows.renewed_cny.notnull())
    rows = rows.mutate(
        is_renewed=rows.is_sold & in_window,
        closed_on=ibis.least(stop.fill_null(end), end.fill_null(stop)),
        renewed_on=ibis.ifelse(rows.is_sold, rows.renewed_on, ibis.null("date")),
        renewed_cny=ibis.ifelse(rows.is_sold & is_priced, rows.renewed_cny, 0).fill_null(0),
        judged_cny=ibis.ifelse(is_priced, rows.due_cny, 0).fill_null(0),
        due_cny=rows.due_cny.fill_null(0),
    )
    return rows.left_join(first_sources(facts), "person_id").drop("person_id_right")


def _standing(facts: Facts) -> ir.Table:
    """The fact without transfers and carry-overs, with ``due_on`` and ``is_sold`` as known."""
    rows, today = facts.due, facts.today
    known = (rows.renewed_on <= today).fill_null(False)
    is_charge = (rows.renewal_kind == "charge").fill_null(False)
    moved = rows.state.fill_null("") == "transferred"
    rows = rows.filter(~moved, ~(known & ~is_charge))
    known = (rows.renewed_on <= today).fill_null(False)
    back_by = rows.renewed_on + ibis.interval(days=REFUND_DAYS)
    is_back = (rows.renewal_refunded_on <= today) & (rows.renewal_refunded_on <= back_by)
    ran_out = rows.depleted_on <= today
    due_on = ibis.ifelse(ran_out.fill_null(False), rows.due_on, rows.ends_on)
    return rows.mutate(due_on=due_on, is_sold=known & ~is_back.fill_null(False))


def sold_renewals(facts: Facts) -> ir.Table:
    """One row per renewal paid and not paid back within 30 days: ``person_id``, ``renewed_on``.

    Whatever the day on which the former enrolment falls due.
    """
    rows = _standing(facts)
    return rows.filter(rows.is_sold).select("person_id", "renewed_on")


def used_up_on(rows: ir.Table, lessons: ir.Value, today: ir.Value) -> ir.Value:
    """The day on which so many more lessons are used at the enrolment's own pace.

    Today + lessons ÷ lessons a week; missing without a lesson used in the last 30 days.
    """
    fresh = rows.last_lesson_on >= (today - ibis.interval(days=FRESH_DAYS)).cast("date")
    pace = ibis.ifelse(fresh.fill_null(False), rows.weekly_lessons, ibis.null("float64"))
    days = (lessons / pace.nullif(0.0) * 7).ceil().cast("int64")
    # TRICKY: a day and an interval make an instant on one engine; see `pool_rows`.
    return (today.cast("timestamp") + days.as_interval("D")).cast("date")


def lessons_left(rows: ir.Table) -> ir.Value:
    """Lessons bought and not yet used, at least 0."""
    return ibis.greatest(rows.lessons_bought - rows.lessons_used, 0.0)


def settled_at(due_on: ir.Value, late_days: int = LATE_DAYS) -> ir.Value:
    """The instant from which it is told whether what fell due was renewed."""
    settled = day_start_at(due_on) + ibis.interval(days=late_days + 1)
    return settled.fill_null(ibis.literal(NEVER).cast("timestamp(6)"))


def _dimensions(rows: ir.Table) -> dict[str, ir.Value]:
    return {name: rows[name] for name in ("class_teacher_id", "course_id")}


@metric(title="Due", kind="count", unit="orders", grain="enrolment", sources=_SOURCES, better=0)
def due_enrolments(facts: Facts) -> ir.Table:
    """Formal enrolments whose end falls in the period: term end, pack used up, card expired.

    A pack without an end that is still in use has no day yet; transfers and carry-overs
    are not due. What was stopped or paid back early is due all the same, on the day it
    would have ended.

    Returns
    -------
    ibis Table
        One row per enrolment: ``numerator`` 1, on the day it falls due, ahead or past.

    References
    ----------
    METRICS, "due".
    """
    rows = due_rows(facts).filter(lambda t: t.due_on.notnull())
    return as_units(
        rows, grain="enrolment", unit_id=rows.enrolment_id, unit_on=rows.due_on,
        numerator=ibis.literal(1), mature_at=day_start_at(rows.started_on), **_dimensions(rows),
    )  # fmt: skip


@metric(
    title="Renewal rate", kind="proportion", unit="ratio", grain="enrolment", sources=_SOURCES
)  # fmt: skip
def renewal_rate(
    facts: Facts, *, early_days: int = EARLY_DAYS, late_days: int = LATE_DAYS
) -> ir.Table:
    """Due enrolments renewed from 60 days before to 30 days after their end ÷ due enrolments.

    By the day the enrolment falls due, so an early renewal credits the month it was due
    in. Renewed means paid; one paid back within 30 days is taken out. What fell due less
    than 30 days ago is immature: it can still be renewed. Transfers and carry-overs are
    neither in the numerator nor in the denominator.

    Parameters
    ----------
    early_days, late_days
        Days before and after the end within which a renewal counts, at least 0.

    Returns
    -------
    ibis Table
        One row per enrolment: ``numerator`` 1 where renewed, ``denominator`` 1.

    Raises
    ------
    InvalidOption
        If a number of days is less than 0.

    References
    ----------
    METRICS, "renewal rate", due-cohort.
    """
    rows = due_rows(facts, early_days=early_days, late_days=late_days)
    rows = rows.filter(rows.due_on.notnull())
    return as_units(
        rows, grain="enrolment", unit_id=rows.enrolment_id, unit_on=rows.due_on,
        numerator=rows.is_renewed.cast("int64"), denominator=ibis.literal(1),
        mature_at=settled_at(rows.due_on, late_days), **_dimensions(rows),
    )  # fmt: skip


@metric(
    title="Renewal rate by amount", kind="ratio", unit="ratio", grain="enrolment",
    sources=_SOURCES,
)  # fmt: skip
def renewal_amount_rate(facts: Facts) -> ir.Table:
    """Amount of the renewals of due enrolments ÷ what those enrolments were bought for.

    The same enrolments and renewals as the renewal rate, in yuan: above it where larger
    enrolments renew more, or families renew for more. It can exceed one. An enrolment
    whose price, or whose renewal's, no order tells is on neither side.

    Returns
    -------
    ibis Table
        One row per enrolment: ``numerator`` renewed yuan, ``denominator`` due yuan.

    References
    ----------
    METRICS, "renewal rate", amount.
    """
    rows = due_rows(facts)
    rows = rows.filter(rows.due_on.notnull())
    return as_units(
        rows, grain="enrolment", unit_id=rows.enrolment_id, unit_on=rows.due_on,
        numerator=ibis.ifelse(rows.is_renewed, rows.renewed_cny, 0), denominator=rows.judged_cny,
        mature_at=settled_at(rows.due_on), **_dimensions(rows),
    )  # fmt: skip


def flow_rows(facts: Facts) -> ir.Table:
    """What happened in each month: renewals paid, and enrolments that closed unrenewed.

    ``kind`` is ``renewal`` or ``closing``, ``flow_on`` its day, ``month_end_on`` the first
    day of the next month, from which it is settled.
    """
    rows = due_rows(facts)

    def of_kind(rows: ir.Table, kind: str, day: ir.Value) -> ir.Table:
        ends = day.truncate("M").cast("date") + ibis.interval(months=1)
        return rows.mutate(kind=ibis.literal(kind), flow_on=day, month_end_on=ends.cast("date"))

    renewals = rows.filter(rows.is_sold)
    closings = of_kind(rows.filter(rows.closed_on.notnull()), "closing", ibis._.closed_on).filter(
        lambda t: (t.renewed_on >= t.month_end_on).fill_null(True)
    )
    return of_kind(renewals, "renewal", ibis._.renewed_on).union(closings)


@metric(
    title="Renewal rate of the month's flow", kind="proportion", unit="ratio", grain="enrolment",
    sources=_SOURCES,
)  # fmt: skip
def renewal_flow_rate(facts: Facts) -> ir.Table:
    """Renewals paid in the month ÷ those and the enrolments that closed in it unrenewed.

    By the day of payment or of closing, whenever the enrolment fell due: what a till sees.
    Closed: ended or stopped in the month and not renewed by the month's end; renewed later
    it counts again, in that later month. A running month is immature.

    Returns
    -------
    ibis Table
        One row per renewal (``numerator`` 1) and per closing (0), ``denominator`` 1.

    References
    ----------
    METRICS, "renewal rate", month-flow.
    """
    rows = flow_rows(facts)
    return as_units(
        rows, grain="enrolment", unit_id=rows.kind + ":" + rows.enrolment_id,
        unit_on=rows.flow_on, numerator=(rows.kind == "renewal").cast("int64"),
        denominator=ibis.literal(1), mature_at=day_start_at(rows.month_end_on),
        **_dimensions(rows),
    )  # fmt: skip
