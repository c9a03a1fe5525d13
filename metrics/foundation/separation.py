"""Ranks of groups, and which of them the data cannot tell apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.errors import InvalidOption
from metrics.foundation.intervals import Z95
from metrics.models.shrinkage import shrunk_means, shrunk_rates

LEAST_MATURE = 30  # fewer mature units give no rank


def ranked(
    figures: pd.DataFrame, *, kind: str, better: int = 1, least: int = LEAST_MATURE
) -> pd.DataFrame:
    """Groups with shrunk values, ranks, and bands of groups that cannot be separated.

    Ranks follow the shrunk values, so that a small group does not lead by luck. Groups
    whose 95 % intervals overlap, directly or through others between them, are one band:
    nobody in it may be called better than another.

    Parameters
    ----------
    figures
        A metric's roll-up, one row per group: ``numerator``, ``denominator``, ``value``,
        ``low``, ``high``, ``n``.
    kind
        The metric's kind: a proportion is shrunk by beta-binomial, any other by normal
        empirical Bayes.
    better
        1 where more is better, -1 where less is; as the metric declares.
    least
        Fewer mature units than this give no rank and no band, at least 1.

    Returns
    -------
    DataFrame
        The rows of ``figures``, ranked ones first, with ``shrunk``, ``shrunk_low``,
        ``shrunk_high``, ``rank`` (1 is best), ``band`` (1 holds the best; both missing
        with too few units) and ``separated`` (alone in its band).

    Raises
    ------
    InvalidOption
        If ``better`` is neither 1 nor -1 or ``least`` is less than 1.

    References
    ----------
    METRICS, rule 6. Efron & Morris (1975), JASA 70:311-319.
    """
    if better not in (1, -1):
        raise InvalidOption(f"better must be 1 or -1, got {better}")
    if least < 1:
        raise InvalidOption(f"least must be at least 1, got {least}")
    numerator, denominator, value, low, high = (
        figures[name].to_numpy(dtype=np.float64, na_value=np.nan)
        for name in ("numerator", "denominator", "value", "low", "high")
    )
    shrunk = (
        shrunk_rates(np.nan_to_num(numerator), np.nan_to_num(denominator))
        if kind == "proportion"
        else shrunk_means(value, (high - low) / (2 * Z95))
    )
    table = figures.assign(shrunk=shrunk.value, shrunk_low=shrunk.low, shrunk_high=shrunk.high)
    enough = ((table["n"] >= least) & table["value"].notna() & table["shrunk"].notna()).to_numpy()
    order = np.lexsort((np.arange(len(table)), -better * np.nan_to_num(shrunk.value), ~enough))
    table = table.iloc[order].reset_index(drop=True)
    count = int(enough.sum())
    table["rank"] = pd.array([*range(1, count + 1), *[pd.NA] * (len(table) - count)], dtype="Int64")
    table["band"] = pd.array(
        [*_bands(table.head(count)), *[pd.NA] * (len(table) - count)], dtype="Int64"
    )
    alone = table["band"].map(table["band"].value_counts()) == 1
    table["separated"] = alone.fillna(False).astype(bool)
    return table


def _bands(ranked_rows: pd.DataFrame) -> list[int]:
    """Connected components of the intervals, numbered by the best rank in each."""
    lows, highs = ranked_rows["low"].astype(float), ranked_rows["high"].astype(float)
    spans = sorted(zip(lows, highs, range(len(ranked_rows)), strict=True))
    component = [0] * len(spans)
    reach, current = -np.inf, -1
    for low, high, place in spans:
        if low > reach:
            current += 1
        component[place] = current
        reach = max(reach, high)
    numbered: dict[int, int] = {}
    return [numbered.setdefault(found, len(numbered) + 1) for found in component]
