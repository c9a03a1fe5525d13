"""Pace: actual against plan to date, and where the month will end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from data.errors import InvalidOption
from data.scope import DEFAULT_TIMEZONE, local_day
from metrics.models.run_rate import Forecast, Profile, forecast, learn, part_of_day

ON_TRACK = 0.97  # projected ÷ plan from which a month is on track
_EVEN = Profile(
    mean=dict.fromkeys(range(9), 1.0), seen=dict.fromkeys(range(9), 1), dispersion=1, days=0
)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How a month stands against its plan.

    ``plan`` and what hangs on it are None without a plan, forecasts None with less than
    two weeks of history. ``pace`` is actual ÷ plan to date, ``projected`` month end ÷
    plan, ``needed_per_day`` what each day left must bring (0 once the plan is reached,
    None when no day is left).
    """

    as_of_on: date
    actual: float
    actual_today: float
    plan: float | None
    plan_to_date: float | None
    pace: float | None
    plan_today: float | None
    day_end: Forecast | None
    month_end: Forecast | None
    projected: float | None
    on_track: bool | None
    days_left: float
    needed_per_day: float | None


def pace(
    daily: pd.DataFrame,
    *,
    as_of: datetime,
    month_on: date,
    plan: float | None = None,
    hourly: pd.DataFrame | None = None,
    level: float = 0.8,
) -> Pace:
    """Actual to date against plan to date, and the run rate to the end of day and month.

    The plan is spread over the month's days by what such days brought in the 8 weeks
    before (weekday, holiday, worked weekend), not evenly; the forecast goes on at the
    same profile. A month that is over has its actual and no forecast to make.

    Parameters
    ----------
    daily
        ``on`` (local day) and ``value``, from at least 8 weeks before the as-of day to
        be learned from; days without a row had none.
    as_of
        UTC without zone: nothing later is read.
    month_on
        A day of the month that the plan is for.
    plan
        The month's planned total, at least 0; None without one.
    hourly
        ``on``, ``hour`` (0 to 23) and ``value`` of past days of today's weekday: tells
        how much of today is still to come. Without it the day passes evenly.
    level
        Of the forecast's interval, in (0, 1).

    Raises
    ------
    InvalidOption
        If ``plan`` is negative or ``level`` is not inside (0, 1).

    References
    ----------
    METRICS, "pace".
    """
    if plan is not None and plan < 0:
        raise InvalidOption(f"plan must be at least 0, got {plan}")
    if not 0 < level < 1:
        raise InvalidOption(f"level must be between 0 and 1, got {level}")
    today = local_day(as_of)
    values = _by_day(daily)
    month = _month(month_on)
    profile = learn(values, until=today)
    passed = _passed(hourly, as_of, today)
    left = [(day, _left(day, today, passed)) for day in month]
    actual = sum(values.get(day, 0.0) for day in month if day <= today)
    actual_today = values.get(today, 0.0) if today in month else 0.0

    by_day = None if plan is None else plan * _weights(profile, month)
    to_date = plan_today = None
    if by_day is not None:
        to_date = float((by_day * [1 - part for _, part in left]).sum())
        plan_today = float(by_day[month.index(today)]) if today in month else None
    month_end = day_end = None
    if profile:
        month_end = forecast(profile, left, so_far=actual, level=level)
    if profile and today in month:
        day_end = forecast(profile, [(today, 1 - passed)], so_far=actual_today, level=level)
    days_left = float(sum(part for _, part in left))
    projected = month_end.value / plan if month_end and plan else None
    return Pace(
        as_of_on=today,
        actual=actual,
        actual_today=actual_today,
        plan=plan,
        plan_to_date=to_date,
        pace=actual / to_date if to_date else None,
        plan_today=plan_today,
        day_end=day_end,
        month_end=month_end,
        projected=projected,
        on_track=None if projected is None else projected >= ON_TRACK,
        days_left=days_left,
        needed_per_day=_needed(plan, actual, days_left),
    )  # fmt: skip


def pace_curve(
    daily: pd.DataFrame,
    *,
    as_of: datetime,
    month_on: date,
    plan: float | None = None,
    hourly: pd.DataFrame | None = None,
    level: float = 0.8,
) -> pd.DataFrame:
    """The month day by day, cumulative: actual, plan, and the forecast's band.

    Parameters
    ----------
    daily, as_of, month_on, plan, hourly, level
        As in `pace`, so that the curve ends where the sentence says.

    Returns
    -------
    DataFrame
        One row per day: ``on``, ``actual`` (missing after the as-of day), ``plan``
        (missing without one), ``forecast``, ``low``, ``high`` (from the as-of day on;
        missing before it and with too little history).
    """
    whole = pace(daily, as_of=as_of, month_on=month_on, plan=plan, hourly=hourly, level=level)
    today, month, values = whole.as_of_on, _month(month_on), _by_day(daily)
    profile = learn(values, until=today)
    planned = np.cumsum(_weights(profile, month)) * (np.nan if plan is None else plan)
    rows = []
    actual = 0.0
    for number, day in enumerate(month):
        actual += values.get(day, 0.0) if day <= today else 0.0
        ahead = None
        if profile and day >= today:
            passed = _passed(hourly, as_of, today)
            left = [(each, _left(each, today, passed)) for each in month[: number + 1]]
            ahead = forecast(profile, left, so_far=whole.actual, level=level)
        rows.append(
            {
                "on": day,
                "actual": actual if day <= today else np.nan,
                "plan": planned[number],
                "forecast": ahead.value if ahead else np.nan,
                "low": ahead.low if ahead else np.nan,
                "high": ahead.high if ahead else np.nan,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _weights(profile: Profile | None, month: list[date]) -> np.ndarray:
    """Each day's part of the month; even where nothing is known."""
    weights = np.array([(profile or _EVEN).expected(day) for day in month]).clip(0)
    return weights / weights.sum() if weights.sum() > 0 else np.full(len(month), 1 / len(month))


def _by_day(daily: pd.DataFrame) -> dict[date, float]:
    sums = daily.groupby(pd.to_datetime(daily["on"]).dt.date)["value"].sum()
    return dict(zip(sums.index, sums.astype(float), strict=True))


def _month(day: date) -> list[date]:
    first = day.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return [first + timedelta(days=n) for n in range((after - first).days)]


def _passed(hourly: pd.DataFrame | None, as_of: datetime, today: date) -> float:
    """The part of today's total that has usually come by now."""
    local = as_of.replace(tzinfo=ZoneInfo("UTC")).astimezone(DEFAULT_TIMEZONE)
    now_hour = local.hour + local.minute / 60
    if hourly is None or hourly.empty:
        return now_hour / 24
    days = pd.to_datetime(hourly["on"]).dt.date
    past = hourly.assign(on=days)[days < today]
    hours: list[Mapping[int, float]] = [
        dict(zip(day["hour"].astype(int), day["value"].astype(float), strict=True))
        for _, day in past.groupby("on")
    ]
    part = part_of_day(hours, now_hour)
    return now_hour / 24 if part is None else part


def _left(day: date, today: date, passed: float) -> float:
    if day == today:
        return 1 - passed
    return 1.0 if day > today else 0.0


def _needed(plan: float | None, actual: float, days_left: float) -> float | None:
    if plan is None or days_left <= 0:
        return None
    return max(plan - actual, 0.0) / days_left
