"""BG/NBD: who will buy again and how often, where nobody says when they have left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1, psi

from data.errors import InvalidOption

Floats = NDArray[np.float64]
FARTHEST = 2  # times the history: farther ahead nothing is said
_BOUNDS = (-7.0, 9.0)  # of the logarithms: beyond them the data say no more
_POLE = 1e-6  # at a = 1 the closed form is nought over nought


@dataclass(frozen=True)
class BgNbd:
    """A fitted model: rates are Gamma(r, α), chances to leave after an order Beta(a, b).

    Time is in the unit of the histories. ``history`` is the longest of them, and
    ``log_likelihood`` of the fit.
    """

    r: float
    alpha: float
    a: float
    b: float
    history: float
    log_likelihood: float

    def alive(self, repeats: ArrayLike, last: ArrayLike, age: ArrayLike) -> Floats:
        """The chance that each is still a customer; 1 for who bought only once.

        The model lets nobody leave before a repeat order, so that it cannot tell of them.
        """
        return 1.0 / (1.0 + self._gone(*_histories(repeats, last, age)))

    def expected(
        self, repeats: ArrayLike, last: ArrayLike, age: ArrayLike, *, ahead: float
    ) -> Floats:
        """Orders to expect of each in the time ahead, given what they did so far.

        Raises
        ------
        InvalidOption
            If the time ahead is not above 0, or longer than the history: history and
            forecast together may last twice the history.
        """
        most = (FARTHEST - 1) * self.history
        if not 0 < ahead <= most:
            raise InvalidOption(
                f"ahead must lie above 0 and at most at {most:g} ({FARTHEST} times the history"
                f" in all), got {ahead:g}"
            )
        x, t, age_ = _histories(repeats, last, age)
        a = self.a if abs(self.a - 1) > _POLE else 1 + _POLE
        over = self.alpha + age_ + ahead
        left = ((self.alpha + age_) / over) ** (self.r + x)
        series = hyp2f1(self.r + x, self.b + x, a + self.b + x - 1, ahead / over)
        orders = (a + self.b + x - 1) / (a - 1) * (1 - left * series)
        found: Floats = orders / (1.0 + self._gone(x, t, age_))
        return found

    def _gone(self, x: Floats, t: Floats, age: Floats) -> Floats:
        """The odds that one has left."""
        ratio = ((self.alpha + age) / (self.alpha + t)) ** (self.r + x)
        odds = self.a / np.where(x > 0, self.b + x - 1, 1.0) * ratio
        return np.where(x > 0, odds, 0.0)


def fit_bg_nbd(
    repeats: ArrayLike, last: ArrayLike, age: ArrayLike, *, weights: ArrayLike | None = None
) -> BgNbd:
    """Fit by maximum likelihood.

    Parameters
    ----------
    repeats
        (n,) orders of each after the first.
    last
        (n,) time from the first order to the last, 0 without a repeat.
    age
        (n,) time from the first order until now, not before the last.
    weights
        (n,) how many people a row stands for; one each without it.

    Raises
    ------
    InvalidOption
        If nobody bought again, lengths differ, or times are out of order.

    References
    ----------
    Fader, Hardie & Lee (2005), Marketing Science 24(2):275-284.
    """
    x, t, age_ = _histories(repeats, last, age)
    w = np.ones(x.size) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != x.shape or (w < 0).any():
        raise InvalidOption(f"weights must be {x.size} numbers of at least 0, got {w.size}")
    if not (w * x).sum() > 0:
        raise InvalidOption("repeats must hold somebody who bought again, got nobody")
    start = np.log([1.0, float(np.average(age_, weights=w)) or 1.0, 1.0, 2.0])
    best = minimize(
        _loss, start, args=(x, t, age_, w), jac=True, method="L-BFGS-B", bounds=[_BOUNDS] * 4,
        options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-9},
    )  # fmt: skip
    r, alpha, a, b = (float(value) for value in np.exp(best.x))
    return BgNbd(r, alpha, a, b, float(age_.max()), -float(best.fun) * float(w.sum()))


def _histories(repeats: ArrayLike, last: ArrayLike, age: ArrayLike) -> tuple[Floats, ...]:
    x, t, age_ = (np.asarray(values, dtype=np.float64) for values in (repeats, last, age))
    if not x.shape == t.shape == age_.shape:
        raise InvalidOption(
            f"repeats, last and age must be of one length, got {x.size}, {t.size}, {age_.size}"
        )
    if not ((x >= 0) & (t >= 0) & (t <= age_)).all():
        raise InvalidOption("repeats and last must be at least 0, and age no less than last")
    return x, t, age_


def _loss(logs: Floats, x: Floats, t: Floats, age: Floats, w: Floats) -> tuple[float, Floats]:
    """Minus the mean log-likelihood and its gradient by the logarithms of r, α, a, b."""
    r, alpha, a, b = np.exp(logs)
    counts, place = np.unique(x, return_inverse=True)
    some = counts > 0
    before = np.where(some, b + counts - 1, 1.0)
    leaves = np.where(some, np.log(a) - np.log(before), -np.inf)[place]
    by_age, by_last = np.log(alpha + age), np.log(alpha + t)
    stays, goes = -(r + x) * by_age, leaves - (r + x) * by_last
    both = np.logaddexp(stays, goes)
    shared = (
        gammaln(r + counts) - gammaln(r) + r * np.log(alpha)
        + gammaln(a + b) + gammaln(b + counts) - gammaln(b) - gammaln(a + b + counts)
    )[place]  # fmt: skip
    share = np.exp(goes - both)  # of the likelihood that is of having left
    ends = psi(a + b) - psi(a + b + counts)
    slopes = (
        (psi(r + counts) - psi(r))[place]
        + np.log(alpha) - (1 - share) * by_age - share * by_last,
        r / alpha - (r + x) * ((1 - share) / (alpha + age) + share / (alpha + t)),
        ends[place] + share / a,
        (ends + psi(b + counts) - psi(b))[place] - share / before[place],
    )  # fmt: skip
    total = w.sum()
    gradient = np.array([float((w * slope).sum()) for slope in slopes]) * np.exp(logs)
    return -float((w * (shared + both)).sum()) / total, -gradient / total
