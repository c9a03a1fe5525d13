"""Attendance tiers: who is well, who is slipping, who is about to leave, who is gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data.errors import InvalidOption
from data.facts import Facts
from metrics.foundation.clock import HOURS_AHEAD, at_least
from metrics.foundation.registry import table
from metrics.kernels.people import arrange, hashes_of
from metrics.kernels.tiers import ATTENDED, COLUMNS, LEAVE, MADE_UP, MISSED, NOTHING, walk
from metrics.service.attendance import made_up

TIERS = ("healthy", "watch", "returned", "at_risk", "about_to_leave", "lost")
ALARMED = ("at_risk", "about_to_leave", "lost")
WEEKS = 12
_MARKS = {"present": ATTENDED, "late": ATTENDED, "absent": MISSED, "leave": LEAVE}
_REALS = ("share", "share_before", "consumed", "velocity")
_WHO = (
    "student_id", "person_id", "campus_id", "course_id", "course_line", "class_id", "teacher_id",
    "class_teacher_id",
)  # fmt: skip
_EPOCH = date(1970, 1, 1)
_DAY = 86_400
_NEVER = 10**6  # a day that does not come
Integers = NDArray[np.int64]


@table(grain="seat or enrolment")
def tier_rows(
    facts: Facts,
    *,
    weeks: int = WEEKS,
    leave: str = "neutral",
    person_id: str = "",
    sample: str = "",
    whole_history: bool = False,
) -> ir.Table:
    """Seats of the enrolments that ran in the last weeks, and those enrolments.

    Parameters
    ----------
    facts
        The viewer's facts; course lines narrow the enrolments, the period does nothing:
        tiers are of the as-of day and the weeks before it.
    weeks
        Weeks before the as-of day for which tiers are wanted, at least 1.
    leave
        ``neutral`` (approved leave neither breaks nor lengthens a run of misses) or
        ``miss`` (it counts as one).
    person_id
        Only this person's children; "" for everybody.
    sample
        Keep persons whose id ends below this text, which cuts every id alike; "" keeps all.
    whole_history
        Every enrolment there ever was, for learning from.

    Returns
    -------
    ibis Table
        For `attendance_states`, one row per seat and one per enrolment: ``enrolment_id``,
        ``at_seconds`` (UTC; missing for an enrolment), ``mark``, ``consumed``, and of an
        enrolment who and what it is, ``until_day``, ``stop_day``, ``lessons_bought``,
        ``as_of_day``, ``weeks``, ``leave_is_miss``, ``sampled`` (of 1,024 persons).

    Raises
    ------
    InvalidOption
        If an option is out of its bounds.
    """
    at_least("weeks", weeks)
    if leave not in ("neutral", "miss"):
        raise InvalidOption(f"leave must be neutral or miss, got {leave!r}")
    today = facts.today
    epoch = ibis.literal(_EPOCH)
    enrolments = _enrolments(facts, person_id, sample)
    if not whole_history:
        first = (today - ibis.interval(days=7 * weeks + 7)).cast("date")
        enrolments = enrolments.filter(enrolments.until_day >= first.delta(epoch, unit="day"))
    seats = facts.seat.semi_join(enrolments, "enrolment_id")
    said = seats.attendance.cases(*_MARKS.items(), else_=NOTHING)
    marked = (seats.lesson_state == "marked").fill_null(False)
    known = (seats.made_up_on <= today).fill_null(False)
    made = seats.attendance.isin(["absent", "leave"]) & made_up(seats) & known
    said = said + made.fill_null(False).ifelse(MADE_UP, 0)
    nothing = {name: ibis.null("string") for name in _WHO}
    numbers = (
        "until_day", "stop_day", "lessons_bought", "as_of_day", "weeks", "leave_is_miss", "sampled",
    )  # fmt: skip
    rows = seats.select(
        "enrolment_id", at_seconds=seats.starts_at.epoch_seconds().cast("int64"),
        mark=marked.ifelse(said, NOTHING).cast("int8"),
        consumed=seats.consumed_lessons.fill_null(0.0), **nothing,
        **{name: ibis.null("int32") for name in numbers},
    )  # fmt: skip
    return rows.union(
        enrolments.select(
            "enrolment_id", at_seconds=ibis.null("int64"), mark=ibis.null("int8"),
            consumed=ibis.null("float64"), **{name: enrolments[name] for name in _WHO},
            until_day=enrolments.until_day.cast("int32"),
            stop_day=enrolments.stop_day.cast("int32"),
            lessons_bought=enrolments.lessons_bought.cast("int32"),
            as_of_day=today.delta(epoch, unit="day").cast("int32"),
            weeks=ibis.literal(0 if whole_history else weeks, "int32"),
            leave_is_miss=ibis.literal(int(leave == "miss"), "int32"),
            sampled=ibis.literal(sampled_of(sample), "int32"),
        )
    )  # fmt: skip


def sampled_of(sample: str) -> int:
    """How many of 1,024 persons a sample keeps, by the two ends of their id in base 32."""
    return int(sample, 32) if sample else 32**2


def _enrolments(facts: Facts, person_id: str, sample: str) -> ir.Table:
    """Formal enrolments with the last day they run and the day they were stopped."""
    found = facts.enrolment.filter(facts.enrolment.is_formal)
    if person_id:
        found = found.filter(found.person_id == person_id)
    if sample:
        found = found.filter(found.person_id.right(len(sample)) < sample)
    found = facts.picked(found, channels=False)
    # A stop whose day nobody noted cannot be placed: such an enrolment is left out.
    gone = found.state.isin(["stopped", "refunded", "transferred"]).fill_null(False)
    found = found.filter(~gone | found.stopped_on.notnull())
    epoch, as_of = ibis.literal(_EPOCH), facts.today
    # A stop after the as-of day is not known yet; who is back has one behind them.
    known = gone & (found.stopped_on <= as_of)
    stopped = known.ifelse(found.stopped_on.delta(epoch, unit="day"), None)
    ends = found.ends_on.delta(epoch, unit="day").fill_null(_NEVER)
    left = gone & (found.state != "transferred")
    return found.mutate(
        until_day=ibis.least(ends, (stopped - 1).fill_null(_NEVER)),
        stop_day=left.ifelse(stopped, None),
    )


@dataclass(frozen=True)
class States:
    """Enrolments and their state on each checkpoint.

    ``enrolments`` has a row per enrolment (who, what, ``until_day``, ``stop_day``,
    ``lessons_bought``); ``days`` are the checkpoints, the last is the as-of day; ``found``
    has a row per enrolment (``enrolment`` is its place) and checkpoint on which it ran,
    with the columns of the kernel.
    """

    enrolments: pd.DataFrame
    days: list[date]
    found: pd.DataFrame


def attendance_states(table: pa.Table) -> States:
    """The state of every enrolment on each week's end, from the rows of `tier_rows`.

    Weeks end on Sunday; the last checkpoint is the as-of day, whatever day it is. Where
    the whole history is asked for, every Sunday since the first seat is a checkpoint.
    """
    is_seat = pc.is_valid(table["mark"])
    seats = table.select(["enrolment_id", "at_seconds", "mark", "consumed"]).filter(is_seat)
    who = table.filter(pc.invert(is_seat))
    enrolments = who.drop_columns(["at_seconds", "mark", "consumed"]).to_pandas()
    enrolments = enrolments.drop_duplicates("enrolment_id").reset_index(drop=True)
    if enrolments.empty:
        return States(enrolments, [], pd.DataFrame(columns=[*COLUMNS, *_REALS]))
    key, second, meta = arrange(
        hashes_of(seats["enrolment_id"]),
        seats["at_seconds"].to_numpy().astype(np.int64),
        _packed(seats),
    )
    day = (second + HOURS_AHEAD * 3600) // _DAY
    as_of_day, weeks = int(enrolments["as_of_day"].iloc[0]), int(enrolments["weeks"].iloc[0])
    first = int(day.min()) if day.size and not weeks else as_of_day - 7 * (weeks + 1)
    checkpoints = _checkpoints(first, as_of_day)
    names = hashes_of(pa.chunked_array([pa.array(enrolments["enrolment_id"], pa.string())]))
    order = np.argsort(names, kind="stable")
    bounds = np.searchsorted(key, names[order], "left"), np.searchsorted(key, names[order], "right")
    enrolments = enrolments.iloc[order].reset_index(drop=True)
    whole, real = walk(
        np.append(bounds[0], bounds[1][-1:]), day, (meta & 7).astype(np.int8),
        (meta >> 3) / 1000.0, enrolments["until_day"].to_numpy().astype(np.int64), checkpoints,
        bool(enrolments["leave_is_miss"].iloc[0]),
    )  # fmt: skip
    found = pd.DataFrame(whole, columns=list(COLUMNS)).join(
        pd.DataFrame(real, columns=list(_REALS))
    )
    days = [_EPOCH + timedelta(days=int(d)) for d in checkpoints]
    kept = enrolments.drop(columns=["as_of_day", "weeks", "leave_is_miss"])
    return States(kept, days, found)


def _packed(seats: pa.Table) -> Integers:
    """What a seat says and the lessons it consumed, in thousandths, as one number."""
    consumed = np.rint(seats["consumed"].to_numpy() * 1000).astype(np.int64)
    packed: Integers = (consumed << 3) | seats["mark"].to_numpy().astype(np.int64)
    return packed


def _checkpoints(first: int, as_of_day: int) -> Integers:
    """Sundays from the first day on, and the as-of day."""
    sundays = np.arange(first + (3 - first) % 7, as_of_day, 7, dtype=np.int64)
    return np.append(sundays, as_of_day)
