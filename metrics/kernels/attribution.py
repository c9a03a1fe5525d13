"""Attribution over touches: one pass over each person's path, compiled.

A path is the touches of one person in the look-back before their conversion, or before
their last touch where they did not convert. A path carries weights: how many conversions
and how many non-conversions it stands for, and the revenue of the conversions.
"""

# ruff: noqa: PLR0917 - compiled functions take their columns by position

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

RULES = ("first", "last", "last_non_direct", "linear", "position", "time_decay", "shapley")
DAY = 86_400_000_000  # microseconds
ENDS = 40 / 100  # credit of the first and of the last touch in the position model


@njit(cache=True, nogil=True)
def sort_by_person(
    person: Integers, at: Integers, channel: Integers, persons: int
) -> tuple[Integers, Integers]:
    """Row order by person, time and channel, and where each person begins.

    A counting sort by person, then an insertion sort within: paths are short, and equal
    times fall by channel, so that the order of rows in the store does not matter.
    """
    starts = np.zeros(persons + 1, np.int64)
    for i in range(person.size):
        starts[person[i] + 1] += 1
    for p in range(persons):
        starts[p + 1] += starts[p]
    free = starts.copy()
    order = np.empty(person.size, np.int64)
    for i in range(person.size):
        order[free[person[i]]] = i
        free[person[i]] += 1
    for p in range(persons):
        low, high = starts[p], starts[p + 1]
        if high - low > 64:
            rows = order[low:high].copy()
            by_channel = np.argsort(channel[rows], kind="mergesort")
            rows = rows[by_channel]
            order[low:high] = rows[np.argsort(at[rows], kind="mergesort")]
            continue
        for i in range(low + 1, high):
            row = order[i]
            j = i - 1
            while j >= low and (
                at[order[j]] > at[row]
                or (at[order[j]] == at[row] and channel[order[j]] > channel[row])
            ):
                order[j + 1] = order[j]
                j -= 1
            order[j + 1] = row
    return order, starts


@njit(cache=True, nogil=True)
def cut_paths(
    order: Integers,
    starts: Integers,
    at: Integers,
    touched: NDArray[np.bool_],
    in_period: NDArray[np.bool_],
    converted_at: Integers,
    outcome: Integers,
    lookback: int,
) -> tuple[Integers, Integers, Integers]:
    """The rows of each path: ``rows``, ``bounds`` (paths + 1) and the path's person's first row.

    ``outcome`` of a person's rows: 1 converted in the period, 0 not yet, -1 before it
    (no path). A converted person without a touch in the look-back has an empty path; one
    who did not convert has a path only where their last touch is in the period.
    """
    persons = starts.size - 1
    rows = np.empty(order.size, np.int64)
    bounds = np.zeros(persons + 1, np.int64)
    owner = np.empty(persons, np.int64)
    paths = 0
    size = 0
    for p in range(persons):
        low, high = starts[p], starts[p + 1]
        if low == high or outcome[order[low]] < 0:
            continue
        one = order[low]
        if outcome[one] == 1:
            until = converted_at[one]
        else:
            last = order[high - 1]
            if not touched[last] or not in_period[last]:
                continue
            until = at[last]
        for i in range(low, high):
            row = order[i]
            if touched[row] and at[row] <= until and at[row] >= until - lookback:
                rows[size] = row
                size += 1
        owner[paths] = one
        paths += 1
        bounds[paths] = size
    return rows[:size], bounds[: paths + 1], owner[:paths]


@njit(cache=True, nogil=True, inline="always")
def _give(
    credits: Floats, rule: int, channel: int, share: float, weight: float, worth: float
) -> None:
    credits[rule, channel, 0] += weight * share
    credits[rule, channel, 1] += worth * share


@njit(cache=True, nogil=True)
def rule_credits(
    bounds: Integers,
    channel: Integers,
    age_days: Floats,
    direct: NDArray[np.bool_],
    conversions: Floats,
    value: Floats,
    channels: int,
    half_life_days: float,
) -> Floats:
    """Credit of each channel under each of `RULES`: conversions and revenue.

    Shapley's value of v(S) = conversions of paths whose channels all lie in S is exact
    for any number of channels: v is a sum of unanimity games, one per path, and each
    divides its conversions equally among its distinct channels (Shapley 1953).
    """
    credits = np.zeros((7, channels, 2))
    seen = np.full(channels, -1, np.int64)
    for p in range(bounds.size - 1):
        low, high = bounds[p], bounds[p + 1]
        n = high - low
        weight, worth = conversions[p], value[p]
        if n == 0 or (weight == 0 and worth == 0):
            continue
        last_non_direct = high - 1
        for i in range(high - 1, low - 1, -1):
            if not direct[i]:
                last_non_direct = i
                break
        decay = 0.0
        distinct = 0
        youngest = age_days[high - 1]  # only differences of age matter: no underflow
        for i in range(low, high):
            decay += 2.0 ** (-(age_days[i] - youngest) / half_life_days)
            if seen[channel[i]] != p:
                seen[channel[i]] = p
                distinct += 1
        _give(credits, 0, channel[low], 1.0, weight, worth)
        _give(credits, 1, channel[high - 1], 1.0, weight, worth)
        _give(credits, 2, channel[last_non_direct], 1.0, weight, worth)
        for i in range(low, high):
            c = channel[i]
            end = i in (low, high - 1)
            middle = 1.0 / n if n <= 2 else (1 - 2 * ENDS) / (n - 2)
            _give(credits, 3, c, 1.0 / n, weight, worth)
            _give(credits, 4, c, ENDS if end and n > 2 else middle, weight, worth)
            share = 2.0 ** (-(age_days[i] - youngest) / half_life_days) / decay
            _give(credits, 5, c, share, weight, worth)
            if seen[c] == p:
                seen[c] = -1
                _give(credits, 6, c, 1.0 / distinct, weight, worth)
    return credits


@njit(cache=True, nogil=True)
def transition_keys(
    bounds: Integers,
    channel: Integers,
    conversions: Floats,
    nulls: Floats,
    channels: int,
    order: int,
) -> tuple[Integers, Floats]:
    """Moves between states as (key, weight), one per touch and one or two per path's end.

    A state is the last ``order`` channels, 0 where there are fewer (the start). The key
    is state × (channels + 2) + next, where next is a channel, then conversion, then null.
    """
    states = (channels + 1) ** order
    keys = np.empty(channel.size + 2 * (bounds.size - 1), np.int64)
    weights = np.empty(keys.size)
    size = 0
    for p in range(bounds.size - 1):
        low, high = bounds[p], bounds[p + 1]
        if low == high:
            continue
        state = 0
        for i in range(low, high):
            keys[size] = state * (channels + 2) + channel[i]
            weights[size] = conversions[p] + nulls[p]
            size += 1
            state = (state * (channels + 1) + channel[i] + 1) % states
        for end in range(2):
            weight = conversions[p] if end == 0 else nulls[p]
            if weight > 0:
                keys[size] = state * (channels + 2) + channels + end
                weights[size] = weight
                size += 1
    return keys[:size], weights[:size]


@njit(cache=True, nogil=True)
def add_up(keys: Integers, weights: Floats, cells: int) -> Floats:
    """Weights by key, in one array of all possible keys."""
    sums = np.zeros(cells)
    for i in range(keys.size):
        sums[keys[i]] += weights[i]
    return sums
