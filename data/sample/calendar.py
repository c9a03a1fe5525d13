"""When things happen: days, hours, weekends, Chinese holidays and the summer peak."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np

from data.sample.columns import Flags, Ints, Reals

AS_OF = datetime(2026, 11, 21, 10, 0)  # noqa: DTZ001  # UTC without zone; Saturday 18:00 in Shanghai

DAY = 86_400
HOUR = 3_600
SHANGHAI = 8 * HOUR  # no daylight saving since 1991


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - date(1970, 1, 1)).days


NOW = int(AS_OF.replace(tzinfo=UTC).timestamp())
FIRST_DAY = day_number(date(2025, 5, 20))
TODAY = day_number(date(2026, 11, 21))
DAYS = TODAY - FIRST_DAY + 1

# Days off by the State Council's yearly notice, first and last day.
HOLIDAYS = tuple(
    (day_number(first), day_number(last))
    for first, last in (
        (date(2025, 5, 31), date(2025, 6, 2)),  # Dragon Boat
        (date(2025, 10, 1), date(2025, 10, 8)),  # National Day and Mid-Autumn
        (date(2026, 1, 1), date(2026, 1, 3)),  # New Year
        (date(2026, 2, 15), date(2026, 2, 23)),  # Spring Festival
        (date(2026, 4, 4), date(2026, 4, 6)),  # Tomb-Sweeping
        (date(2026, 5, 1), date(2026, 5, 5)),  # Labour Day
        (date(2026, 6, 19), date(2026, 6, 21)),  # Dragon Boat
        (date(2026, 9, 25), date(2026, 9, 27)),  # Mid-Autumn
        (date(2026, 10, 1), date(2026, 10, 7)),  # National Day
    )
)
SPRING_FESTIVAL = HOLIDAYS[3]

_MONTHS = (0.0, 0.9, 0.6, 1.2, 1.05, 1.0, 1.1, 1.5, 1.4, 1.15, 0.95, 1.0, 0.85)
_WEEKDAYS = np.array([0.82, 0.84, 0.86, 0.88, 1.04, 1.36, 1.28])  # Monday first
_EVENING = np.array(
    [2, 1, 0, 0, 0, 0, 1, 2, 4, 5, 6, 7, 9, 7, 5, 5, 5, 6, 8, 11, 13, 12, 8, 4], dtype=float
)
_WEEKEND = np.array(
    [2, 1, 1, 0, 0, 0, 1, 2, 5, 8, 10, 9, 7, 7, 9, 9, 8, 6, 6, 8, 9, 8, 6, 4], dtype=float
)


def is_holiday(day: Ints, *, at_least: int = 1) -> Flags:
    """Whether a day is in a public holiday of at least so many days."""
    found = np.zeros(day.shape, dtype=bool)
    for first, last in HOLIDAYS:
        if last - first + 1 >= at_least:
            found |= (day >= first) & (day <= last)
    return found


def weekday(day: Ints) -> Ints:
    """The weekday of a day, Monday is 0."""
    return (day + 3) % 7


def month_first(day: Ints) -> Ints:
    """The first day of a day's month."""
    months = day.astype("datetime64[D]").astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)


def local_day(seconds: Ints) -> Ints:
    """The Shanghai day of a UTC second."""
    return (seconds + SHANGHAI) // DAY


def at(day: Ints, second_of_day: Ints) -> Ints:
    """The UTC second of a local day and time."""
    return day * DAY + second_of_day - SHANGHAI


def demand() -> Reals:
    """Each day's share of all intents; the last day is cut at the as-of hour."""
    day = np.arange(FIRST_DAY, TODAY + 1)
    month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    weight = np.take(_MONTHS, month) * _WEEKDAYS[weekday(day)]
    weight *= np.linspace(1.0, 1.12, DAYS)
    weight[is_holiday(day)] *= 0.75
    spring = (day >= SPRING_FESTIVAL[0]) & (day <= SPRING_FESTIVAL[1])
    weight[spring] *= 0.4
    weight[-1] *= _WEEKEND[:18].sum() / _WEEKEND.sum()
    share: Reals = weight / weight.sum()
    return share


def time_of_day(rng: np.random.Generator, day: Ints) -> Ints:
    """A believable second of the day for each day; today ends at the as-of hour."""
    weekend = (weekday(day) >= 5) | is_holiday(day)
    u = rng.random(day.shape)
    hours = np.empty(day.shape, dtype=np.int64)
    for mask, weights, until in (
        (~weekend & (day < TODAY), _EVENING, 24),
        (weekend & (day < TODAY), _WEEKEND, 24),
        (day >= TODAY, _WEEKEND, 18),
    ):
        steps = np.cumsum(weights[:until])
        found = np.searchsorted(steps, u[mask] * steps[-1], side="right")
        hours[mask] = np.minimum(found, until - 1)
    return hours * HOUR + rng.integers(0, HOUR, day.shape)


def office_hours(rng: np.random.Generator, seconds: Ints) -> Ints:
    """The same instant, moved to the next moment between 9:30 and 20:30."""
    local = seconds + SHANGHAI
    second = local % DAY
    opens, closes = 9 * HOUR + 1800, 20 * HOUR + 1800
    late = second > closes
    start = (local // DAY + late) * DAY + opens + rng.integers(0, 2400, seconds.shape)
    moved: Ints = np.where(late | (second < opens), start, local) - SHANGHAI
    return moved
