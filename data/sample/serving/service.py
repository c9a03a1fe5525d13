"""Students and what they buy: first orders, renewals, second subjects, moves and refunds."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from data.sample.calendar import DAY, HOUR, NOW, TODAY, at, local_day, time_of_day
from data.sample.columns import NONE, Flags, Ints, Reals
from data.sample.institution import FIRST, LEVELS, LINES, SECOND, SHORT, YEAR, list_cents
from data.sample.names import WALK_IN
from data.sample.reaching.channels import CHEAP, LEAF, of_leaves
from data.sample.reaching.leads import Leads

ORDER_TYPES = ("charge", "transfer", "refund", "carry_over")
CHARGE, TRANSFER, REFUND, CARRY_OVER = range(4)
STATES = ("active", "completed", "stopped", "refunded", "transferred")
ACTIVE, COMPLETED, STOPPED, REFUNDED, TRANSFERRED = range(5)
_GENERATIONS = 5
_WALK_IN_SHARE = 0.012  # of the leads: students who never were one
_LESSONS = np.array([level.lessons for level in LEVELS])
_EVERY_DAYS = np.array([level.opens_every_weeks * 7 for level in LEVELS])
# Days of the week of a class's two lessons, the first day of its first week is a Monday.
SLOTS = np.array([[2, 5], [4, 6], [1, 5], [3, 6], [2, 4], [5, 6]])


@dataclass
class Students:
    """A block's students, one row each."""

    lead: Ints  # row of the family's first lead; -1 walked in
    person: Ints  # number of the main parent within the block
    campus: Ints
    line: Ints
    engaged: Reals
    stops: Reals  # chances of their channel
    refunds: Reals
    renews: Reals
    seller: Ints  # staff number
    enrolled: Ints

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.lead)


@dataclass
class Enrolments:
    """A block's formal enrolments with the sale that made each, one row each."""

    student: Ints
    campus: Ints
    line: Ints
    level: Ints
    paid: Ints  # second of the sale
    order_type: Ints
    cents: Ints
    renewed_from: Ints  # row of the enrolment before
    opened: Ints  # day its class opens; ahead of today for those who wait
    start: Ints
    last_lesson: Ints  # day of the class's last lesson
    state: Ints
    stopped: Ints  # day
    stop_lesson: Ints  # last lesson number before the stop; large where none
    refund_at: Ints
    refund_cents: Ints

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.student)


def students_of(rng: np.random.Generator, leads: Leads) -> Students:
    """Everyone who bought anything, and those who walked in without a lead."""
    lead = np.nonzero((leads.formal > 0) | (leads.trial > 0))[0]
    walked = int(leads.count * _WALK_IN_SHARE)
    like = rng.integers(0, leads.count, walked)
    leaf = np.concatenate([leads.leaf[lead], np.full(walked, LEAF["walk_in"])])
    both = np.concatenate([lead, like])
    cheap = (leads.campaign[both] == CHEAP) & (leaf == LEAF["feed_douyin"])
    brand = (leaf == LEAF["feed_douyin"]) & ~cheap
    earliest = np.where(leads.trial[lead] > 0, leads.trial[lead] - DAY, leads.formal[lead])
    earliest = np.maximum(earliest, leads.created[lead] + 900)
    walked_at = at(local_day(leads.created[like]), np.full(walked, 11 * HOUR))
    return Students(
        lead=np.concatenate([lead, np.full(walked, NONE)]),
        person=np.concatenate([lead, WALK_IN + np.arange(walked)]),
        campus=leads.campus[both],
        line=leads.line[both],
        engaged=leads.engaged[both],
        stops=np.where(brand, 0.2, of_leaves("stops")[leaf]),
        refunds=np.where(brand, 0.4, of_leaves("refunds")[leaf]),
        renews=np.where(brand, 0.5, of_leaves("renews")[leaf]),
        seller=np.concatenate([leads.owner[lead], leads.owner[like]]),
        enrolled=np.concatenate([earliest, np.minimum(walked_at, NOW - HOUR)]),
    )


def enrol(rng: np.random.Generator, leads: Leads, students: Students) -> Enrolments:
    """Follow every first sale through its renewals, moves and second subjects."""
    buys = np.nonzero((students.lead < 0) | (leads.formal[students.lead] > 0))[0]
    walked = students.lead[buys] < 0
    paid = np.where(walked, students.enrolled[buys], leads.formal[students.lead[buys]])
    level = np.where(walked, FIRST, leads.level[students.lead[buys]])
    none = np.full(len(buys), NONE)
    sale = _Sale(buys, students.line[buys], level, paid, np.zeros_like(none), none, none, none)
    generations: list[Enrolments] = []
    offset = 0
    for _ in range(_GENERATIONS):
        if not len(sale.student):
            break
        found = _enrolled(rng, students, sale)
        generations.append(found)
        sale = _next_sales(rng, students, found, offset)
        offset += found.count
    return Enrolments(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in generations])
            for field in fields(Enrolments)
        }
    )


@dataclass
class _Sale:
    student: Ints
    line: Ints
    level: Ints
    paid: Ints
    order_type: Ints
    cents: Ints  # -1: to be priced
    renewed_from: Ints
    after: Ints  # day before which it cannot start

    def kept(self, keep: Flags) -> _Sale:
        return _Sale(*(getattr(self, field.name)[keep] for field in fields(self)))


def _joined(parts: list[_Sale]) -> _Sale:
    return _Sale(
        *(np.concatenate([getattr(p, field.name) for p in parts]) for field in fields(_Sale))
    )


def _enrolled(rng: np.random.Generator, students: Students, sale: _Sale) -> Enrolments:
    count = len(sale.student)
    campus = students.campus[sale.student]
    day = np.maximum(local_day(sale.paid), sale.after) + 1
    # A class opens on a Monday; who comes within its first ten days joins it at once.
    # 1970-01-05 was a Monday: day 4.
    every = _EVERY_DAYS[sale.level]
    shift = (campus * 3 + sale.line * 2 + sale.level) % (every // 7) * 7 + 4
    opened = (day - 10 - shift) // every * every + every + shift
    # Whoever waits for a class yet to open is enrolled since the day of the sale.
    waits = opened > TODAY
    start = np.where(waits, local_day(sale.paid), np.minimum(np.maximum(day, opened), TODAY))
    slots = SLOTS[class_slot(campus, sale.line, sale.level, opened)]
    lessons = _LESSONS[sale.level]
    last_lesson = opened + (lessons // 2 - 1) * 7 + slots.max(axis=1)
    price = list_cents(sale.line, sale.level) * rng.choice([1.0, 0.95, 0.9, 0.85], count)
    cents = np.where(sale.cents >= 0, sale.cents, np.rint(price / 1000).astype(np.int64) * 1000)
    stops = rng.random(count) < students.stops[sale.student] * np.exp(
        -0.35 * students.engaged[sale.student]
    )
    moves = ~stops & (rng.random(count) < 0.022)
    low = np.minimum(6, lessons // 3)
    stop_lesson = (low + rng.random(count) * (lessons * 0.75 - low)).astype(np.int64)
    stop_day = opened + stop_lesson // 2 * 7 + 7
    stop_day = np.maximum(stop_day, start + 10)
    ended = (stops | moves) & (stop_day <= TODAY - 1) & (stop_day < last_lesson)
    back = ended & stops & (rng.random(count) < students.refunds[sale.student])
    back &= sale.order_type == CHARGE
    refund_at = at(stop_day + rng.integers(1, 9, count), rng.integers(10, 19, count) * HOUR)
    back &= refund_at <= NOW
    left = np.clip(1 - (stop_lesson / lessons), 0.1, 0.95)
    state = np.where(last_lesson < TODAY, COMPLETED, ACTIVE)
    state = np.where(ended, np.where(moves, TRANSFERRED, STOPPED), state)
    state = np.where(back, REFUNDED, state)
    return Enrolments(
        student=sale.student,
        campus=campus,
        line=sale.line,
        level=sale.level,
        paid=sale.paid,
        order_type=sale.order_type,
        cents=cents,
        renewed_from=sale.renewed_from,
        opened=opened,
        start=start,
        last_lesson=last_lesson,
        state=state,
        stopped=np.where(ended, stop_day, NONE),
        stop_lesson=np.where(ended, stop_lesson, 999),
        refund_at=np.where(back, refund_at, NONE),
        refund_cents=np.where(back, (cents * left * 0.95).astype(np.int64) // 100 * 100, NONE),
    )


def class_slot(campus: Ints, line: Ints, level: Ints, opened: Ints) -> Ints:
    """Which pair of weekdays a class meets on."""
    return (campus * 7 + line * 3 + level * 5 + opened // 7) % len(SLOTS)


def _next_sales(
    rng: np.random.Generator, students: Students, found: Enrolments, offset: int
) -> _Sale:
    """Renewals, second subjects, transfers and carry-overs that follow enrolments."""
    row = offset + np.arange(found.count)
    count = found.count
    engaged = students.engaged[found.student]
    runs = (found.state == ACTIVE) | (found.state == COMPLETED)
    chance = np.clip(students.renews[found.student] + 0.10 * engaged, 0.03, 0.97)
    around = np.clip(rng.normal(-13, 13, count), -50, 24).astype(np.int64)
    day = np.maximum(found.last_lesson + around, found.start + 20)
    paid = at(day, time_of_day(rng, day))
    renews = runs & (rng.random(count) < chance) & (paid <= NOW)
    carries = renews & (rng.random(count) < 0.015)
    onward = np.where(found.level == FIRST, SECOND, found.level)
    onward = np.where(found.level == SHORT, FIRST, onward)
    onward = np.where((found.level == SECOND) & (rng.random(count) < 0.3), YEAR, onward)
    renewal = _Sale(
        student=found.student,
        line=found.line,
        level=onward,
        paid=paid,
        order_type=np.where(carries, CARRY_OVER, CHARGE),
        cents=np.where(carries, found.cents // 4, NONE),
        renewed_from=row,
        after=found.last_lesson,
    ).kept(renews)
    step = 1 + rng.integers(0, 2, count)
    other = (found.campus + ((found.line - found.campus) + step) % 3) % len(LINES)
    day = found.start + rng.integers(35, 130, count)
    paid = at(day, time_of_day(rng, day))
    adds = runs & (rng.random(count) < 0.10 * np.exp(0.4 * engaged)) & (paid <= NOW)
    adds &= (found.order_type == CHARGE) & (found.level != SHORT)
    second = _Sale(
        student=found.student,
        line=other,
        level=np.full(count, FIRST),
        paid=paid,
        order_type=np.full(count, CHARGE),
        cents=np.full(count, NONE),
        renewed_from=np.full(count, NONE),
        after=np.full(count, NONE),
    ).kept(adds)
    moved = found.state == TRANSFERRED
    paid = at(found.stopped, np.full(count, 15 * HOUR))
    transfer = _Sale(
        student=found.student,
        line=other,
        level=np.full(count, FIRST),
        paid=paid,
        order_type=np.full(count, TRANSFER),
        cents=found.cents // 2,
        renewed_from=np.full(count, NONE),
        after=np.full(count, NONE),
    ).kept(moved & (paid <= NOW))
    return _joined([renewal, second, transfer])


def introducers(rng: np.random.Generator, leads: Leads, students: Students) -> Ints:
    """For each lead a member's student who recommended it, or -1."""
    formal = (students.lead >= 0) & (leads.formal[students.lead] > 0)
    member = np.nonzero(formal)[0]
    since = leads.formal[students.lead[member]]
    # One sorted key of campus and time finds a campus's members before any moment.
    key = students.campus[member] * 2**40 + since
    order = np.argsort(key, kind="stable")
    member, key = member[order], key[order]
    found = np.full(leads.count, NONE)
    asks = np.nonzero(leads.leaf == LEAF["introduced_member"])[0]
    low = np.searchsorted(key, leads.campus[asks] * 2**40)
    high = np.searchsorted(key, leads.campus[asks] * 2**40 + leads.created[asks] - 5 * DAY)
    known = high > low
    chosen = low + (rng.random(len(asks)) ** 1.6 * (high - low)).astype(np.int64)
    found[asks[known]] = member[chosen[known]]
    return found
