"""The spread screen: it finds the star, judges 20/80, and cuts trees to the viewer's scope."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from components.ask import query
from components.kit.choices.activity_choice import CHOICE
from components.screens.spread.page import PAGE
from components.screens.spread.reading import EVER, SpreadReading
from data.sample.truths import STAR_ACTIVITY
from metrics.foundation.concentration import concentration
from metrics.spread.credit import kols
from metrics.spread.layout import below_of
from metrics.spread.shares import share_arrivals
from tests.pages.screens import cards, look, open_panels, scope_of, shown, visit

SCRIPT = "growth/spread"
pytestmark = pytest.mark.usefixtures("served")


def open_screen(user: str, activity: str = "", **state: object) -> AppTest:
    """The spread screen of an activity; without one, of the default."""
    if activity:
        state[CHOICE] = activity
    return look(SCRIPT, user, **state)


def reading_of(user: str, activity: str) -> SpreadReading:
    return SpreadReading(EVER, scope_of(user), activity)


def test_the_star_is_first_of_her_activity_and_among_the_first_five_of_all():
    own = reading_of("manager", STAR_ACTIVITY)
    table = own.kols(everywhere=False, credit="direct", measure="visitors")
    star = table.iloc[0]
    brought = int(table["direct_visitors"].sum())
    assert star["direct_visitors"] / brought > 0.35
    assert star["direct_visitors"] > 2 * table["direct_visitors"].iloc[1]
    assert star["generations"] >= 3
    for credit in ("direct", "subtree"):
        everywhere = kols(own.whole, credit=credit)
        assert star["person_id"] in set(everywhere["person_id"].head(5)), credit


@pytest.mark.parametrize("activity", [STAR_ACTIVITY, "all"])
def test_as_many_people_stand_behind_each_generation_as_it_counts(activity):
    reading = reading_of("manager", activity)
    counted = reading.generations.set_index("generation")["people"].to_dict()
    assert {g: len(reading.people_of(g)) for g in counted} == counted


def test_the_top_fifth_of_sharers_bring_three_quarters():
    everywhere = reading_of("manager", STAR_ACTIVITY)
    table = everywhere.kols(everywhere=True, credit="direct", measure="visitors")
    found = concentration(table["direct_visitors"].to_numpy(float))
    assert found.top_share == pytest.approx(0.76, abs=0.02)
    assert found.low < found.top_share < found.high
    assert found.verdict == "holds"


def test_the_answer_names_the_star_with_numbers_and_interval():
    text = shown(open_screen("manager", STAR_ACTIVITY))
    assert "463 of 545 visitors (85%) came by a share" in text
    assert "278 directly, 368 with all below over 5 generations" in text
    assert "The top 20% of sharers brought" in text
    assert "95%" in text
    assert "ask them first next time: 368 people" in text


def test_the_default_is_the_latest_finished_activity_with_shares():
    at = open_screen("manager")
    assert at.selectbox(key=CHOICE).value == "A00069"
    assert cards(at)["Arrivals by share"] == "322 people"
    assert set(cards(at)) == {
        "Arrivals by share", "Leads by share", "Revenue by share", "K-factor"
    }  # fmt: skip


def test_panels_draw_when_opened_and_only_then():
    at = visit(SCRIPT, "manager", **{CHOICE: STAR_ACTIVITY})
    closed = len(at.dataframe)
    open_panels(at, PAGE)
    text = shown(at)
    for words in (
        "Who is strong in one activity is so in the next", "leads** by the first 30 people",
        "Tested on this activity from those before it", "No sharer stands out",
        "Bridge people", "people of the largest tree (369 people)",
    ):  # fmt: skip
        assert words in text, words
    assert (closed, len(at.dataframe)) == (1, 4)


@pytest.mark.parametrize("measure", ["visitors", "leads", "net_cents"])
@pytest.mark.parametrize("credit", ["direct", "subtree"])
def test_every_way_to_count_kols_draws(credit, measure):
    at = open_screen(
        "manager", STAR_ACTIVITY, spread_panel_kols=True, kols_credit=credit, kols_measure=measure,
        kols_of="one",
    )  # fmt: skip
    assert "sharers brought" in shown(at)


def test_people_who_have_not_shared_are_listed_with_less():
    at = open_screen("manager", STAR_ACTIVITY, spread_panel_wave=True, wave_kind="potential")
    assert "leads** by the first 30 people" in shown(at)
    listed = at.dataframe[1].value
    assert (listed["shared_in"] == 0).all()
    assert 0 < listed["expected"].max() < 1


def test_the_screen_speaks_chinese():
    text = shown(open_screen("manager", STAR_ACTIVITY, language="zh"))
    assert "经 " in text
    assert "前 20% 的分享者带来" in text
    assert "要做的事" in text


def test_a_campus_head_sees_activities_and_people_of_the_own_campuses_only(sample):
    campuses = set(sample.accounts.viewer("head_north").campuses)
    at = open_screen("head_north")
    offered = set(at.selectbox(key=CHOICE).options)
    assert not any("双十一推荐有礼 · 2026.11.09" in option for option in offered)  # of C008
    chosen = at.selectbox(key=CHOICE).value
    reading = reading_of("head_north", chosen)
    assert set(reading.nodes["campus_id"]) <= campuses
    foreign = reading_of("head_north", STAR_ACTIVITY)  # of C008
    assert foreign.nodes.empty
    assert not foreign.figure(share_arrivals)["n"]


def test_subtrees_of_the_whole_are_cut_to_the_scope(sample):
    campuses = set(sample.accounts.viewer("head_north").campuses)
    own, everybody = (reading_of(user, "A00068").whole for user in ("head_north", "manager"))
    assert set(own.campus.to_pandas()) <= campuses
    assert own.measure("own", "visitors").sum() < everybody.measure("own", "visitors").sum()


def test_a_foreign_campus_shows_nothing():
    at = open_screen("nowhere")
    assert "Nobody came by a share." in shown(at)
    assert not at.metric


@pytest.mark.parametrize("user", ["marketing", "analyst", "consultant3"])
def test_other_roles_have_the_screen(user):
    at = open_screen(user)
    assert shown(at)


def test_names_of_people_are_masked_for_roles_that_may_not_read_them():
    manager, analyst = (reading_of(user, STAR_ACTIVITY) for user in ("manager", "analyst"))
    star = manager.nodes["person_id"].iloc[0]
    assert "*" not in manager.named([star])[star]
    assert analyst.named([star])[star] != manager.named([star])[star]


def test_the_rows_behind_a_box_are_as_many_as_its_width():

    reading = reading_of("manager", STAR_ACTIVITY)
    top = reading.nodes.iloc[0]
    below = below_of(reading.forest, int(top["node"]))
    people = tuple(sorted(reading.forest.person[int(i)].as_py() for i in below))
    rows = query.list_rows(
        share_arrivals, EVER, where={"activity_id": STAR_ACTIVITY, "person_id": people},
        scope=reading.scope,
    )  # fmt: skip
    assert len(rows) == top["below"] == top["subtree_visitors"]
