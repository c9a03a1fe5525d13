"""One pass over a metric's units, from which every figure of a channel screen is a sum.

Totals, the comparison, each branch of the tree and the spark line need the same units
cut differently: `channel_tally` sums them once by the finest cut, and the kernels add
the cuts up. The figures equal `metrics.foundation.units.rollup`'s; no mean of a rate is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from data.errors import InvalidOption
from data.facts import Facts
from metrics.foundation.intervals import Z95, count_bounds, share_bounds
from metrics.foundation.registry import Metric, table
from metrics.foundation.units import on_either_side

ELSEWHERE = ""  # the node of channels that are not in the tree, and of no channel
SUMS = (
    "numerator", "denominator", "n_counted", "n_outcome", "n_observed", "immature",
    "xx", "xy", "yy",
)  # fmt: skip
STRETCHES = 12  # points of a spark line, where the period has as many days
Floats = NDArray[np.float64]


@table(grain="channel and stretch of days")
def channel_tally(
    facts: Facts, *, metric: Metric, campaigns: bool = False, **options: Any
) -> ir.Table:
    """A metric's sums by channel, stretch of the period and side of the comparison.

    Parameters
    ----------
    facts
        The viewer's facts with what they picked; periods that overlap count on both sides.
    metric
        The metric; ``options`` are its own.
    campaigns
        Keep campaigns apart too.

    Returns
    -------
    ibis Table
        For a kernel of `KERNELS`: ``channel_id``, ``campaign`` if asked for, ``stretch``
        (0 to ``stretches`` − 1, missing outside the period), ``stretches`` (`STRETCHES`, or
        the period's days where they are fewer), ``is_compared`` (in the comparison
        period), and those sums of `SUMS` that the metric's kind needs.
    """
    units = on_either_side(facts, metric(facts, **options))
    start, end = facts.period.start, facts.period.end
    day, days = (on.delta(start, unit="day") for on in (units.unit_on, end))
    stretches = ibis.least(days, ibis.literal(STRETCHES))
    mature = units.mature_at <= facts.as_of
    given = units.grain.isin(["spend", "cost"])
    counted = (units.numerator if metric.kind in ("count", "sum") else units.denominator) != 0
    keys = {
        "channel_id": units.channel_id,
        **({"campaign": units.campaign} if campaigns else {}),
        "stretch": units.inside.ifelse(day * stretches // days, None),
        "stretches": stretches,
        "is_compared": units.compared,
    }
    # Compiling takes longer than the query: nothing is asked for that the kind has no use of.
    sums = {
        "numerator": units.numerator.sum(where=mature),
        "denominator": units.denominator.sum(where=mature),
        "n_counted": counted.sum(where=mature),
        "immature": (~mature & ~given).sum(),
    }
    if metric.kind == "ratio":
        outcome = mature & ~given
        x, y = units.numerator.round().cast("int64"), units.denominator.round().cast("int64")
        sums |= {
            "n_outcome": counted.sum(where=outcome),
            "n_observed": outcome.sum(),
            "xx": (x * x).sum(where=outcome),
            "xy": (x * y).sum(where=outcome),
            "yy": (y * y).sum(where=outcome),
        }
    if "apart" in units.columns:
        sums |= {"first_part": units["apart"].min(), "last_part": units["apart"].max()}
    return units.aggregate(by=keys, **sums)


@dataclass(frozen=True)
class ChannelFigures:
    """A tally's rows, which it adds up to figures as `metrics.foundation.units.rollup` gives them.

    ``total`` and ``compared`` are the figure of the period and of the one compared with;
    ``trend`` is the value by stretch, oldest first, NaN where it can't be told.
    """

    kind: str
    sums: Floats
    parts: list[set[str]] | None  # what must not be added up with other parts, by row
    channel: list[str]
    campaign: list[str]
    inside: list[int]  # rows of the period
    total: dict[str, float] = field(default_factory=dict)
    compared: dict[str, float] = field(default_factory=dict)
    trend: list[float] = field(default_factory=list)

    def channels(self) -> pd.DataFrame:
        """The figure of every channel as rows name it, by ``channel_id`` ("" for none)."""
        return self.grouped(self.inside, ["channel_id"], [(self.channel[r],) for r in self.inside])

    def campaigns(self) -> pd.DataFrame:
        """The figure of every ``channel_id`` and ``campaign`` that were kept apart."""
        keys = [(self.channel[row], self.campaign[row]) for row in self.inside]
        return self.grouped(self.inside, ["channel_id", "campaign"], keys)

    def nodes(self, paths: Mapping[str, Sequence[str]]) -> pd.DataFrame:
        """The figure of every branch and channel, by ``node``.

        ``paths`` leads from the root to each channel of the tree; channels it does not
        know, and rows of no channel, are together the node `ELSEWHERE`.
        """
        places = [
            (row, node)
            for row in self.inside
            for node in paths.get(self.channel[row]) or (ELSEWHERE,)
        ]
        return self.grouped([row for row, _ in places], ["node"], [(node,) for _, node in places])

    def grouped(self, rows: list[int], names: list[str], keys: list[Any]) -> pd.DataFrame:
        """One figure a distinct key, in order."""
        groups = sorted(set(keys))
        place = {key: number for number, key in enumerate(groups)}
        code = [place[key] for key in keys]
        total = np.zeros((len(groups), len(SUMS)))
        np.add.at(total, code, self.sums[rows])
        keyed = {name: [key[i] for key in groups] for i, name in enumerate(names)}
        mixed = self._mixed(rows, code, len(groups))
        return pd.DataFrame(keyed | figures(total, self.kind, mixed=mixed))

    def one(self, rows: list[int]) -> dict[str, float]:
        """The figure of all the rows together, even of none."""
        total = self.sums[rows].sum(axis=0, keepdims=True)
        found = figures(total, self.kind, mixed=self._mixed(rows, [0] * len(rows), 1))
        return {name: values[0].item() for name, values in found.items()}

    def _mixed(self, rows: list[int], code: list[int], groups: int) -> NDArray[np.bool_]:
        """Whether a group mixes what must never be added up, such as two platforms' claims."""
        if self.parts is None:
            return np.zeros(groups, dtype=bool)
        seen: list[set[str]] = [set() for _ in range(groups)]
        for row, group in zip(rows, code, strict=True):
            seen[group] |= self.parts[row]
        return np.array([len(found) > 1 for found in seen], dtype=bool)


def _figures(table: pa.Table, kind: str) -> ChannelFigures:
    tally = table.to_pydict()
    size = table.num_rows
    nothing = [0] * size
    columns = [[float(x or 0) for x in tally.get(name, nothing)] for name in SUMS]
    parts = None
    if "first_part" in tally:
        both = zip(tally["first_part"], tally["last_part"], strict=True)
        parts = [{part for part in found if part is not None} for found in both]
    rows = ChannelFigures(
        kind=kind,
        sums=np.array(columns, dtype=np.float64).reshape(len(SUMS), size).T,
        parts=parts,
        channel=[name or ELSEWHERE for name in tally["channel_id"]],
        campaign=[name or "" for name in tally.get("campaign", [None] * size)],
        inside=[row for row, stretch in enumerate(tally["stretch"]) if stretch is not None],
    )
    stretch = [(int(tally["stretch"][row]),) for row in rows.inside]
    by_stretch = rows.grouped(rows.inside, ["stretch"], stretch)
    trend = dict(zip(by_stretch["stretch"], by_stretch["value"], strict=True))
    missing = 0.0 if kind in ("count", "sum") else float("nan")
    return replace(
        rows,
        total=rows.one(rows.inside),
        compared=rows.one([row for row, compared in enumerate(tally["is_compared"]) if compared]),
        trend=[float(trend.get(i, missing)) for i in range(max(tally["stretches"], default=0))],
    )


def count_figures(table: pa.Table) -> ChannelFigures:
    """The kernel for a store's fold over the tally of a count."""
    return _figures(table, "count")


def sum_figures(table: pa.Table) -> ChannelFigures:
    """The kernel for a store's fold over the tally of a sum."""
    return _figures(table, "sum")


def proportion_figures(table: pa.Table) -> ChannelFigures:
    """The kernel for a store's fold over the tally of a proportion."""
    return _figures(table, "proportion")


def ratio_figures(table: pa.Table) -> ChannelFigures:
    """The kernel for a store's fold over the tally of a ratio."""
    return _figures(table, "ratio")


KERNELS = {
    "count": count_figures,
    "sum": sum_figures,
    "proportion": proportion_figures,
    "ratio": ratio_figures,
}


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
        return x, *count_bounds(x)
    ratio = x / d
    if kind == "proportion":
        return ratio, *share_bounds(x, d)
    if kind != "ratio":
        raise InvalidOption(f"kind must be count, sum, proportion or ratio, got {kind!r}")
    variance = column["xx"] - 2 * ratio * column["xy"] + ratio**2 * column["yy"]
    half = Z95 * np.sqrt(np.maximum(variance, 0.0)) / np.abs(d)
    return ratio, ratio - half, ratio + half
