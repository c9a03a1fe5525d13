"""One pass over a metric's units, from which every figure of a channel screen is a sum.

Totals, the comparison, each branch of the tree and the spark line need the same units
cut differently: `channel_tally` sums them once by the finest cut, and `channel_figures`
adds the cuts up. The figures equal `metrics.units.rollup`'s; no mean of a rate is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from data.errors import InvalidOption
from data.facts import Facts
from data.scope import Filters, Period
from metrics.registry import find
from metrics.units import Z95, within

ELSEWHERE = ""  # the node of channels that are not in the tree, and of no channel
SUMS = (
    "numerator", "denominator", "n_counted", "n_outcome", "n_observed", "immature",
    "xx", "xy", "yy",
)  # fmt: skip
Floats = NDArray[np.float64]


def channel_tally(
    facts: Facts, filters: Filters, *, metric: str, points: int = 1, campaigns: bool = False,
    **options: Any,
) -> ir.Table:  # fmt: skip
    """A metric's sums by channel, stretch of the period and side of the comparison.

    Parameters
    ----------
    facts, filters
        The viewer's facts and what they picked; periods that overlap count on both sides.
    metric
        A metric's name; ``options`` are its own.
    points
        Into how many equal stretches the period is cut, at least 1.
    campaigns
        Keep campaigns apart too.

    Returns
    -------
    ibis Table
        For `channel_figures`: ``channel_id``, ``level2_id``, ``root_id``, ``campaign`` if
        asked for, ``stretch`` (0 to points − 1, −1 outside the period), ``is_compared``
        (in the comparison period), the sums of `SUMS`, ``kind`` and ``points``.

    Raises
    ------
    InvalidOption
        If ``points`` is less than 1.
    """
    if points < 1:
        raise InvalidOption(f"points must be at least 1, got {points}")
    entry = find(metric)
    units = within(
        entry(facts, **options), channels=filters.channels, course_lines=filters.course_lines
    )
    inside, compared = _inside(units, filters.period), ibis.literal(False)
    if filters.comparison is not None:
        compared = _inside(units, filters.comparison)
    units = units.filter(inside | compared)
    stretch = ibis.literal(0)
    for edge in range(1, points):
        first_on = filters.period.start + timedelta(days=filters.period.days * edge // points)
        stretch = stretch + (units.unit_on >= ibis.literal(first_on)).cast("int64")
    units = units.mutate(
        stretch=ibis.ifelse(inside, stretch, ibis.literal(-1)).cast("int64"),
        is_compared=compared,
    )
    if "apart" not in units.columns:
        units = units.mutate(apart=ibis.null("string"))
    mature = units.mature_at <= facts.as_of
    given = units.grain.isin(["spend", "cost"])
    outcome = mature & ~given
    x, y = units.numerator.round().cast("int64"), units.denominator.round().cast("int64")
    counted = (units.numerator if entry.kind in ("count", "sum") else units.denominator) != 0
    keys = ["channel_id", *(["campaign"] if campaigns else []), "stretch", "is_compared"]
    sums = units.aggregate(
        by=keys,
        numerator=units.numerator.sum(where=mature).fill_null(0).cast("float64"),
        denominator=units.denominator.sum(where=mature).fill_null(0).cast("float64"),
        n_counted=(mature & counted).sum().fill_null(0).cast("float64"),
        n_outcome=(outcome & counted).sum().fill_null(0).cast("float64"),
        n_observed=outcome.sum().fill_null(0).cast("float64"),
        immature=(~mature & ~given).sum().fill_null(0).cast("float64"),
        xx=(x * x).sum(where=outcome).fill_null(0).cast("float64"),
        xy=(x * y).sum(where=outcome).fill_null(0).cast("float64"),
        yy=(y * y).sum(where=outcome).fill_null(0).cast("float64"),
        first_part=units.apart.min(),
        last_part=units.apart.max(),
    )
    tree = facts.channel.select("channel_id", "level2_id", "root_id")
    placed = sums.left_join(tree, "channel_id").drop("channel_id_right")
    return placed.mutate(kind=ibis.literal(entry.kind), points=ibis.literal(points)).order_by(keys)


def _inside(units: ir.Table, period: Period) -> ir.BooleanValue:
    return units.unit_on.between(
        ibis.literal(period.start), ibis.literal(period.end - timedelta(days=1))
    )


@dataclass(frozen=True)
class ChannelFigures:
    """A tally's figures by every cut, each row as `metrics.units.rollup` gives it.

    ``total`` and ``compared`` are one row; ``channels`` has ``channel_id`` ("" for none),
    ``nodes`` has ``node`` (every channel and branch, `ELSEWHERE` for what is in none),
    ``campaigns`` ``channel_id`` and ``campaign`` where they were kept apart; ``trend`` is
    the value by stretch, oldest first, NaN where it can't be told.
    """

    total: dict[str, float]
    compared: dict[str, float]
    channels: pd.DataFrame
    nodes: pd.DataFrame
    campaigns: pd.DataFrame
    trend: list[float]


def channel_figures(table: pa.Table) -> ChannelFigures:
    """The kernel for a store's fold over `channel_tally`."""
    tally = table.to_pydict()
    # Nothing at all is no count of 0 either: whether the source spoke is not known here.
    kind = tally["kind"][0] if tally["kind"] else "ratio"
    points = tally["points"][0] if tally["points"] else 0
    sums = np.array([tally[name] for name in SUMS], dtype=np.float64).reshape(len(SUMS), -1).T
    parts = list(zip(tally["first_part"], tally["last_part"], strict=True))
    stretch = np.array(tally["stretch"], dtype=np.int64)
    rows = np.flatnonzero(stretch >= 0).astype(np.int64)
    channel = [name or "" for name in tally["channel_id"]]
    add = _Adder(sums, parts, kind)
    places: list[int] = []
    nodes: list[str] = []
    for row in rows.tolist():
        path = (tally["root_id"][row], tally["level2_id"][row], channel[row])
        for node in {node or ELSEWHERE for node in path} if path[0] else {ELSEWHERE}:
            places.append(row)
            nodes.append(node)
    campaign = tally.get("campaign", [None] * len(channel))
    by_stretch = add(rows, ["stretch"], [(int(stretch[row]),) for row in rows])
    trend = dict(zip(by_stretch["stretch"], by_stretch["value"], strict=True))
    missing = 0.0 if kind in ("count", "sum") else float("nan")
    return ChannelFigures(
        total=add.one(rows),
        compared=add.one(np.flatnonzero(np.array(tally["is_compared"], dtype=bool))),
        channels=add(rows, ["channel_id"], [(channel[row],) for row in rows]),
        nodes=add(places, ["node"], [(node,) for node in nodes]),
        campaigns=add(
            rows, ["channel_id", "campaign"], [(channel[row], campaign[row] or "") for row in rows]
        ),
        trend=[float(trend.get(i, missing)) for i in range(points)],
    )


class _Adder:
    """Adds rows of sums up by keys and gives each group its figure."""

    def __init__(self, sums: Floats, parts: list[tuple[str | None, str | None]], kind: str) -> None:
        self.sums, self.parts, self.kind = sums, parts, kind

    def __call__(
        self, rows: Sequence[int] | NDArray[np.int64], names: list[str], keys: list[Any]
    ) -> pd.DataFrame:
        groups = {key: number for number, key in enumerate(sorted(set(keys)))}
        code = np.array([groups[key] for key in keys], dtype=np.int64)
        total = np.zeros((len(groups), len(SUMS)))
        np.add.at(total, code, self.sums[np.asarray(rows, dtype=np.int64)])
        mixed = self._mixed(rows, code, len(groups))
        columns = dict(zip(names, zip(*groups, strict=True), strict=True)) if groups else {}
        keyed = {name: list(columns.get(name, ())) for name in names}
        return pd.DataFrame(keyed | figures(total, self.kind, mixed=mixed))

    def one(self, rows: NDArray[np.int64]) -> dict[str, float]:
        """The figure of all the rows together, 0 units included."""
        total = self.sums[rows].sum(axis=0, keepdims=True)
        mixed = self._mixed(rows, np.zeros(rows.size, dtype=np.int64), 1)
        found = figures(total, self.kind, mixed=mixed)
        return {name: values[0].item() for name, values in found.items()}

    def _mixed(self, rows: Any, code: NDArray[np.int64], groups: int) -> NDArray[np.bool_]:
        """Whether a group mixes what must never be added up, such as two platforms' claims."""
        seen: list[set[str]] = [set() for _ in range(groups)]
        for row, group in zip(rows, code, strict=True):
            seen[group] |= {part for part in self.parts[row] if part is not None}
        return np.array([len(found) > 1 for found in seen], dtype=bool)


def figures(sums: Floats, kind: str, *, mixed: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
    """Sums, in the order of `SUMS`, as figures with their 95 % intervals.

    Raises
    ------
    InvalidOption
        If the kind is none that adds up.
    """
    column = dict(zip(SUMS, sums.T, strict=True))
    # Cents survive being added as floats; rounding takes away what binary fractions leave.
    x, d = np.round(column["numerator"], 2), np.round(column["denominator"], 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        value, low, high = _interval(x, np.where(d == 0, np.nan, d), column, kind)
    n = column["n_counted"]
    if kind == "ratio":
        n = np.where(column["n_outcome"] > 0, column["n_outcome"], column["n_observed"])
        n = np.where(n > 0, n, column["n_counted"])
    found = {"numerator": x, "denominator": d, "value": value, "low": low, "high": high}
    return {
        **{name: np.where(mixed, np.nan, values) for name, values in found.items()},
        "n": n.astype(np.int64),
        "immature": column["immature"].astype(np.int64),
    }


def _interval(
    x: Floats, d: Floats, column: dict[str, Floats], kind: str
) -> tuple[Floats, Floats, Floats]:
    if kind == "sum":
        return x, np.full(x.shape, np.nan), np.full(x.shape, np.nan)
    if kind == "count":
        n, m = np.where(x > 0, x, np.nan), x + 1
        low = n * (1 - 1 / (9 * n) - Z95 / (3 * np.sqrt(n))) ** 3
        return x, np.nan_to_num(low), m * (1 - 1 / (9 * m) + Z95 / (3 * np.sqrt(m))) ** 3
    ratio = x / d
    if kind == "proportion":
        centre = (ratio + Z95**2 / (2 * d)) / (1 + Z95**2 / d)
        half = Z95 * np.sqrt(ratio * (1 - ratio) / d + Z95**2 / (4 * d * d)) / (1 + Z95**2 / d)
        return ratio, np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
    if kind != "ratio":
        raise InvalidOption(f"kind must be count, sum, proportion or ratio, got {kind!r}")
    variance = column["xx"] - 2 * ratio * column["xy"] + ratio**2 * column["yy"]
    half = Z95 * np.sqrt(np.maximum(variance, 0.0)) / np.abs(d)
    return ratio, ratio - half, ratio + half
