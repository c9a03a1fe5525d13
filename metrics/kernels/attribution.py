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
Codes = NDArray[np.int32]

RULES = ("first", "last", "last_non_direct", "linear", "position", "time_decay", "shapley")
DAY = 86_400_000_000  # microseconds
ENDS = 40 / 100  # credit of the first and of the last touch in the position model


# How a row is packed beside its person and time: bit 0 tells a conversion (then the rest is
# its row) from a touch (in the period, direct, and the channel's code).
CONVERSION, IN_PERIOD, DIRECT, CODE_BITS = 1, 2, 4, 3


@njit(cache=True, nogil=True)
def pack(
    is_conversion: NDArray[np.bool_],
    code: Codes,
    direct: NDArray[np.bool_],
    in_period: NDArray[np.bool_],
) -> Integers:
    """Each row's packed third column, see above; rows that never convert carry nothing."""
    packed = np.empty(code.size, np.int64)
    for i in range(code.size):
        if is_conversion[i]:
            packed[i] = (i << 1) | CONVERSION
        else:
            packed[i] = np.int64(code[i]) << CODE_BITS
            packed[i] |= IN_PERIOD * in_period[i] + DIRECT * direct[i]
    return packed


@njit(cache=True, nogil=True)
def cut_paths(
    person: NDArray[np.uint64],
    at: Integers,
    packed: Integers,
    outcome: NDArray[np.int8],
    lookback: int,
) -> tuple[Integers, Codes, Floats, NDArray[np.bool_], Integers]:
    """Paths of people whose rows stand together in order of time.

    Gives ``bounds`` (paths + 1), and per touch the channel, its age in days at the path's
    end and whether it is direct, and per path the row of its conversion, -1 without one.
    ``outcome`` of a conversion's row: 1 in the period, 0 after it (not yet), -1 before it
    (no path). A conversion without a touch in the look-back has an empty path; who did
    not convert has a path only where their last touch is in the period.
    """
    n = person.size
    channel, age = np.empty(n, np.int32), np.empty(n)
    direct = np.empty(n, np.bool_)
    bounds, converted = np.zeros(n + 1, np.int64), np.empty(n, np.int64)
    paths = size = low = 0
    while low < n:
        high = low
        conversion = last = -1
        while high < n and person[high] == person[low]:
            if packed[high] & CONVERSION:
                conversion = high
            else:
                last = high
            high += 1
        row, until = np.int64(-1), np.int64(-1)
        result = np.int8(0)
        if conversion >= 0:
            row = packed[conversion] >> 1
            result = outcome[row]
        if result == 1:
            until = at[conversion]
        elif result == 0 and last >= 0 and packed[last] & IN_PERIOD:
            until, row = at[last], np.int64(-1)
        if until >= 0:
            for i in range(low, high):
                if not packed[i] & CONVERSION and until - lookback <= at[i] <= until:
                    channel[size] = packed[i] >> CODE_BITS
                    age[size] = (until - at[i]) / DAY
                    direct[size] = (packed[i] & DIRECT) != 0
                    size += 1
            converted[paths] = row
            paths += 1
            bounds[paths] = size
        low = high
    return bounds[: paths + 1], channel[:size], age[:size], direct[:size], converted[:paths]


@njit(cache=True, nogil=True)
def rule_credits(
    bounds: Integers,
    channel: Codes,
    age_days: Floats,
    direct: NDArray[np.bool_],
    conversions: Floats,
    value: Floats,
    credits: Floats,
    half_life_days: float,
) -> None:
    """Add to each channel's credit under each of `RULES`: conversions and revenue.

    ``credits`` is (rules, channels, 2).

    Shapley's value of v(S) = conversions of paths whose channels all lie in S is exact
    for any number of channels: v is a sum of unanimity games, one per path, and each
    divides its conversions equally among its distinct channels (Shapley 1953).
    """
    seen = np.full(credits.shape[1], -1, np.int64)
    weights = np.empty(_longest(bounds))
    for p in range(bounds.size - 1):
        low, high = bounds[p], bounds[p + 1]
        worth = (conversions[p], value[p])
        if low == high or (worth[0] == 0 and worth[1] == 0):
            continue
        _give(credits, 0, channel[low], worth, 1.0)
        _give(credits, 1, channel[high - 1], worth, 1.0)
        _give(credits, 2, channel[_last_non_direct(direct, low, high)], worth, 1.0)
        decay = _decay(age_days, low, high, half_life_days, weights)
        even, equal = 1.0 / (high - low), 1.0 / _mark_channels(channel, low, high, seen, p)
        for i in range(low, high):
            c = channel[i]
            _give(credits, 3, c, worth, even)
            _give(credits, 4, c, worth, _position_share(i, low, high))
            _give(credits, 5, c, worth, weights[i - low] / decay)
            if seen[c] == p:  # a channel's first touch: the others find no mark
                seen[c] = -1
                _give(credits, 6, c, worth, equal)


@njit(cache=True, nogil=True, inline="always")
def _give(
    credits: Floats, rule: int, channel: int, worth: tuple[float, float], part: float
) -> None:
    """Add a part in [0, 1] of a path's conversions and revenue to a channel under a rule."""
    credits[rule, channel, 0] += worth[0] * part
    credits[rule, channel, 1] += worth[1] * part


@njit(cache=True, nogil=True, inline="always")
def _last_non_direct(direct: NDArray[np.bool_], low: int, high: int) -> int:
    """The row of a path's last touch that is not direct; its last one where all are."""
    for i in range(high - 1, low - 1, -1):
        if not direct[i]:
            return i
    return high - 1


@njit(cache=True, nogil=True)
def _longest(bounds: Integers) -> int:
    """Touches of the longest path."""
    most = 0
    for p in range(bounds.size - 1):
        most = max(most, bounds[p + 1] - bounds[p])
    return most


@njit(cache=True, nogil=True, inline="always")
def _decay(age_days: Floats, low: int, high: int, half_life_days: float, weights: Floats) -> float:
    """Fill each touch's weight, in (0, 1] against the youngest one; gives their sum.

    Only differences of age matter, so that old paths do not underflow.
    """
    youngest = age_days[high - 1]
    total = 0.0
    for i in range(low, high):
        weights[i - low] = 2.0 ** (-(age_days[i] - youngest) / half_life_days)
        total += weights[i - low]
    return total


@njit(cache=True, nogil=True, inline="always")
def _mark_channels(channel: Codes, low: int, high: int, seen: Integers, path: int) -> int:
    """Mark the path's channels in ``seen`` with its number; gives how many there are."""
    distinct = 0
    for i in range(low, high):
        if seen[channel[i]] != path:
            seen[channel[i]] = path
            distinct += 1
    return distinct


@njit(cache=True, nogil=True, inline="always")
def _position_share(i: int, low: int, high: int) -> float:
    """A touch's part in [0, 1] in the position model: the ends' `ENDS`, the rest alike."""
    n = high - low
    if n <= 2:
        return 1.0 / n
    return ENDS if i in (low, high - 1) else (1 - 2 * ENDS) / (n - 2)


@njit(cache=True, nogil=True)
def transition_keys(
    bounds: Integers, channel: Codes, conversions: Floats, nulls: Floats, channels: int, order: int
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
        state = np.int64(0)
        for i in range(low, high):
            keys[size] = state * (channels + 2) + channel[i]
            weights[size] = conversions[p] + nulls[p]
            size += 1
            state = (state * (channels + 1) + channel[i] + 1) % states
        for end in range(2):
            keys[size] = state * (channels + 2) + channels + end
            weights[size] = conversions[p] if end == 0 else nulls[p]
            size += 1
    return keys[:size], weights[:size]


@njit(cache=True, nogil=True)
def transition_sums(
    bounds: Integers, channel: Codes, conversions: Floats, nulls: Floats, channels: int, order: int,
    sums: Floats,
) -> None:  # fmt: skip
    """Add the weights of `transition_keys` by key, to one array of all possible keys."""
    states = (channels + 1) ** order
    for p in range(bounds.size - 1):
        low, high = bounds[p], bounds[p + 1]
        if low == high:
            continue
        state = np.int64(0)
        for i in range(low, high):
            sums[state * (channels + 2) + channel[i]] += conversions[p] + nulls[p]
            state = (state * (channels + 1) + channel[i] + 1) % states
        sums[state * (channels + 2) + channels] += conversions[p]
        sums[state * (channels + 2) + channels + 1] += nulls[p]
