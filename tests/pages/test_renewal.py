"""The renewal screen: it names the channel that does not renew, finds the fakes, keeps scopes."""

from __future__ import annotations

import re
from datetime import date
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from components.ask import query
from components.kit.navigation import SECTIONS
from components.screens.renewal.board import renewal_answers
from components.screens.renewal.page import PAGE
from data.sample.truths import BURST_LEADS, CHEAP_CHANNEL, SELF_REFERRERS
from data.scope import ROLES, Filters, Period
from tests.pages import screens
from tests.pages.screens import open_panels, scope_of, shown

visit = partial(screens.visit, "lifecycle/renewal")
look = partial(screens.look, "lifecycle/renewal")


@pytest.fixture
def cheap(served) -> str:
    """The sample as this process's installation; gives the planted channel's name."""
    rows = served.store.fetch(f"SELECT name FROM dim_channel WHERE channel_id = '{CHEAP_CHANNEL}'")
    return str(rows["name"].item())


def due_soon(text: str) -> int:
    """How many unpaid enrolments the answer says fall due."""
    (found,) = re.findall(r"In the next 30 days ([\d,]+) enrolment", text)
    return int(found.replace(",", ""))


def test_the_channel_that_does_not_renew_is_named_and_no_other(cheap):
    text = shown(look("manager"))
    assert f"“{cheap}” renews worst: 2.2% of 46" in text
    assert text.count("renews worst") == 1
    assert f"Look into “{cheap}”" in text
    assert "Tested on" in text


def test_the_screen_speaks_chinese(cheap):
    text = shown(look("manager", language="zh"))
    assert f"「{cheap}」续费最差" in text
    assert "先和谁谈" in text
    assert "要做的事" in text


def test_a_campus_head_and_a_consultant_see_their_own(cheap):
    everything, own = shown(look("manager")), shown(look("head_north"))
    assert 0 < due_soon(own) < due_soon(everything)
    consultant = look("consultant1")
    assert 0 < due_soon(shown(consultant)) < due_soon(own)
    assert {metric.label for metric in consultant.metric} >= {"Renewal rate"}


def test_an_analyst_sees_no_names(cheap):
    at = look("analyst")
    names = at.dataframe[0].value["name"].dropna()
    assert len(names)
    assert names.str.contains(r"\*").all()


def test_a_foreign_campus_shows_nothing(cheap):
    at = look("nowhere")
    assert "No enrolment with an end is known here." in shown(at)
    assert not at.metric
    assert not at.dataframe


def test_a_teacher_has_no_such_screen_and_no_false_zero(cheap):
    entries = [entry for _section, entries in SECTIONS for entry in entries]
    (entry,) = [entry for entry in entries if entry.script == "lifecycle/renewal"]
    assert not entry.allowed(ROLES["teacher"])
    assert entry.allowed(ROLES["consultant"])
    at = look("teacher1", framed=False)
    assert "Your role sees no orders" in shown(at)
    assert not at.metric


def test_panels_draw_when_opened_and_only_then(cheap):
    at = visit("manager")
    assert "add up to the difference exactly" not in shown(at)
    open_panels(at, PAGE, "renewal")
    text = shown(at)
    for words in (
        "add up to the difference exactly", "Groups whose intervals overlap",
        "expected in all", "Courses for adults are never flagged", "to the cent",
        "nothing is said beyond renewal", "payers are expected to order",
        "Taking it that people buy at any time (BG/NBD)",
    ):  # fmt: skip
        assert words in text, words


def test_the_work_list_is_cut_at_capacity(cheap):
    at = look("manager", renewal_capacity=15)
    table = at.dataframe[0].value
    assert len(table) == 15
    assert table["worth"].is_monotonic_decreasing
    assert table["chance"].between(0, 1).all()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_link_to_a_part_opens_it_in_any_language(cheap, language):
    at = look("manager", language=language, address={"view": "expansion"})
    assert at.get_by_key("view_choice").value == "expansion"
    assert len(at.dataframe[0].value) > 5


def test_expansion_says_what_is_left_and_what_comes_next(cheap):
    at = look("manager", view="expansion")
    text = shown(at)
    assert "of students add a subject in a month" in text
    assert "The likeliest step" in text
    assert len(at.dataframe[0].value) > 5


def test_referral_finds_the_fakes_and_says_whether_it_hangs_on_a_few(cheap):
    at = visit("manager", view="referral")
    text = shown(at)
    assert "20/80 does not hold here" in text
    assert f"Hold the rewards of {BURST_LEADS} leads" in text
    assert text.count(f"Hold the rewards of {SELF_REFERRERS // 2} leads") == 2
    open_panels(at, PAGE, "referral")
    text = shown(at)
    assert "Gini" in text
    assert "Generation 0 came by themselves" in text
    assert f"within an hour: **{BURST_LEADS}**" in text


def test_the_board_gets_its_two_answers(cheap, monkeypatch):
    scope, teacher = scope_of("manager"), scope_of("teacher1")
    filters = Filters(period=Period(start=date(2026, 11, 1), end=date(2026, 11, 22)))
    # Not `query.seen_as`: it would learn to write whatever the visits before have asked.
    monkeypatch.setattr(query, "current_scope", lambda *_: scope)
    nine, ten = renewal_answers(filters)
    assert (nine.number, ten.number) == (9, 10)
    assert f"“{cheap}” renews worst" in nine.sentence
    assert "20/80 does not hold here" in ten.sentence
    for answer in (nine, ten):
        rows = query.list_rows(answer.metric, answer.filters, scope=scope)
        assert rows.loc[rows["is_mature"], "denominator"].sum() == answer.figure["denominator"]
    monkeypatch.setattr(query, "current_scope", lambda *_: teacher)
    assert renewal_answers(filters) == ()


def value_of(user: str) -> AppTest:
    return look(user, renewal_panel_value=True)


def test_what_families_will_still_buy_is_told_of_ones_own(cheap):
    everything, own = value_of("manager"), value_of("head_north")
    told = [
        re.findall(r"weeks ([\d,]+) payers are expected", shown(at)) for at in (everything, own)
    ]
    whole, part = (int(found.replace(",", "")) for (found,) in told)
    assert 0 < part < whole
    table = everything.dataframe[-1].value
    assert len(table) == min(whole, 200)
    assert table["worth"].is_monotonic_decreasing
    person = {"person_id": table["open"].iloc[0].partition("=")[2]}
    at = screens.look("people/person", "manager", language="zh", address=person)
    assert re.search(r"未来 \d+ 周预计", shown(at))


def test_of_many_orders_what_a_family_will_buy_is_learnt_when_asked(cheap, served, monkeypatch):
    monkeypatch.setattr("components.screens.renewal.outlook.AT_ONCE", 10)
    rows = served.store.fetch(
        "SELECT person_id FROM fact_due WHERE state = 'active' AND due_on > DATE '2026-11-25'"
        " AND due_on < DATE '2027-01-20' ORDER BY enrolment_id LIMIT 1"
    )
    person = {"person_id": str(rows["person_id"].item())}
    at = screens.visit("people/person", "manager", language="zh", address=person)
    assert not re.search(r"未来 \d+ 周预计", shown(at))
    at.button("person_value").click().run()
    assert re.search(r"未来 \d+ 周预计", shown(at))


def all_inferred(facts):
    """As `renewal_links`, of a store whose source names no renewal."""
    rows = facts.due.filter(facts.due.renewal_id.notnull())
    return rows.aggregate(renewals=rows.count(), inferred=rows.count())


def test_renewals_read_off_the_orders_are_said_to_be(cheap, monkeypatch):
    assert "Links inferred from orders" not in shown(look("manager"))
    monkeypatch.setattr("components.screens.renewal.links.renewal_links", all_inferred)
    text = shown(visit("manager"))
    assert re.search(r"Links inferred from orders: .* so [\d,]+ renewals", text)
