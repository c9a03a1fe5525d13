"""Shifted-beta-geometric: how many renew again and again, when families differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from data.errors import InvalidOption

Floats = NDArray[np.float64]
FARTHEST = 2  # times the history: farther ahead nothing is said


@dataclass(frozen=True)
class Sbg:
    """A fitted model: each family's chance to stop is one draw from Beta(α, β).

    ``history`` is the number of renewals it was learnt from; ``log_likelihood`` of the fit.
    """

    alpha: float
    beta: float
    history: int
    log_likelihood: float

    def rate(self, k: int) -> float:
        """The chance that who is still there renews for the k-th time, k from 1."""
        self._check(k)
        return (self.beta + k - 1) / (self.alpha + self.beta + k - 1)

    def survival(self, k: int) -> float:
        """The share still there after the k-th renewal; 1 at 0."""
        if k:
            self._check(k)
        share = 1.0
        for step in range(1, k + 1):
            share *= self.rate(step)
        return share

    def _check(self, k: int) -> None:
        most = FARTHEST * self.history
        if not 1 <= k <= most:
            raise InvalidOption(
                f"k must lie between 1 and {most} ({FARTHEST} times the history), got {k}"
            )


def fit_sbg(at_risk: ArrayLike, renewed: ArrayLike) -> Sbg:
    """Fit by maximum likelihood.

    Parameters
    ----------
    at_risk
        (renewals,) how many stood before the 1st, 2nd… renewal and are settled; counts of
        different families may stand in them, so young ones take part as far as they got.
    renewed
        (renewals,) how many of those renewed.

    Raises
    ------
    InvalidOption
        If there are fewer than two renewals with anybody at risk, or more renewed than
        were at risk.

    References
    ----------
    Fader & Hardie (2007), Journal of Interactive Marketing 21(1):76-90.
    """
    n, r = np.asarray(at_risk, dtype=np.float64), np.asarray(renewed, dtype=np.float64)
    if n.shape != r.shape or n.ndim != 1 or (n > 0).sum() < 2:
        raise InvalidOption(f"at_risk must hold two renewals at least, got {int((n > 0).sum())}")
    if (r > n).any() or (r < 0).any():
        raise InvalidOption("renewed must lie between 0 and at_risk")
    step = np.arange(len(n), dtype=np.float64)

    def loss(parameters: Floats) -> float:
        a, b = np.exp(parameters)
        stays = np.log(b + step) - np.log(a + b + step)
        goes = np.log(a) - np.log(a + b + step)
        return -float((r * stays + (n - r) * goes).sum())

    found = min(
        (
            minimize(loss, np.log(start), method="L-BFGS-B", bounds=[(-9, 9), (-9, 9)])
            for start in ((1.0, 1.0), (0.5, 2.0), (5.0, 5.0))
        ),
        key=lambda fit: float(fit.fun),
    )
    a, b = np.exp(found.x)
    return Sbg(float(a), float(b), int((n > 0).sum()), -float(found.fun))
