"""Downstream quality of a channel: do its payers attend, stay, renew and bring others?

Every figure is of the lead cohort: its day, campus and channel are of the person's first
lead, so that it stands in one row with that channel's cost and conversion.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.clock import at_least, cohort_payers, per_person
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units
from metrics.referral.rates import honest_referrals
from metrics.renewal.due import due_rows, settled_at


def _payers(facts: Facts) -> ir.Table:
    payers = cohort_payers(facts)
    return payers.select(
        "lead_id", "person_id", "campus_id", "channel_id", "campaign", "material",
        "course_line", "created_on", "first_paid_at",
    )  # fmt: skip


@metric(
    title="Attendance of the first 90 days", kind="proportion", unit="ratio", grain="seat",
    sources=("leads", "order_lines", "seats", "lessons"),
)  # fmt: skip
def attendance_d90(facts: Facts, *, days: int = 90) -> ir.Table:
    """Seats present or late ÷ seats expected, in a payer's first 90 days after the first order.

    Cancelled and unmarked lessons are not expected; leave counts as not there. A payer
    younger than the window is immature with all their seats. Seats of one student are
    alike, so the interval is too narrow where few students have many seats.

    Parameters
    ----------
    days
        Days from the first formal order, at least 1.

    Returns
    -------
    ibis Table
        One row per expected seat: ``numerator`` 1 where there, ``denominator`` 1.

    Raises
    ------
    InvalidOption
        If ``days`` is less than 1.

    References
    ----------
    METRICS, "downstream quality".
    """
    window = ibis.interval(days=at_least("days", days))
    seats = facts.seat
    marked = (seats.lesson_state == "marked") & (seats.attendance != "unmarked")
    expected = seats.filter(marked).select("seat_id", "person_id", "starts_at", "attendance")
    rows = expected.inner_join(_payers(facts), "person_id")
    rows = rows.filter(rows.starts_at.between(rows.first_paid_at, rows.first_paid_at + window))
    return as_units(
        rows, grain="seat", unit_id=rows.seat_id, unit_on=rows.created_on,
        numerator=rows.attendance.isin(["present", "late"]).cast("int64"),
        denominator=ibis.literal(1), mature_at=rows.first_paid_at + window,
    )  # fmt: skip


@metric(
    title="Refund rate of the cohort", kind="proportion", unit="ratio", grain="person",
    sources=("leads", "orders", "order_lines"), better=-1,
)  # fmt: skip
def refund_rate(facts: Facts, *, days: int = 90) -> ir.Table:
    """Payers of a lead cohort with a refund within the days after the first order ÷ its payers.

    Persons, not money: a refund of one of several courses counts. A payer younger than
    the window is immature.

    Parameters
    ----------
    days
        Days from the first formal order, the end included, at least 1.

    Returns
    -------
    ibis Table
        One row per payer: ``numerator`` 1 where refunded, ``denominator`` 1.

    Raises
    ------
    InvalidOption
        If ``days`` is less than 1.

    References
    ----------
    METRICS, "downstream quality".
    """
    window = ibis.interval(days=at_least("days", days))
    payers = _payers(facts)
    refunds = facts.order_line.filter(facts.order_line.kind == "refund")
    refunds = refunds.select("person_id", refunded_at="paid_at").inner_join(
        payers.select("person_id", "created_on", "first_paid_at"), "person_id"
    )
    refunds = refunds.filter(
        refunds.refunded_at.between(refunds.first_paid_at, refunds.first_paid_at + window)
    )
    rows = per_person(payers, refunds, refunds=refunds.count())
    return as_units(
        rows, grain="person", unit_id=rows.person_id, unit_on=rows.created_on,
        numerator=(rows.refunds.fill_null(0) > 0).cast("int64"), denominator=ibis.literal(1),
        mature_at=rows.first_paid_at + window,
    )  # fmt: skip


@metric(
    title="Renewal rate of the cohort", kind="proportion", unit="ratio", grain="enrolment",
    sources=("leads", "order_lines", "enrolments"),
)  # fmt: skip
def renewal_rate_of_cohort(facts: Facts) -> ir.Table:
    """Formal enrolments of a lead cohort that were renewed ÷ those that ended 30 days ago.

    Renewed as in the renewal rate: paid from 60 days before to 30 days after the end and
    not paid back at once. An enrolment moved to another class is not due; one that ended
    in a refund is due and not renewed. The rate of a channel, not of a month: see the
    renewal rate for the latter.

    Returns
    -------
    ibis Table
        One row per enrolment: ``numerator`` 1 where renewed, ``denominator`` 1,
        ``mature_at`` 30 days after its end, never where it has none.

    References
    ----------
    METRICS, "downstream quality".
    """
    due = due_rows(facts).select("enrolment_id", "person_id", "due_on", "is_renewed")
    rows = due.inner_join(_payers(facts), "person_id")
    return as_units(
        rows, grain="enrolment", unit_id=rows.enrolment_id, unit_on=rows.created_on,
        numerator=rows.is_renewed.cast("int64"), denominator=ibis.literal(1),
        mature_at=settled_at(rows.due_on),
    )  # fmt: skip


@metric(
    title="Referred per 100 payers", kind="ratio", unit="people", grain="person",
    sources=("leads", "order_lines"),
)  # fmt: skip
def referred_per_100(facts: Facts, *, days: int = 180) -> ir.Table:
    """Persons introduced by payers of a lead cohort ÷ its payers, times 100.

    Only new persons count, introduced within the days after the payer's first formal
    order, and nobody who recommended themselves. A payer younger than the window is immature.

    Parameters
    ----------
    days
        Days from the first formal order, the end included, at least 1.

    Returns
    -------
    ibis Table
        One row per payer: ``numerator`` 100 × persons introduced, ``denominator`` 1.

    Raises
    ------
    InvalidOption
        If ``days`` is less than 1.

    References
    ----------
    METRICS, "downstream quality".
    """
    window = ibis.interval(days=at_least("days", days))
    payers = _payers(facts)
    invited = honest_referrals(facts).select(
        person_id="introducer_person_id", invited_at="created_at"
    )
    started = payers.select("person_id", "created_on", "first_paid_at")
    brought = invited.inner_join(started, "person_id")
    brought = brought.filter(
        brought.invited_at.between(brought.first_paid_at, brought.first_paid_at + window)
    )
    rows = per_person(payers, brought, referred=brought.count())
    return as_units(
        rows, grain="person", unit_id=rows.person_id, unit_on=rows.created_on,
        numerator=rows.referred.fill_null(0) * 100, denominator=ibis.literal(1),
        mature_at=rows.first_paid_at + window,
    )  # fmt: skip
