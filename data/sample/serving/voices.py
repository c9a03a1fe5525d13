"""What students wrote and said, and what introducers were given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data.sample.calendar import DAY, NOW, TODAY, at, local_day, time_of_day
from data.sample.columns import NONE, Ints, days, instants, labelled, money, numbered, rows
from data.sample.institution import campus_ids, course_ids
from data.sample.people_tables import lead_ids, student_ids
from data.sample.reaching.leads import Leads
from data.sample.serving.lessons import Classes, class_ids
from data.sample.serving.seats import ABSENT, LEAVE, Seats
from data.sample.serving.service import Enrolments, Students

_EVERY = 6  # lessons between two assessments
_SURVEY_EVERY = 63  # days of an enrolment
_KINDS = ("homework", "quiz", "exam")
_PRAISE = ("老师很有耐心", "孩子很喜欢", "进步明显", "课堂有趣")
_BLAME = ("老师频繁更换", "上课时间经常调整", "退费流程太慢", "课堂纪律不好")


def assessment_table(
    rng: np.random.Generator,
    block: int,
    *,
    students: Students,
    enrolments: Enrolments,
    classes: Classes,
    seats: Seats,
) -> pa.Table:
    """Every sixth lesson sets a task, due a week later; the absent often miss it."""
    number = classes.lesson_no[seats.lesson]
    row = np.nonzero(number % _EVERY == 0)[0]
    lesson, enrolment = seats.lesson[row], seats.enrolment[row]
    given = local_day(classes.lesson_starts[lesson])
    missed = (seats.attendance[row] == LEAVE) | (seats.attendance[row] == ABSENT)
    engaged = students.engaged[enrolments.student[enrolment]]
    chance = 1 / (1 + np.exp(-(1.6 + 0.7 * engaged - 1.5 * missed)))
    taken = given + np.clip(rng.normal(4, 3, len(row)), 0, 20).astype(np.int64)
    done = (rng.random(len(row)) < chance) & (taken <= TODAY)
    score = np.round(np.clip(78 + 8 * engaged + rng.normal(0, 8, len(row)), 20, 100))
    return rows(
        "assessments",
        assessment_id=numbered("Q", block * 1_000_000 + lesson, 9),
        student_id=student_ids(block, enrolments.student[enrolment]),
        course_id=course_ids(enrolments.line[enrolment], enrolments.level[enrolment]),
        class_id=class_ids(classes.number[classes.of_enrolment[enrolment]]),
        kind=labelled(_KINDS, np.where(number[row] % 24 == 0, 2, number[row] // _EVERY % 2)),
        due_on=days(given + 7),
        taken_on=days(np.where(done, taken, NONE)),
        score=pa.array(score, mask=~done),
        full_score=np.full(len(row), 100.0),
    )


def feedback_table(
    rng: np.random.Generator,
    block: int,
    *,
    students: Students,
    enrolments: Enrolments,
    classes: Classes,
) -> pa.Table:
    """A survey about every nine weeks of an enrolment; some answers are complaints."""
    until = np.where(enrolments.stopped > 0, enrolments.stopped, enrolments.last_lesson)
    asked = np.maximum((np.minimum(until, TODAY) - enrolments.start) // _SURVEY_EVERY, 0)
    asked[classes.of_enrolment < 0] = 0
    row = np.repeat(np.arange(enrolments.count), asked)
    step = np.arange(len(row)) - np.repeat(np.cumsum(asked) - asked, asked)
    told = _Survey(block, students, enrolments, classes)
    over = told.answers(rng, row, enrolments.start[row] + _SURVEY_EVERY * (step + 1))
    # Of the round that is not over some have answered. Its stream is its own, so that
    # nothing drawn later hangs on how many they are.
    row = np.nonzero((until > TODAY) & (classes.of_enrolment >= 0))[0]
    due = enrolments.start[row] + _SURVEY_EVERY * (asked[row] + 1)
    running = told.answers(rng.spawn(1)[0], row, due, first=over.num_rows)
    return pa.concat_tables([over, running])


@dataclass(frozen=True)
class _Survey:
    """Whom a block's surveys ask."""

    block: int
    students: Students
    enrolments: Enrolments
    classes: Classes

    def answers(self, rng: np.random.Generator, row: Ints, due: Ints, first: int = 0) -> pa.Table:
        """About half of the asked enrolments answer, in the 19 days up to the day it is due."""
        day = due - rng.integers(0, 20, len(row))
        answers = (rng.random(len(row)) < 0.55) & (day <= TODAY)
        row, day = row[answers], day[answers]
        student = self.enrolments.student[row]
        unhappy = self.enrolments.stopped[row] > 0
        noise = rng.standard_normal(len(row)) * 0.8
        mood = 0.6 * self.students.engaged[student] - 1.1 * unhappy + noise
        complaint = mood < -1.9
        comment = np.where(mood > 0.9, rng.integers(0, len(_PRAISE), len(row)), NONE)
        blame = len(_PRAISE) + rng.integers(0, len(_BLAME), len(row))
        number = self.block * 1_000_000 + first + np.arange(len(row))
        return rows(
            "feedback",
            feedback_id=numbered("Y", number, 9),
            student_id=student_ids(self.block, student),
            class_id=class_ids(self.classes.number[self.classes.of_enrolment[row]]),
            given_at=instants(at(day, time_of_day(rng, day))),
            rating=np.clip(np.rint(4.35 + 0.6 * mood), 1, 5),
            nps=np.clip(np.rint(8.3 + 1.4 * mood), 0, 10),
            is_complaint=complaint,
            comment=labelled((*_PRAISE, *_BLAME), np.where(complaint, blame, comment)),
        )


def reward_table(leads: Leads, students: Students, introducer: Ints) -> pa.Table:
    """A gift for each introduced lead that is valid, lessons for each that bought."""
    gift = np.nonzero((introducer >= 0) & (leads.valid | ~leads.first))[0]
    bonus = np.nonzero((introducer >= 0) & (leads.formal > 0))[0]
    lead = np.r_[gift, bonus]
    large = np.r_[np.zeros(len(gift), dtype=bool), np.ones(len(bonus), dtype=bool)]
    granted = np.where(large, leads.formal[lead], leads.created[lead]) + 2 * DAY
    keep = granted <= NOW
    lead, large, granted = lead[keep], large[keep], granted[keep]
    kind = np.where(large, 1 + lead % 2, 0)
    return rows(
        "rewards",
        reward_id=numbered("W", leads.block * 1_000_000 + np.arange(len(lead)), 9),
        student_id=student_ids(leads.block, introducer[lead]),
        lead_id=lead_ids(leads.block, lead),
        activity_id=numbered("A", leads.activity[lead], 5),
        campus_id=campus_ids(leads.campus[lead]),
        granted_at=instants(granted),
        kind=labelled(("gift", "cash", "lessons"), kind),
        cost_cny=money(np.where(large, 30_000, 3_000)),
    )
