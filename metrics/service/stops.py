"""Stops and refunds, month by month: how many enrolled students pause, and what goes back."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.clock import day_start_at
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units

_GONE = ("stopped", "refunded")


def _month(day: ir.Value) -> ir.Value:
    """Months since the year 0."""
    return (day.year() * 12 + day.month() - 1).cast("int64")


def _first_day(month: ir.Value) -> ir.Value:
    return ibis.date((month // 12).cast("int32"), (month % 12 + 1).cast("int32"), 1)


def _months(rows: ir.Table, first: ir.Value, last: ir.Value) -> ir.Table:
    """A row per month from the first to the last day's, with ``month``."""
    rows = rows.mutate(first_month=_month(first), last_month=_month(last))
    rows = rows.filter(rows.first_month <= rows.last_month)
    return rows.mutate(month=ibis.range(rows.first_month, rows.last_month + 1).unnest())


def _running(facts: Facts) -> ir.Table:
    """Formal enrolments by month of their term, with its last day or the as-of day."""
    today = facts.today
    enrolments = facts.enrolment.filter(facts.enrolment.is_formal)
    until = ibis.least(enrolments.ends_on.fill_null(today), today)
    months = _months(enrolments, enrolments.started_on, until)
    # TRICKY: DuckDB makes a timestamp of a day less an interval, and Ibis takes it for a day.
    month_end = _first_day(months.month + 1).cast("timestamp(6)") - ibis.interval(days=1)
    month_end = month_end.cast("date")
    return months.mutate(seen_on=ibis.least(month_end, today))


@metric(
    title="Stop rate", kind="proportion", unit="ratio", grain="enrolment", better=-1,
    sources=("enrolments",),
)  # fmt: skip
def stop_rate(facts: Facts) -> ir.Table:
    """Enrolments stopped at the month's end ÷ enrolments whose term runs at the month's end.

    A state, not an event: who stopped in May still counts in June while the term would
    run. The running month is seen on the as-of day. Of several months in the period every
    month's end counts. An enrolment moved to another class runs there.

    Returns
    -------
    ibis Table
        One row per enrolment and month's end on which its term runs: ``numerator`` 1
        where stopped or refunded by then, ``denominator`` 1.

    References
    ----------
    METRICS, "stop, refund".
    """
    rows = _running(facts)
    by_then = (rows.stopped_on <= rows.seen_on).fill_null(False)
    moved = by_then & (rows.state == "transferred").fill_null(False)
    runs = (rows.started_on <= rows.seen_on) & (
        rows.ends_on.fill_null(rows.seen_on) >= rows.seen_on
    )
    rows = rows.mutate(is_stopped=by_then & rows.state.isin(_GONE).fill_null(False))
    rows = rows.filter(runs & ~moved)
    return as_units(
        rows, grain="enrolment", unit_id=rows.enrolment_id + "@" + rows.month.cast("string"),
        unit_on=rows.seen_on, numerator=rows.is_stopped.cast("int64"), denominator=ibis.literal(1),
        mature_at=day_start_at(rows.seen_on),
        **{name: rows[name] for name in ("enrolment_id", "course_id", "class_id", "teacher_id")},
    )  # fmt: skip


@metric(
    title="Refund rate by persons", kind="proportion", unit="ratio", grain="person", better=-1,
    sources=("enrolments", "orders", "order_lines"),
)  # fmt: skip
def refund_rate_persons(facts: Facts) -> ir.Table:
    """Persons with a refund in the month ÷ persons with a term running in the month.

    Of several months in the period each counts for itself, so that a quarter's figure is a
    monthly rate. A person refunded after the term was over counts on both sides.

    Returns
    -------
    ibis Table
        One row per person, campus and month, by the month's first day: ``numerator`` 1
        where refunded, ``denominator`` 1.

    References
    ----------
    METRICS, "stop, refund".
    """
    running = _running(facts)
    refunds = facts.order_line.filter(facts.order_line.kind == "refund")
    sides = running.select("person_id", "campus_id", "month", refunded=ibis.literal(0)).union(
        refunds.select(
            "person_id", "campus_id", month=_month(refunds.paid_on), refunded=ibis.literal(1)
        )
    )
    rows = sides.filter(sides.person_id.notnull())
    rows = rows.group_by("person_id", "campus_id", "month").aggregate(refunded=rows.refunded.max())
    first = _first_day(rows.month)
    return as_units(
        rows, grain="person", unit_on=first, numerator=rows.refunded,
        unit_id=rows.person_id + "@" + rows.campus_id + "@" + rows.month.cast("string"),
        denominator=ibis.literal(1), mature_at=day_start_at(first),
    )  # fmt: skip


@metric(
    title="Refund rate by amount", kind="ratio", unit="ratio", grain="enrolment", better=-1,
    sources=("enrolments", "orders", "order_lines", "seats", "lessons"),
)  # fmt: skip
def refund_rate_amount(facts: Facts) -> ir.Table:
    """Amount refunded in the month ÷ prepaid balance at the month's opening.

    The balance of an enrolment is what it was bought for less what its lessons consumed
    before the month, lesson by lesson at its own price; a stopped or ended one has none.
    Of several months in the period each counts with its own opening, so that a quarter's
    figure is a monthly rate.

    Returns
    -------
    ibis Table
        A row per refund line, by the day it was paid back (``numerator`` in CNY), and a row
        per enrolment and month, by the month's first day (``denominator``, the balance).

    References
    ----------
    METRICS, "stop, refund".
    """
    refunds = facts.order_line.filter(facts.order_line.kind == "refund")
    back = as_units(
        refunds, grain="order_line", unit_id=refunds.order_line_id, unit_on=refunds.paid_on,
        numerator=-refunds.net_cny, mature_at=refunds.paid_at,
    )  # fmt: skip
    return back.union(_openings(facts))


def _openings(facts: Facts) -> ir.Table:
    today = facts.today
    bought = facts.due
    bought = bought.filter(bought.due_cny > 0, bought.lessons_bought > 0)
    since = bought.paid_on.fill_null(bought.started_on)
    stop = ibis.ifelse(bought.stopped_on <= today, bought.stopped_on, ibis.null("date"))
    over = ibis.least(
        bought.ends_on.fill_null(today), stop.fill_null(today), today
    )  # fmt: skip
    bought = bought.mutate(since=since, over=over)
    months = _months(bought, bought.since + ibis.interval(months=1), bought.over)
    seats = facts.seat
    used = seats.filter(seats.enrolment_id.notnull())
    used = used.group_by("enrolment_id", used_month=_month(used.held_on)).aggregate(
        used=used.consumed_lessons.fill_null(0.0).sum()
    )
    earlier = months.select("enrolment_id", "month").inner_join(used, "enrolment_id")
    earlier = earlier.filter(earlier.used_month < earlier.month)
    before = earlier.group_by("enrolment_id", "month").aggregate(used=earlier.used.sum())
    rows = months.left_join(before, ["enrolment_id", "month"]).drop(
        "enrolment_id_right", "month_right"
    )
    first = _first_day(rows.month)
    left = ibis.greatest(1 - rows.used.fill_null(0.0) / rows.lessons_bought, 0.0)
    worth = (rows.due_cny.cast("float64") * left).round(2)
    return as_units(
        rows, grain="enrolment", unit_id=rows.enrolment_id + "@" + rows.month.cast("string"),
        unit_on=first, numerator=ibis.literal(0), denominator=worth,
        mature_at=day_start_at(first),
    )  # fmt: skip
