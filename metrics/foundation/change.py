"""Change explained: the difference of two periods, split over groups into parts that add up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from data.errors import InvalidOption
from metrics.foundation.registry import KINDS

TOTALS = ("count", "sum")
_PARTS = ["before", "after", "volume_effect", "rate_effect", "effect"]


def change_explained(
    before: pd.DataFrame, after: pd.DataFrame, *, dims: Sequence[str], kind: str
) -> pd.DataFrame:
    """Each group's part of the change of a total or a rate; the parts add to the change.

    Of a total, a group's part is its own change. Of a rate it is two parts: the rate
    effect is what the group's own rate moved, at its mean weight; the volume effect
    (mix shift) is what its weight moved, as far as its rate differs from the whole's. A
    group that is only in one period has no rate effect of its own.

    Parameters
    ----------
    before, after
        Roll-ups of one metric by ``dims`` over two periods: ``numerator`` and, of a
        rate, ``denominator``. Only mature units are in them; periods of unlike age
        should be compared at the same window.
    dims
        Grouping columns, such as channel, campus and material; may be empty.
    kind
        The metric's kind: ``count`` and ``sum`` are totals, ``proportion`` and ``ratio``
        are rates.

    Returns
    -------
    DataFrame
        ``dims``, ``before`` and ``after`` (numerator, or the group's rate), ``volume_effect``,
        ``rate_effect`` (0 of a total), ``effect`` (their sum) and ``share`` (of the whole
        change; missing where the whole did not change), the largest effect first. The
        effects of a total add up to the cent, of a rate to the last bits of a float.
        Empty where a rate has no denominator in a period.

    Raises
    ------
    InvalidOption
        If ``kind`` is not one of these.

    References
    ----------
    METRICS, "change explained". Kitagawa (1955), JASA 50:1168-1194 (mean weights).
    """
    if kind not in KINDS or kind == "duration":
        raise InvalidOption(f"kind must be count, sum, proportion or ratio, got {kind!r}")
    sides = _side_by_side(before, after, list(dims))
    parts = _of_total(sides) if kind in TOTALS else _of_rate(sides)
    table = pd.concat([sides[list(dims)], parts], axis=1).dropna(subset="effect")
    whole = table["effect"].sum()
    table["share"] = table["effect"] / whole if whole else np.nan
    by_size = table["effect"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[by_size].reset_index(drop=True)


def _side_by_side(before: pd.DataFrame, after: pd.DataFrame, dims: list[str]) -> pd.DataFrame:
    sums = [name for name in ("numerator", "denominator") if name in before]
    # A total without dimensions is one group.
    keys = dims or ["_whole"]
    sides = [
        side.assign(_whole=0)[[*keys, *sums]].rename(columns={c: f"{c}_{name}" for c in sums})
        for name, side in (("before", before), ("after", after))
    ]
    both = pd.concat(sides, ignore_index=True).groupby(keys, dropna=False, sort=False).sum()
    # By the names as text: a missing one has no order among the others.
    return (
        both.reset_index()
        .sort_values(keys, key=lambda names: names.astype(str))
        .reset_index(drop=True)
    )


def _of_total(sides: pd.DataFrame) -> pd.DataFrame:
    # Whole cents: floats of money would not add up.
    cents = {
        side: (sides[f"numerator_{side}"] * 100).round().astype("int64")
        for side in ("before", "after")
    }
    change = (cents["after"] - cents["before"]) / 100
    return pd.DataFrame(
        {
            "before": cents["before"] / 100,
            "after": cents["after"] / 100,
            "volume_effect": change,
            "rate_effect": 0.0,
            "effect": change,
        }
    )


def _of_rate(sides: pd.DataFrame) -> pd.DataFrame:
    d0, d1 = sides["denominator_before"].sum(), sides["denominator_after"].sum()
    if d0 == 0 or d1 == 0:
        return pd.DataFrame(columns=_PARTS, index=sides.index, dtype="float64")
    n0, n1 = sides["numerator_before"], sides["numerator_after"]
    w0, w1 = sides["denominator_before"] / d0, sides["denominator_after"] / d1
    r0 = (n0 / sides["denominator_before"]).where(w0 != 0)
    r1 = (n1 / sides["denominator_after"]).where(w1 != 0)
    whole = (n0.sum() / d0 + n1.sum() / d1) / 2
    own = (r0.fillna(r1) + r1.fillna(r0)) / 2
    volume = ((w1 - w0) * (own - whole)).fillna(0.0)
    # TRICKY: not the mean weight times the change of rate, which misses what a group
    # without a denominator (revenue without spend) adds to the whole.
    rate = n1 / d1 - n0 / d0 - ((w1 - w0) * own).fillna(0.0)
    return pd.DataFrame(
        {
            "before": r0,
            "after": r1,
            "volume_effect": volume,
            "rate_effect": rate,
            "effect": volume + rate,
        }
    )
