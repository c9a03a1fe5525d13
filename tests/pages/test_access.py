"""The access page: managers run accounts, others are told that they may not."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import data.installation.process
from components.kit.account_words import ACTION_LABELS, ROLE_LABELS
from data.accounts import Accounts, totp
from data.accounts.accounts import WrongPassword
from data.installation.home import Home
from data.installation.process import Installation
from data.landing.zone import Landing
from data.scope import ROLES
from data.stores import DuckDBStore
from tests.signin import PASSWORD, add_account, sign_in

PAGE = str(Path(__file__).parents[2] / "pages" / "admin" / "access.py")
DIMENSIONS = """
CREATE TABLE dim_campus AS SELECT * FROM (VALUES ('C1', '望京校区', 'north', '北京'),
    ('C2', '滨江校区', 'south', '杭州')) AS t(campus_id, name, region, city);
CREATE TABLE dim_staff AS SELECT * FROM (VALUES ('S1', '张顾问', 'consultant', 'C1'))
    AS t(staff_id, name, role, campus_id);
"""


@pytest.fixture
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Accounts]:
    """The accounts of an installation with two campuses; it is this process's."""
    home = Home(tmp_path / "home").prepare()
    store = DuckDBStore(home.store)
    with store.writing() as cursor:
        cursor.execute(DIMENSIONS)
    made = Accounts(home)
    add_account(made, "manager")
    add_account(made, "second")
    add_account(made, "lin", "campus_head", campuses=["C1"])
    opened = Installation(home, store, Landing(home.landing), made)
    monkeypatch.setattr(data.installation.process, "_opened", opened)
    monkeypatch.setenv("EDULENS_LANG", "en")  # AppTest words the options outside a script
    yield made
    made.close()
    store.close()


def visit(accounts: Accounts, user: str = "manager", *, language: str = "en") -> AppTest:
    """Open the page as a user."""
    at = AppTest.from_file(PAGE, default_timeout=20)
    at.query_params["lang"] = language
    sign_in(at, accounts, user)
    at.run()
    assert not at.exception
    return at


def pick(at: AppTest, user: str) -> AppTest:
    """Choose the account to change."""
    return at.selectbox(key="access_user").select(user).run()


def said(at: AppTest) -> str:
    """What came of the last action."""
    return " ".join(element.value for element in [*at.success, *at.error])


def test_access_page_lists_every_account_in_words(accounts: Accounts):
    accounts.disable("second")
    at = visit(accounts)
    table = at.dataframe[0].value.set_index("Sign-in name")
    assert table.loc["lin", "Role"] == "Campus head"
    assert table.loc["lin", "Campuses"] == "望京校区"
    assert table.loc["manager", "Campuses"] == "all campuses"
    assert table.loc["second", "Sign-in"] == "closed"
    assert "2 of 3 accounts are open" in at.markdown[0].value
    chinese = visit(accounts, language="zh").dataframe[0].value.set_index("用户名")
    assert chinese.loc["lin", "角色"] == "校区负责人"


@pytest.mark.parametrize("role", sorted(ROLES.keys() - {"manager"}))
def test_access_page_tells_every_other_role_no_and_shows_nothing(accounts: Accounts, role: str):
    add_account(accounts, "other", role, campuses=["C1"], staff_id="S1")
    at = visit(accounts, "other")
    assert "Your role may not see this." in at.error[0].value
    assert not at.dataframe
    assert not at.button
    assert accounts.audit.lines(action="access_denied")[0].actor == "other"


@pytest.mark.parametrize("how", ["anonymous", "revoked", "made up", "another's", "one-time"])
def test_access_page_shows_nothing_without_a_live_session(accounts: Accounts, how: str):
    at = visit(accounts)
    key = accounts.sessions.live("manager")[0].key
    if how == "anonymous":
        at.user = {}
    elif how == "revoked":
        accounts.sessions.revoke_user("manager")
    elif how == "made up":
        at.user = {"user": "manager", "role": "manager", "sid": "0" * 64}
    elif how == "another's":
        at.user = {"user": "second", "role": "manager", "sid": key}
    else:
        accounts.one_time_password("second")
        sign_in(at, accounts, "second")
    at.run()
    assert not at.exception
    assert at.warning
    assert not at.dataframe
    target = "/password" if how == "one-time" else "/login"
    assert f'href="{target}"' in at.get("html")[0].value


def test_new_account_gets_a_password_that_is_shown_once(accounts: Accounts):
    at = visit(accounts)
    at.text_input(key="access_add_user").input("Zhang.San")
    at.text_input(key="access_add_name").input("张三")
    at.selectbox(key="access_add_role").select("consultant").run()
    at.multiselect(key="access_add_campuses").select("C2")
    at.selectbox(key="access_add_staff").select("S1").run()
    at.button(key="access_add_do").click().run()
    assert not at.exception
    password = at.code[0].value
    made = accounts.authenticate("zhang.san", password)
    assert (made.role, made.campuses, made.staff_id, made.must_change) == (
        "consultant", ("C2",), "S1", True,
    )  # fmt: skip
    assert password not in str(accounts.audit.lines())
    assert accounts.audit.lines(action="account_created")[0].actor == "manager"
    at.run()
    assert not at.code
    assert password not in str(at.session_state.to_dict())


@pytest.mark.parametrize(
    ("user", "role", "says"),
    [
        ("lin", "manager", "exists already"),
        ("张三", "manager", "1 to 32 small letters"),
        ("new", "campus_head", "at least one campus"),
    ],
)
def test_new_account_is_refused_in_words(accounts: Accounts, user: str, role: str, says: str):
    at = visit(accounts)
    at.text_input(key="access_add_user").input(user)
    at.selectbox(key="access_add_role").select(role).run()
    at.button(key="access_add_do").click().run()
    assert not at.exception
    assert says in said(at)
    assert not at.code
    assert len(accounts.all()) == 3


def test_change_of_role_counts_at_once(accounts: Accounts):
    token = accounts.sign_in("lin")
    at = pick(visit(accounts), "lin")
    at.selectbox(key="access_lin_role").select("analyst").run()
    at.button(key="access_save").click().run()
    assert "lin has been changed" in said(at)
    assert accounts.viewer("lin").role == "analyst"
    assert accounts.sessions.lookup(token) is None


def test_last_manager_is_told_why_not(accounts: Accounts):
    at = pick(visit(accounts), "second")
    at.button(key="access_close_do").click().run()
    assert "second is closed" in said(at)
    at = pick(at, "manager")
    at.button(key="access_close_do").click().run()
    assert "One active manager must remain." in said(at)
    assert accounts.get("manager").is_active
    at = pick(at, "second")
    at.button(key="access_open").click().run()
    assert accounts.get("second").is_active


def test_password_reset_signs_out_and_shows_a_new_one(accounts: Accounts):
    token = accounts.sign_in("lin")
    at = pick(visit(accounts), "lin")
    at.button(key="access_reset_do").click().run()
    assert accounts.sessions.lookup(token) is None
    with pytest.raises(WrongPassword):
        accounts.authenticate("lin", PASSWORD)
    assert accounts.authenticate("lin", at.code[0].value).must_change


def test_manager_who_lost_the_role_meanwhile_changes_nothing(accounts: Accounts):
    at = pick(visit(accounts, "second"), "lin")
    accounts.change("second", role="analyst")
    # The same tab with a new session: as if the old one had lived on.
    sign_in(at, accounts, "second")
    at.button(key="access_close_do").click().run()
    assert accounts.get("lin").is_active
    assert not at.dataframe
    assert accounts.audit.lines(action="access_denied")[0].actor == "second"


def test_live_sessions_can_be_ended(accounts: Accounts):
    token = accounts.sign_in("lin", "10.1.2.3")
    at = visit(accounts)
    at.session_state["access_tab"] = "Signed in now"
    at.run()
    rows = [element.value.replace("\\", "") for element in at.markdown]
    assert any("**lin** · Campus head" in row and "10.1.2.3" in row for row in rows)
    assert any("**manager**" in row and "this is you" in row for row in rows)
    key = next(session.key for session in accounts.sessions.live("lin"))
    at.button(key=f"access_end_{key[:16]}").click().run()
    assert accounts.sessions.lookup(token) is None
    assert "The session of lin has ended." in said(at)


def test_roles_are_explained_as_they_are_enforced(accounts: Accounts):
    at = visit(accounts)
    at.session_state["access_tab"] = "Roles"
    at.run()
    table = at.dataframe[0].value.set_index("Role")
    assert set(table.index) == {"Manager", "Campus head", "Consultant", "Marketing", "Teacher",
                                "Analyst"}  # fmt: skip
    assert table.loc["Consultant", "Whose rows"] == "their own leads"
    assert table.loc["Consultant", "Costs"] == "—"
    assert table.loc["Marketing", "Names and phones in full"] == "—"
    assert ROLE_LABELS.keys() == ROLES.keys()


def test_audit_log_shows_lines_and_tampering(accounts: Accounts):
    accounts.change("lin", role="analyst", actor="manager")
    at = visit(accounts)
    at.session_state["access_tab"] = "Audit log"
    at.run()
    assert any("The log is whole" in caption.value for caption in at.caption)
    log = at.dataframe[0].value
    changed = log[log["Action"] == "account changed"].iloc[0]
    assert (changed["Who"], changed["Whom or what"]) == ("manager", "lin")
    assert changed["Detail"] == "campuses: C1, *; role: campus_head, analyst"
    at.selectbox(key="access_action").select("account_changed").run()
    assert set(at.dataframe[0].value["Action"]) == {"account changed"}
    with accounts._database.write() as connection:
        connection.execute("DROP TRIGGER audit_keeps_lines")
        connection.execute("UPDATE audit SET actor = 'nobody' WHERE line = 2")
    at.run()
    assert "from line 2 on" in at.error[0].value


def test_every_audited_action_of_accounts_has_words(accounts: Accounts):
    root = Path(__file__).parents[2] / "data" / "accounts"
    found = {
        action
        for path in root.glob("*.py")
        for action in re.findall(r'action="(\w+)"', path.read_text(encoding="utf-8"))
    }
    assert len(found) >= 9
    assert found <= ACTION_LABELS.keys()


def turn_on(accounts: Accounts, user: str) -> None:
    """Set up the second step of an account, as its owner does at the gate."""
    secret = accounts.second_factors.begin(user)
    accounts.confirm_second_factor(user, totp.code_of(secret, totp.step_of(time.time())))


def test_table_says_who_signs_in_in_two_steps_and_who_must(accounts: Accounts):
    turn_on(accounts, "second")
    accounts.second_factors.require(["campus_head"])
    table = visit(accounts).dataframe[0].value.set_index("Sign-in name")
    assert table["Signs in with"].to_dict() == {
        "manager": "password only", "second": "two steps", "lin": "two steps, not yet set up",
    }  # fmt: skip


def test_manager_says_which_roles_must_sign_in_in_two_steps(accounts: Accounts):
    at = visit(accounts)
    at.multiselect(key="access_two_steps").select("campus_head").run()
    assert "Saved" in said(at)
    assert accounts.second_factors.required_roles() == ("campus_head",)
    assert accounts.audit.lines(action="second_factor_required")[0].actor == "manager"
    at.multiselect(key="access_two_steps").select("manager").run()
    at.run()
    assert "two steps" in at.warning[0].value, "the page itself waits for the second step now"
    assert 'href="/second-factor"' in at.get("html")[0].value


def test_lost_phone_is_forgotten_by_a_manager(accounts: Accounts):
    turn_on(accounts, "lin")
    at = pick(visit(accounts), "lin")
    at.button(key="access_one_step_do").click().run()
    assert "with the password alone" in said(at)
    assert accounts.second_factors.of("lin") is None
    assert accounts.audit.lines(action="second_factor_forgotten")[0].actor == "manager"
    at = pick(at, "second")
    assert "access_one_step_do" not in {button.key for button in at.button}


def test_page_shows_nothing_to_a_session_that_waits_for_its_code(accounts: Accounts):
    turn_on(accounts, "second")
    at = visit(accounts, "second")
    assert at.warning
    assert not at.dataframe
    assert 'href="/second-factor"' in at.get("html")[0].value
