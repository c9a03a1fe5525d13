"""The activity centre: planted verdicts, per role and language, and figures that agree."""

from __future__ import annotations

import math

import pytest
from streamlit.testing.v1 import AppTest

from components.ask import query
from components.screens.activities.gap import life_gap
from components.screens.activities.reading import Life, overview
from data.sample.truths import NO_SPRINT_ACTIVITY, STALLED_ACTIVITY
from data.scope import Filters, Period
from metrics.activities.traffic import activity_leads
from tests.pages import screens
from tests.pages.screens import shown

pytestmark = pytest.mark.usefixtures("served")

TABS = {
    "Participants": "Heat, 0 to 100",
    "Why the gap": "they add up to the gap exactly",
    "Channels, old and new": "of participants are new",
    "Compare": "",
    "Plan": "Planned: 582 visits, 129 leads.",
}


def look(user: str, activity: str = "", *, language: str = "en", **state: object) -> AppTest:
    """Open the centre, or one activity of it."""
    address = {"activity": activity} if activity else {}
    return screens.look("growth/activities", user, language=language, address=address, **state)


def test_the_index_names_the_planted_activities_and_where_running_ones_end():
    at = look("manager", activities_window="all")
    answer = shown(at)
    assert "68 of 70 finished activities kept a healthy curve" in answer
    assert f"({STALLED_ACTIVITY})” stalled: 4 days without a lead in the middle" in answer
    assert f"({NO_SPRINT_ACTIVITY})” had no sprint: 0.441× the days before" in answer
    assert "2 are running" in answer
    assert "will end at 84 leads (80%: 80–88), 92.6% of its plan" in answer
    table = at.dataframe[0].value
    assert len(table) == 72
    verdicts = dict(zip(table["activity_id"], table["verdict"], strict=True))
    assert verdicts[STALLED_ACTIVITY] == "middle stalled"
    assert verdicts[NO_SPRINT_ACTIVITY] == "no sprint"
    assert verdicts["A00071"] == "still running"


def test_the_index_shows_the_days_picked_when_asked():
    at = look("manager", activities_window="picked")
    assert set(at.dataframe[0].value["activity_id"]) == {"A00068", "A00069", "A00070", "A00071"}


def test_a_stalled_activity_says_why_and_what_to_do():
    text = shown(look("manager", STALLED_ACTIVITY))
    assert "stalled in the middle: 4 days in a row without a lead, leads on 42.9%" in text
    assert "123 leads, 95.3% of the plan" in text
    assert "middle days with leads 42.9%" in text
    assert "Plan a second push for the middle of the next “Game”" in text
    assert "Activity owner" in text


def test_an_activity_without_a_sprint_says_so():
    text = shown(look("manager", NO_SPRINT_ACTIVITY))
    assert "had no sprint: 5 leads a day at the end, 0.441× the days before" in text


def test_a_running_activity_has_its_forecast_with_what_such_forecasts_are_worth():
    text = shown(look("manager", "A00070"))
    assert "Day 7 of 8" in text
    assert "such intervals held 86.5% of the time" in text
    assert "in the 2 days left" in text


def test_the_screen_speaks_chinese():
    text = shown(look("manager", STALLED_ACTIVITY, language="zh"))
    assert "中段停滞：连续 4 天没有线索" in text
    assert "要做的事" in text


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_draws_and_closed_ones_do_not(tab):
    text = shown(look("manager", STALLED_ACTIVITY, activity_tabs=tab))
    for other, words in TABS.items():
        if words:
            assert (words in text) == (other == tab), other


def test_every_figure_of_the_life_line_draws_by_day_and_hour():
    for figure, by in (("visitors", "unit_on"), ("views", "hour"), ("orders", "unit_on")):
        at = look("manager", "A00056", activity_figure=figure, activity_by=by)
        assert len(at.get("plotly_chart")) == 1


def test_a_campus_head_sees_the_own_activities_only(sample):
    own = set(sample.accounts.viewer("head_north").campuses)
    at = look("head_north", activities_window="all")
    ids = set(at.dataframe[0].value["activity_id"])
    rows = sample.store.fetch("SELECT activity_id, campus_id FROM dim_activity")
    assert ids == set(rows[rows["campus_id"].isin(own)]["activity_id"])
    foreign = rows[~rows["campus_id"].isin(own)]["activity_id"].iloc[0]
    at = look("head_north", str(foreign))
    assert "Not found in what you may see" in shown(at)
    assert not at.metric


def test_a_campus_without_rows_and_an_unknown_activity_say_so():
    assert "No activity has begun" in shown(look("nowhere"))
    assert "Not found in what you may see" in shown(look("manager", "A99999"))


@pytest.mark.parametrize("user", ["marketing", "analyst"])
def test_who_may_not_change_plans_reads_them(user):
    at = look(user, STALLED_ACTIVITY, activity_tabs="Plan")
    assert "it does not change it" in shown(at)
    assert "Save the plan" not in [button.label for button in at.button]


def test_the_rows_behind_each_day_add_up_to_the_line(sample):
    scope = sample.accounts.viewer("manager").scope(sample.store.as_of)
    period = Period(start=scope.as_of_on.replace(year=2025), end=scope.as_of_on)
    filters = Filters(period=period)
    options = {"activities": (STALLED_ACTIVITY,)}
    line = query.run(activity_leads, filters, by=("unit_on",), scope=scope, **options)
    assert line["value"].sum() == 123
    for on, value in zip(line["unit_on"], line["value"], strict=True):
        where = {"activity_id": STALLED_ACTIVITY, "unit_on": on}
        rows = query.list_rows(activity_leads, filters, where=where, scope=scope, **options)
        assert len(rows) == value


def test_the_parts_of_every_gap_on_screen_add_up_to_it(sample, monkeypatch):
    viewer = sample.accounts.viewer("manager")
    monkeypatch.setattr("components.ask.query.current_viewer", lambda: viewer)
    scope = viewer.scope(sample.store.as_of)
    filters = Filters(period=Period(start=scope.as_of_on, end=scope.as_of_on))
    shown = overview(filters)
    for activity in (STALLED_ACTIVITY, NO_SPRINT_ACTIVITY, "A00070", "A00071", "A00040"):
        life = Life(activity, shown, scope)
        for against in ("usual", "plan"):
            found = life_gap(life, against)
            assert math.fsum(found.parts["leads"]) == found.total
            if life.is_over:
                assert found.actual == life.row["leads"]
