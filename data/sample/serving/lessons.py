"""Classes and their lessons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data.sample.calendar import HOUR, NOW, TODAY, at, is_holiday, local_day, weekday
from data.sample.columns import NONE, Ints, days, instants, labelled, numbered, rows
from data.sample.institution import (
    CLASS_TEACHERS,
    LEVELS,
    TEACHERS,
    TRIAL,
    campus_ids,
    course_ids,
    staff_ids,
    staff_numbers,
)
from data.sample.reaching.leads import Leads
from data.sample.serving.service import SLOTS, Enrolments, Students, class_slot

CAPACITY = 12
_LESSONS = np.array([level.lessons for level in LEVELS])
_STATES = ("unmarked", "marked", "cancelled")
UNMARKED, MARKED, CANCELLED = range(3)
_WEEKEND_STARTS = np.array([540, 640, 840, 940]) * 60
_EVENING_STARTS = np.array([1080, 1110, 1140, 1110]) * 60


@dataclass
class Classes:
    """A block's classes and lessons, and the class of every enrolment and trial."""

    number: Ints
    campus: Ints
    line: Ints
    level: Ints
    opened: Ints
    closed: Ints  # day, -1 while it runs
    of_enrolment: Ints  # row of the class; -1 waits for one
    of_trial: Ints  # by student; -1 none
    lesson_class: Ints  # row of the class, by lesson
    lesson_no: Ints
    lesson_starts: Ints
    lesson_state: Ints
    first_lesson: Ints  # by class: its first lesson's row
    trial_lesson: Ints  # by student; -1 none

    @property
    def teacher(self) -> Ints:
        """The staff number of each class's teacher."""
        post = TEACHERS[0] + (self.line * 2 + self.number // 3 + self.level) % len(TEACHERS)
        return staff_numbers(self.campus, post)

    @property
    def class_teacher(self) -> Ints:
        """The staff number of each class's class teacher."""
        return staff_numbers(self.campus, CLASS_TEACHERS[0] + self.number % len(CLASS_TEACHERS))


def classes_of(
    rng: np.random.Generator, block: int, leads: Leads, students: Students, found: Enrolments
) -> Classes:
    """Form classes of those who start together, and hold their lessons up to now."""
    seated = np.nonzero(found.opened <= TODAY)[0]
    key = ((found.campus * 10 + found.line) * 10 + found.level) * 100_000 + found.opened
    key = key[seated]
    order = np.argsort(key, kind="stable")
    first = np.r_[True, np.diff(key[order]) != 0]
    start = np.nonzero(first)[0]
    rank = np.arange(len(order)) - np.repeat(start, np.diff(np.r_[start, len(order)]))
    full = np.empty(len(order), dtype=np.int64)
    full[order] = key[order] * 100 + rank // CAPACITY
    groups, of_seated = np.unique(full, return_inverse=True)
    of_enrolment = np.full(found.count, NONE)
    of_enrolment[seated] = of_seated
    opened = groups // 100 % 100_000
    level = groups // 10_000_000 % 10
    line = groups // 100_000_000 % 10
    campus = groups // 1_000_000_000
    lessons = _LESSONS[level]
    which = np.repeat(np.arange(len(groups)), lessons)
    begins = np.cumsum(lessons) - lessons
    number = np.arange(len(which)) - begins[which]
    slots = SLOTS[class_slot(campus, line, level, opened)]
    day = opened[which] + number // 2 * 7 + slots[which, number % 2]
    starts = at(day, _start_of_day(day, groups[which] // 7))
    closed = np.where(day[begins + lessons - 1] < TODAY, day[begins + lessons - 1], NONE)
    held = starts <= NOW - HOUR  # lessons of an hour and a half: those half over
    lesson_row = np.where(held, np.cumsum(held) - 1, NONE)
    which, number, starts, day = which[held], number[held], starts[held], day[held]
    state = _lesson_states(rng, day, starts)
    trial_class, trial_lesson, extra = _trial_lessons(leads, students, len(groups), len(which))
    return Classes(
        number=block * 100_000 + np.arange(len(groups) + len(extra.campus)),
        campus=np.r_[campus, extra.campus],
        line=np.r_[line, extra.line],
        level=np.r_[level, np.full(len(extra.campus), TRIAL)],
        opened=np.r_[opened, extra.opened],
        closed=np.r_[closed, np.full(len(extra.campus), NONE)],
        of_enrolment=of_enrolment,
        of_trial=trial_class,
        lesson_class=np.r_[which, extra.lesson_class],
        lesson_no=np.r_[number + 1, np.ones(len(extra.lesson_class), dtype=np.int64)],
        lesson_starts=np.r_[starts, extra.lesson_starts],
        lesson_state=np.r_[state, np.full(len(extra.lesson_class), MARKED)],
        first_lesson=lesson_row[begins],
        trial_lesson=trial_lesson,
    )


def _start_of_day(day: Ints, salt: Ints) -> Ints:
    weekend = weekday(day) >= 5
    return np.where(weekend, _WEEKEND_STARTS[salt % 4], _EVENING_STARTS[salt % 4])


def _lesson_states(rng: np.random.Generator, day: Ints, starts: Ints) -> Ints:
    state = np.where(rng.random(len(day)) < 0.015, UNMARKED, MARKED)
    # Roll-call is often entered the day after.
    fresh = starts > NOW - 30 * HOUR
    state = np.where(fresh & (rng.random(len(day)) < 0.3), UNMARKED, state)
    state = np.where(rng.random(len(day)) < 0.006, CANCELLED, state)
    return np.where(is_holiday(day, at_least=5), CANCELLED, state)


@dataclass
class _Trials:
    campus: Ints
    line: Ints
    opened: Ints
    lesson_class: Ints
    lesson_starts: Ints


def _trial_lessons(
    leads: Leads, students: Students, classes: int, lessons: int
) -> tuple[Ints, Ints, _Trials]:
    """One trial class a campus and line, one lesson of it for each hour booked."""
    trial = np.where(students.lead >= 0, leads.trial[students.lead], NONE)
    tried = np.nonzero(trial > 0)[0]
    starts = trial[tried] // HOUR * HOUR
    offer = students.campus[tried] * 10 + students.line[tried]
    offers, of_offer = np.unique(offer, return_inverse=True)
    slots, of_slot = np.unique(of_offer * 2**36 + starts, return_inverse=True)
    opened = np.full(len(offers), TODAY)
    np.minimum.at(opened, of_offer, local_day(starts))
    trial_class = np.full(students.count, NONE)
    trial_class[tried] = classes + of_offer
    trial_lesson = np.full(students.count, NONE)
    trial_lesson[tried] = lessons + of_slot
    extra = _Trials(
        campus=offers // 10,
        line=offers % 10,
        opened=opened,
        lesson_class=classes + slots // 2**36,
        lesson_starts=slots % 2**36,
    )
    return trial_class, trial_lesson, extra


def class_ids(number: Ints) -> pa.Array:
    """The class's identifier."""
    return numbered("B", number, 8)


def lesson_ids(block: int, row: Ints) -> pa.Array:
    """The lesson's identifier."""
    return numbered("Z", block * 1_000_000 + row, 9)


def class_table(found: Classes) -> pa.Table:
    """The block's classes."""
    return rows(
        "classes",
        class_id=class_ids(found.number),
        course_id=course_ids(found.line, found.level),
        campus_id=campus_ids(found.campus),
        teacher_id=staff_ids(found.teacher),
        class_teacher_id=staff_ids(found.class_teacher),
        capacity=np.where(found.level == TRIAL, 6, CAPACITY),
        opened_on=days(found.opened),
        closed_on=days(found.closed),
    )


def lesson_table(block: int, found: Classes) -> pa.Table:
    """The block's lessons."""
    length = np.where(found.level[found.lesson_class] == TRIAL, 60, 90) * 60
    return rows(
        "lessons",
        lesson_id=lesson_ids(block, np.arange(len(found.lesson_class))),
        class_id=class_ids(found.number[found.lesson_class]),
        lesson_no=found.lesson_no,
        starts_at=instants(found.lesson_starts),
        ends_at=instants(found.lesson_starts + length),
        state=labelled(_STATES, found.lesson_state),
        teacher_id=staff_ids(found.teacher[found.lesson_class]),
    )
