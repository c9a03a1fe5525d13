"""The board's figures: what nothing is known of is missing, never zero."""

from __future__ import annotations

import pytest

from tests.components.conftest import Served


def cards() -> None:
    import streamlit as st

    from components.kit.choices.filters import filter_bar
    from components.screens.board.figures import period_cards

    st.session_state["cards"] = {
        card.metric.name: (card.figure["value"], card.previous is not None, card.note)
        for card in period_cards(filter_bar())
    }


@pytest.fixture
def shown(served: Served, monkeypatch: pytest.MonkeyPatch):
    """Name of each figure → value, whether it is compared, note."""
    monkeypatch.setenv("EDULENS_LANG", "en")

    def show(**address):
        at = served.run(cards, lang="en", **address)
        assert not at.exception
        return at.session_state["cards"]

    return show


def test_days_before_the_first_data_have_no_figures(shown):
    found = shown(period="custom", days=["2026-03-01", "2026-03-31"])
    for value, is_compared, note in found.values():
        assert (value, is_compared, note) == (None, False, "no data: they begin on 5 Oct")


def test_spend_of_a_course_line_is_not_told_and_leads_are(shown):
    found = shown(period="this_month", course=["english"])
    assert found["spend_total"] == (None, False, "spend is not booked by course line")
    assert found["new_leads"][0] == 0, "none came: that is a number"
    assert shown(period="this_month")["spend_total"][0] == 500


def test_today_is_compared_with_nothing_before_it_is_over(shown):
    assert not shown(period="today")["new_leads"][1]
    assert shown(period="yesterday")["new_leads"][1]
