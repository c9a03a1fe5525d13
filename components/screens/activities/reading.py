"""What the activity centre reads: every activity once, and one of them in full."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit import reading as kit
from data.scope import Filters, Period, Scope
from metrics.activities.health import Health, activity_health, daily_curves
from metrics.activities.outcomes import activity_conversion, activity_cost_per_lead, activity_roi
from metrics.activities.plan import activity_plan, activity_plan_totals, elapsed
from metrics.activities.traffic import activity_leads
from metrics.models.activity_curve import (
    Coverage,
    Final,
    Shares,
    backtest,
    day_shares,
    final_leads,
)

ACTIVITY = "activity"  # in the address
MOST_PAST = 12  # activities of a type that are learned from: the newest
RETURN_DAYS = 90


def opened_activity() -> str:
    """The activity the address names; "" where it names none."""
    return str(st.query_params.get(ACTIVITY, ""))


def open_activity(activity_id: str) -> None:
    """Go to an activity, or to all of them; for callbacks."""
    if activity_id:
        st.query_params[ACTIVITY] = activity_id
    else:
        st.query_params.pop(ACTIVITY, None)


@dataclass(frozen=True, eq=False)  # itself: what is made of it is remembered by it
class Overview:
    """Every activity that has begun, with its curve, its verdict and what it brought."""

    table: pd.DataFrame  # one row an activity, the newest first
    curves: dict[str, list[int]]
    health: dict[str, Health]
    coverage: Coverage
    filters: Filters  # of all their days

    def row(self, activity_id: str) -> dict[str, Any]:
        """An activity's row of the table."""
        own = self.table[self.table["activity_id"] == activity_id]
        return dict(own.to_dict("records")[0])

    def is_over(self, activity_id: str) -> bool:
        """Whether every day of it is over."""
        found = self.health[activity_id]
        return found.complete_days >= found.days

    def past(self, activity_id: str) -> list[str]:
        """The newest finished activities of its type, itself left out."""
        own = self.row(activity_id)
        same = self.table[self.table["type"] == own["type"]]["activity_id"]
        return [a for a in same if a != activity_id and self.is_over(a)][:MOST_PAST]

    def shares(self, activity_id: str) -> Shares | None:
        """What past activities of its type had by day, laid on its length."""
        past = [self.curves[a] for a in self.past(activity_id)]
        return day_shares(past, self.health[activity_id].days)

    def final(self, activity_id: str) -> Final | None:
        """Where it will end."""
        found, shares = self.health[activity_id], self.shares(activity_id)
        if shares is None or self.is_over(activity_id):
            return None
        return final_leads(float(found.leads), found.complete_days, shares)


def overview(filters: Filters) -> Overview | None:
    """The overview of a viewer's activities; None where none has begun.

    The days, channels and courses picked do not cut an activity; the campuses do.
    """
    return _overview(filters.campuses)


@query.remembered
def _overview(campuses: tuple[str, ...]) -> Overview | None:
    scope = query.current_scope()
    scope = scope.narrowed(campuses)
    today = scope.as_of_on
    known = query.names("activity", scope=scope)
    known = known.assign(
        starts_on=pd.to_datetime(known["starts_on"]).dt.date,
        ends_on=pd.to_datetime(known["ends_on"]).dt.date,
    )
    whole = (known["starts_on"] <= known["ends_on"]) & (known["starts_on"] <= today)
    known = known[whole].sort_values(["starts_on", "activity_id"], ascending=False)
    if known.empty:
        return None
    period = Period(start=known["starts_on"].min(), end=today + timedelta(days=1))
    filters = Filters(period=period, campuses=campuses)
    leads = query.run(activity_leads, filters, by=("activity_id", "unit_on"), scope=scope)
    table = _with_outcomes(known, leads, filters, scope)
    health = activity_health(table, leads, until=today)
    table["verdict"] = [health[a].verdict for a in table["activity_id"]]
    curves = daily_curves(table, leads, until=today)
    over: dict[str, list[list[float]]] = {}
    for kind, name in zip(table["type"], table["activity_id"], strict=True):
        if health[name].complete_days >= health[name].days:
            over.setdefault(kind, []).append([float(x) for x in curves[name]])
    return Overview(table, curves, health, backtest(over), filters)


def _with_outcomes(
    known: pd.DataFrame, leads: pd.DataFrame, filters: Filters, scope: Scope
) -> pd.DataFrame:
    def by_activity(metric: Any, **options: Any) -> pd.DataFrame:
        found = query.run(metric, filters, by=("activity_id",), scope=scope, **options)
        return found.set_index("activity_id")

    cost, paid = by_activity(activity_cost_per_lead), by_activity(activity_conversion)
    earned = by_activity(activity_roi, days=RETURN_DAYS)
    plan = query.fetch(activity_plan_totals, scope=scope).set_index("activity_id")
    table = known.reset_index(drop=True)
    ids = table["activity_id"]
    table["leads"] = ids.map(leads.groupby("activity_id")["value"].sum()).fillna(0).astype(int)
    for name, source, column in (
        ("planned", plan, "planned_leads"), ("cost", cost, "numerator"), ("cpl", cost, "value"),
        ("paid", paid, "numerator"), ("judged", paid, "denominator"),
        ("conversion", paid, "value"), ("immature", paid, "immature"), ("roi", earned, "value"),
    ):  # fmt: skip
        table[name] = ids.map(source[column])
    return table


class Reading(kit.Reading[str]):
    """The viewer's activities, and the one that is opened: the choice is its id, or ""."""

    @property
    def overview(self) -> Overview | None:
        """All that have begun; None where none has."""
        return overview(self.filters)

    @cached_property
    def life(self) -> Life:
        """The opened one in full; only where there is an overview that holds it."""
        assert self.overview is not None
        return Life(self.choice, self.overview, self.scope)


@dataclass
class Life:
    """One activity in full, for a viewer."""

    activity_id: str
    overview: Overview
    scope: Scope

    @cached_property
    def row(self) -> dict[str, Any]:
        """Its row of the overview."""
        return self.overview.row(self.activity_id)

    @property
    def health(self) -> Health:
        """Its verdict and figures."""
        return self.overview.health[self.activity_id]

    @property
    def curve(self) -> list[int]:
        """New leads of its days that are over."""
        return self.overview.curves[self.activity_id]

    @property
    def is_over(self) -> bool:
        """Whether every day of it is over."""
        return self.overview.is_over(self.activity_id)

    @property
    def counted_days(self) -> int | None:
        """How many of its first days are held against others; None where all are over."""
        return None if self.is_over else max(self.health.complete_days, 1)

    @cached_property
    def days(self) -> list[date]:
        """Its planned days."""
        first: date = self.row["starts_on"]
        return [first + timedelta(days=n) for n in range(self.health.days)]

    @property
    def filters(self) -> Filters:
        """From its first day to now: what came of it may come later than its end."""
        end = self.scope.as_of_on + timedelta(days=1)
        return replace(self.overview.filters, period=Period(start=self.days[0], end=end))

    @property
    def only(self) -> dict[str, tuple[str, ...]]:
        """The option by which metrics read this activity alone."""
        return {"activities": (self.activity_id,)}

    @cached_property
    def plan(self) -> pd.DataFrame:
        """Its plan by phase and way of sharing."""
        return query.fetch(activity_plan, scope=self.scope, **self.only)

    @property
    def elapsed(self) -> dict[str, float]:
        """Phase → the part of its days that is over."""
        return elapsed(self.health.days, self.health.complete_days)
