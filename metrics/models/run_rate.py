"""Run-rate forecast: how a count goes on, by weekdays and holidays of the past 8 weeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays
import numpy as np
from scipy.special import stdtrit

HISTORY_DAYS = 56  # eight of each weekday
LEAST_DAYS = 14  # fewer complete days tell no weekday from another
LEAST_HOLIDAYS = 3
HOLIDAY, WORKDAY_ADJUSTED = 7, 8
_SUNDAY = 6


@lru_cache(maxsize=8)
def _calendar(years: tuple[int, ...]) -> tuple[frozenset[date], frozenset[date]]:
    days = holidays.country_holidays("CN", years=years)
    return frozenset(days), frozenset(days.weekend_workdays)


@lru_cache(maxsize=4096)
def day_class(day: date) -> int:
    """The kind of day: 0 to 6 the weekday, 7 a holiday, 8 a weekend that is worked.

    A weekend that touches a statutory holiday of the mainland is part of it. A year whose
    calendar is not published yet has its holidays by rule and no worked weekends.
    """
    off, worked = _calendar((day.year - 1, day.year, day.year + 1))
    if day in worked:
        return WORKDAY_ADJUSTED
    if day in off:
        return HOLIDAY
    if day.weekday() < 5:
        return day.weekday()
    for step in (-1, 1):
        near = day + timedelta(days=step)
        while near.weekday() >= 5 and near not in off and near not in worked:
            near += timedelta(days=step)
        if near in off:
            return HOLIDAY
    return day.weekday()


@dataclass(frozen=True)
class Profile:
    """What a day of each kind brings: ``mean`` of ``seen`` complete days, and the spread.

    ``dispersion`` is variance ÷ mean, the larger of that of days and that of weeks.
    """

    mean: Mapping[int, float]
    seen: Mapping[int, int]
    dispersion: float
    days: int

    def expected(self, day: date) -> float:
        """What the day brings on average."""
        return self.mean[day_class(day)]


def learn(history: Mapping[date, float], *, until: date) -> Profile | None:
    """The profile of the `HISTORY_DAYS` before ``until``; None with too few of them.

    Parameters
    ----------
    history
        Value by day; a day that is missing after the first one had none.
    until
        The day that is not complete yet: it and later days are not learned from.
    """
    known = [day for day in history if day < until]
    if not known:
        return None
    start = max(min(known), until - timedelta(days=HISTORY_DAYS))
    days = [start + timedelta(days=n) for n in range((until - start).days)]
    if len(days) < LEAST_DAYS:
        return None
    values = np.array([float(history.get(day, 0)) for day in days])
    kinds = np.array([day_class(day) for day in days])
    mean = {kind: float(values[kinds == kind].mean()) for kind in set(kinds.tolist())}
    seen = {kind: int((kinds == kind).sum()) for kind in mean}
    _fill_rare_kinds(mean, seen, values)
    fitted = np.array([mean[kind] for kind in kinds])
    return Profile(
        mean=mean, seen=seen, dispersion=_dispersion(values, fitted, len(mean)), days=len(days)
    )


def _fill_rare_kinds(mean: dict[int, float], seen: dict[int, int], values: np.ndarray) -> None:
    """Kinds of days too rare to learn take the place of the nearest kind."""
    overall = float(values.mean())
    for weekday in range(7):
        mean.setdefault(weekday, overall)
        seen.setdefault(weekday, 1)
    if seen.get(HOLIDAY, 0) < LEAST_HOLIDAYS:
        mean[HOLIDAY], seen[HOLIDAY] = mean[_SUNDAY], seen[_SUNDAY]
    if seen.get(WORKDAY_ADJUSTED, 0) < LEAST_HOLIDAYS:
        mean[WORKDAY_ADJUSTED] = float(np.mean([mean[weekday] for weekday in range(5)]))
        seen[WORKDAY_ADJUSTED] = seen[0]


def _dispersion(values: np.ndarray, fitted: np.ndarray, kinds: int) -> float:
    """Pearson's χ² per degree of freedom, by days and by weeks; at least that of a count.

    Weeks rise and fall together where something drives all days of a week, which days
    alone do not show; a forecast over several days needs the larger spread.
    """
    level = np.maximum(fitted, max(float(fitted.mean()), 1e-9) * 0.05)
    by_day = float(((values - fitted) ** 2 / level).sum() / max(values.size - kinds, 1))
    whole = values.size // 7 * 7
    by_week = 0.0
    if whole >= 28:
        weeks = values[-whole:].reshape(-1, 7).sum(axis=1)
        usual = np.maximum(fitted[-whole:].reshape(-1, 7).sum(axis=1), 1e-9)
        by_week = float(((weeks - usual) ** 2 / usual).sum() / (weeks.size - 1))
    return max(by_day, by_week, 1.0)


@dataclass(frozen=True)
class Forecast:
    """A figure at the end of a day or a month, with an interval."""

    value: float
    low: float
    high: float


def forecast(
    profile: Profile, days: Sequence[tuple[date, float]], *, so_far: float, level: float = 0.8
) -> Forecast:
    """What will have come by the end of some days.

    The interval holds both the spread of the days to come and how little the past tells
    of each kind of day.

    Parameters
    ----------
    profile
        Of `learn`.
    days
        Days to come with the part of each that is still to come, in [0, 1].
    so_far
        What has come already.
    level
        Of the interval, in (0, 1).
    """
    expected = 0.0
    by_kind: dict[int, float] = {}
    for day, part in days:
        expected += part * profile.expected(day)
        by_kind[day_class(day)] = by_kind.get(day_class(day), 0.0) + part
    spread = abs(expected) + sum(
        times**2 * abs(profile.mean[kind]) / profile.seen[kind] for kind, times in by_kind.items()
    )
    quantile = float(stdtrit(max(profile.days - 7, 1), (1 + level) / 2))
    half = quantile * float(np.sqrt(profile.dispersion * spread))
    # A count never falls below what has come; money may, by refunds.
    least = so_far if all(mean >= 0 for mean in profile.mean.values()) else -np.inf
    middle = so_far + expected
    return Forecast(value=middle, low=max(middle - half, least), high=middle + half)


def part_of_day(hours: Sequence[Mapping[int, float]], now_hour: float) -> float | None:
    """The part of a day's total usually there by an hour, over past days; None if unknown.

    Parameters
    ----------
    hours
        Value by hour (0 to 23) of past days of the same weekday.
    now_hour
        Hour and fraction, local, in [0, 24].
    """
    total = sum(sum(day.values()) for day in hours)
    if total <= 0:
        return None
    shares = np.array([sum(day.get(hour, 0.0) for day in hours) for hour in range(24)]) / total
    cumulative = np.concatenate([[0.0], shares.cumsum()])
    return float(np.clip(np.interp(now_hour, np.arange(25), cumulative), 0, 1))
