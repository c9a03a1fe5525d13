"""Visits and trial lessons: who comes after an invitation, and who buys after coming?"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.clock import at_least, first_paid, first_trials, formal_lines, per_person
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units

_CONTACTS = ("leads", "followups")
_PAID = ("leads", "followups", "orders", "order_lines")


@metric(
    title="Invite to visit", kind="proportion", unit="ratio", grain="lead", sources=_CONTACTS
)  # fmt: skip
def visit_after_invite(facts: Facts, *, window_days: int = 14) -> ir.Table:
    """Leads that came to the campus within the window after the first invitation ÷ leads invited.

    Came: a contact with the result "visited", or a trial lesson attended. The cohort is
    of the invitation's day.

    Parameters
    ----------
    window_days
        Days from the first invitation (or booking of a trial), at least 1.

    Returns
    -------
    ibis Table
        One row per invited person: ``numerator`` 1 where they came, ``denominator`` 1.

    Raises
    ------
    InvalidOption
        If ``window_days`` is less than 1.

    References
    ----------
    METRICS, "process".
    """
    window = ibis.interval(days=at_least("window_days", window_days))
    invited = _first_result(facts, ("invited", "trial_booked"))
    came = _visits(facts).inner_join(
        invited.select("person_id", "created_on", "first_at"), "person_id"
    )
    came = came.filter(came.came_at.between(came.first_at, came.first_at + window))
    rows = per_person(invited, came, visits=came.count())
    return as_units(
        rows, grain="person", unit_id=rows.person_id, unit_on=rows.created_on,
        numerator=(rows.visits.fill_null(0) > 0).cast("int64"), denominator=ibis.literal(1),
        mature_at=rows.first_at + window,
    )  # fmt: skip


@metric(title="Visit to paid", kind="proportion", unit="ratio", grain="person", sources=_PAID)
def visit_to_paid(facts: Facts, *, window_days: int = 30) -> ir.Table:
    """Persons with a first formal order within the window after their first visit ÷ such persons.

    A visit is a contact with the result "visited". Who had paid before is not in it.

    Parameters
    ----------
    window_days
        Days from the first visit, the end included, at least 1.

    Returns
    -------
    ibis Table
        One row per visitor to a campus: ``numerator`` 0 or 1, ``denominator`` 1.

    Raises
    ------
    InvalidOption
        If ``window_days`` is less than 1.

    References
    ----------
    METRICS, "process".
    """
    window = ibis.interval(days=at_least("window_days", window_days))
    visited = _first_result(facts, ("visited",))
    rows = visited.left_join(first_paid(formal_lines(facts)), "person_id").drop("person_id_right")
    rows = rows.filter(rows.first_paid_at.isnull() | (rows.first_paid_at >= rows.first_at))
    in_window = (rows.first_paid_at <= rows.first_at + window).fill_null(False)
    return as_units(
        rows, grain="person", unit_id=rows.person_id, unit_on=rows.created_on,
        numerator=in_window.cast("int64"), denominator=ibis.literal(1),
        mature_at=rows.first_at + window,
    )  # fmt: skip


@metric(
    title="Trial attendance", kind="proportion", unit="ratio", grain="person",
    sources=("orders", "order_lines", "seats", "lessons", "courses"),
)  # fmt: skip
def trial_attendance(facts: Facts, *, window_days: int = 30) -> ir.Table:
    """Persons who came to a trial lesson within the window after its order ÷ such persons.

    The first trial order of a person counts, and a lesson marked present or late.

    Parameters
    ----------
    window_days
        Days from the first trial order, the end included, at least 1.

    Returns
    -------
    ibis Table
        One row per person with a trial order: ``numerator`` 1 where they came.

    Raises
    ------
    InvalidOption
        If ``window_days`` is less than 1.

    References
    ----------
    METRICS, "process".
    """
    window = ibis.interval(days=at_least("window_days", window_days))
    trials = first_trials(facts)
    trials = trials.mutate(created_on=trials.paid_on)
    seats = _trial_seats(facts).inner_join(
        trials.select("person_id", "created_on", "paid_at"), "person_id"
    )
    seats = seats.filter(seats.came_at.between(seats.paid_at, seats.paid_at + window))
    rows = per_person(trials, seats, lessons=seats.count())
    return as_units(
        rows, grain="person", unit_id=rows.person_id, unit_on=rows.paid_on,
        numerator=(rows.lessons.fill_null(0) > 0).cast("int64"), denominator=ibis.literal(1),
        mature_at=rows.paid_at + window,
    )  # fmt: skip


def _first_result(facts: Facts, results: tuple[str, ...]) -> ir.Table:
    """One row per person: the first contact with such a result, with its lead's dimensions."""
    calls = facts.followup.filter(facts.followup.result.isin(results))
    names = ("happened_at", "followup_id", "campus_id", "happened_on")
    # The whole row is compared, so that the order of rows never decides.
    first = ibis.struct({name: calls[name] for name in names}).min()
    firsts = calls.group_by("person_id").aggregate(first=first)
    flat = firsts.select(
        "person_id", campus_id=firsts.first["campus_id"], first_at=firsts.first["happened_at"],
        created_on=firsts.first["happened_on"],
    )  # fmt: skip
    source = facts.lead.filter(facts.lead.is_first).select(
        "person_id", "channel_id", "campaign", "material", "course_line"
    )
    return flat.left_join(source, "person_id").drop("person_id_right")


def _trial_seats(facts: Facts) -> ir.Table:
    trial = facts.course.filter(facts.course.type.isin(["trial", "token"])).select("course_id")
    seats = facts.seat.filter(facts.seat.attendance.isin(["present", "late"]))
    seats = seats.semi_join(trial, "course_id")
    return seats.select("person_id", came_at="starts_at")


def _visits(facts: Facts) -> ir.Table:
    calls = facts.followup.filter(facts.followup.result == "visited")
    return calls.select("person_id", came_at="happened_at").union(_trial_seats(facts))
