"""The visitors screen: the keen without a phone, by whom to ask, and nobody else's."""

from __future__ import annotations

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from components.ask import query
from components.kit.choices.activity_choice import CHOICE, EVERY
from components.screens.visitors.reading import VisitorReading
from data.scope import Filters, Period
from metrics.visitors.interest import scored_visitors, upstream_chains, upstream_edges
from metrics.visitors.visits import keen_without_phone, visitors
from tests.pages.screens import cards, look, scope_of, shown

SCRIPT = "growth/visitors"
pytestmark = pytest.mark.usefixtures("served")
EVER = Filters(period=Period(start=date(2020, 1, 1), end=date(2027, 1, 1)))
NOVEMBER = Filters(period=Period(start=date(2026, 11, 1), end=date(2026, 11, 22)))


def open_screen(user: str, **state: object) -> AppTest:
    return look(SCRIPT, user, **state)


def test_the_planted_visitors_without_a_phone_have_a_way_up_to_one():
    """About 190 with seven visits and over 20 minutes came by somebody reachable."""
    scope = scope_of("manager")
    rows = query.fetch(scored_visitors, EVER, scope=scope, keen_only=True, most=20_000)
    keen = rows[(rows["visits"] >= 7) & (rows["dwell_seconds"] > 20 * 60)]
    people = tuple(sorted(keen["person_id"]))
    chains = upstream_chains(query.fetch(upstream_edges, scope=scope, people=people), people)
    reached = [chain for chain in chains.values() if chain.reached]
    assert len(reached) == pytest.approx(190, abs=10)
    assert {chain.distance for chain in reached} >= {1, 2, 3}
    assert not keen["has_phone"].any()


def test_the_answer_counts_whom_the_list_holds():
    at = open_screen("manager")
    text = shown(at)
    assert "5,085 people came in 1–21 Nov, 3,408 of them for the first time" in text
    assert "586 came often or stayed long and left no phone" in text
    reading = VisitorReading(NOVEMBER, scope_of("manager"), EVERY)
    reached = int(reading.keen["reached"].sum())
    assert f"Of the 200 keenest, {reached} can be asked" in text
    rows = query.list_rows(keen_without_phone, NOVEMBER, scope=reading.scope)
    assert len(rows) == 586
    assert set(reading.keen["person_id"]) <= set(rows["person_id"])
    assert set(cards(at)) == {"Visitors", "New visitors", "Dwell per visit", "Visitor to lead"}


def test_the_list_is_ranked_by_value_and_phones_are_masked():
    at = open_screen("manager")
    listed = at.dataframe[0].value
    reachable = listed["distance"].notna()
    assert reachable.iloc[:20].all()
    assert listed["expected"].is_monotonic_decreasing
    asked = listed["ask"][reachable]
    assert asked.str.contains(r" 145\*{4}\d{4}$").all()
    assert (listed["score"] <= 100).all()


def test_a_score_is_the_sum_of_its_parts():
    reading = VisitorReading(NOVEMBER, scope_of("manager"), EVERY)
    keen = reading.keen
    parts = keen["visits_points"] + keen["dwell_minutes_points"] + keen["pages_points"]
    assert (parts - keen["score"]).abs().max() < 1e-9
    assert keen["score"].between(0, 100).all()


def test_one_activity_narrows_the_figures_and_the_list():
    at = open_screen("manager", **{CHOICE: "A00069"})
    assert "people came in 1–21 Nov" in shown(at)
    assert len(at.dataframe[0].value) <= 20
    assert cards(at)["Visitors"] != "5,085 people"


def test_everyone_is_listed_when_the_panel_is_opened():
    at = open_screen("manager", visitors_panel_everyone=True)
    assert "100 of 5,085 people, the most interested first" in shown(at)
    assert at.dataframe[1].value["score"].is_monotonic_decreasing


def test_the_screen_speaks_chinese():
    text = shown(open_screen("manager", language="zh"))
    assert "却没有留手机号" in text
    assert "要做的事" in text


def test_a_campus_head_sees_the_own_campuses_only():
    scope = scope_of("head_north")
    reading = VisitorReading(NOVEMBER, scope, EVERY)
    assert set(reading.keen["campus_id"]) <= set(scope.campuses)
    everybody = VisitorReading(NOVEMBER, scope_of("manager"), EVERY)
    assert 0 < reading.figure(visitors)["n"] < everybody.figure(visitors)["n"]
    assert cards(open_screen("head_north"))["Visitors"].startswith(
        f"{reading.figure(visitors)['n']:,}"
    )


def test_a_foreign_campus_shows_nothing():
    at = open_screen("nowhere")
    assert "Nobody came in these days." in shown(at)
    assert not at.metric


def test_days_without_a_visit_say_so():
    at = open_screen("manager", period="custom", days=(date(2016, 1, 1), date(2016, 1, 31)))
    assert "Nobody came in these days." in shown(at)


@pytest.mark.parametrize("user", ["marketing", "analyst", "consultant3"])
def test_other_roles_have_the_screen(user):
    assert shown(open_screen(user))
