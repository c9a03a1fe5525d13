"""The board: each role gets its own answers, an empty home is told where to begin."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import data.installation.process
from data.installation.home import Home
from data.installation.process import Installation
from tests.pages.screens import look
from tests.sample_institution import small_institution
from tests.signin import add_account

TEN = {str(n) for n in range(1, 11)}


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> Iterator[Installation]:
    """A small sample institution, and a head of a campus that has no rows."""
    with small_institution(tmp_path_factory.mktemp("board") / "home", scale=0.1) as opened:
        add_account(opened.accounts, "nowhere", "campus_head", campuses=["C999"])
        st.cache_data.clear()  # another test's store may have the same version
        yield opened


def board(opened: Installation, user: str, monkeypatch) -> AppTest:
    monkeypatch.setattr(data.installation.process, "_opened", opened)
    return look("", user, language="zh")


def words(at: AppTest) -> str:
    return "\n".join(
        str(element.value) for element in [*at.markdown, *at.caption, *at.subheader, *at.warning]
    )


@pytest.mark.parametrize(
    ("user", "questions"),
    [
        ("manager", TEN),
        ("head_north", TEN),
        ("consultant1", TEN),
        ("marketing", TEN),
        ("analyst", TEN),
        ("teacher1", {"7", "8"}),
        ("nowhere", {"1", "2", "3", "4", "5"}),
    ],
)
def test_board_answers_what_the_role_may_read(sample, monkeypatch, user, questions):
    at = board(sample, user, monkeypatch)
    assert not at.exception
    assert not at.error
    answered = set(re.findall(r"问题 (\d+)：", words(at)))
    assert answered == questions


def test_a_consultants_leads_are_not_held_against_the_campuss_plan(sample, monkeypatch):
    said = words(board(sample, "consultant1", monkeypatch))
    assert "本月新增线索" in said
    assert "全月计划的" not in said
    assert "计划按校区和月份制定" in said


def test_a_teachers_board_holds_no_lead_figures_of_nobody(sample, monkeypatch):
    at = board(sample, "teacher1", monkeypatch)
    assert not at.metric
    assert "新增线索" not in words(at)


def test_board_says_which_feed_is_silent(sample, monkeypatch):
    at = board(sample, "manager", monkeypatch)
    assert any("神马搜索" in warning.value for warning in at.warning)


def test_board_of_a_campus_head_names_no_other_campus(sample, monkeypatch):
    at = board(sample, "head_north", monkeypatch)
    own = set(sample.accounts.viewer("head_north").campuses)
    campuses = sample.store.fetch("SELECT campus_id, name FROM dim_campus")
    shown = words(at)
    assert not [
        name
        for campus, name in zip(campuses["campus_id"], campuses["name"], strict=True)
        if campus not in own and name in shown
    ]


def test_board_of_a_new_home_says_where_to_begin(tmp_path, monkeypatch):
    opened = Installation.open(Home(tmp_path / "home"))
    opened.build_if_behind()
    add_account(opened.accounts, "boss")
    st.cache_data.clear()
    at = board(opened, "boss", monkeypatch)
    assert not at.exception
    assert "还没有任何数据" in words(at)
    opened.close()
