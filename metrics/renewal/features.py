"""What was known of each family some days before its end: rows for the model of intent."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.registry import table
from metrics.renewal.due import LATE_DAYS, due_rows
from metrics.renewal.pool import pool_rows

LANDMARKS = (30, 0)  # days before the end at which the past is looked at
PAST_DAYS = 400
MOST_PAST = 8_000  # newest enrolments learnt from
_SEAT_DAYS, _TALK_DAYS, _VOICE_DAYS = 60, 60, 180
_CARRIED = (
    "enrolment_id", "person_id", "student_id", "campus_id", "channel_id", "course_line",
    "class_teacher_id", "due_on", "due_cny", "term_no",
)  # fmt: skip


@table(grain="enrolment")
def intent_rows(facts: Facts, *, ahead_days: int = 90) -> ir.Table:
    """One row per enrolment and day on which it is looked at.

    The past: enrolments that fell due and are settled, looked at 30 days before the end
    and on it, where they were not yet renewed or gone. Now: the pool, where nothing is
    paid, as of today. Everything a row holds was known on its ``seen_on``; only
    ``renewed`` came later. The past is the whole scope's, the pool is of what was picked.

    Returns
    -------
    ibis Table
        ``enrolment_id`` … ``term_no``, ``is_past``, ``seen_on``, ``days_left``, ``renewed``
        (0 or 1, missing now), ``expected`` and ``attended`` lessons of the last 60 days,
        ``recent`` of the last 28, ``talks`` in 60 days, ``promised``, ``refused`` (last word,
        0 or 1), ``complaints`` and ``rating`` (missing without one) of 180 days,
        ``pipeline`` (missing in the past).
    """
    looked = _past(facts).union(_now(facts, ahead_days))
    for part in (_seats(facts, looked), _talks(facts, looked), _voices(facts, looked)):
        looked = looked.left_join(part, ["enrolment_id", "seen_on"])
        looked = looked.drop("enrolment_id_right", "seen_on_right")
    counts = ("expected", "attended", "recent", "talks", "promised", "refused", "complaints")
    return looked.mutate(**{name: looked[name].fill_null(0).cast("float64") for name in counts})


def _past(facts: Facts) -> ir.Table:
    today = facts.today
    rows = due_rows(facts)
    first, last = (
        (today - ibis.interval(days=days)).cast("date") for days in (PAST_DAYS, LATE_DAYS + 1)
    )
    rows = rows.filter(rows.due_on >= first, rows.due_on <= last)
    rows = rows.order_by(rows.due_on.desc(), rows.enrolment_id).limit(MOST_PAST)
    seen = []
    for days in LANDMARKS:
        seen_on = (rows.due_on - ibis.interval(days=days)).cast("date")
        is_open = (rows.renewed_on > seen_on).fill_null(True)
        is_there = (rows.stopped_on > seen_on).fill_null(True) & (rows.started_on < seen_on)
        seen.append(
            rows.filter(is_open, is_there).select(
                *_CARRIED, is_past=ibis.literal(True), seen_on=seen_on,
                days_left=ibis.literal(float(days)), renewed=rows.is_renewed.cast("float64"),
                pipeline=ibis.null("string"),
            )
        )  # fmt: skip
    return ibis.union(*seen)


def _now(facts: Facts, ahead_days: int) -> ir.Table:
    rows = facts.picked(pool_rows(facts, ahead_days=ahead_days))
    today = facts.today
    rows = rows.filter(rows.pipeline != "paid")
    return rows.select(
        *_CARRIED, is_past=ibis.literal(False), seen_on=today,
        days_left=rows.due_on.delta(today, unit="day").cast("float64"),
        renewed=ibis.null("float64"), pipeline=rows.pipeline,
    )  # fmt: skip


def _since(rows: ir.Table, day: ir.Value, days: int) -> ir.Value:
    first = (rows.seen_on - ibis.interval(days=days)).cast("date")
    return (day > first) & (day <= rows.seen_on)


def _seats(facts: Facts, looked: ir.Table) -> ir.Table:
    seats = facts.seat
    marked = (seats.lesson_state == "marked") & (seats.attendance != "unmarked")
    seats = seats.filter(marked).select("enrolment_id", "held_on", "attendance")
    rows = seats.inner_join(looked.select("enrolment_id", "seen_on"), "enrolment_id")
    rows = rows.filter(_since(rows, rows.held_on, _SEAT_DAYS))
    there = rows.attendance.isin(["present", "late"])
    return rows.group_by("enrolment_id", "seen_on").aggregate(
        expected=rows.count(),
        attended=there.sum(),
        recent=(there & _since(rows, rows.held_on, 28)).sum(),
    )


def _talks(facts: Facts, looked: ir.Table) -> ir.Table:
    talks = facts.followup.filter(facts.followup.is_effective)
    talks = talks.select("person_id", "happened_on", "happened_at", "followup_id", "result")
    rows = talks.inner_join(looked.select("person_id", "enrolment_id", "seen_on"), "person_id")
    rows = rows.filter(_since(rows, rows.happened_on, _TALK_DAYS))
    said = rows.result.isin(["promised", "refused"])
    last = ibis.struct({name: rows[name] for name in ("happened_at", "followup_id", "result")}).max(
        where=said
    )
    found = rows.group_by("enrolment_id", "seen_on").aggregate(talks=rows.count(), last=last)
    word = found.last["result"]
    return found.select(
        "enrolment_id", "seen_on", "talks",
        promised=(word == "promised").cast("int64"), refused=(word == "refused").cast("int64"),
    )  # fmt: skip


def _voices(facts: Facts, looked: ir.Table) -> ir.Table:
    voices = facts.feedback.select("student_id", "given_on", "rating", "is_complaint")
    rows = voices.inner_join(looked.select("student_id", "enrolment_id", "seen_on"), "student_id")
    rows = rows.filter(_since(rows, rows.given_on, _VOICE_DAYS))
    return rows.group_by("enrolment_id", "seen_on").aggregate(
        complaints=rows.is_complaint.sum(), rating=rows.rating.mean()
    )
