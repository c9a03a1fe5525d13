"""What people's paths add up to: all that attribution models need, in a few small arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from metrics.kernels import attribution as kernels
from metrics.kernels.people import Rows, codes_of, folded, hashes_of

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
    worth = table["value_cny"].combine_chunks()
    lookback = int(table["lookback_days"][0].as_py()) * kernels.DAY
    half_life_days = table["half_life_seconds"][0].as_py() / 86_400

    def add(tally: _Tally, rows: Rows) -> None:
        bounds, channel, age_days, direct, converted = kernels.cut_paths(*rows, outcome, lookback)
        won = converted >= 0
        value = np.zeros(converted.size)
        value[won] = worth.take(pa.array(converted[won])).cast(pa.float64()).to_numpy()
        tally.add(
            bounds, channel, age_days=age_days, direct=direct, conversions=won.astype(np.float64),
            nulls=(~won).astype(np.float64), value=value, half_life_days=half_life_days,
        )  # fmt: skip

    parts = folded(hashes_of(table["person_id"]), at, packed, lambda: _Tally(len(channels)), add)
    for part in parts[1:]:
        parts[0].join(part)
    return parts[0].sums(channels)


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
    tally = _Tally(len(channels))
    tally.add(
        bounds, channel, age_days=age_days, direct=direct, conversions=conversions, nulls=nulls,
        value=value, half_life_days=half_life_days,
    )  # fmt: skip
    return tally.sums(channels)


class _Tally:
    """What paths over so many channels add up to, block by block."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._credits = np.zeros((len(kernels.RULES), count, 2))
        self._used = np.zeros(count, np.bool_)
        self._totals = np.zeros(5)  # conversions, CNY, both without a touch, nulls
        cells = {order: (count + 1) ** order * (count + 2) for order in ORDERS}
        self._dense = {o: np.zeros(size) for o, size in cells.items() if size <= _DENSE_CELLS}
        self._sparse: dict[int, list[tuple[Integers, Floats]]] = {
            o: [] for o in ORDERS if o not in self._dense
        }

    def add(
        self,
        bounds: Integers,
        channel: Codes,
        *,
        age_days: Floats,
        direct: NDArray[np.bool_],
        conversions: Floats,
        nulls: Floats,
        value: Floats,
        half_life_days: float,
    ) -> None:
        """Take in paths as `path_sums` has them."""
        kernels.rule_credits(
            bounds, channel, age_days, direct, conversions, value, self._credits, half_life_days
        )
        for order, sums in self._dense.items():
            kernels.transition_sums(bounds, channel, conversions, nulls, self._count, order, sums)
        for order, found in self._sparse.items():
            found.append(
                _by_key(
                    *kernels.transition_keys(
                        bounds, channel, conversions, nulls, self._count, order
                    )
                )
            )
        self._used |= np.bincount(channel, minlength=self._count) > 0
        empty = np.diff(bounds) == 0
        self._totals += [
            conversions.sum(), value.sum(), conversions[empty].sum(), value[empty].sum(),
            nulls[~empty].sum(),
        ]  # fmt: skip

    def join(self, other: _Tally) -> None:
        """Take in what another has of the same channels and of other paths."""
        self._credits += other._credits
        self._used |= other._used
        self._totals += other._totals
        for order in self._dense:
            self._dense[order] += other._dense[order]
        for order in self._sparse:
            self._sparse[order] += other._sparse[order]

    def sums(self, channels: tuple[str, ...]) -> PathSums:
        """The sums by the names of those channels that have a touch."""
        conversions, revenue, untouched, untouched_cny, nulls = self._totals.tolist()
        places = np.cumsum(self._used) - 1
        return PathSums(
            channels=tuple(n for n, used in zip(channels, self._used, strict=True) if used),
            credits=self._credits[:, self._used],
            moves={order: _renamed(self._moves(order), places) for order in ORDERS},
            conversions=conversions, revenue_cny=round(revenue, 2), untouched=untouched,
            untouched_cny=round(untouched_cny, 2), nulls=nulls,
        )  # fmt: skip

    def _moves(self, order: int) -> Moves:
        if order in self._dense:
            keys = np.flatnonzero(self._dense[order])
            weights: Floats = self._dense[order][keys]
        else:
            keys, weights = _by_key(
                *(np.concatenate(column) for column in zip(*self._sparse[order], strict=True))
            )
        state = keys // (self._count + 2)
        places = (self._count + 1) ** np.arange(order - 1, -1, -1)
        digits = state[:, None] // places[None, :] % (self._count + 1) - 1
        return digits, keys % (self._count + 2), weights


def _by_key(keys: Integers, weights: Floats) -> tuple[Integers, Floats]:
    """Weights summed by key, those of 0 left out."""
    found, place = np.unique(keys, return_inverse=True)
    summed = np.bincount(place, weights, found.size).astype(np.float64)
    return found[summed > 0], summed[summed > 0]


def _renamed(moves: Moves, places: Integers) -> Moves:
    """Moves with channels by other codes; conversion and none stand behind the last."""
    states, nexts, weights = moves
    count = int(places.max(initial=-1)) + 1
    to = np.concatenate([places, [count, count + 1, -1]])  # the last answers -1: no channel
    return to[states], to[nexts], weights


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
