"""The plans page: what a save changes on the board, and what each role may do there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

import data.installation.process
from data.installation.process import Installation
from tests.pages import screens
from tests.pages.conftest import serve
from tests.pages.screens import FRAME, shown
from tests.sample_institution import small_institution
from tests.signin import sign_in

visit = partial(screens.visit, "overview/plans")
look = partial(screens.look, "overview/plans")
front = partial(screens.look, "")
MONTH = date(2026, 11, 1)


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> Iterator[Installation]:
    """A small sample institution of this file's own: plans are changed in it."""
    with small_institution(tmp_path_factory.mktemp("plans") / "home", scale=0.1) as opened:
        yield opened


@pytest.fixture(autouse=True)
def served(sample, monkeypatch):
    serve(sample, monkeypatch)


def save(campus: str, value: float) -> None:
    """What the save button does, as a script of the signed-in user."""
    from datetime import date

    import pandas as pd

    from components.kit.plans.saving import save_targets

    save_targets(date(2026, 11, 1), "new_leads", pd.Series({campus: value}))


def save_as(user: str, campus: str, value: float, *, language: str = "en") -> AppTest:
    at = AppTest.from_function(save, default_timeout=60, args=(campus, value))
    sign_in(at, data.installation.process.installation().accounts, user)
    at.query_params["lang"] = language
    at.run()
    assert not at.exception
    return at


def planned(sample, campus: str = "") -> float:
    where = f"AND campus_id = '{campus}'" if campus else ""
    found = sample.store.fetch(
        f"SELECT sum(value) AS v FROM fact_target WHERE month_on = '{MONTH}'"
        f" AND metric = 'new_leads' {where}"
    )
    return float(found["v"].item())


def test_a_saved_plan_changes_the_boards_figure_and_the_pages(sample):
    before, board = planned(sample), shown(front("manager"))
    assert f"plan {before:,.0f} leads" in shown(look("manager"))
    save_as("manager", "C001", planned(sample, "C001") + 500)
    after = planned(sample)
    assert after == before + 500
    assert f"plan {after:,.0f} leads" in shown(look("manager"))
    changed = shown(front("manager"))
    pick = [line for line in board.splitlines() if "of the plan to date" in line]
    assert pick
    assert pick != [line for line in changed.splitlines() if "of the plan to date" in line]


def test_a_campus_head_cannot_write_another_campus(sample):
    own = sample.accounts.viewer("head_north").campuses
    before = planned(sample)
    foreign = next(c for c in ("C001", "C005", "C008") if c not in own)
    refused = save_as("head_north", foreign, 999)
    assert "Your role may not change this plan; nothing was saved." in shown(refused)
    assert planned(sample) == before
    save_as("head_north", own[0], planned(sample, own[0]) + 7)
    assert planned(sample) == before + 7


def test_a_wrong_figure_is_told_and_not_stored(sample):
    before = planned(sample)
    at = save_as("manager", "C001", -3)
    assert "Nothing was saved: New leads must be a number of at least 0, not -3.0" in shown(at)
    assert planned(sample) == before


def test_a_refusal_is_told_in_chinese_too(sample):
    text = shown(save_as("manager", "C001", -3, language="zh"))
    assert "没有保存：新增线索必须是不小于 0 的数，不能是 -3.0" in text


def test_saving_what_was_there_says_that_nothing_changed(sample):
    at = save_as("manager", "C002", planned(sample, "C002"))
    assert "Nothing was changed." in shown(at)


def test_the_history_shows_who_and_what(sample):
    save_as("manager", "C003", planned(sample, "C003") + 11)
    at = look("manager", plan_history_targets=True)
    changes = at.dataframe[-1].value
    newest = changes.iloc[0]
    assert (newest["by"], newest["item"]) == ("manager", "New leads")
    assert newest["after"] == newest["before"] + 11
    assert newest["where"].startswith("Nov 2026 · ")


def test_the_page_proposes_from_history_and_shows_last_year(sample):
    text = shown(look("manager"))
    assert "last year" in text
    assert "its history suggests" in text
    ahead = shown(look("manager", plans_month=date(2026, 12, 1)))
    assert "New leads, Dec 2026: no plan yet" in ahead
    assert "its history suggests" in ahead


@pytest.mark.parametrize("figure", ["first_orders", "net_revenue"])
def test_every_planned_figure_draws(figure):
    assert "plan " in shown(look("manager", plans_figure=figure))


def test_a_campus_head_plans_the_own_campuses_only(sample):
    own = sample.accounts.viewer("head_north").campuses
    at = look("head_north")
    total = sum(planned(sample, campus) for campus in own)
    assert f"plan {total:,.0f} leads" in shown(at)
    assert "Save the plan" in [button.label for button in at.button]


@pytest.mark.parametrize("user", ["marketing", "analyst"])
def test_other_roles_read_only(user):
    at = look(user)
    assert "Your role reads this plan; it does not change it." in shown(at)
    assert "Save the plan" not in [button.label for button in at.button]
    assert at.dataframe[0].value["plan"].notna().all()


def test_the_page_speaks_chinese():
    assert "2026年11月新增线索" in shown(look("manager", language="zh"))


def test_the_proposal_is_taken_over_by_two_clicks(sample):
    at = visit("manager", plans_month=date(2026, 12, 1), plans_fill=True)
    (button,) = [b for b in at.button if b.label == "Save the plan"]
    button.click().run()
    assert not at.exception
    stored = sample.store.fetch(
        "SELECT campus_id, value FROM fact_target WHERE month_on = '2026-12-01'"
    )
    assert len(stored) == 8
    assert (stored["value"] > 0).all()
    assert f"plan {stored['value'].sum():,.0f} leads" in shown(
        visit("manager", plans_month=date(2026, 12, 1))
    )


def test_saving_an_activitys_plan_without_a_change_says_so():
    at = AppTest.from_file(FRAME, default_timeout=60)
    sign_in(at, data.installation.process.installation().accounts, "manager")
    at.switch_page("../../pages/growth/activities.py")
    at.query_params["lang"] = "en"
    at.query_params["activity"] = "A00070"
    at.session_state["activity_tabs"] = "Plan"
    at.run()
    (button,) = [b for b in at.button if b.label == "Save the plan"]
    button.click().run()
    assert not at.exception
    assert "Nothing was changed." in shown(at)
