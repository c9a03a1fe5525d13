"""Who falls due next, and how far the talk with each family has come."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from data.scope import Period
from metrics.foundation.clock import at_least, day_start_at
from metrics.foundation.registry import metric, table
from metrics.foundation.units import as_units
from metrics.renewal.due import EARLY_DAYS, LATE_DAYS, due_rows, lessons_left, used_up_on

AHEAD_DAYS = 90
# From nothing done to settled; the order in which screens show them.
PIPELINE = ("untouched", "talking", "promised", "refused", "paid")
_SOURCES = ("enrolments", "orders", "order_lines", "followups")


def expected_rows(facts: Facts) -> ir.Table:
    """`due_rows`, where a pack in use falls due on the day it is used up at its own pace.

    One without an end and without a lesson in the last 30 days has no day.
    """
    rows, today = due_rows(facts), facts.today
    in_use = (rows.lessons_bought.fill_null(0) > 0) & (rows.state.fill_null("active") == "active")
    ahead = ibis.ifelse(in_use, used_up_on(rows, lessons_left(rows), today), ibis.null("date"))
    return rows.mutate(due_on=rows.due_on.coalesce(ahead))


def pool_rows(facts: Facts, *, ahead_days: int = AHEAD_DAYS, person_id: str = "") -> ir.Table:
    """One row per enrolment still there that falls due soon or fell due within 30 days.

    Parameters
    ----------
    ahead_days
        Days ahead of the as-of day, at least 1.
    person_id
        One person's enrolments only; all without it.

    Returns
    -------
    ibis Table
        `expected_rows` with ``pipeline`` (one of `PIPELINE`), ``reason`` (of a refusal),
        ``touched_on`` (the last effective contact since 60 days before the end), ``week_on``
        (Monday of the week it falls due).
    """
    ahead = ibis.interval(days=at_least("ahead_days", ahead_days))
    today = facts.today
    rows = expected_rows(facts)
    rows = rows.filter(
        rows.due_on >= (today - ibis.interval(days=LATE_DAYS)).cast("date"),
        rows.due_on < (today + ahead).cast("date"),
        rows.state.fill_null("active").isin(["active", "completed"]),
    )
    talks = facts.followup.select("person_id", "happened_on", "happened_at", "result", "reason",
                                  "is_effective", "followup_id")  # fmt: skip
    talks = talks.filter(talks.is_effective)
    if person_id:
        rows, talks = (table.filter(table.person_id == person_id) for table in (rows, talks))
    talks = talks.inner_join(rows.select("enrolment_id", "person_id", "due_on"), "person_id")
    since = talks.due_on - ibis.interval(days=EARLY_DAYS)
    talks = talks.filter(talks.happened_on >= since.cast("date"))
    said = talks.filter(talks.result.isin(["promised", "refused"]))
    # TRICKY: the whole row is compared, so that ties in time give one answer in any order.
    last = ibis.struct(
        {name: said[name] for name in ("happened_at", "followup_id", "result", "reason")}
    ).max()
    verdicts = said.group_by("enrolment_id").aggregate(last=last)
    verdicts = verdicts.select(
        "enrolment_id", said=verdicts.last["result"], reason=verdicts.last["reason"]
    )
    contacts = talks.group_by("enrolment_id").aggregate(touched_on=talks.happened_on.max())
    rows = rows.left_join(contacts, "enrolment_id").drop("enrolment_id_right")
    rows = rows.left_join(verdicts, "enrolment_id").drop("enrolment_id_right")
    stage = ibis.cases(
        (rows.is_sold, "paid"),
        (rows.said == "refused", "refused"),
        (rows.said == "promised", "promised"),
        (rows.touched_on.notnull(), "talking"),
        else_="untouched",
    )
    return rows.mutate(
        pipeline=stage,
        reason=ibis.ifelse(stage == "refused", rows.reason, ibis.null("string")),
        # TRICKY: one engine truncates a day to an instant; a cast that seems to change
        # nothing is left out, so it goes through the instant on both.
        week_on=rows.due_on.truncate("W").cast("timestamp").cast("date"),
    )


def pool_period(as_of_on: date, *, ahead_days: int = AHEAD_DAYS) -> Period:
    """The days on which what is in the pool falls due."""
    day = timedelta(days=1)
    return Period(start=as_of_on - LATE_DAYS * day, end=as_of_on + ahead_days * day)


@metric(
    title="Due and not settled", kind="count", unit="orders", grain="enrolment",
    sources=_SOURCES, better=0,
)  # fmt: skip
def renewal_pool(facts: Facts, *, ahead_days: int = AHEAD_DAYS) -> ir.Table:
    """Enrolments still there that fall due in the days ahead or fell due within 30 days.

    A pack without an end falls due when it is used up at the family's own pace. Stopped,
    refunded and transferred ones are gone and not in it. ``pipeline`` says how far
    the talk is, by effective contacts since 60 days before the end: the last word (promised
    or refused) decides, a payment settles it.

    Parameters
    ----------
    ahead_days
        Days ahead of the as-of day, at least 1.

    Returns
    -------
    ibis Table
        One row per enrolment: ``numerator`` 1, ``pipeline``, ``reason``, ``week_on``.

    Raises
    ------
    InvalidOption
        If ``ahead_days`` is less than 1.

    References
    ----------
    METRICS, "renewal intent": pipeline states.
    """
    rows = pool_rows(facts, ahead_days=ahead_days)
    return as_units(
        rows, grain="enrolment", unit_id=rows.enrolment_id, unit_on=rows.due_on,
        numerator=ibis.literal(1), mature_at=day_start_at(rows.started_on),
        pipeline=rows.pipeline, reason=rows.reason, week_on=rows.week_on,
        class_teacher_id=rows.class_teacher_id,
    )  # fmt: skip


@table(grain="week and stage")
def pool_table(facts: Facts, *, ahead_days: int = AHEAD_DAYS) -> ir.Table:
    """The pool by week and stage: ``enrolments`` and ``due_cny``; its days ignore the filter's.

    One row per ``week_on``, ``pipeline`` and ``reason``.
    """
    rows = facts.picked(pool_rows(facts, ahead_days=ahead_days))
    return (
        rows.group_by("week_on", "pipeline", "reason")
        .aggregate(enrolments=rows.count(), due_cny=rows.due_cny.sum().cast("float64"))
        .order_by("week_on", "pipeline", "reason")
    )


@table(grain="person")
def names_of(facts: Facts, *, people: tuple[str, ...]) -> ir.Table:
    """``person_id`` and ``name`` of some people, masked where the role may not read them."""
    known = facts.person.filter(facts.person.person_id.isin(list(people)))
    return known.group_by("person_id").aggregate(name=known.name.min())


@table(grain="period")
def renewal_month(facts: Facts, *, start: date, end: date) -> ir.Table:
    """What falls due in some days, how much of it is renewed, and the plan of that month.

    One row: ``due``, ``renewed``, ``plan`` (missing where none is set; of whole campuses).
    """
    rows = facts.picked(expected_rows(facts))
    there = rows.state.fill_null("active").isin(["active", "completed"])
    rows = rows.filter(rows.due_on >= start, rows.due_on < end, there)
    sums = rows.aggregate(due=rows.count(), renewed=rows.is_sold.sum().fill_null(0).cast("float64"))
    plans = facts.target
    plans = plans.filter(plans.metric == "renewals", plans.month_on == start)
    return sums.cross_join(plans.aggregate(plan=plans.value.sum()))
