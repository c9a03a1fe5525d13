"""What the learning screen reads: each thing once a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Self

import pandas as pd

from components.ask import query
from components.ask.tally import tally
from components.kit import reading as kit
from data.scope import Filters, Period, Scope
from metrics.foundation.registry import Metric
from metrics.foundation.tally import ChannelFigures
from metrics.service.attendance import roll_call_coverage
from metrics.service.lesson_curve import drops_of, lesson_curve, named_drops
from metrics.service.risk import (
    NO_MODEL,
    RiskModel,
    enrolments_ever,
    learned,
    risk_rows,
    sample_for,
    scored,
)
from metrics.service.student_tiers import StudentTiers, student_tiers
from metrics.service.tiers import WEEKS, tier_rows

CURVE_DAYS = 365  # a course has a lesson seven too seldom to judge it by a month
_EPOCH = date(1970, 1, 1)


class Reading(kit.Reading[None]):
    """The figures for a viewer's scope and filters, each found when first asked for."""

    @classmethod
    def of(cls, filters: Filters, choice: None = None) -> Self:
        """The signed-in viewer's reading; a lesson has no channel to be picked by."""
        return super().of(replace(filters, channels=()), choice)

    @property
    def is_empty(self) -> bool:
        """Whether no lesson was held in the days picked and nobody is enrolled."""
        held = self.figures(roll_call_coverage).total
        return not (held["n"] or held["immature"] or len(self.tiers.students))

    def figures(self, metric: Metric, **options: Any) -> ChannelFigures:
        """A metric's figure, the one compared with, and its trend, from one pass."""
        return self.kept(
            (metric, *sorted(options.items())),
            lambda: tally(metric, self.filters, scope=self.scope, **options),
        )

    @cached_property
    def year(self) -> Filters:
        """The filters with the year before the period's end."""
        end = self.filters.period.end
        return replace(
            self.filters,
            period=Period(start=end - timedelta(days=CURVE_DAYS), end=end),
            comparison=None,
        )

    @property
    def drops(self) -> pd.DataFrame:
        """Every lesson of every course against the lessons around it."""
        return _drops(self.year, self._nameless)

    @cached_property
    def named(self) -> pd.DataFrame:
        """The lessons at which a course loses its children, the deepest first."""
        return named_drops(self.drops)

    @property
    def tiers(self) -> StudentTiers:
        """Students by tier, now and a week ago."""
        return _tiers(self._timeless, self._nameless, 1)

    @property
    def weeks(self) -> StudentTiers:
        """Students by tier, now and at the end of the last weeks."""
        return _tiers(self._timeless, self._nameless, WEEKS)

    @property
    def model(self) -> RiskModel:
        """What was learned of who stops."""
        return learned_model(self.scope)

    @property
    def at_risk(self) -> pd.DataFrame:
        """Students enrolled now, the highest risk first."""
        return _at_risk(self._timeless, self._nameless)

    @property
    def by_tier(self) -> pd.DataFrame:
        """Students enrolled now, the gravest tier first, without a learned risk."""
        return _by_tier(self._timeless, self._nameless)

    @property
    def _nameless(self) -> Scope:
        """The scope without whose it is: equal scopes share what was made."""
        return replace(self.scope, user="")

    @property
    def _timeless(self) -> Filters:
        """The filters without days: tiers are of the as-of day, whatever days are picked."""
        return replace(self.filters, period=_ANY, comparison=None)

    @cached_property
    def courses(self) -> dict[str, str]:
        """Course → its name."""
        return self.names("course")

    @cached_property
    def staff(self) -> dict[str, str]:
        """Staff → their name."""
        return self.names("staff")

    @cached_property
    def campuses(self) -> dict[str, str]:
        """Campus → its name."""
        return self.names("campus")


_ANY = Period(start=_EPOCH, end=_EPOCH)


@query.remembered
def _drops(year: Filters, scope: Scope) -> pd.DataFrame:
    found: pd.DataFrame = query.fold(lesson_curve, drops_of, year, scope=scope)
    return found


@query.remembered
def _tiers(filters: Filters, scope: Scope, weeks: int) -> StudentTiers:
    found: StudentTiers = query.fold(tier_rows, student_tiers, filters, scope=scope, weeks=weeks)
    return found


@query.remembered
def _model(scope: Scope) -> RiskModel:
    ever = int(query.fetch(enrolments_ever, scope=scope)["enrolments"].iloc[0])
    found: RiskModel = query.fold(
        risk_rows, learned, Filters(period=_ANY), scope=scope, sample=sample_for(ever)
    )
    return found


def learned_model(scope: Scope) -> RiskModel:
    """What was learned of who stops, of everybody in a scope."""
    return _model(replace(scope, user=""))


@query.remembered
def _by_tier(filters: Filters, scope: Scope) -> pd.DataFrame:
    today = (scope.as_of_on - _EPOCH).days
    return scored(_tiers(filters, scope, 1).now, NO_MODEL, as_of_day=today)


@query.remembered
def _at_risk(filters: Filters, scope: Scope) -> pd.DataFrame:
    today = (scope.as_of_on - _EPOCH).days
    return scored(_tiers(filters, scope, 1).now, _model(scope), as_of_day=today)
