"""What past activities of a type teach: the usual curve, and where a running one will end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from data.errors import InvalidOption

LEAST_PAST = 3  # activities from which a curve is learned
LEVEL = 0.8
SHORT = 5
_ENDS = 2  # days of launch and of sprint
Shares = npt.NDArray[np.float64]


def day_shares(past: Sequence[Sequence[float]], days: int) -> Shares | None:
    """Each past activity's share of its total by day, laid on another length.

    Launch and sprint days lie on launch and sprint days; the middle is stretched to the
    length at its own daily level, so that a longer activity has a larger middle.

    Parameters
    ----------
    past
        Daily new leads of finished activities. Those under 5 days or without a lead
        teach nothing.
    days
        The length to lay them on.

    Returns
    -------
    array or None
        One row per activity that teaches, ``days`` columns, each row adding to 1; None
        with fewer than `LEAST_PAST` of them or under 5 days.
    """
    if days < SHORT:
        return None
    rows = []
    for curve in past:
        leads = np.asarray(curve, dtype=np.float64)
        if leads.size < SHORT or leads.sum() <= 0:
            continue
        middle = leads[_ENDS:-_ENDS]
        places = (np.arange(days - 2 * _ENDS) + 0.5) * middle.size / (days - 2 * _ENDS) - 0.5
        stretched = np.interp(places, np.arange(middle.size), middle)
        # Interpolation must not change how much the middle brings a day.
        total = stretched.sum()
        stretched *= middle.mean() * stretched.size / total if total > 0 else 0.0
        laid = np.concatenate([leads[:_ENDS], stretched, leads[-_ENDS:]])
        rows.append(laid / laid.sum())
    return np.array(rows) if len(rows) >= LEAST_PAST else None


@dataclass(frozen=True)
class Band:
    """The usual share of each day: median, and the 10 and 90 % quantiles of past ones."""

    middle: Shares
    low: Shares
    high: Shares
    activities: int


def band(shares: Shares) -> Band:
    """The band of day shares of `day_shares`."""
    low, middle, high = np.quantile(shares, [0.1, 0.5, 0.9], axis=0)
    return Band(middle, low, high, len(shares))


@dataclass(frozen=True)
class Final:
    """Leads at the end: the estimate, its interval, and how many activities it rests on."""

    value: float
    low: float
    high: float
    activities: int


def final_leads(so_far: float, age: int, shares: Shares, *, level: float = LEVEL) -> Final | None:
    """Where an activity will end, from what others had at the same age.

    The share of the total that was there at this age is taken as log-normal over past
    activities, so its inverse is a factor on the leads so far; the interval is a
    prediction interval (Student's t, as few activities are known).

    Parameters
    ----------
    so_far
        Leads of the days that are over.
    age
        Days that are over, at least 0.
    shares
        Of `day_shares`.
    level
        Of the interval, in (0, 1).

    Returns
    -------
    Final or None
        None where nothing tells: no day is over, no lead came, or some past activity had
        none by this age.
    """
    if not 0 < level < 1:
        raise InvalidOption(f"level must be between 0 and 1, got {level}")
    there = shares[:, : max(age, 0)].sum(axis=1)
    if age < 1 or so_far <= 0 or (there <= 0).any():
        return None
    logs = np.log(np.minimum(there, 1.0))
    count = len(logs)
    half = 0.0
    if count > 1:
        spread = float(logs.std(ddof=1)) * np.sqrt(1 + 1 / count)
        half = float(stdtrit(count - 1, (1 + level) / 2)) * spread
    middle = so_far / float(np.exp(logs.mean()))
    low = max(middle * float(np.exp(-half)), so_far)
    return Final(max(middle, so_far), low, max(middle, so_far) * float(np.exp(half)), count)


@dataclass(frozen=True)
class Coverage:
    """How often the interval held the truth: of ``forecasts`` at every age of ``activities``."""

    held: int
    forecasts: int
    activities: int

    @property
    def share(self) -> float | None:
        """Part of the forecasts that held; None without one."""
        return self.held / self.forecasts if self.forecasts else None


def backtest(past: Mapping[str, Sequence[Sequence[float]]], *, level: float = LEVEL) -> Coverage:
    """Forecast each finished activity at every age from the others of its type.

    Parameters
    ----------
    past
        Type → daily new leads of its finished activities; each is held out in turn.
    """
    held = forecasts = activities = 0
    for curves in past.values():
        for place, curve in enumerate(curves):
            others = [other for n, other in enumerate(curves) if n != place]
            shares = day_shares(others, len(curve))
            if shares is None or sum(curve) <= 0:
                continue
            activities += 1
            for age in range(1, len(curve)):
                found = final_leads(float(sum(curve[:age])), age, shares, level=level)
                if found is not None:
                    forecasts += 1
                    held += round(found.low) <= sum(curve) <= round(found.high)
    return Coverage(held, forecasts, activities)
