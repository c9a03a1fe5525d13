"""How good a score is on rows it never saw: the size of its errors, its use at a capacity.

Whether it tells buyers from others is `metrics.models.roc`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.foundation.intervals import share_bounds

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]


def brier(score: Floats, happened: Flags) -> float:
    """The mean squared difference of probability and outcome; 0 is perfect."""
    return float(((score - happened) ** 2).mean())


def group_of(score: Floats, groups: int = 10) -> Places:
    """Each row's group of equal size by score, from 1 (the lowest); equal scores by place."""
    found = np.empty(score.size, np.int64)
    parts = np.array_split(np.argsort(score, kind="stable"), groups)
    found[np.concatenate(parts)] = np.repeat(np.arange(1, groups + 1), [p.size for p in parts])
    return found


def rank_of(score: Floats) -> Places:
    """Each row's rank by score, from 1 (the highest); equal scores by place."""
    found = np.empty(score.size, np.int64)
    found[np.argsort(-score, kind="stable")] = np.arange(1, score.size + 1)
    return found


def calibration(score: Floats, happened: Flags, *, groups: int = 10) -> pd.DataFrame:
    """Rows in groups of equal size by score: what was expected and what was observed.

    Returns
    -------
    DataFrame
        ``group`` (from 1, the lowest scores), ``n``, ``expected`` and ``observed``
        (shares), ``low``, ``high`` (Wilson 95 % of the observed), lowest first.
    """
    own, rows = group_of(score, groups), []
    for number in range(1, groups + 1):
        part = np.flatnonzero(own == number)
        if not part.size:
            continue
        won = int(happened[part].sum())
        low, high = share_bounds(won, part.size)
        rows.append(
            {
                "group": number, "n": part.size, "expected": float(score[part].mean()),
                "observed": won / part.size, "low": float(low), "high": float(high),
            }
        )  # fmt: skip
    columns = ["group", "n", "expected", "observed", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def lift(
    score: Floats, happened: Flags, *, shares: Sequence[float] = (0.1, 0.2, 0.3)
) -> pd.DataFrame:
    """What calling the rows of the highest scores would have found.

    Returns
    -------
    DataFrame
        ``share`` (of rows called), ``called``, ``found`` (of those who bought), ``captured``
        (found ÷ all who bought) with ``low`` and ``high`` (Wilson 95 %), ``rate`` (found ÷
        called) and ``lift`` (rate ÷ the rate of all).
    """
    rank = rank_of(score)
    total = int(happened.sum())
    rows = []
    for share in shares:
        called = round(share * score.size)
        found = int(happened[rank <= called].sum())
        low, high = share_bounds(found, total)
        rate = found / called if called else float("nan")
        rows.append(
            {
                "share": share, "called": called, "found": found,
                "captured": found / total if total else float("nan"),
                "low": float(low), "high": float(high),
                "rate": rate,
                "lift": rate / happened.mean() if total else float("nan"),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)
