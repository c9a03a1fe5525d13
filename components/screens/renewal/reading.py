"""What the renewal screen reads: each figure once, on the days on which it can be judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Self

import pandas as pd

from components.ask import query
from components.kit import reading as kit
from data.scope import Filters, Period
from metrics.foundation.registry import Metric
from metrics.renewal.bridge import Bridge, bridge_of, bridge_sums
from metrics.renewal.due import LATE_DAYS
from metrics.renewal.features import intent_rows
from metrics.renewal.intent import Intent, intent
from metrics.renewal.pool import AHEAD_DAYS, names_of, pool_period, pool_table

LEAST_MONTHS, YEAR_MONTHS = 3, 12


class Reading(kit.Reading[None]):
    """The figures for a viewer's scope and filters, each found when first asked for."""

    @classmethod
    def of(cls, filters: Filters, choice: None = None) -> Self:
        """The signed-in viewer's reading; one made for equal questions is used again."""
        return super().of(filters, choice)

    @cached_property
    def judged(self) -> Filters:
        """The days picked where all that fell due in them is settled, else the last months."""
        period = judged_months(self.filters.period, self.today)
        return replace(self.filters, period=period, comparison=_before(period))

    @cached_property
    def year(self) -> Filters:
        """The twelve months that end with the judged ones: for groups, which are small."""
        end = self.judged.period.end
        period = Period(start=_months_before(end, YEAR_MONTHS), end=end)
        return replace(self.filters, period=period, comparison=None)

    @cached_property
    def pool_days(self) -> Filters:
        """The filters with the days on which the pool falls due."""
        return replace(self.filters, period=pool_period(self.today), comparison=None)

    def figure(self, metric: Metric) -> pd.Series:
        """A metric over the judged days."""
        return self.figures(metric, self.judged).iloc[0]

    def figures(self, metric: Metric, filters: Filters, *by: str) -> pd.DataFrame:
        """A metric's figures over some days, by some dimensions."""
        return self.kept(
            (metric, str(filters.period), *by),
            lambda: query.run(metric, filters, by=by, scope=self.scope),
        )

    @cached_property
    def before(self) -> Filters:
        """The days just before the judged ones."""
        period = self.judged.comparison or self.judged.period.previous()
        return replace(self.judged, period=period, comparison=None)

    @cached_property
    def pool(self) -> pd.DataFrame:
        """What falls due, by week and stage of the talk."""
        rows = query.fetch(pool_table, self.filters, scope=self.scope)
        return rows.assign(week_on=pd.to_datetime(rows["week_on"]).dt.date)

    @cached_property
    def intent(self) -> Intent:
        """The pool with each family's chance."""
        found: Intent = query.fold(
            intent_rows, intent, _timeless(self.filters), scope=self.scope, ahead_days=AHEAD_DAYS
        )
        return found

    @cached_property
    def bridge(self) -> Bridge:
        """What lies between the three rates of the judged days."""
        sums = query.fetch(bridge_sums, self.judged, scope=self.scope)
        return bridge_of({str(name): value for name, value in sums.iloc[0].items()})

    @cached_property
    def channels(self) -> dict[str, str]:
        """Channel → its name."""
        return self.names("channel")

    def people(self, ids: Iterable[str]) -> dict[str, str]:
        """Person → name, of some people; who is out of scope has none."""
        known = query.fetch(names_of, scope=self.scope, people=tuple(sorted(set(ids))))
        return dict(zip(known["person_id"], known["name"], strict=True))


def judged_months(period: Period, today: date) -> Period:
    """The period where it ended a month ago, else as many whole months that did, three at least."""
    if period.end + timedelta(days=LATE_DAYS) <= today:
        return period
    end = (today - timedelta(days=LATE_DAYS)).replace(day=1)
    months = max(LEAST_MONTHS, round(period.days / 30.4))
    return Period(start=_months_before(end, months), end=end)


def _before(period: Period) -> Period:
    if period.start.day == 1 and period.end.day == 1:
        months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month
        return Period(start=_months_before(period.start, months), end=period.start)
    return period.previous()


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _timeless(filters: Filters) -> Filters:
    """Filters of one fixed period: what does not read the days is compiled and kept once."""
    day = date(2000, 1, 1)
    return replace(filters, period=Period(start=day, end=day + timedelta(days=1)), comparison=None)
