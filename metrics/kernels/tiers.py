"""A student's seats in order: what they add up to on given days, compiled.

One pass over the seats of each enrolment. Enrolments do not share anything, so the rows
of any partition by enrolment give the rows of the whole: results merge by standing one
after the other.
"""

# ruff: noqa: PLR0917, PLR0912, PLR0915 - compiled: columns by position, one loop in one place

from __future__ import annotations

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
    most = 0
    for e in range(bounds.size - 1):
        if bounds[e] < bounds[e + 1]:
            for c in range(checkpoints.size):
                if day[bounds[e]] <= checkpoints[c] <= until[e]:
                    most += 1
    whole = np.empty((most, 11), np.int64)
    real = np.empty((most, 4))
    size = 0
    step = 1.0 - 0.5 ** (1.0 / HALF_LIFE_LESSONS)
    ring = np.empty(BEFORE_LESSONS)
    for e in range(bounds.size - 1):
        low, high = bounds[e], bounds[e + 1]
        if low == high:
            continue
        first = day[low]
        run, held, attended, back, made_up = 0, 0, 0, 0, 0
        last = np.int64(-1)
        share, used = 1.0, 0.0
        i, tail = low, low
        misses, leaves, rows = 0, 0, 0
        for c in range(checkpoints.size):
            today = checkpoints[c]
            if today > until[e]:
                break
            while i < high and day[i] <= today:
                kind = mark[i]
                rows += 1
                if kind > LEAVE:
                    made_up += 1
                    kind -= MADE_UP
                used += consumed[i]
                if kind == LEAVE:
                    leaves += 1
                if kind == MISSED:
                    misses += 1
                if kind == LEAVE and leave_is_miss:
                    kind = MISSED
                if kind in (ATTENDED, MISSED):
                    ring[held % BEFORE_LESSONS] = share
                    held += 1
                    if kind == ATTENDED:
                        since = last if last >= 0 else first
                        if run >= ABOUT_TO_LEAVE_RUN or day[i] - since >= LOST_DAYS:
                            back = RETURN_LESSONS
                        elif back > 0:
                            back -= 1
                        attended += 1
                        run, last = 0, day[i]
                        share += step * (1.0 - share)
                    else:
                        run += 1
                        share -= step * share
                i += 1
            while tail < i and day[tail] <= today - WINDOW_DAYS:
                rows -= 1
                if mark[tail] in (LEAVE, LEAVE + MADE_UP):
                    leaves -= 1
                elif mark[tail] in (MISSED, MISSED + MADE_UP):
                    misses -= 1
                tail += 1
            if today < first:
                continue
            before = ring[held % BEFORE_LESSONS] if held >= BEFORE_LESSONS else 1.0
            since = last if last >= 0 else first
            # A class on holiday, or a child on approved leave all the while, is not lost.
            excused = rows > 0 and misses == 0 and not (leave_is_miss and leaves > 0)
            tier = HEALTHY
            if today - since >= LOST_DAYS and not excused:
                tier = LOST
            elif run >= ABOUT_TO_LEAVE_RUN:
                tier = ABOUT_TO_LEAVE
            elif run >= AT_RISK_RUN or (held >= LEAST_LESSONS and share <= FALLING * before):
                tier = AT_RISK
            elif back > 0:
                tier = RETURNED
            elif run == 1 or share < WATCH_SHARE:
                tier = WATCH
            whole[size, 0], whole[size, 1], whole[size, 2] = e, c, tier
            whole[size, 3], whole[size, 4], whole[size, 5] = run, held, attended
            whole[size, 6], whole[size, 7] = last, first
            whole[size, 8], whole[size, 9] = misses, leaves
            whole[size, 10] = attended + made_up
            real[size, 0], real[size, 1], real[size, 2] = share, before, used
            is_last = c == checkpoints.size - 1
            real[size, 3] = _velocity(day[low:i], consumed[low:i], today) if is_last else 0.0
            size += 1
    return whole[:size], real[:size]


@njit(cache=True, nogil=True)
def _velocity(day: Integers, consumed: Floats, today: int) -> float:
    """Lessons used a week: weeks back from the last one used, each half of 4 weeks later."""
    last, first = np.int64(-1), np.int64(-1)
    for i in range(day.size):
        if consumed[i] > 0:
            first = day[i] if first < 0 else first
            last = day[i]
    if last < 0 or today - last > FRESH_DAYS:
        return 0.0
    fade, total = 0.5 ** (1.0 / WEEK_HALF_LIFE), 0.0
    for i in range(day.size):
        if consumed[i] > 0:
            total += consumed[i] * fade ** ((last - day[i]) // 7)
    return float(total * (1.0 - fade) / (1.0 - fade ** ((last - first) // 7 + 1)))
