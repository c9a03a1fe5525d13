"""Concentration: how much of a total a few bring, and whether 20/80 holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.errors import InvalidOption

Floats = NDArray[np.float64]

TOP = 0.2
MOST = 0.8
HOLDS_FROM = 0.5  # a top fifth that brings less than half: "20/80 does not hold here"
FEWEST = 30
_SEED = 20_260_101
_DRAWS = 500


@dataclass(frozen=True)
class Concentration:
    """How a total is spread over the people who bring it.

    ``n`` people, ``total``; ``top_share`` of the top fifth, with its 95 % bootstrap
    interval ``low`` and ``high``; ``least_people``, the least share of people that gives
    80 %; ``gini``. All are missing (nan) without people or total.
    """

    n: int
    total: float
    top_share: float
    low: float
    high: float
    least_people: float
    gini: float

    @property
    def verdict(self) -> str:
        """``too_few`` (below 30 people or nothing to share), ``holds`` or ``does_not_hold``."""
        if self.n < FEWEST or not self.total:
            return "too_few"
        return "holds" if self.top_share >= HOLDS_FROM else "does_not_hold"


def concentration(amounts: Floats, *, draws: int = _DRAWS, seed: int = _SEED) -> Concentration:
    """The concentration of amounts, one per person, none below zero.

    Parameters
    ----------
    amounts
        What each person brought; people with 0 count as people.
    draws
        Bootstrap samples for the interval of the top share; 0 gives none.
    seed
        Of the bootstrap: the same amounts give the same interval.

    Raises
    ------
    InvalidOption
        If an amount is negative or not a number: a share of such a total means nothing.
    """
    values = _checked(amounts)
    n, total = values.size, float(values.sum())
    if not n or not total:
        missing = float("nan")
        return Concentration(n, total, missing, missing, missing, missing, missing)
    low, high = _interval(values, draws, seed)
    return Concentration(
        n, total, top_share(values), low, high, least_people(values), gini(values)
    )  # fmt: skip


def top_share(amounts: Floats, *, top: float = TOP) -> float:
    """Share of the total that the top ``top`` of people bring; a person cut by the edge in part.

    One of five people is the top fifth exactly; of four people the top fifth is 0.8 of
    the first, so that the share does not jump with n. Equal amounts give ``top``.
    """
    cumulative = _cumulative_from_top(_checked(amounts))
    if not cumulative.size or not cumulative[-1]:
        return float("nan")
    people = np.arange(cumulative.size + 1)
    brought = np.interp(top * cumulative.size, people, np.r_[0.0, cumulative])
    return float(brought / cumulative[-1])


def least_people(amounts: Floats, *, most: float = MOST) -> float:
    """Least share of people that together bring at least ``most`` of the total."""
    cumulative = _cumulative_from_top(_checked(amounts))
    if not cumulative.size or not cumulative[-1]:
        return float("nan")
    # A hair less, so that 0.8 of a total met exactly is met.
    needed = np.searchsorted(cumulative, most * cumulative[-1] * (1 - 1e-12)) + 1
    return float(needed / cumulative.size)


def gini(amounts: Floats) -> float:
    """Gini coefficient: 0 where all bring the same, 1 − 1/n where one brings everything.

    References
    ----------
    Gini (1912); the form Σ(2i − n − 1)·x(i) ÷ (n·Σx) over ascending amounts.
    """
    values = np.sort(_checked(amounts))
    n, total = values.size, values.sum()
    if not n or not total:
        return float("nan")
    weights = 2 * np.arange(1, n + 1) - n - 1
    return float((weights * values).sum() / (n * total))


def lorenz(amounts: Floats, *, points: int = 101) -> tuple[Floats, Floats]:
    """The Lorenz curve from the top: share of people, share of the total they bring.

    From the top, so that "the first 20 % bring 76 %" is read off at 0.2; both run from 0
    to 1 at up to ``points`` even steps. Empty without people or total.
    """
    cumulative = _cumulative_from_top(_checked(amounts))
    if not cumulative.size or not cumulative[-1]:
        return np.empty(0), np.empty(0)
    people = np.linspace(0, 1, points)
    own = np.arange(cumulative.size + 1) / cumulative.size
    return people, np.interp(people, own, np.r_[0.0, cumulative]) / cumulative[-1]


def _checked(amounts: Floats) -> Floats:
    values: Floats = np.asarray(amounts, np.float64)
    if values.size and not values.min() >= 0:  # nan fails too
        raise InvalidOption(f"amounts must be at least 0, got {values.min()}")
    return values


def _cumulative_from_top(values: Floats) -> Floats:
    cumulative: Floats = np.cumsum(np.sort(values)[::-1])
    return cumulative


def _interval(values: Floats, draws: int, seed: int) -> tuple[float, float]:
    """Percentile bootstrap over people; drawn as counts of each distinct amount.

    Thousands of people share few distinct amounts: a draw is one multinomial over those.
    """
    if not draws:
        return float("nan"), float("nan")
    rng = np.random.default_rng(seed)
    amount, people = np.unique(values, return_counts=True)
    n = values.size
    drawn = rng.multinomial(n, people / n, size=draws)[:, ::-1]
    amount = amount[::-1]
    edge = TOP * n
    before = np.cumsum(drawn, 1) - drawn
    taken = np.clip(edge - before, 0, drawn)
    totals = drawn @ amount
    shares = (taken @ amount)[totals > 0] / totals[totals > 0]
    if not shares.size:
        return float("nan"), float("nan")
    low, high = np.quantile(shares, [0.025, 0.975])
    return float(low), float(high)
