"""Who sat in which lesson, and who stayed away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data.sample.calendar import TODAY, local_day
from data.sample.columns import NONE, Ints, Reals, days, labelled, numbered, rows
from data.sample.institution import DROP_LINE, FIRST
from data.sample.people_tables import student_ids
from data.sample.reaching.leads import Leads
from data.sample.serving.lessons import MARKED, Classes, lesson_ids
from data.sample.serving.service import Enrolments, Students
from data.sample.truths import DROP_LESSON

_ATTENDANCE = ("present", "late", "leave", "absent", "unmarked")
PRESENT, LATE, LEAVE, ABSENT, NOT_MARKED = range(5)


@dataclass
class Seats:
    """A block's seats of formal lessons, one row each."""

    lesson: Ints
    enrolment: Ints
    attendance: Ints


def seats_of(
    rng: np.random.Generator, students: Students, enrolments: Enrolments, found: Classes
) -> Seats:
    """Seat every enrolment in its class's lessons from its start to its stop."""
    per_class = np.bincount(found.lesson_class, minlength=len(found.number))
    count = np.where(found.of_enrolment < 0, 0, per_class[found.of_enrolment])
    enrolment = np.repeat(np.arange(enrolments.count), count)
    begins = np.cumsum(count) - count
    lesson = found.first_lesson[found.of_enrolment][enrolment]
    lesson = lesson + np.arange(len(enrolment)) - begins[enrolment]
    number = found.lesson_no[lesson]
    sits = local_day(found.lesson_starts[lesson]) >= enrolments.start[enrolment]
    sits &= number <= enrolments.stop_lesson[enrolment]
    sits &= found.lesson_starts[lesson] > enrolments.paid[enrolment]
    # Two enrolments of one child in one class share the seat.
    _, one = np.unique(lesson * 2**24 + enrolments.student[enrolment], return_index=True)
    single = np.zeros(len(lesson), dtype=bool)
    single[one] = True
    sits &= single
    seats = Seats(lesson[sits], enrolment[sits], np.zeros(int(sits.sum()), dtype=np.int64))
    comes = rng.random(len(seats.lesson)) < _chance(students, enrolments, found, seats)
    u = rng.random(len(seats.lesson))
    missed = np.where(u < 0.45, LEAVE, ABSENT)
    attended = np.where(u < 0.05, LATE, PRESENT)
    marked = found.lesson_state[seats.lesson] == MARKED
    seats.attendance = np.where(marked, np.where(comes, attended, missed), NOT_MARKED)
    return seats


def _chance(students: Students, enrolments: Enrolments, found: Classes, seats: Seats) -> Reals:
    """How likely each seat is taken."""
    enrolment, number = seats.enrolment, found.lesson_no[seats.lesson]
    logit = 2.25 + 0.55 * students.engaged[enrolments.student[enrolment]] - 0.006 * number
    drops = (enrolments.line[enrolment] == DROP_LINE) & (enrolments.level[enrolment] == FIRST)
    logit = logit - 1.7 * (drops & (number == DROP_LESSON))
    # Before they stop, they stay away.
    logit = logit - 2.6 * (enrolments.stop_lesson[enrolment] - number < 4)
    chance: Reals = 1 / (1 + np.exp(-logit))
    return chance


def seat_table(
    rng: np.random.Generator,
    *,
    leads: Leads,
    students: Students,
    enrolments: Enrolments,
    found: Classes,
    seats: Seats,
) -> pa.Table:
    """Seats of formal and trial lessons."""
    block = leads.block
    tried = np.nonzero(found.trial_lesson >= 0)[0]
    won = leads.formal[students.lead[tried]] > 0
    came = rng.random(len(tried)) < np.where(won, 0.97, 0.72)
    lesson = np.r_[seats.lesson, found.trial_lesson[tried]]
    student = np.r_[enrolments.student[seats.enrolment], tried]
    enrolment = np.r_[seats.enrolment, enrolments.count + tried]
    attendance = np.r_[seats.attendance, np.where(came, PRESENT, ABSENT)]
    missed = (attendance == LEAVE) | (attendance == ABSENT)
    missed[len(seats.lesson) :] = False
    held = local_day(found.lesson_starts[lesson])
    made_up = held + rng.integers(2, 20, len(lesson))
    made_up = np.where(missed & (rng.random(len(lesson)) < 0.3), made_up, NONE)
    made_up = np.where(made_up <= TODAY, made_up, NONE)
    attended = (attendance == PRESENT) | (attendance == LATE)
    consumed = attended | (made_up > 0) | ((attendance == ABSENT) & (rng.random(len(lesson)) < 0.3))
    line = found.line[found.lesson_class[lesson]]
    recorded = attended & ((line == DROP_LINE) | (line == 2)) & (rng.random(len(lesson)) < 0.5)
    watched = np.where(recorded, np.round(rng.beta(6, 1.2, len(lesson)), 3), np.nan)
    return rows(
        "seats",
        lesson_id=lesson_ids(block, lesson),
        student_id=student_ids(block, student),
        enrolment_id=numbered("E", block * 1_000_000 + enrolment, 9),
        attendance=labelled(_ATTENDANCE, attendance),
        made_up_on=days(made_up),
        consumption=labelled(
            ("roll_call", "makeup"), np.where(consumed, np.where(made_up > 0, 1, 0), NONE)
        ),
        consumed_lessons=consumed.astype(float),
        watched_share=pa.array(watched, mask=np.isnan(watched)),
    )
