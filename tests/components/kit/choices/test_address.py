"""Choices in the address: names that no language changes, and links as they once were."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from components.kit.choices.address import KeptChoice
    from components.words.i18n import SWITCH_KEY

    st.segmented_control("Language", ["中", "EN"], key=SWITCH_KEY)
    part = KeptChoice("view", {"renewal": "Renewal", "referral": "Referral"}, "renewal")
    part.field()
    st.session_state["seen"] = [part.name, part.ask(st.segmented_control, "Part", required=True)]


def opened(**address: str) -> AppTest:
    at = AppTest.from_function(page)
    for name, value in address.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def chosen(at: AppTest) -> str:
    """What is chosen before and after the widget is drawn, which must be one."""
    (one,) = set(at.session_state["seen"])
    assert at.get_by_key("view_choice").value == one
    return one


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("said", ["referral", "Referral", "转介绍"])
def test_a_name_or_its_words_in_any_language_open_the_same(language, said):
    assert chosen(opened(lang=language, view=said)) == "referral"


def test_what_is_unknown_or_missing_is_the_default():
    assert chosen(opened(view="<b>")) == "renewal"
    assert chosen(opened()) == "renewal"


def test_a_pick_is_kept_by_its_name_and_the_default_is_not_kept(monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "zh")
    at = opened(lang="zh")
    at.get_by_key("view_choice").set_value("referral").run()
    assert at.session_state["view"] == "referral"
    assert chosen(at) == "referral"
    at.get_by_key("view_choice").set_value("renewal").run()
    assert at.session_state["view"] == ""
    assert chosen(at) == "renewal"


def test_a_pick_outlives_a_change_of_language():
    at = opened(view="referral")
    at.get_by_key("lang").set_value("EN").run()
    assert chosen(at) == "referral"
