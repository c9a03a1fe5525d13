"""How far two orders of the same things agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from metrics.foundation.intervals import Z95

Floats = NDArray[np.float64]

_ALMOST = 1 - 1e-9  # Fisher's scale has no end for a perfect agreement


@dataclass(frozen=True)
class RankCorrelation:
    """Spearman's correlation in [-1, 1] with its 95 % interval; missing where none is told."""

    value: float
    low: float
    high: float


UNTOLD = RankCorrelation(np.nan, np.nan, np.nan)


def ranks(values: ArrayLike) -> Floats:
    """Each value's rank from 1; equal ones share the mean of theirs."""
    return np.asarray(pd.Series(np.asarray(values)).rank(), dtype=np.float64)


def rank_correlation(x: ArrayLike, y: ArrayLike) -> RankCorrelation:
    """Spearman's rank correlation; missing below four pairs or where one side is all equal.

    References
    ----------
    Bonett & Wright (2000), Psychometrika 65:23-28 (variance (1 + r² ÷ 2) ÷ (n − 3) on
    Fisher's scale).
    """
    first, second = ranks(x), ranks(y)
    n = first.size
    if n < 4 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return UNTOLD
    r = float(np.corrcoef(first, second)[0, 1])
    middle = np.arctanh(np.clip(r, -_ALMOST, _ALMOST))
    half = Z95 * np.sqrt((1 + r * r / 2) / (n - 3))
    return RankCorrelation(r, float(np.tanh(middle - half)), float(np.tanh(middle + half)))
