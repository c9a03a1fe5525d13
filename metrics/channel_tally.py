"""One pass over a metric's units, from which every figure of a channel screen is a sum.

Totals, the comparison, each branch of the tree and the spark line need the same units
cut differently: `channel_tally` sums them once by the finest cut, and `totals` adds the
cuts up. The figures equal `metrics.units.rollup`'s; no mean of a rate is ever taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from data.errors import InvalidOption
from data.facts import Facts
from data.scope import Filters, Period
from metrics.registry import find
from metrics.units import Z95, within

ELSEWHERE = ""  # the node of channels that are not in the tree
SUMS = (
    "numerator", "denominator", "n_counted", "n_outcome", "n_observed", "immature",
    "xx", "xy", "yy",
)  # fmt: skip


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
        ``channel_id``, ``campaign`` if asked for, ``stretch`` (0 to points − 1, −1 outside
        the period), ``is_compared`` (in the comparison period), and the sums of `SUMS`.

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
    edges = [(filters.period.days * i) // points for i in range(1, points)]
    stretch = ibis.literal(0)
    for edge in edges:
        begun = units.unit_on >= ibis.literal(filters.period.start + timedelta(days=edge))
        stretch = stretch + begun.cast("int64")
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
    return units.aggregate(
        by=keys,
        numerator=units.numerator.sum(where=mature).fill_null(0).cast("float64"),
        denominator=units.denominator.sum(where=mature).fill_null(0).cast("float64"),
        n_counted=(mature & counted).sum().fill_null(0).cast("int64"),
        n_outcome=(outcome & counted).sum().fill_null(0).cast("int64"),
        n_observed=outcome.sum().fill_null(0).cast("int64"),
        immature=(~mature & ~given).sum().fill_null(0).cast("int64"),
        xx=(x * x).sum(where=outcome).fill_null(0).cast("float64"),
        xy=(x * y).sum(where=outcome).fill_null(0).cast("float64"),
        yy=(y * y).sum(where=outcome).fill_null(0).cast("float64"),
        first_part=units.apart.min(),
        last_part=units.apart.max(),
    ).order_by(keys)


def _inside(units: ir.Table, period: Period) -> ir.BooleanValue:
    return units.unit_on.between(
        ibis.literal(period.start), ibis.literal(period.end - timedelta(days=1))
    )


def totals(
    tally: pd.DataFrame, *, kind: str, by: Sequence[str] = (), compared: bool = False
) -> pd.DataFrame:
    """A tally added up: one figure a group of the period, or of the comparison period.

    Parameters
    ----------
    tally
        What `channel_tally` gives, perhaps with further columns to group by.
    kind
        The metric's kind: it decides the value and its 95 % interval.
    by
        Columns to group by, missing values being a group; none gives exactly one row.
    compared
        Of the comparison period instead.

    Returns
    -------
    DataFrame
        As `metrics.units.rollup` gives it: ``by``, ``numerator``, ``denominator``,
        ``value``, ``low``, ``high``, ``n``, ``immature``.
    """
    part = tally[tally["is_compared"]] if compared else tally[tally["stretch"] >= 0]
    part = part.astype(dict.fromkeys(SUMS, "float64"))
    how = {**dict.fromkeys(SUMS, "sum"), "first_part": "min", "last_part": "max"}
    if by:
        sums = part.groupby(list(by), dropna=False).agg(how).reset_index()
    else:
        sums = pd.DataFrame([part.agg(how)]) if len(part) else _nothing()
    # Cents survive being added as floats; rounding takes away what binary fractions leave.
    sums = sums.astype(dict.fromkeys(SUMS, "float64"))
    sums[["numerator", "denominator"]] = sums[["numerator", "denominator"]].round(2)
    value, low, high = _interval(sums, kind)
    figures = sums[[*by, "numerator", "denominator"]].assign(value=value, low=low, high=high)
    # What must not be added up, such as two platforms' claims, has no common figure.
    mixed = sums["first_part"].notna() & (sums["first_part"] != sums["last_part"])
    figures.loc[mixed, ["numerator", "denominator", "value", "low", "high"]] = np.nan
    n = sums["n_counted"]
    if kind == "ratio":
        n = sums["n_outcome"].mask(sums["n_outcome"] == 0, sums["n_observed"])
        n = n.mask(n == 0, sums["n_counted"])
    return figures.assign(n=n.astype("int64"), immature=sums["immature"].astype("int64"))


def _nothing() -> pd.DataFrame:
    return pd.DataFrame([{**dict.fromkeys(SUMS, 0.0), "first_part": None, "last_part": None}])


def _interval(sums: pd.DataFrame, kind: str) -> tuple[pd.Series, pd.Series, pd.Series]:
    x, d = sums["numerator"], sums["denominator"].where(sums["denominator"] != 0)
    missing = pd.Series(np.nan, index=sums.index)
    if kind == "sum":
        return x, missing, missing
    if kind == "count":
        n, m = x.where(x > 0), x + 1
        low = n * (1 - 1 / (9 * n) - Z95 / (3 * np.sqrt(n))) ** 3
        return x, low.fillna(0.0), m * (1 - 1 / (9 * m) + Z95 / (3 * np.sqrt(m))) ** 3
    ratio = x / d
    if kind == "proportion":
        centre = (ratio + Z95**2 / (2 * d)) / (1 + Z95**2 / d)
        half = Z95 * np.sqrt(ratio * (1 - ratio) / d + Z95**2 / (4 * d * d)) / (1 + Z95**2 / d)
        return ratio, (centre - half).clip(lower=0.0), (centre + half).clip(upper=1.0)
    if kind != "ratio":
        raise InvalidOption(f"kind must be count, sum, proportion or ratio, got {kind!r}")
    variance = (sums["xx"] - 2 * ratio * sums["xy"] + ratio**2 * sums["yy"]).clip(lower=0.0)
    half = Z95 * np.sqrt(variance) / d.abs()
    return ratio, ratio - half, ratio + half


def by_branch(tally: pd.DataFrame, tree: pd.DataFrame) -> pd.DataFrame:
    """A tally with each row once for every branch above its channel, named ``node``.

    ``tree`` has ``channel_id`` and ``path``. Rows whose channel is not in the tree belong
    to the node `ELSEWHERE`.
    """
    paths = {
        channel: path.split("/")
        for channel, path in zip(tree["channel_id"], tree["path"], strict=True)
    }
    nodes = [paths.get(channel, [ELSEWHERE]) for channel in tally["channel_id"]]
    return tally.assign(node=nodes).explode("node", ignore_index=True)


def stretches(tally: pd.DataFrame, *, kind: str, points: int) -> list[float]:
    """The figure of each stretch of the period, oldest first; NaN where it can't be told."""
    found = totals(tally, kind=kind, by=["stretch"]).set_index("stretch")["value"]
    missing = 0.0 if kind in ("count", "sum") else np.nan
    return [float(found.get(i, missing)) for i in range(points)]
