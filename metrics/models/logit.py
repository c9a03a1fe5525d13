"""A logistic regression that stays finite: what separates perfectly is pulled back a little."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from metrics.foundation.intervals import Z95

Floats = NDArray[np.float64]

_STEPS, _SMALL = 60, 1e-10


@dataclass(frozen=True)
class Logit:
    """A fitted model: coefficients of standardised columns, an intercept first."""

    mean: Floats
    spread: Floats
    weights: Floats  # (1 + columns,)
    covariance: Floats

    @property
    def intercept(self) -> float:
        """The log odds of an average row."""
        return float(self.weights[0])

    @property
    def coefficients(self) -> Floats:
        """(columns,): log odds a standard deviation."""
        found: Floats = self.weights[1:]
        return found

    def design(self, rows: Floats) -> Floats:
        """(n, columns) as (n, 1 + columns), standardised, the constant first."""
        scaled = (rows - self.mean) / self.spread
        return np.column_stack([np.ones(len(rows)), scaled])

    def chance(self, rows: Floats) -> Floats:
        """(n,) chances."""
        found: Floats = expit(self.design(rows) @ self.weights)
        return found

    def pulls(self, rows: Floats) -> Floats:
        """(n, columns): what each column adds to the log odds of an average row."""
        found: Floats = self.design(rows)[:, 1:] * self.coefficients
        return found

    def expected(self, rows: Floats, amounts: Floats | None = None) -> tuple[float, float, float]:
        """Σ chance (times amounts) with a 95 % interval, of luck and of the fit together.

        References
        ----------
        Variance of a sum of unlike Bernoulli draws, plus the delta method for the weights.
        """
        p = self.chance(rows)
        of = np.ones(len(p)) if amounts is None else amounts
        total = float((p * of).sum())
        luck = float((p * (1 - p) * of**2).sum())
        slope = self.design(rows).T @ (p * (1 - p) * of)
        fit = float(slope @ self.covariance @ slope)
        half = Z95 * float(np.sqrt(luck + fit))
        return total, max(total - half, 0.0), min(total + half, float(of.sum()))


def fit_logit(rows: Floats, happened: Floats, *, prior: float = 1.0) -> Logit:
    """Fit by maximum likelihood with a log-F(m, m) prior on every slope.

    Parameters
    ----------
    rows
        (n, columns) without missing values; a column of one value gets no weight.
    happened
        (n,) 0 or 1, both of them present.
    prior
        Its m, more than 0: what it weighs, in rows.

    References
    ----------
    Newton's method on the normal equations: a solver by singular values, as statsmodels
    has it, takes ten times as long on a page. Greenland & Mansournia (2015), Statistics in
    Medicine 34:3133-3143: the prior as two rows a column of weight m ÷ 2, one of either
    outcome, so that perfect separation has a finite estimate.
    """
    mean, spread = rows.mean(axis=0), rows.std(axis=0)
    spread = np.where(spread > 1e-12, spread, 1.0)
    columns = rows.shape[1]
    design = np.column_stack([np.ones(len(rows)), (rows - mean) / spread])
    pulled = np.column_stack([np.zeros(columns), np.eye(columns)])
    given = np.vstack([design, pulled, pulled])
    outcome = np.r_[happened, np.ones(columns), np.zeros(columns)]
    weight = np.r_[np.ones(len(rows)), np.full(2 * columns, prior / 2)]
    weights = np.zeros(columns + 1)
    for _ in range(_STEPS):
        p = expit(given @ weights)
        slope = given.T @ (weight * (outcome - p))
        curve = (given * (weight * p * (1 - p))[:, None]).T @ given
        step = np.linalg.solve(curve, slope)
        weights += step * min(1.0, 5.0 / max(float(np.abs(step).max()), _SMALL))
        if float(np.abs(step).max()) < _SMALL:
            break
    return Logit(mean=mean, spread=spread, weights=weights, covariance=np.linalg.inv(curve))
