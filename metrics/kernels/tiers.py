"""A student's seats in order: what they add up to on given days, compiled.

One pass over the seats of each enrolment. Enrolments do not share anything, so the rows
of any partition by enrolment give the rows of the whole: results merge by standing one
after the other.
"""

# ruff: noqa: PLR0917 - compiled functions take their columns by position

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Codes = NDArray[np.int8]

# What a seat says: nothing (cancelled or not marked), attended, missed, on leave; and what
# is added to the last two where the lesson was made up in time.
NOTHING, ATTENDED, MISSED, LEAVE = range(4)
MADE_UP = 2

# In order of alarm: a student has the gravest of their enrolments.
HEALTHY, WATCH, RETURNED, AT_RISK, ABOUT_TO_LEAVE, LOST = range(6)

ABOUT_TO_LEAVE_RUN = 3  # misses running
AT_RISK_RUN = 2
LOST_DAYS = 30  # without a lesson attended
WINDOW_DAYS = 30
HALF_LIFE_LESSONS = 4.0  # of the share attended
STEP = 1.0 - 0.5 ** (1.0 / HALF_LIFE_LESSONS)  # of the way to 1 or to 0 that a lesson takes
FALLING = 0.6  # of the share eight lessons before
BEFORE_LESSONS = 8
LEAST_LESSONS = 12  # before which nothing is called falling
WATCH_SHARE = 0.75
RETURN_LESSONS = 4  # lessons attended until a student who came back is like any other
WEEK_HALF_LIFE = 4.0  # weeks, of the velocity; as the fact of what falls due has it
FRESH_DAYS = 30  # without a lesson used there is no velocity

COLUMNS = (
    "enrolment", "checkpoint", "tier", "run", "held", "attended", "last_on", "first_on",
    "misses", "leaves", "finished",
)  # fmt: skip


class Seats(NamedTuple):
    """Seats by column: the local day, what each says, and the lessons it consumed."""

    day: Integers
    mark: Codes
    consumed: Floats


class Standing(NamedTuple):
    """What an enrolment's lessons so far add up to; leave and unmarked seats leave it be."""

    run: int  # lessons missed running
    held: int  # lessons attended or missed
    attended: int  # lessons
    back: int  # lessons still to attend until who came back is like any other
    last: int  # local day last attended, -1 before the first
    share: float  # of lessons attended, half-life 4 lessons; 1 before the first


class Window(NamedTuple):
    """Seats of the last 30 days, by what they say; made up or not."""

    seats: int
    misses: int
    leaves: int


@njit(cache=True, nogil=True)
def walk(
    bounds: Integers,
    day: Integers,
    mark: Codes,
    consumed: Floats,
    until: Integers,
    checkpoints: Integers,
    leave_is_miss: bool,
) -> tuple[Integers, Floats]:
    """Each enrolment's state on each checkpoint between its first seat and its last day.

    ``bounds`` (enrolments + 1) cut the seats, which stand in order of time within each;
    ``day`` is the local day, ``mark`` what the seat says, ``until`` the enrolment's last
    day, ``checkpoints`` days in ascending order; a day's own seats count on it.

    Gives a row per enrolment and checkpoint: the whole numbers of `COLUMNS`, and the
    share attended (half-life 4 lessons), that share 8 lessons before, lessons consumed,
    and lessons consumed a week on the last checkpoint (0 on all others).
    """
    most = _rows_to_give(bounds, day, until, checkpoints)
    whole = np.empty((most, 11), np.int64)
    real = np.empty((most, 4))
    ring = np.empty(BEFORE_LESSONS)
    size = 0
    seats = Seats(day, mark, consumed)
    for e in range(bounds.size - 1):
        if bounds[e] < bounds[e + 1]:
            size = _walk_one(
                e, seats, bounds[e], bounds[e + 1], until[e], checkpoints, leave_is_miss, ring,
                whole, real, size,
            )  # fmt: skip
    return whole, real


@njit(cache=True, nogil=True)
def _rows_to_give(bounds: Integers, day: Integers, until: Integers, checkpoints: Integers) -> int:
    """How many checkpoints lie between the first seat and the last day, of all enrolments."""
    rows = 0
    for e in range(bounds.size - 1):
        if bounds[e] < bounds[e + 1]:
            for c in range(checkpoints.size):
                if day[bounds[e]] <= checkpoints[c] <= until[e]:
                    rows += 1
    return rows


@njit(cache=True, nogil=True, inline="always")
def _walk_one(
    e: int,
    seats: Seats,
    low: int,
    high: int,
    until: int,
    checkpoints: Integers,
    leave_is_miss: bool,
    ring: Floats,
    whole: Integers,
    real: Floats,
    size: int,
) -> int:
    """Fill the rows, from ``size`` on, of the enrolment whose seats are [low, high).

    Gives the size after them. The enrolment's own number is left to the caller; ``ring``
    has room for the shares before each of the last 8 lessons.
    """
    day, mark, consumed = seats
    first = day[low]
    standing, window = Standing(0, 0, 0, 0, -1, 1.0), Window(0, 0, 0)
    made_up, used = 0, 0.0
    seen = left = low  # seats up to today, and seats that the window has left behind
    for c in range(checkpoints.size):
        today = checkpoints[c]
        if today > until:
            break
        while seen < high and day[seen] <= today:
            window = _counted(window, mark[seen], 1)
            made_up += mark[seen] > LEAVE
            used += consumed[seen]
            standing = _after_seat(standing, day[seen], mark[seen], first, leave_is_miss, ring)
            seen += 1
        while left < seen and day[left] <= today - WINDOW_DAYS:
            window = _counted(window, mark[left], -1)
            left += 1
        if today < first:
            continue
        before = ring[standing.held % BEFORE_LESSONS] if standing.held >= BEFORE_LESSONS else 1.0
        idle_days = today - _attended_since(standing, first)
        whole[size, 0], whole[size, 1] = e, c
        whole[size, 2] = _tier(standing, before, idle_days, _is_excused(window, leave_is_miss))
        whole[size, 3], whole[size, 4] = standing.run, standing.held
        whole[size, 5], whole[size, 6] = standing.attended, standing.last
        whole[size, 7], whole[size, 8], whole[size, 9] = first, window.misses, window.leaves
        whole[size, 10] = standing.attended + made_up
        is_last = c == checkpoints.size - 1
        velocity = _velocity(day[low:seen], consumed[low:seen], today) if is_last else 0.0
        real[size, 0], real[size, 1] = standing.share, before
        real[size, 2], real[size, 3] = used, velocity
        size += 1
    return size


@njit(cache=True, nogil=True, inline="always")
def _said(mark: int) -> int:
    """What a seat says, made up or not: nothing, attended, missed or on leave."""
    return mark - MADE_UP if mark > LEAVE else mark


@njit(cache=True, nogil=True, inline="always")
def _counted(window: Window, mark: int, seats: int) -> Window:
    """The window with a seat more (1) or a seat fewer (-1)."""
    said = _said(mark)
    misses = window.misses + seats * (said == MISSED)
    leaves = window.leaves + seats * (said == LEAVE)
    return Window(window.seats + seats, misses, leaves)


@njit(cache=True, nogil=True, inline="always")
def _attended_since(standing: Standing, first: int) -> int:
    """The local day from which a student counts as away: last attended, or the first seat."""
    return standing.last if standing.last >= 0 else first


@njit(cache=True, nogil=True, inline="always")
def _after_seat(
    standing: Standing, day: int, mark: int, first: int, leave_is_miss: bool, ring: Floats
) -> Standing:
    """The standing once a seat's day is over; keeps the share before a lesson in ``ring``."""
    said = _said(mark)
    missed = said == MISSED or (said == LEAVE and leave_is_miss)
    if said != ATTENDED and not missed:
        return standing
    run, held, attended, back, last, share = standing
    ring[held % BEFORE_LESSONS] = share
    if missed:
        return Standing(run + 1, held + 1, attended, back, last, share - STEP * share)
    if run >= ABOUT_TO_LEAVE_RUN or day - _attended_since(standing, first) >= LOST_DAYS:
        back = RETURN_LESSONS
    elif back > 0:
        back -= 1
    return Standing(0, held + 1, attended + 1, back, day, share + STEP * (1.0 - share))


@njit(cache=True, nogil=True, inline="always")
def _is_excused(window: Window, leave_is_miss: bool) -> bool:
    """Whether seats of the last 30 days, and none missed, explain why nobody came.

    A class on holiday, or a child on approved leave all the while, is not lost.
    """
    return window.seats > 0 and window.misses == 0 and not (leave_is_miss and window.leaves > 0)


@njit(cache=True, nogil=True, inline="always")
def _tier(standing: Standing, before: float, idle_days: int, is_excused: bool) -> int:
    """The gravest tier that holds; ``before`` is the share attended 8 lessons earlier."""
    if idle_days >= LOST_DAYS and not is_excused:
        return LOST
    if standing.run >= ABOUT_TO_LEAVE_RUN:
        return ABOUT_TO_LEAVE
    is_falling = standing.held >= LEAST_LESSONS and standing.share <= FALLING * before
    if standing.run >= AT_RISK_RUN or is_falling:
        return AT_RISK
    if standing.back > 0:
        return RETURNED
    return WATCH if standing.run == 1 or standing.share < WATCH_SHARE else HEALTHY


@njit(cache=True, nogil=True)
def _velocity(day: Integers, consumed: Floats, today: int) -> float:
    """Lessons used a week: weeks back from the last one used, each half of 4 weeks later."""
    begin, end = 0, day.size - 1
    while end >= 0 and not consumed[end] > 0:
        end -= 1
    if end < 0 or today - day[end] > FRESH_DAYS:
        return 0.0
    while not consumed[begin] > 0:
        begin += 1
    first, last = day[begin], day[end]
    fade, total = 0.5 ** (1.0 / WEEK_HALF_LIFE), 0.0
    for i in range(begin, end + 1):
        if consumed[i] > 0:
            total += consumed[i] * fade ** ((last - day[i]) // 7)
    return float(total * (1.0 - fade) / (1.0 - fade ** ((last - first) // 7 + 1)))
