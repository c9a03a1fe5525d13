"""How good a score is on rows it never saw: order, size of its errors, use at a capacity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest, rankdata

from data.errors import InvalidOption
from metrics.models.kaplan_meier import Z95

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Auc:
    """The chance that a buyer is scored above a non-buyer, with its 95 % interval."""

    value: float
    low: float
    high: float


def auc(score: Floats, happened: Flags) -> Auc:
    """Area under the ROC curve with DeLong's interval on the logit scale; ties count half.

    Raises
    ------
    InvalidOption
        If only one outcome occurs.

    References
    ----------
    DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44:837-845. Sun & Xu (2014), IEEE
    Signal Processing Letters 21:1389-1393 (by mid-ranks).
    """
    m, n = int(happened.sum()), int((~happened).sum())
    if not m or not n:
        raise InvalidOption("both outcomes must occur to judge a score")
    ranks = rankdata(score)
    over = (ranks[happened] - rankdata(score[happened])) / n
    under = 1 - (ranks[~happened] - rankdata(score[~happened])) / m
    value = float(over.mean())
    spread = (over.var(ddof=1) / m if m > 1 else 0.0) + (under.var(ddof=1) / n if n > 1 else 0.0)
    if not 0 < value < 1:
        return Auc(value=value, low=value, high=value)
    centre, half = np.log(value / (1 - value)), Z95 * np.sqrt(spread) / (value * (1 - value))
    low, high = (1 / (1 + np.exp(-x)) for x in (centre - half, centre + half))
    return Auc(value=value, low=float(low), high=float(high))


def brier(score: Floats, happened: Flags) -> float:
    """The mean squared difference of probability and outcome; 0 is perfect."""
    return float(((score - happened) ** 2).mean())


def calibration(score: Floats, happened: Flags, *, groups: int = 10) -> pd.DataFrame:
    """Rows in groups of equal size by score: what was expected and what was observed.

    Returns
    -------
    DataFrame
        ``group`` (from 1, the lowest scores), ``n``, ``expected`` and ``observed``
        (shares), ``low``, ``high`` (Wilson 95 % of the observed), lowest first.
    """
    order = np.argsort(score, kind="stable")
    rows = []
    for number, part in enumerate(np.array_split(order, groups), 1):
        if not part.size:
            continue
        won = int(happened[part].sum())
        bounds = binomtest(won, part.size).proportion_ci(method="wilson")
        rows.append(
            {
                "group": number, "n": part.size, "expected": float(score[part].mean()),
                "observed": won / part.size, "low": bounds.low, "high": bounds.high,
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
    order = np.argsort(-score, kind="stable")
    total = int(happened.sum())
    rows = []
    for share in shares:
        called = round(share * score.size)
        found = int(happened[order[:called]].sum())
        bounds = binomtest(found, total).proportion_ci(method="wilson") if total else None
        rate = found / called if called else float("nan")
        rows.append(
            {
                "share": share, "called": called, "found": found,
                "captured": found / total if total else float("nan"),
                "low": bounds.low if bounds else float("nan"),
                "high": bounds.high if bounds else float("nan"),
                "rate": rate,
                "lift": rate / happened.mean() if total else float("nan"),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)
