"""The viewer's own account: change of password, language, sign-out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.testing.v1 import AppTest

import data.installation.process
from components.frame.activity import is_activity
from components.kit.account_words import campus_text
from data.accounts import Accounts
from data.installation.home import Home
from data.installation.process import Installation
from data.landing.zone import Landing
from data.stores import DuckDBStore
from tests.signin import PASSWORD, add_account, sign_in

OWN = "my own long one"


@pytest.fixture
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Accounts]:
    home = Home(tmp_path / "home").prepare()
    made = Accounts(home)
    add_account(made, "lin")
    store = DuckDBStore(home.store)
    opened = Installation(home, store, Landing(home.landing), made)
    monkeypatch.setattr(data.installation.process, "_opened", opened)
    yield made
    made.close()
    store.close()


def password_page() -> None:
    from components.ask.session import current_viewer
    from components.frame.account_password import password_form

    password_form(current_viewer().user)


def menu_page() -> None:
    import streamlit as st

    from components.ask.session import current_viewer
    from components.frame.account import account_menu
    from components.words import i18n

    viewer = current_viewer()
    st.session_state[i18n.ACCOUNT_KEY] = viewer.language
    st.segmented_control("Language", ["中", "EN"], key=i18n.SWITCH_KEY)
    account_menu(viewer)


def open_page(page: object, accounts: Accounts) -> AppTest:
    at = AppTest.from_function(page, default_timeout=20)
    sign_in(at, accounts, "lin")
    at.run()
    assert not at.exception
    return at


def change(at: AppTest, current: str, new: str, again: str) -> AppTest:
    for field, text in zip(at.text_input, (current, new, again), strict=True):
        field.input(text)
    at.button[0].click().run()
    assert not at.exception
    return at


def test_password_form_changes_the_password_and_ends_every_session(accounts: Accounts):
    elsewhere = accounts.sign_in("lin")
    at = open_page(password_page, accounts)
    assert [field.label for field in at.text_input] == ["当前密码", "新密码", "再输入一次新密码"]
    change(at, PASSWORD, OWN, OWN)
    assert "密码已修改" in at.success[0].value
    assert accounts.authenticate("lin", OWN).user == "lin"
    assert accounts.sessions.lookup(elsewhere) is None
    assert accounts.sessions.live() == []
    assert [(line.actor, line.subject) for line in accounts.audit.lines(action="password_set")] == [
        ("lin", "lin")
    ]
    assert accounts.password_hash("lin").startswith("$argon2id$")
    at.run()
    assert at.warning, "the tab itself is signed out too"
    assert OWN not in accounts.password_hash("lin")


@pytest.mark.parametrize(
    ("current", "new", "again", "says"),
    [
        ("wrong", OWN, OWN, "当前密码不正确"),
        (PASSWORD, OWN, "another one", "两次输入的新密码不一致"),
        (PASSWORD, PASSWORD, PASSWORD, "不能与当前密码相同"),
        (PASSWORD, "password1", "password1", "太常见"),
        (PASSWORD, "short", "short", "至少要 8 个字符"),
        (PASSWORD, "", "", "请填写新密码"),
        (PASSWORD, f"  {PASSWORD} ", PASSWORD, "不能与当前密码相同"),
        ("", OWN, OWN, "当前密码不正确"),
    ],
)
def test_password_form_refuses_in_words(
    accounts: Accounts, current: str, new: str, again: str, says: str
):
    before = accounts.password_hash("lin")
    at = change(open_page(password_page, accounts), current, new, again)
    assert says in at.error[0].value
    assert accounts.password_hash("lin") == before
    assert accounts.sessions.live("lin")


def test_password_form_looks_at_the_current_password_last(accounts: Accounts):
    at = open_page(password_page, accounts)
    for _ in range(6):
        assert "至少要 8 个字符" in change(at, "wrong", "short", "short").error[0].value
    assert accounts.audit.lines(action="sign_in_failed") == []


def test_password_form_speaks_english(accounts: Accounts):
    at = AppTest.from_function(password_page, default_timeout=20)
    at.query_params["lang"] = "en"
    sign_in(at, accounts, "lin")
    at.run()
    labels = [field.label for field in at.text_input]
    assert labels == ["Current password", "New password", "New password again"]
    assert change(at, "wrong", OWN, OWN).error[0].value == "Password is incorrect"


def test_password_form_slows_down_who_guesses_at_an_open_desk(accounts: Accounts):
    at = open_page(password_page, accounts)
    said = [change(at, f"wrong {n}", OWN, OWN).error[0].value for n in range(5)]
    assert "尝试次数过多" in said[-1]
    assert len(accounts.audit.lines(action="sign_in_failed")) == 4


def test_account_menu_says_who_is_there_and_signs_out_by_post(accounts: Accounts):
    at = open_page(menu_page, accounts)
    assert "管理者" in at.markdown[0].value
    assert "全部校区" in at.caption[0].value
    second_step, html = (element.value for element in at.get("html"))
    assert 'href="/second-factor" target="_self"' in second_step
    assert "两步验证" in second_step
    assert 'method="post" action="/logout"' in html
    assert "退出登录" in html
    assert "<a " not in html


def test_language_switched_in_the_tab_is_remembered(accounts: Accounts):
    at = open_page(menu_page, accounts)
    assert accounts.get("lin").language == ""
    at.get_by_key("lang").set_value("EN").run()
    assert accounts.get("lin").language == "en"
    assert "Manager" in at.markdown[0].value


def test_language_that_a_link_brings_is_not_kept(accounts: Accounts):
    at = AppTest.from_function(menu_page, default_timeout=20)
    at.query_params["lang"] = "en"
    sign_in(at, accounts, "lin")
    at.run().run()
    assert accounts.get("lin").language == ""


def test_parts_that_refresh_themselves_are_not_activity():
    clicked, refreshed = BackMsg(), BackMsg()
    clicked.rerun_script.query_string = "a=b"
    refreshed.rerun_script.is_auto_rerun = True
    assert is_activity(clicked.SerializeToString())
    assert not is_activity(refreshed.SerializeToString())
    assert not is_activity(b"\xff\xff no message")


def test_campuses_of_one_brand_are_told_without_repeating_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EDULENS_LANG", "zh")
    names = {"C1": "麦禾里·北京望京校区", "C2": "麦禾里·天津奥城校区", "C3": "滨江校区"}
    assert campus_text(("C1",), names) == "麦禾里·北京望京校区"
    assert campus_text(("C1", "C2"), names) == "北京望京校区、天津奥城校区"
    assert campus_text(("C1", "C3"), names) == "麦禾里·北京望京校区、滨江校区"
