"""Consultants compared fairly: what they converted against what their leads promised."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.optimize import brentq
from scipy.special import ndtri

from metrics.foundation.intervals import Z95
from metrics.foundation.separation import LEAST_MATURE
from metrics.leads.score import LeadScore
from metrics.models.level_logit import Floats

ABOVE, BELOW, WITHIN, FEW = "above", "below", "within", "too_few"


def fairness(score: LeadScore) -> Callable[[pa.Table], pd.DataFrame]:
    """The kernel for `metrics.leads.features.received_rows`: one row per consultant.

    Expected is Σ score of the leads received, each as likely to convert as leads like it
    anywhere in the institution. Observed ÷ expected has a 95 % interval by Wilson's
    score for independent leads of unequal chances.

    Returns
    -------
    DataFrame
        ``owner_id``, ``campus_id`` (of most leads), ``n``, ``observed``, ``expected``,
        ``raw`` (observed ÷ n), ``ratio`` (observed ÷ expected), ``low``, ``high``,
        ``spread`` (standard error of the ratio where it is 1) and ``verdict`` (`ABOVE`,
        `BELOW`, `WITHIN`, `FEW`), the lowest ratio first.

    References
    ----------
    METRICS, "fair rate". Spiegelhalter (2005), Statistics in Medicine 24:1185-1202.
    """

    def compared(table: pa.Table) -> pd.DataFrame:
        return _compared(table, score)

    held = sha256(score.fingerprint.encode()).hexdigest()
    compared.__qualname__ = f"fairness.{held}"
    return compared


def _compared(table: pa.Table, score: LeadScore) -> pd.DataFrame:
    chance = score.probability(score.codes(table))
    leads = pd.DataFrame(
        {
            "owner_id": table["owner_id"].to_pandas(), "campus_id": table["campus_id"].to_pandas(),
            "won": table["won"].to_numpy().astype(float), "chance": chance,
        }
    )  # fmt: skip
    rows = []
    for owner, own in leads.groupby("owner_id", sort=True):
        p = own["chance"].to_numpy()
        observed, expected = float(own["won"].sum()), float(p.sum())
        low, high = ratio_interval(observed, p)
        ratio = observed / expected
        rows.append(
            {
                "owner_id": owner, "campus_id": own["campus_id"].mode().iloc[0], "n": len(own),
                "observed": observed, "expected": expected, "raw": observed / len(own),
                "ratio": ratio, "low": low, "high": high,
                "spread": float(np.sqrt((p * (1 - p)).sum()) / expected),
                "verdict": _verdict(len(own), low, high),
            }
        )  # fmt: skip
    columns = [
        "owner_id", "campus_id", "n", "observed", "expected", "raw", "ratio", "low", "high",
        "spread", "verdict",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).sort_values("ratio", ignore_index=True)


def ratio_interval(observed: float, chances: Floats) -> tuple[float, float]:
    """The 95 % interval of observed ÷ expected: the ratios that the outcome does not refuse.

    A ratio r gives every lead the chance r p (at most 1); it is refused where the observed
    number lies more than 1.96 standard errors from Σ r p.
    """
    expected = float(chances.sum())

    def gap(r: float, side: float) -> float:
        p = np.minimum(r * chances, 1.0)
        return float(observed - p.sum() - side * Z95 * np.sqrt((p * (1 - p)).sum()))

    point, most = observed / expected, 1.0 / float(chances.min())
    low = brentq(gap, 1e-9, point, args=(1.0,)) if observed > 0 else 0.0
    top = min(most, max(point * 4, 12 / expected))
    high = brentq(gap, max(point, 1e-9), top, args=(-1.0,)) if gap(top, -1.0) < 0 else top
    return float(low), float(high)


def _verdict(n: int, low: float, high: float) -> str:
    if n < LEAST_MATURE:
        return FEW
    return ABOVE if low > 1 else BELOW if high < 1 else WITHIN


def funnel_limits(most: float, *, share: float = 0.95, chance: float = 0.1) -> pd.DataFrame:
    """Where a consultant of average skill lies with a chance of ``share``, by expected orders.

    Returns
    -------
    DataFrame
        ``expected`` (from 2 to ``most``), ``low``, ``high`` (of observed ÷ expected); the
        leads' chances are taken as ``chance`` each.
    """
    expected = np.linspace(2.0, max(most, 3.0), 60)
    half = float(ndtri((1 + share) / 2)) * np.sqrt((1 - chance) / expected)
    return pd.DataFrame({"expected": expected, "low": np.maximum(1 - half, 0), "high": 1 + half})
