"""What people's paths add up to: all that attribution models need, in a few small arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from metrics.kernels import attribution as kernels
from metrics.kernels.people import arrange, codes_of, hashes_of

NO_CHANNEL = ""  # a touch whose channel nobody named
ORDERS = (1, 2, 3)  # of the Markov model
_DENSE_CELLS = 8_000_000

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Codes = NDArray[np.int32]
Moves = tuple[Integers, Integers, Floats]


@dataclass(frozen=True)
class PathSums:
    """What paths add up to; two parts of the people `merged` give the whole.

    ``credits`` is (rule, channel, conversions and revenue) in the order of
    `kernels.RULES`; ``moves`` holds for each Markov order the states, next steps and
    weights of `removal_effects`, with ``len(channels)`` for conversion and one more for
    none. Untouched conversions had no touch in the look-back.
    """

    channels: tuple[str, ...] = ()
    credits: Floats = field(default_factory=lambda: np.zeros((len(kernels.RULES), 0, 2)))
    moves: dict[int, Moves] = field(default_factory=dict)
    conversions: float = 0
    revenue_cny: float = 0
    untouched: float = 0
    untouched_cny: float = 0
    nulls: float = 0


def attribute(table: pa.Table) -> PathSums:
    """The kernel for a store's fold over `attribution_touches`.

    A person is whole in one part: parts are cut by person.
    """
    if table.num_rows == 0:
        return PathSums()
    channels, code = _channels(table["channel"])
    outcome = pc.fill_null(table["outcome"].cast(pa.int8()), 0).to_numpy()
    packed = kernels.pack(
        table["outcome"].is_valid().to_numpy(), code, table["is_direct"].to_numpy(),
        table["in_period"].to_numpy(),
    )  # fmt: skip
    at = table["at"].cast(pa.timestamp("us")).cast(pa.int64()).to_numpy()
    lookback = int(table["lookback_days"][0].as_py()) * kernels.DAY
    bounds, channel, age_days, direct, converted = kernels.cut_paths(
        *arrange(hashes_of(table["person_id"]), at, packed), outcome, lookback
    )
    used = np.bincount(channel, minlength=len(channels)) > 0
    channels = tuple(name for name, found in zip(channels, used, strict=True) if found)
    channel = (np.cumsum(used, dtype=np.int32) - 1)[channel]
    won = converted >= 0
    value = np.zeros(converted.size)
    worth = table["value_cny"].take(pa.array(converted[won])).cast(pa.float64())
    value[won] = worth.to_numpy()
    return path_sums(
        channels, bounds, channel, age_days=age_days, direct=direct,
        conversions=won.astype(np.float64), nulls=(~won).astype(np.float64), value=value,
        half_life_days=table["half_life_seconds"][0].as_py() / 86_400,
    )  # fmt: skip


def _channels(column: pa.ChunkedArray) -> tuple[tuple[str, ...], Codes]:
    """Channels by name, and each row's place among them."""
    codes, firsts = codes_of(hashes_of(column))
    names = np.array(
        [NO_CHANNEL if name is None else name for name in column.take(pa.array(firsts)).to_pylist()]
    )
    by_name = np.argsort(names)
    place = np.empty(names.size, np.int32)
    place[by_name] = np.arange(names.size)
    return tuple(str(name) for name in names[by_name]), place[codes]


def path_sums(
    channels: tuple[str, ...],
    bounds: Integers,
    channel: Codes,
    *,
    age_days: Floats,
    direct: NDArray[np.bool_],
    conversions: Floats,
    nulls: Floats,
    value: Floats,
    half_life_days: float = 7.0,
) -> PathSums:
    """Sums over paths that are already cut.

    Path p is ``channel[bounds[p]:bounds[p + 1]]`` (codes into ``channels``, in time
    order) and stands for ``conversions[p]`` conversions worth ``value[p]`` CNY and for
    ``nulls[p]`` paths that did not convert. An empty path is an untouched conversion.
    """
    count = len(channels)
    credits = kernels.rule_credits(
        bounds, channel, age_days, direct, conversions, value, count, half_life_days
    )
    moves = {
        order: _moves(
            bounds, channel, conversions=conversions, nulls=nulls, count=count, order=order
        )
        for order in ORDERS
    }
    empty = np.diff(bounds) == 0
    return PathSums(
        channels=channels, credits=credits, moves=moves,
        conversions=float(conversions.sum()), revenue_cny=round(float(value.sum()), 2),
        untouched=float(conversions[empty].sum()),
        untouched_cny=round(float(value[empty].sum()), 2),
        nulls=float(nulls[~empty].sum()),
    )  # fmt: skip


def _moves(
    bounds: Integers, channel: Codes, *, conversions: Floats, nulls: Floats, count: int,
    order: int,
) -> Moves:  # fmt: skip
    if (count + 1) ** order * (count + 2) <= _DENSE_CELLS:
        sums = kernels.transition_sums(bounds, channel, conversions, nulls, count, order)
        found = np.flatnonzero(sums)
        summed: Floats = sums[found]
    else:
        keys, weights = kernels.transition_keys(bounds, channel, conversions, nulls, count, order)
        found, place = np.unique(keys, return_inverse=True)
        summed = np.bincount(place, weights, found.size).astype(np.float64)
        found, summed = found[summed > 0], summed[summed > 0]
    state = found // (count + 2)
    places = (count + 1) ** np.arange(order - 1, -1, -1)
    digits = state[:, None] // places[None, :] % (count + 1) - 1
    return digits, found % (count + 2), summed


def merged(parts: list[PathSums]) -> PathSums:
    """The sums over all people, from sums over parts that share no person."""
    channels = tuple(sorted({name for part in parts for name in part.channels}))
    place = {name: number for number, name in enumerate(channels)}
    credits = np.zeros((len(kernels.RULES), len(channels), 2))
    moves: dict[int, list[Moves]] = {order: [] for order in ORDERS}
    for part in parts:
        own = np.array([place[name] for name in part.channels], dtype=np.int64)
        credits[:, own] += part.credits
        ends = np.array([len(channels), len(channels) + 1], dtype=np.int64)
        to_whole = np.concatenate([own, ends, [-1]])  # the last answers -1: no channel
        for order, (states, nexts, weights) in part.moves.items():
            moves[order].append((to_whole[states], to_whole[nexts], weights))
    return PathSums(
        channels=channels,
        credits=credits,
        moves={
            order: (
                np.concatenate([move[0] for move in found]),
                np.concatenate([move[1] for move in found]),
                np.concatenate([move[2] for move in found]),
            )
            for order, found in moves.items()
            if found
        },
        conversions=sum(part.conversions for part in parts),
        revenue_cny=round(sum(part.revenue_cny for part in parts), 2),
        untouched=sum(part.untouched for part in parts),
        untouched_cny=round(sum(part.untouched_cny for part in parts), 2),
        nulls=sum(part.nulls for part in parts),
    )
