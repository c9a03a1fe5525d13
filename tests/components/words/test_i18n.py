"""Words in the reader's language."""

import pytest
from streamlit.testing.v1 import AppTest

from components.words import i18n


def test_outside_a_page_the_environment_decides(monkeypatch):
    monkeypatch.delenv("EDULENS_LANG", raising=False)
    assert i18n.language() == "zh"
    monkeypatch.setenv("EDULENS_LANG", "en")
    assert i18n.language() == "en"
    monkeypatch.setenv("EDULENS_LANG", "tlh")
    assert i18n.language() == "zh"


def test_translation_fills_its_places(monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "zh")
    assert i18n._("Target {figure}", figure="92%") == "目标 92%"
    monkeypatch.setenv("EDULENS_LANG", "en")
    assert i18n._("Target {figure}", figure="92%") == "Target 92%"


def test_data_with_braces_is_not_taken_for_a_place(monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "zh")
    assert i18n._("Target {figure}", figure="{boom}") == "目标 {boom}"


def test_an_unknown_message_stays_as_it_is(monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "zh")
    assert i18n._("never heard of") == "never heard of"
    assert i18n._("") == ""  # gettext would give the catalogue's header


def test_ngettext_knows_one_from_many_in_english(monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "en")
    assert i18n.ngettext("{n} lead", "{n} leads", 1) == "1 lead"
    assert i18n.ngettext("{n} lead", "{n} leads", 2) == "2 leads"
    assert i18n.ngettext("{n} lead", "{n} leads", 2000, n="2,000") == "2,000 leads"


def test_marking_changes_nothing():
    assert i18n.N_("Today") == "Today"


def said() -> None:
    import streamlit as st

    from components.words import i18n

    account = st.query_params.get("account")
    if account:
        st.session_state[i18n.ACCOUNT_KEY] = account
    st.write(i18n.language())


def spoken(**query: str) -> str:
    """The language of a page opened by this address."""
    at = AppTest.from_function(said)
    for name, value in query.items():
        at.query_params[name] = value
    return at.run().markdown[0].value


def test_in_a_page_the_link_comes_before_the_account():
    assert spoken() == "zh"
    assert spoken(account="en") == "en"
    assert spoken(account="en", lang="中") == "zh"
    assert spoken(lang="EN") == "en"
    assert spoken(lang="en") == "en"
    assert spoken(lang="<script>") == "zh"


def test_in_a_page_the_switch_comes_first():
    at = AppTest.from_function(said)
    at.query_params["lang"] = "EN"
    at.session_state[i18n.SWITCH_KEY] = "中"
    assert at.run().markdown[0].value == "zh"


@pytest.mark.parametrize(
    ("text", "values", "filled"),
    [
        ("{owner} · {day} 前", {"owner": "班主任", "day": "11月28日"}, "班主任 · 11月28日前"),
        ("把 {amount} 从「抖音」移走", {"amount": "482 元"}, "把 482 元从「抖音」移走"),
        ("满 {n} 天", {"n": "30"}, "满 30 天"),
        ("{n} 条", {"n": 3}, "3 条"),
        ("worth {amount} a day", {"amount": "¥3"}, "worth ¥3 a day"),
    ],
)
def test_chinese_is_parted_from_figures_but_not_from_chinese(text, values, filled):
    assert i18n.translate(text, "zh", **values) == filled


def test_sentences_follow_each_other_as_their_language_has_it(monkeypatch):
    for code, told in (("zh", "一。二。"), ("en", "一。 二。")):
        monkeypatch.setenv("EDULENS_LANG", code)
        assert i18n.sentences("一。", "", "二。") == told
