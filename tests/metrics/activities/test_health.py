"""Curves that a person can judge by eye, and the planted ones."""

import pandas as pd
import pytest

from data.errors import InvalidOption
from data.facts import Facts
from data.sample.truths import NO_SPRINT_ACTIVITY, STALLED_ACTIVITY
from data.scope import EVERY_CAMPUS, Scope
from metrics.activities.health import (
    HEALTHY,
    LAUNCH_WEAK,
    NO_SPRINT,
    RUNNING,
    SPRINT_ABOVE,
    STALLED,
    TOO_FEW,
    TOO_SHORT,
    activity_health,
    daily_curves,
    health,
    phase_days,
)
from metrics.activities.traffic import activity_leads
from metrics.foundation.units import rollup
from metrics.models.activity_curve import backtest


def test_phases_are_two_days_of_launch_two_of_sprint_and_the_rest():
    assert phase_days(9) == {"launch": range(2), "middle": range(2, 7), "sprint": range(7, 9)}
    assert phase_days(5)["middle"] == range(2, 3)


def test_a_short_activity_has_one_day_of_sprint_and_no_verdict():
    assert phase_days(4) == {"launch": range(2), "middle": range(2, 3), "sprint": range(3, 4)}
    assert [len(span) for span in phase_days(1).values()] == [1, 0, 0]
    assert health([20, 15, 8, 12]).verdict == TOO_SHORT
    with pytest.raises(InvalidOption, match="days must be at least 1, got 0"):
        phase_days(0)


def test_health_gives_the_indices_by_hand():
    """Launch 15 a day, middle 6, its last three 5, sprint 8: L 2.5, M 1, S 1.6."""
    found = health([18, 12, 9, 5, 5, 5, 7, 9])
    assert found.verdict == HEALTHY
    assert found.findings == ()
    assert found.launch_index == pytest.approx(15 / 6)
    assert found.middle_share == 1
    assert found.sprint_index == pytest.approx(8 / 5)
    assert (found.launch_mean, found.middle_mean, found.sprint_mean) == (15, 6, 8)
    assert (found.leads, found.longest_gap) == (70, 0)


@pytest.mark.parametrize(
    ("daily", "verdict"),
    [
        ([9, 9, 8, 8, 8, 10, 10], LAUNCH_WEAK),
        ([20, 16, 7, 0, 6, 8, 9], STALLED),
        ([20, 16, 7, 0, 0, 8, 9], STALLED),
        ([20, 16, 7, 7, 7, 7, 8], NO_SPRINT),
        ([12, 10, 6, 6, 6, 12, 12], SPRINT_ABOVE),
        ([30, 30, 9, 9, 2, 2, 2, 10, 12], STALLED),  # the middle faded: S is above 3
    ],
)
def test_health_names_what_is_wrong(daily, verdict):
    found = health(daily)
    assert found.verdict == verdict
    assert verdict in found.findings


@pytest.mark.parametrize(
    ("daily", "verdict"),
    [
        ([12, 12, 8, 8, 8, 10, 10], HEALTHY),  # L is 1.5, the least that is healthy
        ([24, 24, 10, 10, 10, 12, 12], HEALTHY),  # S is 1.2
        ([31, 31, 10, 10, 10, 30, 30], HEALTHY),  # S is 3, the most
    ],
)
def test_the_bounds_themselves_are_healthy(daily, verdict):
    assert health(daily).verdict == verdict


def test_every_finding_is_kept_and_the_first_one_named():
    found = health([9, 9, 9, 9, 9, 0, 9, 9, 9, 9, 9])
    assert found.verdict == STALLED
    assert found.findings == (STALLED, LAUNCH_WEAK, NO_SPRINT, SPRINT_ABOVE)


def test_an_index_that_would_divide_by_nothing_is_missing():
    found = health([20, 20, 0, 0, 0, 9, 9])
    assert (found.launch_index, found.sprint_index, found.middle_share) == (None, None, 0)
    assert (found.verdict, found.longest_gap) == (STALLED, 3)


def test_fewer_than_thirty_leads_are_not_judged():
    assert health([5, 4, 2, 2, 2, 3, 3]).verdict == TOO_FEW


def test_a_running_activity_has_findings_and_no_verdict():
    found = health([20, 15, 7, 0, 0], days=10)
    assert (found.verdict, found.findings) == (RUNNING, (STALLED,))
    assert (found.sprint_index, found.sprint_mean, found.complete_days) == (None, None, 5)
    assert health([], days=10).verdict == RUNNING


def test_daily_curves_have_a_nought_for_a_day_without_leads_and_stop_at_today():
    activities = pd.DataFrame(
        {"activity_id": ["A", "B"], "starts_on": ["2026-01-01", "2026-01-04"],
         "ends_on": ["2026-01-03", "2026-01-09"]}
    )  # fmt: skip
    leads = pd.DataFrame(
        {"activity_id": ["A", "A", "B", "B"], "value": [4.0, 2.0, 7.0, 1.0],
         "unit_on": ["2026-01-01", "2026-01-03", "2026-01-04", "2026-01-05"]}
    )  # fmt: skip
    until = pd.Timestamp("2026-01-05").date()
    assert daily_curves(activities, leads, until=until) == {"A": [4, 0, 2], "B": [7]}
    assert activity_health(activities, leads, until=until)["B"].days == 6


def test_the_planted_activities_are_found_and_no_other(institution):
    store = institution.store
    facts = Facts(Scope(user="t", role="manager", campuses=EVERY_CAMPUS, as_of=store.as_of))
    figures = rollup(
        activity_leads(facts), kind="count", as_of=facts.as_of, by=["activity_id", "unit_on"]
    )
    leads, activities = store.fetch(figures), store.fetch(facts.activity)
    found = activity_health(activities, leads, until=facts.scope.as_of_on)
    verdicts = {name: health.verdict for name, health in found.items()}
    assert verdicts.pop(STALLED_ACTIVITY) == STALLED
    assert found[STALLED_ACTIVITY].longest_gap == 4
    assert verdicts.pop(NO_SPRINT_ACTIVITY) == NO_SPRINT
    assert found[NO_SPRINT_ACTIVITY].sprint_index == pytest.approx(0.44, abs=0.005)
    assert (verdicts.pop("A00070"), verdicts.pop("A00071")) == (RUNNING, RUNNING)
    assert len(verdicts) == 68
    assert sum(verdict == HEALTHY for verdict in verdicts.values()) >= 0.9 * 68
    assert STALLED not in verdicts.values()
    curves = daily_curves(activities, leads, until=facts.scope.as_of_on)
    past: dict[str, list[list[int]]] = {}
    for row in activities.to_dict("records"):
        if found[row["activity_id"]].verdict != RUNNING:
            past.setdefault(row["type"], []).append(curves[row["activity_id"]])
    coverage = backtest(past)
    assert coverage.forecasts > 500
    assert 0.75 <= coverage.share <= 0.95
