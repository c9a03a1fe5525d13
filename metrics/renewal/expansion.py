"""More from the same families: a further subject, a larger course, or less than before."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.errors import UnknownName
from data.facts import Facts
from metrics.foundation.active import active_months, ended_on
from metrics.foundation.clock import at_least, day_start_at
from metrics.foundation.registry import metric, table
from metrics.foundation.units import as_units

_SOURCES = ("enrolments", "orders", "order_lines")
MONTH_DAYS = 30


def subject_starts(facts: Facts) -> ir.Table:
    """One row per student and course line bought: ``first_on``, ``campus_id``, ``place``.

    ``place`` counts the student's lines in the order in which they were first paid, from 1;
    ``before`` and ``before_on`` are the line before it. A second child of the family begins
    at 1: a brother's subject is not a further one.
    """
    rows = facts.due.filter(facts.due.course_line.notnull())
    rows = rows.filter(rows.order_kind.fill_null("charge") == "charge")
    firsts = rows.group_by("student_id", "course_line").aggregate(
        first_on=rows.paid_on.min(), campus_id=rows.campus_id.min()
    )
    order = ibis.window(group_by="student_id", order_by=["first_on", "course_line"])
    return firsts.mutate(
        place=ibis.row_number().over(order) + 1,
        before=firsts.course_line.lag().over(order),
        before_on=firsts.first_on.lag().over(order),
    )


@metric(
    title="Expansion rate", kind="proportion", unit="ratio", grain="student", sources=_SOURCES
)  # fmt: skip
def expansion_rate(facts: Facts) -> ir.Table:
    """Students there when a month began who took up a further subject in it ÷ all there.

    A subject is a course line that was never paid for this student before; a renewal, a
    larger course of the same line or the first course of a brother is none. Over several
    months both sides are summed, so it is the mean of a month. The running month is
    immature.

    Returns
    -------
    ibis Table
        One row per student and month: ``numerator`` 1 where a subject was added.

    References
    ----------
    METRICS, "expansion".
    """
    added = subject_starts(facts)
    added = added.filter(added.place > 1)
    added = added.select(
        "student_id", month_on=added.first_on.truncate("M").cast("date"), adds=ibis.literal(1)
    ).distinct()
    there = active_months(facts, per="student_id")
    rows = there.left_join(added, ["student_id", "month_on"])
    rows = rows.drop("student_id_right", "month_on_right")
    return as_units(
        rows, grain="active", unit_id=rows.student_id + ":" + rows.month_on.cast("string"),
        unit_on=rows.month_on, numerator=rows.adds.fill_null(0), denominator=ibis.literal(1),
        mature_at=day_start_at(rows.next_on),
    )  # fmt: skip


@metric(
    title="Ready for a further subject", kind="count", unit="people", grain="student",
    sources=_SOURCES, better=0,
)  # fmt: skip
def expansion_eligible(facts: Facts, *, settled_days: int = 60) -> ir.Table:
    """Students with one subject who are in it for 60 days and have 30 days of it before them.

    Parameters
    ----------
    settled_days
        Days since the running enrolment began, at least 1.

    Returns
    -------
    ibis Table
        One row per student: ``course_line`` of their subject, on the day they began it.

    Raises
    ------
    InvalidOption
        If ``settled_days`` is less than 1.
    """
    today = facts.today
    settled = (today - ibis.interval(days=at_least("settled_days", settled_days))).cast("date")
    ahead = (today + ibis.interval(days=MONTH_DAYS)).cast("date")
    lines = subject_starts(facts)
    lines = lines.filter(lines.first_on <= today)
    single = lines.group_by("student_id").aggregate(subjects=lines.count())
    single = single.filter(single.subjects == 1)
    rows = facts.due
    rows = rows.filter(
        rows.started_on <= settled, (ended_on(rows) >= ahead).fill_null(True),
        rows.state.fill_null("active") == "active",
    )  # fmt: skip
    names = ("started_on", "enrolment_id", "campus_id", "course_line", "person_id")
    first = ibis.struct({name: rows[name] for name in names}).max()
    rows = rows.group_by("student_id").aggregate(first=first).semi_join(single, "student_id")
    rows = rows.select("student_id", **{name: rows.first[name] for name in names})
    return as_units(
        rows, grain="student", unit_id=rows.student_id, unit_on=rows.started_on,
        numerator=ibis.literal(1), mature_at=day_start_at(rows.started_on),
    )  # fmt: skip


@table(grain="pair of subjects")
def next_subjects(facts: Facts) -> ir.Table:
    """How often one subject is followed by another, whatever the filter's days.

    Returns
    -------
    ibis Table
        One row per pair seen: ``subject``, ``next_subject``, ``students`` (who went from one
        to the other), ``had`` (students with the first), ``support`` (students ÷ had),
        ``lift`` (the share of the next subject among those who add one after this, ÷ its
        share among all who add one), ``median_days`` between. Most frequent first. Course
        lines picked choose the first subjects shown; what is usual is of all.
    """
    lines = subject_starts(facts)
    had = lines.group_by(subject=lines.course_line).aggregate(had=lines.count())
    steps = lines.filter(lines.before.notnull())
    pairs = steps.group_by(subject=steps.before, next_subject=steps.course_line).aggregate(
        students=steps.count(),
        median_days=steps.first_on.delta(steps.before_on, unit="day").median().cast("float64"),
    )
    after = ibis.window(group_by="subject")
    towards = ibis.window(group_by="next_subject")
    whole = ibis.window()
    pairs = pairs.mutate(
        added=pairs.students.sum().over(after),
        towards=pairs.students.sum().over(towards),
        whole=pairs.students.sum().over(whole),
    )
    rows = pairs.inner_join(had, "subject")
    chosen = facts.of_course_lines(rows.subject)
    rows = rows if chosen is None else rows.filter(chosen)
    share = rows.students.cast("float64") / rows.added
    usual = rows.towards.cast("float64") / rows.whole
    return rows.select(
        "subject", "next_subject", "students", "had",
        support=rows.students.cast("float64") / rows.had, lift=share / usual,
        median_days=rows.median_days,
    ).order_by(ibis.desc("students"), "subject", "next_subject")  # fmt: skip


@table(grain="period")
def retention_sums(facts: Facts) -> ir.Table:
    """Net revenue retention of the period in one row, by the value of a month per person.

    A running enrolment is worth its price ÷ its length × 30 days. Persons there when the
    period began are ``opening``; at its end (at the latest today) each of them is worth
    more (``expansion``), less (``contraction``) or nothing (``churn``); ``closing`` is what
    they are worth then: opening + expansion − contraction − churn, to the cent. ``fresh``
    is the worth of those who came since, and is in none of it. ``persons`` counts the
    opening, ``stayed`` those of them still there.
    """
    persons = _worths(facts)
    first, then = persons.first, persons.then
    stays = (first > 0) & (then > 0)
    parts = _retention_parts(persons)
    change = then - first
    sums = persons.aggregate(
        persons=(first > 0).sum().fill_null(0),
        stayed=stays.sum().fill_null(0),
        opening=first.sum().fill_null(0),
        expansion=change.sum(where=parts["expansion"]).fill_null(0),
        contraction=(-change).sum(where=parts["contraction"]).fill_null(0),
        churn=first.sum(where=parts["churn"]).fill_null(0),
        closing=then.sum(where=first > 0).fill_null(0),
        fresh=then.sum(where=first == 0).fill_null(0),
    )
    money = ("opening", "expansion", "contraction", "churn", "closing", "fresh")
    return sums.mutate(**{name: sums[name].cast("float64") / 100 for name in money})


@table(grain="person")
def retention_rows(facts: Facts, *, part: str) -> ir.Table:
    """The persons behind a part of `retention_sums`, the largest change first.

    Returns
    -------
    ibis Table
        One row per person: ``person_id``, ``opening``, ``closing`` and ``change`` in yuan a
        month; the changes add up to the part (negative for contraction and churn), of
        ``opening`` and ``closing`` the columns of their name.

    Raises
    ------
    UnknownName
        If ``part`` is none of opening, expansion, contraction, churn and closing.
    """
    persons = _worths(facts)
    parts = _retention_parts(persons)
    if part not in parts:
        raise UnknownName("part", part, parts)
    rows = persons.filter(parts[part])
    found = rows.select(
        "person_id", opening=rows.first.cast("float64") / 100,
        closing=rows.then.cast("float64") / 100,
        change=(rows.then - rows.first).cast("float64") / 100,
    )  # fmt: skip
    return found.order_by(ibis.desc(found.change.abs()), "person_id")


def _retention_parts(persons: ir.Table) -> dict[str, ir.BooleanValue]:
    first, then = persons.first, persons.then
    stays = (first > 0) & (then > 0)
    return {
        "opening": first > 0,
        "expansion": stays & (then > first),
        "contraction": stays & (then < first),
        "churn": (first > 0) & (then == 0),
        "closing": stays,
    }


def _worths(facts: Facts) -> ir.Table:
    """What each person's enrolments are worth a month, in cents: ``first`` and ``then``."""
    start, last = facts.period.start, ibis.least(facts.period.end, facts.today)
    rows = facts.due
    rows = facts.picked(rows, channels=False)
    end = ended_on(rows)
    days = rows.due_on.delta(rows.started_on, unit="day")
    by_length = rows.due_cny.cast("float64") * MONTH_DAYS / ibis.greatest(days, MONTH_DAYS)
    by_pace = (
        rows.due_cny.cast("float64") * rows.weekly_lessons * (MONTH_DAYS / 7) / rows.lessons_bought
    )
    cents = (by_length.fill_null(by_pace).fill_null(0.0) * 100).round().cast("int64")

    def worth(moment: ir.DateScalar) -> ir.Value:
        there = (rows.started_on <= moment) & (end > moment).fill_null(True)
        return ibis.ifelse(there, cents, 0).sum()

    return rows.group_by("person_id").aggregate(first=worth(start), then=worth(last))
