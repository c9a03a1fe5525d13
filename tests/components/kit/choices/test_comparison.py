"""What figures may be set against, and what is said where they may not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.components.conftest import Served


def compared() -> None:
    import streamlit as st

    from components.kit.choices.comparison import compared_with, is_comparable
    from components.kit.choices.filters import filter_bar

    filters = filter_bar()
    st.session_state["said"] = {
        kind: (compared_with(filters, kind), is_comparable(filters, kind))
        for kind in ("count", "proportion")
    }


@pytest.fixture
def said(served: Served, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The words and whether there is a verdict, of an institution known for long."""
    known = ("this_month", date(2026, 1, 1))
    monkeypatch.setattr("components.kit.choices.filters.known_from", lambda: known)
    monkeypatch.setenv("EDULENS_LANG", "en")

    def ask(kind: str = "count", **address: Any) -> tuple[str, bool]:
        at = served.run(compared, lang="en", **address)
        assert not at.exception
        found: tuple[str, bool] = at.session_state["said"][kind]
        return found

    return ask


def test_finished_days_are_compared_with_those_before(said):
    assert said(period="last_7") == ("vs. 7–13 Nov", True)
    assert said(period="last_7", vs="none") == ("", False)


def test_a_month_under_way_says_until_when_today_counts(said):
    assert said(period="this_month") == ("vs. 1–21 Oct · today until 18:00", True)
    assert said(period="this_year")[0] == ""  # nothing is known of the year before


def test_today_alone_gets_no_verdict(said):
    words = "today is not over: nothing to compare it with yet"
    assert said(period="today") == said("proportion", period="today") == (words, False)


def test_totals_of_unlike_periods_are_not_compared_and_rates_are(said):
    quarter = {"period": "last_month", "vs": "custom", "vs_days": ["2026-07-01", "2026-09-30"]}
    words = "1 Jul–30 Sep are 92 days against 31: totals are not compared"
    assert said(**quarter) == (words, False)
    assert said("proportion", **quarter) == ("vs. 1 Jul–30 Sep", True)
    assert said(period="last_month") == ("vs. 1–30 Sep", True)  # months differ by a day
