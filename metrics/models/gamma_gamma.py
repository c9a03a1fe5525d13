"""Gamma–Gamma: what an order of each customer is worth, drawn to the mean of all by how few."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import gammaln, psi

from data.errors import InvalidOption

Floats = NDArray[np.float64]
_BOUNDS = (-7.0, 12.0)  # of the logarithms


@dataclass(frozen=True)
class GammaGamma:
    """A fitted model: an order's value is Gamma(p, ν), and ν differs as Gamma(q, v).

    ``v`` is in the unit of the values; ``log_likelihood`` of the fit.
    """

    p: float
    q: float
    v: float
    log_likelihood: float

    @property
    def mean(self) -> float:
        """What an order of somebody unknown is worth; missing where it has no mean."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else float("nan")

    def expected(self, orders: ArrayLike, mean: ArrayLike) -> Floats:
        """What an order of each is worth, given how many they made and their mean."""
        n, m = np.asarray(orders, dtype=np.float64), np.asarray(mean, dtype=np.float64)
        found: Floats = self.p * (self.v + n * m) / (self.p * n + self.q - 1)
        return found


def fit_gamma_gamma(
    orders: ArrayLike, mean: ArrayLike, *, weights: ArrayLike | None = None
) -> GammaGamma:
    """Fit by maximum likelihood.

    Parameters
    ----------
    orders
        (n,) how many orders each made, at least 1.
    mean
        (n,) the mean value of them, above 0.
    weights
        (n,) how many people a row stands for; one each without it.

    Raises
    ------
    InvalidOption
        If there is nobody, lengths differ, or a number is out of bounds.

    References
    ----------
    Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value (brucehardie.com/notes/025).
    """
    n, m = np.asarray(orders, dtype=np.float64), np.asarray(mean, dtype=np.float64)
    w = np.ones(n.size) if weights is None else np.asarray(weights, dtype=np.float64)
    if not n.size or not n.shape == m.shape == w.shape:
        raise InvalidOption(
            f"orders, mean and weights must be of one length above 0, got {n.size}, {m.size},"
            f" {w.size}"
        )
    if not ((n >= 1) & (m > 0) & (w >= 0)).all():
        raise InvalidOption("orders must be at least 1, mean above 0 and weights at least 0")
    scale = float(np.average(m, weights=w))
    best = minimize(
        _loss, np.log([2.0, 3.0, 1.0]), args=(n, m / scale, w), jac=True, method="L-BFGS-B",
        bounds=[_BOUNDS] * 3, options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-9},
    )  # fmt: skip
    p, q, v = (float(value) for value in np.exp(best.x))
    total = float(w.sum())
    return GammaGamma(p, q, v * scale, -total * (float(best.fun) + float(np.log(scale))))


def _loss(logs: Floats, n: Floats, m: Floats, w: Floats) -> tuple[float, Floats]:
    """Minus the mean log-likelihood and its gradient by the logarithms of p, q, v."""
    p, q, v = np.exp(logs)
    shape, over = p * n, np.log(v + n * m)
    each = (
        gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(v)
        + (shape - 1) * np.log(m) + shape * np.log(n) - (shape + q) * over
    )  # fmt: skip
    slopes = (
        n * (psi(shape + q) - psi(shape) + np.log(m) + np.log(n) - over),
        psi(shape + q) - psi(q) + np.log(v) - over,
        q / v - (shape + q) / (v + n * m),
    )
    total = w.sum()
    gradient = np.array([float((w * slope).sum()) for slope in slopes]) * np.exp(logs)
    return -float((w * each).sum()) / total, -gradient / total
