"""How well a score tells those to whom something happens from the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.errors import InvalidOption
from metrics.foundation.intervals import Z95
from metrics.models.ranks import ranks


@dataclass(frozen=True)
class Discrimination:
    """The area under the ROC curve with its 95 % interval; missing with one class only."""

    auc: float
    low: float
    high: float
    n: int


def discrimination(happened: ArrayLike, score: ArrayLike) -> Discrimination:
    """The chance that one to whom it happened has the higher score: 0.5 is luck, 1 perfect.

    Parameters
    ----------
    happened
        (n,) 0 or 1.
    score
        (n,) numbers; equal ones count half.

    Returns
    -------
    Discrimination
        With DeLong's interval, cut to [0, 1].

    Raises
    ------
    InvalidOption
        If the two are not of one length.

    References
    ----------
    DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44:837-845. Sun & Xu (2014), IEEE
    Signal Processing Letters 21:1389-1393 (by ranks).
    """
    y = np.asarray(happened, dtype=bool)
    x = np.asarray(score, dtype=np.float64)
    if y.shape != x.shape or y.ndim != 1:
        raise InvalidOption(f"score must have the length of happened, got {x.shape}, {y.shape}")
    cases, others = x[y], x[~y]
    m, n = len(cases), len(others)
    if not m or not n:
        return Discrimination(np.nan, np.nan, np.nan, m + n)
    both: NDArray[np.float64] = ranks(np.r_[cases, others])
    over = (both[:m] - ranks(cases)) / n  # of each case, the share of others it beats
    under = 1 - (both[m:] - ranks(others)) / m
    auc = float(over.mean())
    variance = (over.var(ddof=1) / m if m > 1 else 0.0) + (under.var(ddof=1) / n if n > 1 else 0.0)
    half = Z95 * float(np.sqrt(variance))
    return Discrimination(auc, max(auc - half, 0.0), min(auc + half, 1.0), m + n)
