"""A month's plan proposed from history: usual days, and what last year's month was like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from metrics.models.run_rate import learn

SEASON_LEAST, SEASON_MOST = 0.5, 2.0  # bounds of what last year may do to a proposal


@dataclass(frozen=True)
class Proposal:
    """A month's proposed total: the run rate over its days, times the season.

    ``season`` is last year's month ÷ what the run rate had said of it at the same
    distance; 1 where last year is not known.
    """

    value: float
    season: float


def month_days(month_on: date) -> list[date]:
    """The days of the month that a day lies in."""
    first = month_on.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return [first + timedelta(days=n) for n in range((after - first).days)]


def year_before(day: date) -> date:
    """The same day a year earlier; 29 February becomes the 28th."""
    return date(day.year - 1, day.month, min(day.day, 28) if day.month == 2 else day.day)


def run_rate_total(history: Mapping[date, float], *, month_on: date, until: date) -> float | None:
    """What a month brings at the run rate learned before a day; None with too little history.

    Parameters
    ----------
    history
        Value by local day; a day that is missing after the first one had none.
    month_on
        A day of the month.
    until
        The first day that is not learned from; days of the month and later never are.
    """
    days = month_days(month_on)
    profile = learn(history, until=min(until, days[0]))
    if profile is None:
        return None
    return float(sum(profile.expected(day) for day in days))


def season(history: Mapping[date, float], *, month_on: date, until: date) -> float:
    """Last year's month ÷ what the run rate said of it then, in [0.5, 2]; 1 where unknown."""
    before = month_days(year_before(month_on.replace(day=1)))
    said = run_rate_total(history, month_on=before[0], until=year_before(until))
    if not said or before[-1] >= until:
        return 1.0
    came = sum(history.get(day, 0.0) for day in before)
    return min(max(came / said, SEASON_LEAST), SEASON_MOST)


def proposals(daily: pd.DataFrame, *, month_on: date, as_of_on: date) -> dict[str, Proposal]:
    """Each campus's proposal: its own run rate, the season of all campuses together.

    Parameters
    ----------
    daily
        ``campus_id``, ``on`` (local day) and ``value``; from 8 weeks before last year's
        month for a season.
    month_on
        A day of the month to plan.
    as_of_on
        The day that is not over: it and later ones are not learned from.
    """
    known = daily.assign(on=pd.to_datetime(daily["on"]).dt.date, value=daily["value"].astype(float))
    whole: dict[date, float] = dict(known.groupby("on")["value"].sum().items())  # type: ignore[arg-type]
    factor = season(whole, month_on=month_on, until=as_of_on)
    found = {}
    for campus, own in known.groupby("campus_id"):
        history = dict(zip(own["on"], own["value"], strict=True))
        usual = run_rate_total(history, month_on=month_on, until=as_of_on)
        if usual is not None:
            found[str(campus)] = Proposal(usual * factor, factor)
    return found


def plan_table(
    daily: pd.DataFrame,
    targets: pd.DataFrame,
    campuses: list[str],
    *,
    month_on: date,
    as_of_on: date,
) -> pd.DataFrame:
    """A month's plan by campus beside last year, what came and the proposal.

    Parameters
    ----------
    targets
        ``campus_id``, ``value`` of the month and figure.

    Returns
    -------
    DataFrame
        One row per campus: ``campus_id``, ``plan`` (missing without one), ``last_year``
        and ``actual`` (of the month so far; missing where nothing was known then),
        ``proposal`` (missing with too little history).
    """
    days = pd.to_datetime(daily["on"]).dt.date
    plan = dict(zip(targets["campus_id"], targets["value"], strict=True))
    offered = proposals(daily, month_on=month_on, as_of_on=as_of_on)
    first = month_on.replace(day=1)
    sums = {}
    for name, start in (("last_year", year_before(first)), ("actual", first)):
        month = set(month_days(start))
        own = daily[[day in month for day in days]]
        is_known = len(days) > 0 and days.min() <= start <= as_of_on
        sums[name] = own.groupby("campus_id")["value"].sum().to_dict() if is_known else None
    rows = []
    for campus in campuses:
        proposal = offered.get(campus)
        rows.append(
            {
                "campus_id": campus, "plan": plan.get(campus),
                **{
                    name: None if of is None else float(of.get(campus, 0.0))
                    for name, of in sums.items()
                },
                "proposal": proposal.value if proposal else None,
            }
        )  # fmt: skip
    columns = ["campus_id", "plan", "last_year", "actual", "proposal"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype(dict.fromkeys(columns[1:], "float64"))
