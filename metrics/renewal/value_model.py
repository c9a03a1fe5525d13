"""What families will still buy: two models of when they order, one of for how much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from metrics.foundation.intervals import Z95
from metrics.models.bg_nbd import BgNbd, fit_bg_nbd
from metrics.models.gamma_gamma import GammaGamma, fit_gamma_gamma
from metrics.models.order_gaps import OrderGaps, fit_order_gaps

Floats = NDArray[np.float64]

LEAST_REPEAT = 100  # people who bought again, below which nothing is estimated
NEAR = 0.2  # a test that missed by no more than a fifth may be relied on
MOST_LISTED = 200
ANY_TIME, BY_TERM = "any_time", "by_term"  # who buys at any time; who buys by the term
MOST_REPEATS = 3  # repeat orders from which people are tested together


class OrderModel(Protocol):
    """Foretells orders from repeats so far, weeks to the last one and weeks in all."""

    @property
    def history(self) -> float:
        """The longest history, in weeks."""

    def expected(
        self, repeats: ArrayLike, last: ArrayLike, age: ArrayLike, *, ahead: int
    ) -> Floats:
        """Orders to expect of each in the weeks ahead."""


@dataclass(frozen=True)
class Learnt:
    """What `metrics.renewal.remaining_value.history_counts` taught of ``people`` payers.

    The models are missing where fewer than `LEAST_REPEAT` people bought again;
    ``correlation`` is of an order's value with the number of orders, which Gamma–Gamma
    takes to be none.
    """

    people: int
    repeaters: int
    any_time: BgNbd | None
    by_term: OrderGaps | None
    value: GammaGamma | None
    correlation: float

    def model(self, name: str) -> OrderModel | None:
        """The model of a name."""
        return self.any_time if name == ANY_TIME else self.by_term


def learn(rows: pa.Table) -> Learnt:
    """Learn both models of when, and that of how much, from `history_counts`."""
    return _learnt(rows.to_pandas())


def _learnt(frame: pd.DataFrame) -> Learnt:
    people, gaps, values = (
        frame[frame["what"] == what] for what in ("people", "gaps", "values")
    )  # fmt: skip
    n = int(people["n"].sum())
    repeaters = int(people.loc[people["orders"] > 1, "n"].sum())
    if repeaters < LEAST_REPEAT:
        return Learnt(n, repeaters, None, None, None, float("nan"))
    told = people.groupby(["orders", "weeks", "until_weeks"], as_index=False)["n"].sum()
    paid = values[values["weeks"] > 0]
    value = fit_gamma_gamma(paid["orders"], paid["weeks"], weights=paid["n"])
    return Learnt(
        people=n,
        repeaters=repeaters,
        any_time=fit_bg_nbd(
            told["orders"] - 1, told["weeks"], told["until_weeks"], weights=told["n"]
        ),
        by_term=fit_order_gaps(
            gaps["orders"] == 1, gaps["weeks"], gaps["later"] == 1, weights=gaps["n"]
        ),
        value=value if value.q > 1 else None,
        correlation=_correlation(paid),
    )


def _correlation(values: pd.DataFrame) -> float:
    again = values[values["orders"] > 1]
    if again["orders"].nunique() < 2 or again["weeks"].nunique() < 2:
        return float("nan")
    found = np.cov(
        again["orders"].to_numpy(dtype=np.float64),
        np.log(again["weeks"].to_numpy(dtype=np.float64)),
        fweights=again["n"].to_numpy(dtype=np.int64),
    )
    return float(found[0, 1] / np.sqrt(found[0, 0] * found[1, 1]))


@dataclass(frozen=True)
class Trial:
    """One model's orders foretold against those that came, in weeks it had not seen.

    ``ratio`` is came ÷ expected with its 95 % interval. ``groups`` has a row per number of
    repeat orders before (the last one: so many or more): ``repeats``, ``people``,
    ``expected`` and ``came`` (orders a person), ``low`` and ``high`` of ``came``.
    """

    name: str
    people: int
    expected: float
    came: float
    ratio: float
    low: float
    high: float
    groups: pd.DataFrame

    @property
    def is_near(self) -> bool:
        """Whether it missed by no more than a fifth, or by no more than chance would."""
        return self.low <= 1 + NEAR and self.high >= 1 - NEAR


def trier(weeks: int) -> Callable[[pa.Table], list[Trial]]:
    """The kernel for `history_counts` until the split: each model's trial, the nearest first.

    It gives none where too few had bought again by then.
    """

    def tested(rows: pa.Table) -> list[Trial]:
        frame = rows.to_pandas()
        learnt = _learnt(frame)
        people = frame[frame["what"] == "people"]
        found = []
        for name in (ANY_TIME, BY_TERM):
            model = learnt.model(name)
            if model is not None:
                expected = model.expected(
                    people["orders"] - 1, people["weeks"], people["until_weeks"],
                    ahead=min(weeks, int(model.history)),
                )  # fmt: skip
                found.append(_trial(name, people, expected))
        return sorted(found, key=lambda trial: abs(float(np.log(trial.ratio))))

    tested.__qualname__ = f"trier.{weeks}"
    return tested


def _trial(name: str, people: pd.DataFrame, expected: Floats) -> Trial:
    n, came = (people[column].to_numpy(dtype=np.float64) for column in ("n", "later"))
    repeats = np.minimum(people["orders"].to_numpy(dtype=np.int64) - 1, MOST_REPEATS)
    rows = []
    for k in range(MOST_REPEATS + 1):
        own = repeats == k
        if not n[own].sum():
            continue
        mean, error = _mean(came[own], n[own])
        rows.append(
            {
                "repeats": k, "people": int(n[own].sum()),
                "expected": float(np.average(expected[own], weights=n[own])),
                "came": mean, "low": max(mean - Z95 * error, 0.0), "high": mean + Z95 * error,
            }
        )  # fmt: skip
    mean, error = _mean(came, n)
    total, told = n.sum(), float((n * expected).sum())
    return Trial(
        name=name, people=int(total), expected=told, came=mean * total, ratio=mean * total / told,
        low=max(mean - Z95 * error, 0.0) * total / told, high=(mean + Z95 * error) * total / told,
        groups=pd.DataFrame(rows),
    )  # fmt: skip


def _mean(values: Floats, weights: Floats) -> tuple[float, float]:
    """The mean and its standard error."""
    mean = float(np.average(values, weights=weights))
    variance = float(np.average((values - mean) ** 2, weights=weights))
    return mean, float(np.sqrt(variance / weights.sum()))


@dataclass(frozen=True)
class Remaining:
    """What some payers will still buy in the weeks ahead.

    ``orders`` and ``worth_cny`` are sums over ``people``; ``top`` has the people worth most:
    the columns of `payers`, ``expected`` (orders), ``order_cny``, ``worth_cny``.
    """

    people: int
    orders: float
    worth_cny: float
    top: pd.DataFrame


def valuer(
    learnt: Learnt, *, name: str, weeks: int, kept: float, most: int | None = MOST_LISTED
) -> Callable[[pa.Table], Remaining]:
    """The kernel that values `metrics.renewal.remaining_value.payers` by one of the models learnt.

    Parameters
    ----------
    learnt
        With its models.
    name
        `ANY_TIME` or `BY_TERM`.
    weeks
        Ahead, no longer than the history.
    kept
        The share of what is paid that is not paid back, 0 to 1.
    most
        How many people ``top`` lists at most; None lists all.
    """

    def remaining(rows: pa.Table) -> Remaining:
        frame = valued(rows.to_pandas(), learnt, name=name, weeks=weeks, kept=kept)
        ranked = frame.sort_values("worth_cny", ascending=False, kind="stable")
        return Remaining(
            people=len(frame), orders=float(frame["expected"].sum()),
            worth_cny=float(frame["worth_cny"].sum()),
            top=ranked.head(len(frame) if most is None else most).reset_index(drop=True),
        )  # fmt: skip

    held = sha256(f"{learnt}|{name}|{weeks}|{kept}|{most}".encode()).hexdigest()
    remaining.__qualname__ = f"valuer.{held}"
    return remaining


def valued(
    payers: pd.DataFrame, learnt: Learnt, *, name: str, weeks: int, kept: float
) -> pd.DataFrame:
    """The payers with ``expected`` orders, ``order_cny`` and ``worth_cny``, as in `Remaining`.

    Missing where the model is.
    """
    model = learnt.model(name)
    if model is None or learnt.value is None:
        return payers.assign(expected=np.nan, order_cny=np.nan, worth_cny=np.nan)
    told = payers[["orders", "last_weeks", "age_weeks"]]
    place = told.groupby(list(told), sort=False).ngroup().to_numpy()
    one = told.iloc[np.unique(place, return_index=True)[1]]  # of each history
    expected = model.expected(one["orders"] - 1, one["last_weeks"], one["age_weeks"], ahead=weeks)[
        place
    ]
    orders = payers["orders"].to_numpy(dtype=np.float64)
    paid = payers["paid_cny"].to_numpy(dtype=np.float64)
    each = learnt.value.expected(orders, paid / orders) * kept
    return payers.assign(expected=expected, order_cny=each, worth_cny=expected * each)
