"""Logistic regression on levels of features, with a ridge that keeps rare levels in bounds."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.errors import InvalidOption
from metrics.kernels.level_logit import products, solve_symmetric

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_STEPS = 50
_STILL = 1e-7


@dataclass(frozen=True, kw_only=True)
class Fit:
    """``intercept`` and, per feature, one weight per level, in log-odds."""

    intercept: float
    weights: tuple[Floats, ...]

    def log_odds(self, codes: Sequence[Codes]) -> Floats:
        """The log-odds of rows given by their level of each feature."""
        total = np.full(codes[0].size if codes else 0, self.intercept)
        for weights, code in zip(self.weights, codes, strict=True):
            total += weights[code]
        return total


def sigmoid(log_odds: Floats) -> Floats:
    """Log-odds as probabilities, without overflow."""
    return np.exp(-np.logaddexp(0.0, -log_odds))


def fit_logit(
    codes: Sequence[Codes],
    levels: Sequence[int],
    happened: NDArray[np.bool_],
    *,
    ridge: float = 1.0,
    start: Fit | None = None,
) -> Fit:
    """Maximum likelihood with a normal prior on every level's weight, by Newton's method.

    Without the prior this is the logit of `statsmodels`; the prior makes a level on which
    everybody or nobody bought finite, and draws rare levels to the average.

    Parameters
    ----------
    codes
        Per feature the level of each row, from 0.
    levels
        How many levels each feature has.
    happened
        The outcome per row; both must occur.
    ridge
        Precision of the prior, more than 0: with 1, a weight of 1 costs as much as the
        evidence of about a dozen rows.
    start
        A fit of the same features to begin from; it changes the time, not the result.

    Returns
    -------
    Fit
        The intercept is not drawn to 0: expected and observed outcomes are equal in all.

    Raises
    ------
    InvalidOption
        If only one outcome occurs, or ``ridge`` is not more than 0.

    References
    ----------
    le Cessie & van Houwelingen (1992), Applied Statistics 41:191-201.
    """
    if ridge <= 0:
        raise InvalidOption(f"ridge must be more than 0, got {ridge}")
    y = happened.astype(np.float64)
    if not 0 < y.sum() < y.size:
        raise InvalidOption("both outcomes must occur to learn from them")
    starts = 1 + np.concatenate([[0], np.cumsum(levels)]).astype(np.int64)
    places = np.column_stack([c + a for c, a in zip(codes, starts[:-1], strict=True)])
    theta = np.zeros(int(starts[-1]))
    theta[0] = np.log(y.mean() / (1 - y.mean()))
    if start is not None:
        theta = np.concatenate([[start.intercept], *start.weights])
    prior = np.full(theta.size, float(ridge))
    prior[0] = 0.0
    loss = _loss(theta, places, y, prior)
    for _ in range(_STEPS):
        p = sigmoid(theta[0] + theta[places].sum(axis=1))
        slope = _sums(y - p, places, theta.size) - prior * theta
        curve = products(places, p * (1 - p), theta.size)
        curve[np.diag_indices_from(curve)] += prior
        step = solve_symmetric(curve, slope)
        while (better := _loss(theta + step, places, y, prior)) > loss + _STILL:
            step /= 2
        theta, loss = theta + step, better
        if np.abs(step).max() < _STILL:
            break
    weights = tuple(theta[a:b] for a, b in itertools.pairwise(starts))
    return Fit(intercept=float(theta[0]), weights=weights)


def _loss(theta: Floats, places: Codes, y: Floats, prior: Floats) -> float:
    eta = theta[0] + theta[places].sum(axis=1)
    return float(np.logaddexp(0.0, eta).sum() - y @ eta + 0.5 * (prior * theta**2).sum())


def _sums(values: Floats, places: Codes, size: int) -> Floats:
    repeated = np.repeat(values, places.shape[1])
    sums: Floats = np.bincount(places.ravel(), repeated, size).astype(np.float64)
    sums[0] = values.sum()
    return sums
