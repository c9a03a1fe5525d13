"""The tables of what was bought: enrolments, orders and their lines."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from data.sample.calendar import DAY, NOW, local_day
from data.sample.columns import NONE, Ints, days, instants, labelled, money, numbered, rows
from data.sample.institution import (
    CLASS_TEACHERS,
    FIRST,
    LEVELS,
    TRIAL,
    YEAR,
    campus_ids,
    course_ids,
    staff_ids,
    staff_numbers,
)
from data.sample.names import people, phones, share_of
from data.sample.people_tables import lead_ids, student_ids
from data.sample.reaching.leads import Leads
from data.sample.serving.lessons import Classes, class_ids
from data.sample.serving.service import CHARGE, ORDER_TYPES, REFUND, STATES, Enrolments, Students

_LESSONS = np.array([level.lessons for level in LEVELS])
_ORDER_STATES = ("pending", "paid", "cancelled", "refunded", "carried_over")
PENDING, PAID, CANCELLED, _REFUNDED, _CARRIED = range(5)
_PRODUCTS = ("lesson_pack", "course", "goods")
_GOODS_SHARE = 0.15
_UNPAID_SHARE = 0.03


def enrolment_ids(block: int, row: Ints) -> pa.Array:
    """The enrolment's identifier."""
    return numbered("E", np.where(row < 0, NONE, block * 1_000_000 + row), 9)


def tried(students: Students, leads: Leads) -> Ints:
    """The students who took a trial lesson."""
    trial = np.where(students.lead >= 0, leads.trial[students.lead], NONE)
    return np.nonzero(trial > 0)[0]


def enrolment_table(
    leads: Leads, students: Students, found: Enrolments, classes: Classes
) -> pa.Table:
    """Formal enrolments, then one of each trial lesson."""
    block = leads.block
    trial = tried(students, leads)
    day = local_day(leads.trial[students.lead[trial]])
    student = np.r_[found.student, trial]
    campus = students.campus[student]
    line = np.r_[found.line, students.line[trial]]
    level = np.r_[found.level, np.full(len(trial), TRIAL)]
    none = np.full(len(trial), NONE)
    of_class = np.r_[classes.of_enrolment, classes.of_trial[trial]]
    line_id = np.r_[np.arange(found.count), found.count + trial]
    return rows(
        "enrolments",
        enrolment_id=enrolment_ids(block, line_id),
        student_id=student_ids(block, student),
        course_id=course_ids(line, level),
        class_id=class_ids(np.where(of_class < 0, NONE, classes.number[of_class])),
        campus_id=campus_ids(campus),
        started_on=days(np.r_[found.start, day]),
        ends_on=days(np.r_[found.last_lesson, day]),
        lessons_bought=_LESSONS[level],
        state=labelled(STATES, np.r_[found.state, np.ones(len(trial), dtype=np.int64)]),
        stopped_on=days(np.r_[found.stopped, none]),
        order_line_id=numbered("M", block * 1_000_000 + line_id, 9),
        renewed_from_id=enrolment_ids(block, np.r_[found.renewed_from, none]),
    )


def order_tables(
    rng: np.random.Generator, leads: Leads, students: Students, found: Enrolments
) -> tuple[pa.Table, pa.Table]:
    """Orders and their lines: sales, trials, refunds, and a few never paid.

    Rows stand in this order: formal sales, trials, refunds, unpaid; the identifier of a
    sale's order and line has its row's number.
    """
    block = leads.block
    trial = tried(students, leads)
    refund = np.nonzero(found.refund_at > 0)[0]
    unpaid = rng.permutation(len(trial))[: int(len(trial) * _UNPAID_SHARE)]
    unpaid_student = trial[unpaid]
    sale_id = np.arange(found.count)
    trial_id = found.count + trial
    refund_id = found.count + students.count + np.arange(len(refund))
    unpaid_id = refund_id.size + found.count + students.count + np.arange(len(unpaid))
    order_id = np.r_[sale_id, trial_id, refund_id, unpaid_id]
    student = np.r_[found.student, trial, found.student[refund], unpaid_student]
    booked = np.maximum(students.enrolled[trial], leads.created[students.lead[trial]] + 600)
    left_open = np.minimum(booked[unpaid] + 2 * DAY, NOW - 900)
    created = np.r_[found.paid, booked, found.refund_at[refund], left_open]
    paid = np.minimum(created + rng.integers(20, 900, len(created)), NOW)
    paid[len(paid) - len(unpaid) :] = NONE
    order_type = np.r_[
        found.order_type,
        np.full(len(trial), CHARGE),
        np.full(len(refund), REFUND),
        np.full(len(unpaid), CHARGE),
    ]
    state = np.full(len(order_id), PAID)
    state[len(state) - len(unpaid) :] = np.where(left_open > NOW - 3 * DAY, PENDING, CANCELLED)
    campus = students.campus[student]
    first = np.r_[found.renewed_from < 0, np.ones(len(order_id) - found.count, dtype=bool)]
    teacher = staff_numbers(campus, np.take(CLASS_TEACHERS, student % len(CLASS_TEACHERS)))
    orders = rows(
        "orders",
        order_id=numbered("O", block * 1_000_000 + order_id, 9),
        student_id=student_ids(block, student),
        lead_id=lead_ids(block, students.lead[student]),
        phone=phones(people(block, students.person[student])),
        campus_id=campus_ids(campus),
        created_at=instants(created),
        paid_at=instants(paid),
        type=labelled(ORDER_TYPES, order_type),
        state=labelled(_ORDER_STATES, state),
        staff_id=staff_ids(np.where(first, students.seller[student], teacher)),
        is_arrears=np.zeros(len(order_id), dtype=bool),
    )
    price = np.where(share_of(trial, 31) < 0.6, 990, 9_900)
    line = np.r_[
        found.line, students.line[trial], found.line[refund], students.line[unpaid_student]
    ]
    level = np.r_[
        found.level,
        np.full(len(trial), TRIAL),
        found.level[refund],
        np.full(len(unpaid), FIRST),
    ]
    cents = np.r_[found.cents, price, found.refund_cents[refund], np.full(len(unpaid), 498_000)]
    left = np.maximum(_LESSONS[found.level] - found.stop_lesson, 0)
    lessons = np.r_[
        _LESSONS[found.level],
        np.ones(len(trial), dtype=np.int64),
        left[refund],
        np.full(len(unpaid), 48),
    ]
    refund_of = np.full(len(order_id), NONE)
    refund_of[found.count + len(trial) :][: len(refund)] = refund
    bought = (found.order_type == CHARGE) & (found.level <= YEAR)
    goods = np.nonzero(bought & (share_of(found.paid, 33) < _GOODS_SHARE))[0]
    none = np.full(len(goods), NONE)
    count = len(goods)
    product = np.where(level == TRIAL, 1, 0)
    lines = rows(
        "order_lines",
        order_line_id=numbered(
            "M", block * 1_000_000 + np.r_[order_id, order_id.max() + 1 + np.arange(count)], 9
        ),
        order_id=numbered("O", block * 1_000_000 + np.r_[order_id, goods], 9),
        course_id=course_ids(np.r_[line, none], np.r_[level, none]),
        product=labelled(_PRODUCTS, np.r_[product, np.full(count, 2)]),
        quantity=np.ones(len(order_id) + count),
        amount_cny=money(np.r_[cents, np.full(count, 19_800)]),
        lessons=np.r_[lessons, np.zeros(count, dtype=np.int64)],
        refund_of_id=numbered(
            "M",
            np.where(np.r_[refund_of, none] < 0, NONE, block * 1_000_000 + np.r_[refund_of, none]),
            9,
        ),
    )
    return orders, lines
