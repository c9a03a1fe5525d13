"""A weekly discrete-time hazard: the chance that something happens in the coming week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from data.errors import InvalidOption

Floats = NDArray[np.float64]

LEAST_EVENTS = 30  # fewer events give no model


@dataclass(frozen=True)
class Hazard:
    """A fitted logit over person-weeks: ``intercept``, a coefficient per column, and the
    columns' means and spreads by which they were scaled."""

    intercept: float
    coefficients: Floats
    means: Floats
    spreads: Floats

    def contributions(self, features: Floats) -> Floats:
        """What each column adds to the log-odds against the mean person-week, (n, columns)."""
        found: Floats = (features - self.means) / self.spreads * self.coefficients
        return found

    def chance(self, features: Floats) -> Floats:
        """The hazard of each row, in (0, 1)."""
        odds = self.intercept + self.contributions(features).sum(axis=1)
        found: Floats = 1 / (1 + np.exp(-odds))
        return found


def fit_hazard(features: Floats, happened: NDArray[np.bool_]) -> Hazard:
    """Fit the logit of "happens within the week" on what is known before the week.

    Each scaled coefficient has a log-F(2, 2) prior, given as one event and one non-event:
    a column that separates perfectly has no finite estimate without it.

    Parameters
    ----------
    features
        (n, columns), known at the start of each person-week, finite.
    happened
        (n,) whether it happened within that week.

    Raises
    ------
    InvalidOption
        If fewer than `LEAST_EVENTS` happened, or nothing else did.

    References
    ----------
    Allison (1982), Sociological Methodology 13:61-98. Greenland & Mansournia (2015),
    Statist. Med. 34:3133-3143 (log-F priors).
    """
    events = int(happened.sum())
    if min(events, happened.size - events) < LEAST_EVENTS:
        raise InvalidOption(f"events must be at least {LEAST_EVENTS}, got {events}")
    means, spreads = features.mean(axis=0), features.std(axis=0)
    spreads = np.where(spreads > 0, spreads, 1.0)
    columns = features.shape[1]
    scaled = np.column_stack([np.ones(len(features)), (features - means) / spreads])
    prior = np.column_stack([np.zeros(2 * columns), np.repeat(np.eye(columns), 2, axis=0)])
    x = np.vstack([scaled, prior])
    y = np.r_[happened.astype(float), np.tile([0.0, 1.0], columns)]
    fitted = sm.Logit(y, x).fit(method="newton", maxiter=50, disp=0, warn_convergence=False)
    return Hazard(float(fitted.params[0]), fitted.params[1:], means, spreads)


def auc(score: Floats, happened: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Chance that an event's score is above a non-event's, with its 95 % interval.

    In [0, 1]; 0.5 is chance, ties count half. Missing where there is no event or nothing
    else.

    References
    ----------
    Hanley & McNeil (1982), Radiology 143:29-36.
    """
    m = int(happened.sum())
    n = happened.size - m
    if not m or not n:
        return float("nan"), float("nan"), float("nan")
    a = float((rankdata(score)[happened].sum() - m * (m + 1) / 2) / (m * n))
    q1, q2 = a / (2 - a), 2 * a * a / (1 + a)
    variance = (a * (1 - a) + (m - 1) * (q1 - a * a) + (n - 1) * (q2 - a * a)) / (m * n)
    half = float(norm.ppf(0.975)) * max(variance, 0.0) ** 0.5
    return a, max(a - half, 0.0), min(a + half, 1.0)
