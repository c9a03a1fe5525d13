"""The conversion screen: what it says, to whom, and that nobody sees another's leads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest

from components.ask import query
from components.kit.navigation import link_to
from components.screens.conversion.board import conversion_answers
from components.screens.conversion.measures import CARDS, MEASURES, Choice
from components.screens.conversion.page import PAGE
from components.screens.conversion.person import person_score
from components.screens.conversion.reading import Reading
from data.installation.process import Installation
from data.sample.truths import HARMFUL_SOP, LUCKY_CONSULTANT
from data.scope import ROLES, Filters, Period, role
from metrics.leads.pool import overdue_leads
from metrics.leads.pool_rule import CAUSES, pool_rule
from metrics.leads.response import response_time
from metrics.leads.rules import RULES
from tests.pages import screens
from tests.pages.conftest import serve
from tests.pages.screens import open_panels, scope_of, shown
from tests.sample_institution import small_institution

pytestmark = pytest.mark.usefixtures("served")
visit = partial(screens.visit, "lifecycle/conversion")
look = partial(screens.look, "lifecycle/conversion")

PERIOD = Period(start=date(2026, 6, 1), end=date(2026, 11, 22))


def test_the_manager_reads_rate_response_and_what_the_score_is_worth():
    at = look("manager", period="this_year")
    text = shown(at)
    assert "of new leads order within 30 days." in text
    assert "Half are reached within" in text
    assert "the best-scored fifth first would have reached" in text
    assert "have waited longer than 48 hours" in text
    assert "The narrowest step is" in text  # the title of the main picture
    assert len(at.metric) == len(CARDS) + 2


def test_the_work_list_is_sorted_by_what_a_lead_is_worth_and_opens_the_person():
    table = look("manager").dataframe[0].value
    assert table["expected_cny"].is_monotonic_decreasing
    assert table["open"].str.startswith("/person?person_id=").all()
    assert table["tier"].str.startswith("A").all()
    assert table["reasons"].str.len().min() > 0
    assert len(table) == 20


def test_the_list_of_those_who_wait_holds_only_them():
    table = look("manager", conversion_list="late").dataframe[0].value
    assert table["waited"].min() >= 2
    alone = look("manager", conversion_list="alone").dataframe[0].value
    assert len(alone)
    assert alone["owner"].isna().all()


def test_old_leads_have_no_probability():
    table = look("manager", conversion_list="old").dataframe[0].value
    assert not {"score", "expected_cny"} & set(table.columns)


def test_what_to_do_has_owner_deadline_and_worth():
    text = shown(look("manager"))
    assert "Give the " in text
    assert "Campus heads · by 21 Nov" in text
    assert "expected" in text


def test_a_consultant_sees_own_leads_alone(sample):
    at = look("consultant1")
    table = at.dataframe[0].value
    own = sample.store.fetch("SELECT person_id FROM fact_lead WHERE owner_id = 'S00102'")[
        "person_id"
    ]
    listed = table["open"].str.removeprefix("/person?person_id=")
    assert len(listed)
    assert set(listed) <= set(own)
    assert "unassigned leads to somebody" not in shown(at)


def test_a_campus_head_sees_the_own_campuses_leads_alone(sample):
    campuses = set(scope_of("head_north").campuses)
    reading = Reading(Filters(period=PERIOD), scope_of("head_north"), Choice())
    assert set(reading.work.rows["campus_id"]) == campuses
    everything = Reading(Filters(period=PERIOD), scope_of("manager"), Choice())
    assert 0 < reading.work.leads < everything.work.leads


def test_the_score_does_not_depend_on_who_looks():
    """One score of the institution: a consultant's own leads are too few to learn from."""
    readings = [
        Reading(Filters(period=PERIOD), scope_of(user), Choice())
        for user in ("manager", "consultant1")
    ]
    assert readings[0].score.fingerprint == readings[1].score.fingerprint
    manager = readings[0].work.rows.set_index("lead_id")["score"]
    own = readings[1].work.rows.set_index("lead_id")["score"]
    both = own.index.intersection(manager.index)
    assert len(both)
    assert own[both].tolist() == manager[both].tolist()


def test_names_are_masked_where_the_role_may_not_read_them():
    names = look("analyst", framed=False).dataframe[0].value["name"].dropna()
    assert names.str.contains("*", regex=False).all()
    assert not look("manager").dataframe[0].value["name"].str.contains("*", regex=False).any()


@pytest.mark.parametrize("user", ["marketing", "analyst", "head_south"])
def test_the_screen_draws_for_each_role(user):
    at = look(user)
    assert len(at.metric) == len(CARDS) + 2


def test_a_teacher_does_not_have_the_screen():
    having = {name for name in ROLES if link_to("lifecycle/conversion", role(name))}
    assert having == set(ROLES) - {"teacher"}


def test_days_without_leads_still_say_whom_to_call():
    at = look("manager", period="custom", days=(date(2016, 1, 1), date(2016, 1, 31)))
    text = shown(at)
    assert "Too few to judge" in text or "No leads in these days." in text


def test_the_screen_speaks_chinese():
    text = shown(look("manager", language="zh"))
    assert "先跟进得分最高的五分之一" in text
    assert "要做的事" in text


def test_panels_draw_when_opened_and_only_then(sample):
    at = visit("manager", period="this_year")
    closed = len(at.dataframe)
    open_panels(at, PAGE)
    text = shown(at)
    called = sample.store.fetch("FROM dim_experiment").set_index("experiment_id")["name"]
    for words in (
        "Kaplan–Meier estimate", "50% would be a coin", "are refused", "19 times of 20",
        "of the orders that come within", "harmful: stop it", called[HARMFUL_SOP],
        "No gain proven", "A proposal: nothing is assigned by it.",
        "go back to the pool", "A simulation: nothing is moved.",
    ):  # fmt: skip
        assert words in text, words
    assert closed == 1
    assert len(at.dataframe) >= 5
    names = sample.store.fetch("SELECT staff_id, name FROM dim_staff").set_index("staff_id")["name"]
    tables = [t.value for t in at.dataframe if "verdict" in t.value.columns]
    lucky = tables[0].set_index("name").loc[names[LUCKY_CONSULTANT], "verdict"]
    assert lucky == "less than their leads promised"


def test_the_rows_behind_a_card_add_up_to_it():
    reading = Reading(Filters(period=PERIOD), scope_of("manager"), Choice())
    for name in CARDS:
        measure, figure = MEASURES[name], reading.figures(name).total
        rows = query.list_rows(
            measure.metric, reading.judged(name), scope=reading.scope,
            **measure.settings(reading.choice.days),
        )  # fmt: skip
        counted = rows[rows["is_mature"]]
        assert float(counted["numerator"].sum()) == pytest.approx(figure["numerator"]), name
        assert float(counted["denominator"].sum()) == figure["denominator"], name


def test_the_response_card_is_the_median_of_its_rows():
    reading = Reading(Filters(period=PERIOD), scope_of("manager"), Choice())
    in_store = query.run(response_time, reading.filters, scope=reading.scope).iloc[0]
    card = reading.response.figure()
    assert card["n"] == in_store["n"]
    assert card["value"] == pytest.approx(in_store["value"], abs=1 / 60)  # minutes in the card


def test_the_overdue_leads_of_the_list_are_those_of_the_metric():
    reading = Reading(Filters(period=PERIOD), scope_of("manager"), Choice())
    found = query.run(overdue_leads, reading.listed, scope=reading.scope).iloc[0]
    assert reading.work.overdue == found["value"]


def test_a_person_is_scored_with_reasons():
    scope = scope_of("manager")
    reading = Reading(Filters(period=PERIOD), scope, Choice())
    first = reading.work.rows.iloc[0]
    found = person_score(str(first["person_id"]), scope)
    assert found is not None
    assert found.chance == pytest.approx(first["score"])
    assert found.expected_cny == pytest.approx(first["expected_cny"])
    assert [r.name for r in found.reasons] == [r.name for r in first["reasons"]]
    assert person_score("P000000000000", scope) is None


def test_another_campuses_person_has_no_score():
    everything = Reading(Filters(period=PERIOD), scope_of("manager"), Choice()).work.rows
    foreign = everything[everything["campus_id"] == "C008"].iloc[0]
    assert person_score(str(foreign["person_id"]), scope_of("head_north")) is None


def test_the_board_gets_answers_five_and_six(monkeypatch):
    at = look("manager")
    assert not at.exception
    scope = scope_of("manager")
    # Not `query.seen_as`: it would learn to write whatever the visits before have asked.
    monkeypatch.setattr(query, "current_scope", lambda *_: scope)
    found = conversion_answers(Filters(period=PERIOD))
    assert [answer.number for answer in found] == [5, 6]
    assert "fifth" in found[0].sentence
    assert "每日电话跟进" in found[1].sentence


@pytest.fixture
def small(tmp_path, monkeypatch) -> Iterator[Installation]:
    """A sample institution with too few orders to learn from."""
    with small_institution(tmp_path / "home", scale=0.05) as opened:
        yield serve(opened, monkeypatch)


def test_with_few_conversions_points_rank_the_list_and_the_screen_says_so(small):
    at = look("manager", conversion_panel_quality=True)
    text = shown(at)
    assert "leads are ranked by points" in text
    assert "of the 200 conversions that a model needs" in text
    table = at.dataframe[0].value
    assert "expected_cny" not in table
    assert table["score"].is_monotonic_decreasing
    only_referrals = tuple(
        replace(rule, points=90 if rule.name == "is_referred" else 0, most=90) for rule in RULES
    )
    changed = look("manager", conversion_rules_in_force=only_referrals).dataframe[0].value
    assert changed["reasons"].iloc[0] == "↑ referred by a family"
    assert changed["open"].tolist() != table["open"].tolist()


def test_only_a_manager_and_a_head_see_whom_leads_should_go_to():
    for user, is_shown in (("head_north", True), ("consultant1", False), ("analyst", False)):
        at = look(user, conversion_panel_assignment=True)
        assert ("Whom the unassigned leads should go to" in shown(at)) is is_shown, user


def test_the_proposal_of_a_head_holds_the_own_campuses_leads_and_people(sample):
    at = look("head_north", conversion_panel_assignment=True)
    tables = [table.value for table in at.dataframe if "to" in table.value.columns]
    assert len(tables) == 1
    assert len(tables[0])
    campuses = scope_of("head_north").campuses
    rows = sample.store.fetch(
        "SELECT s.name FROM dim_staff s WHERE s.role = 'consultant' AND s.campus_id IN"
        f" ({', '.join(repr(campus) for campus in campuses)})"
    )
    assert set(tables[0]["to"]) <= set(rows["name"])


def test_a_step_that_nobody_records_is_left_out_of_the_funnel_and_said_to_be(monkeypatch, forget):
    assert "No source records" not in shown(look("manager"))
    missing = ("assigned", "first_contact")
    monkeypatch.setattr("components.screens.conversion.funnel.unrecorded", lambda _chain: missing)
    forget()
    text = shown(visit("manager"))
    assert "No source records “Assigned”, “First contact”: left out of the chain" in text
    assert "Assigned 1 d" not in text
    assert "Effective contact 7 d" in text
    nothing = ("assigned", "first_contact", "contact", "visit_or_trial", "order")
    monkeypatch.setattr("components.screens.conversion.funnel.unrecorded", lambda _chain: nothing)
    forget()
    assert "No source records what is done with leads." in shown(visit("manager"))


def test_the_pool_rule_moves_as_many_as_its_rows_and_more_when_stricter():
    counts = []
    for days in (10, 40):
        at = look("head_north", conversion_panel_pool_rule=True, pool_idle_days=days)
        (found,) = re.findall(r"By this rule \*\*([\d,]+) of ([\d,]+) open leads", shown(at))
        counts.append([int(number.replace(",", "")) for number in found])
    assert counts[0][0] > counts[1][0] > 0
    assert counts[0][1] == counts[1][1]
    until = scope_of("head_north").as_of_on + timedelta(days=1)
    filters = Filters(period=Period(start=until - timedelta(days=730), end=until))
    rows = query.list_rows(
        pool_rule, filters, where={"cause": CAUSES}, scope=scope_of("head_north"), idle_days=40
    )
    assert len(rows) == counts[1][0]
