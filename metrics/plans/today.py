"""Today against the same weekdays: how the day runs, hour by hour."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from data.errors import InvalidOption
from data.facts import Facts
from metrics.foundation.clock import local_seconds
from metrics.foundation.registry import table

_DAY = 86_400  # seconds


def same_weekdays(facts: Facts, weeks: int) -> list[ir.DateScalar]:
    """The as-of day and the same weekday of the weeks before it, newest first."""
    return [(facts.today - ibis.interval(days=7 * week)).cast("date") for week in range(weeks + 1)]


@table(grain="day and hour")
def leads_by_hour(facts: Facts, *, weeks: int = 4) -> ir.Table:
    """New leads of the as-of day and of the same weekday in the weeks before, by hour.

    The as-of day is unfinished: its hours after the as-of time have no row, and of the days
    before ``by_now`` tells what had come by the same time of day.

    Parameters
    ----------
    facts
        The viewer's facts; channels and course lines picked apply, the period does not.
    weeks
        How many weeks back, 1 to 12.

    Returns
    -------
    ibis Table
        ``created_on`` (local day), ``created_hour`` (0 to 23), ``leads`` (persons),
        ``by_now`` (those of them until the as-of time of day).

    Raises
    ------
    InvalidOption
        If ``weeks`` is outside its bounds.
    """
    if not 1 <= weeks <= 12:
        raise InvalidOption(f"weeks must be from 1 to 12, got {weeks}")
    lead = facts.lead
    lead = lead.filter(lead.is_first, lead.created_on.isin(same_weekdays(facts, weeks)))
    lead = facts.picked(lead)
    # One offset from UTC all year: the time of day is as far from midnight as UTC's is.
    time, now = (local_seconds(at) % _DAY for at in (lead.created_at, facts.as_of))
    by_now = (time <= now).cast("int64")
    return (
        lead.group_by("created_on", "created_hour")
        .aggregate(leads=ibis._.count(), by_now=by_now.sum())
        .order_by("created_on", "created_hour")
    )


def so_far(hours: pd.DataFrame, *, today: date, weeks: int = 4) -> list[float]:
    """Leads until the as-of time of day: today's, then the weekdays' before, newest first.

    Parameters
    ----------
    hours, today, weeks
        As for `hour_curve`.
    """
    by_day = hours.groupby(pd.to_datetime(hours["created_on"]))["by_now"].sum()
    days = [pd.Timestamp(today - timedelta(days=7 * week)) for week in range(weeks + 1)]
    return [float(by_day.get(day, 0)) for day in days]


def hour_curve(hours: pd.DataFrame, *, today: date, now_hour: int, weeks: int = 4) -> pd.DataFrame:
    """Leads so far by the end of each hour: today, and the same weekdays before.

    Parameters
    ----------
    hours
        What `leads_by_hour` gives.
    today, now_hour
        The as-of day and its hour under way, 0 to 23.
    weeks
        How many weeks back ``hours`` reaches. A weekday without a lead counts as none.

    Returns
    -------
    DataFrame
        One row per hour, 0 to 23: ``hour``, ``today`` (missing after ``now_hour``),
        ``usual`` (mean of the weekdays before), ``low`` and ``high`` (least and most).
    """
    counts = (
        hours.assign(created_on=pd.to_datetime(hours["created_on"]))
        .pivot_table(index="created_on", columns="created_hour", values="leads", aggfunc="sum")
        .reindex(
            index=pd.to_datetime([today - timedelta(days=7 * week) for week in range(weeks + 1)]),
            columns=range(24),
        )
        .fillna(0)
        .cumsum(axis=1)
    )
    before = counts.iloc[1:]
    so_far = counts.iloc[0].to_numpy(dtype=float).copy()
    so_far[now_hour + 1 :] = np.nan
    return pd.DataFrame(
        {
            "hour": range(24),
            "today": so_far,
            "usual": before.mean().to_numpy(),
            "low": before.min().to_numpy(),
            "high": before.max().to_numpy(),
        }
    )
