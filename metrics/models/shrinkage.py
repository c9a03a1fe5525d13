"""Empirical Bayes: figures of groups drawn towards one another by how little each one tells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaincinv, betaln, digamma, expit, logit

from metrics.foundation.intervals import Z95

Floats = NDArray[np.float64]

_MOST = 1e6  # prior units from which groups are one and the same


@dataclass(frozen=True)
class Shrunk:
    """Posterior means with 95 % intervals, one per group."""

    value: Floats
    low: Floats
    high: Floats


def beta_binomial(successes: Floats, trials: Floats) -> tuple[float, float]:
    """α and β of the beta distribution that the groups' rates come from, by maximum likelihood.

    Parameters
    ----------
    successes, trials
        Per group; groups without trials tell nothing. At least one trial in all.

    References
    ----------
    Skellam (1948), JRSS B 10:257-261.
    """
    known = trials > 0
    # Sorted, so that the last bits do not depend on the order of groups.
    order = np.lexsort((successes[known], trials[known]))
    x, n = successes[known][order], trials[known][order]
    mean = np.clip(x.sum() / n.sum(), 1e-6, 1 - 1e-6)

    def loss(parameters: Floats) -> tuple[float, Floats]:
        a, b = _prior(parameters)
        fit = (betaln(a + x, b + n - x) - betaln(a, b)).sum()
        both = digamma(a + b) - digamma(a + b + n)
        by_a = (digamma(a + x) - digamma(a) + both).sum()
        by_b = (digamma(b + n - x) - digamma(b) + both).sum()
        slope = np.array([(by_a - by_b) * a * b / (a + b), by_a * a + by_b * b])
        return -float(fit), -slope

    starts = [np.array([logit(mean), np.log(prior)]) for prior in (3.0, 30.0, 1000.0, _MOST)]
    bounds = [(-15.0, 15.0), (np.log(0.1), np.log(_MOST))]
    best = min(
        (minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds) for start in starts),
        key=lambda found: float(found.fun),
    )
    return _prior(best.x)


def _prior(parameters: Floats) -> tuple[float, float]:
    mean, units = float(expit(parameters[0])), float(np.exp(parameters[1]))
    return mean * units, (1 - mean) * units


def shrunk_rates(successes: Floats, trials: Floats) -> Shrunk:
    """Each group's rate, drawn to the others'; a group without trials has the prior's.

    One group alone is not drawn anywhere: its interval is Jeffreys'.
    """
    if trials.size == 0:
        return Shrunk(*(np.empty(0) for _ in range(3)))
    several = (trials > 0).sum() >= 2
    a, b = beta_binomial(successes, trials) if several else (0.5, 0.5)
    after_a, after_b = a + successes, b + trials - successes
    mean = after_a / (after_a + after_b)
    if not several:
        mean = np.where(trials > 0, successes / np.maximum(trials, 1), np.nan)
    low, high = (betaincinv(after_a, after_b, q) for q in (0.025, 0.975))
    return Shrunk(mean, low, high)


def shrunk_means(values: Floats, errors: Floats) -> Shrunk:
    """Each group's figure, drawn to the mean of all by its standard error.

    The spread between groups is DerSimonian & Laird's. Groups whose value or error is
    missing stay missing.
    """
    known = np.isfinite(values) & np.isfinite(errors) & (errors > 0)
    v, e2 = values[known], errors[known] ** 2
    empty = np.full(values.size, np.nan)
    if not known.any():
        return Shrunk(empty, empty, empty)
    weights = 1 / e2
    centre = (weights * v).sum() / weights.sum()
    excess = (weights * (v - centre) ** 2).sum() - (v.size - 1)
    scale = weights.sum() - (weights**2).sum() / weights.sum()
    between = max(excess / scale, 0.0) if scale > 0 else 0.0
    total = 1 / (e2 + between)
    centre = (total * v).sum() / total.sum()
    kept = between / (between + e2) if v.size > 1 else np.ones(1)
    mean = centre + kept * (v - centre)
    error = np.sqrt(e2 * kept + (1 - kept) ** 2 / total.sum())
    found = [empty.copy() for _ in range(3)]
    for column, figures in zip(found, (mean, mean - Z95 * error, mean + Z95 * error), strict=True):
        column[known] = figures
    return Shrunk(*found)


def shrunk_to_zero(values: Floats, errors: Floats) -> Shrunk:
    """Each group's deviation, drawn to none by its standard error.

    For deviations from what was expected of each group, whose mean is 0 by construction.
    The spread between groups is DerSimonian & Laird's about 0; where it is 0 no group
    differs. Groups whose value or error is missing stay missing.
    """
    known = np.isfinite(values) & np.isfinite(errors) & (errors > 0)
    found = [np.full(values.size, np.nan) for _ in range(3)]
    if known.any():
        v, e2 = values[known], errors[known] ** 2
        weights = 1 / e2
        between = max(((weights * v**2).sum() - v.size) / weights.sum(), 0.0)
        mean = v * between / (between + e2)
        half = Z95 * np.sqrt(between * e2 / (between + e2))
        for column, figures in zip(found, (mean, mean - half, mean + half), strict=True):
            column[known] = figures
    return Shrunk(*found)
