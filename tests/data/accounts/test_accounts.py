"""Accounts: rights, passwords, sessions, and what the command line and samples make."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import argon2
import pytest
from streamlit_authenticator import Hasher

from data.accounts import Accounts, Viewer, passwords, sample_sign_ins, seed_sample_accounts
from data.accounts.account import AccountRefused
from data.accounts.accounts import WrongPassword
from data.accounts.command import user_command
from data.accounts.database import Database
from data.accounts.passwords import PasswordRefused, refusal
from data.accounts.sample import sample_password
from data.accounts.throttle import LONGEST_SECONDS, Throttle, TooManyAttempts
from data.errors import InvalidOption, NotAllowed, UnknownName
from data.installation.home import Home
from data.sample.accounts import SAMPLE_ACCOUNTS
from data.scope import EVERY_CAMPUS, ROLES
from tests.signin import PASSWORD, PASSWORD_HASH, add_account

AS_OF = datetime(2026, 11, 21, 10)  # noqa: DTZ001  # UTC without zone


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def accounts(home: Home) -> Iterator[Accounts]:
    made = Accounts(home)
    add_account(made, "manager")
    add_account(made, "lin", "campus_head", campuses=["C2", "C1", "C2"])
    yield made
    made.close()


# Rights


def test_viewer_of_an_institution_wide_role_sees_every_campus(accounts: Accounts):
    viewer = accounts.viewer("manager")
    assert viewer.campuses == EVERY_CAMPUS
    scope = viewer.scope(AS_OF)
    assert (scope.campuses, scope.role, scope.as_of) == (EVERY_CAMPUS, "manager", AS_OF)


def test_viewer_of_a_campus_role_sees_its_own(accounts: Accounts):
    assert accounts.viewer("lin").scope(AS_OF).campuses == ("C1", "C2")


def test_scope_of_a_campus_role_never_grows_to_all():
    viewer = Viewer(user="x", name="x", role="campus_head", campuses=())
    assert viewer.scope(AS_OF).campuses == ()


@pytest.mark.parametrize("campuses", [(), ("*",), ("C1", "*")])
def test_account_of_a_campus_role_must_name_its_campuses(
    accounts: Accounts, campuses: tuple[str, ...]
):
    with pytest.raises(AccountRefused, match="must have campuses of its own") as refused:
        accounts.create("new", role="campus_head", campuses=campuses)
    assert refused.value.reason == "campuses"
    with pytest.raises(AccountRefused):
        accounts.change("manager", role="campus_head")


@pytest.mark.parametrize("role", ["consultant", "teacher"])
def test_account_that_sees_one_persons_rows_must_say_whose(accounts: Accounts, role: str):
    with pytest.raises(AccountRefused, match="must have a staff id") as refused:
        accounts.create("new", role=role, campuses=["C1"])
    assert refused.value.reason == "staff"
    made = accounts.create("new", role=role, campuses=["C1"], staff_id="S1")
    assert made.viewer.scope(AS_OF).staff_id == "S1"


def test_account_needs_a_known_role(accounts: Accounts):
    with pytest.raises(UnknownName, match="did you mean: manager"):
        accounts.create("new", role="manger")


@pytest.mark.parametrize("user", ["", "a b", "-x", "李", "x" * 33, "a\nb", "a/b", "a@b"])
def test_sign_in_name_is_plain(accounts: Accounts, user: str):
    with pytest.raises(AccountRefused, match="sign-in name must be 1-32") as refused:
        accounts.create(user, role="manager")
    assert refused.value.reason == "name"


def test_sign_in_name_is_new(accounts: Accounts):
    with pytest.raises(AccountRefused, match="must be new") as refused:
        accounts.create(" LIN ", role="manager")
    assert refused.value.reason == "taken"


@pytest.mark.parametrize("how", ["disable", "change"])
def test_last_manager_stays(accounts: Accounts, how: str):
    def remove() -> None:
        if how == "disable":
            accounts.disable("manager")
        else:
            accounts.change("manager", role="analyst")

    with pytest.raises(AccountRefused, match="one active manager must remain"):
        remove()
    assert accounts.get("manager").is_active
    add_account(accounts, "second")
    remove()
    with pytest.raises(AccountRefused):
        accounts.disable("second")


def test_unknown_and_disabled_accounts_have_no_viewer(accounts: Accounts):
    with pytest.raises(UnknownName, match="did you mean: manager"):
        accounts.viewer("manage")
    accounts.disable("lin")
    with pytest.raises(NotAllowed, match="lin is disabled"):
        accounts.viewer("lin")
    accounts.enable("lin")
    assert accounts.viewer("lin").user == "lin"


# Sessions


@pytest.mark.parametrize(
    "change",
    [{"role": "analyst"}, {"campuses": ("C3",)}, {"staff_id": "S9"}],
    ids=["role", "campuses", "staff"],
)
def test_change_of_rights_ends_all_sessions_of_that_account_alone(
    accounts: Accounts, change: dict[str, Any]
):
    mine = [accounts.sign_in("lin"), accounts.sign_in("lin")]
    other = accounts.sign_in("manager")
    ended: list[str] = []
    accounts.sessions.on_end(ended.append)
    accounts.change("lin", **change)
    assert [accounts.sessions.lookup(token) for token in mine] == [None, None]
    assert len(ended) == 2
    assert accounts.sessions.lookup(other) is not None


def test_change_of_a_name_ends_no_session(accounts: Accounts):
    token = accounts.sign_in("lin")
    assert accounts.change("lin", name="林", email="l@x.cn").name == "林"
    assert accounts.sessions.lookup(token) is not None


def test_disabled_account_has_no_sessions_and_gets_none(accounts: Accounts):
    token = accounts.sign_in("lin")
    accounts.disable("lin")
    assert accounts.sessions.lookup(token) is None
    with pytest.raises(NotAllowed):
        accounts.sign_in("lin")
    accounts.enable("lin")
    assert accounts.sessions.lookup(token) is None


def test_tokens_are_long_unlike_and_kept_nowhere(accounts: Accounts, home: Home):
    tokens = {accounts.sessions.open("lin") for _ in range(50)}
    assert len(tokens) == 50
    assert min(len(token) for token in tokens) * 6 >= 128
    stored = b"".join(path.read_bytes() for path in home.path.glob("accounts.sqlite3*"))
    assert not any(token.encode() in stored for token in tokens)


def test_sessions_survive_a_restart_of_the_process(accounts: Accounts, home: Home):
    token = accounts.sign_in("lin")
    again = Accounts(home)
    session = again.sessions.lookup(token)
    assert session is not None
    assert (session.user, session.role) == ("lin", "campus_head")
    again.disable("lin")
    again.close()
    assert accounts.sessions.lookup(token) is None, "revoked by another process"


def test_accounts_answer_many_threads_at_once(accounts: Accounts):
    token = accounts.sign_in("lin")
    wrong: list[object] = []

    def work(number: int) -> None:
        for _ in range(20):
            session = accounts.sessions.lookup(token)
            if session is None or session.user != "lin":
                wrong.append(session)
        accounts.change("lin", name=f"lin {number}")

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert accounts.verify_audit()
    assert len(accounts.audit.lines(action="account_changed")) == 8


# Passwords


def test_authenticate_knows_name_and_password(accounts: Accounts):
    assert accounts.authenticate(" Lin ", PASSWORD).user == "lin"
    accounts.set_password("lin", "密码要长一些才好")
    assert accounts.authenticate("lin", "密码要长一些才好").user == "lin"
    with pytest.raises(WrongPassword):
        accounts.authenticate("lin", PASSWORD)


@pytest.mark.parametrize("user", ["nobody", "closed", "without", ""])
def test_authenticate_hashes_also_where_no_password_can_be_right(
    accounts: Accounts, user: str, monkeypatch: pytest.MonkeyPatch
):
    add_account(accounts, "closed")
    accounts.disable("closed")
    accounts.create("without", role="manager")
    checked: list[str] = []

    class Lenient:
        def verify(self, hashed: str, password: str) -> bool:
            checked.append(hashed)
            return True  # even if the dummy hash matched

    monkeypatch.setattr(passwords, "HASHER", Lenient())
    with pytest.raises(WrongPassword):
        accounts.authenticate(user, "anything")
    assert len(checked) == 1
    assert argon2.extract_parameters(checked[0]) == passwords.PROFILE, "as costly as a real hash"


def test_passwords_are_hashed_by_argon2id_as_the_standard_advises():
    assert passwords.PROFILE.type is argon2.Type.ID
    assert passwords.PROFILE.memory_cost >= 64 * 1024
    made = argon2.PasswordHasher.from_parameters(passwords.PROFILE).hash("x")
    assert made.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_hash_of_a_former_version_becomes_todays_at_sign_in_and_ends_no_session(
    accounts: Accounts,
):
    former = Hasher.hash("short")  # which the policy would refuse today
    accounts.set_password_hash("lin", former)
    token = accounts.sign_in("lin")
    with pytest.raises(WrongPassword):
        accounts.authenticate("lin", "wrong one")
    assert accounts.password_hash("lin") == former
    assert accounts.authenticate("lin", "short").user == "lin"
    anew = accounts.password_hash("lin")
    assert anew.startswith("$argon2id$")
    assert accounts.sessions.lookup(token) is not None
    assert accounts.authenticate("lin", "short").user == "lin"
    assert accounts.password_hash("lin") == anew
    assert [line.subject for line in accounts.audit.lines(action="password_hashed_anew")] == ["lin"]


def test_overlong_password_is_wrong_for_a_hash_of_a_former_version(accounts: Accounts):
    accounts.set_password_hash("lin", Hasher.hash("x" * 72))
    with pytest.raises(WrongPassword):
        accounts.authenticate("lin", "x" * 73)


def test_failed_sign_in_is_logged_without_what_was_typed(accounts: Accounts):
    for user in ("lin", "MySecretTypedAsName"):
        with pytest.raises(WrongPassword):
            accounts.authenticate(user, "MySecret123", "10.0.0.9")
    lines = accounts.audit.lines(action="sign_in_failed")
    assert [line.actor for line in lines] == ["", "lin"]
    assert "mysecret" not in str(lines).lower()
    assert "10.0.0.9" in lines[0].detail


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("seven77", "at least 8"),
        ("x9" * 32 + "y", "at most 64"),
        ("PassWord1", "easily guessed. Choose another one"),
        ("woaini1314", "easily guessed. Choose another one"),
        ("P@ssw0rd2024", "easily guessed. Choose another one"),
        ("20101010", "easily guessed. Choose another one"),
        ("1qaz2wsx", "easily guessed. Choose another one"),
        ("edulens123", "easily guessed. Choose another one"),
        ("lin.head12", "easily guessed. Choose another one"),
        ("zzzzzzzzzz", "repeated"),
        ("lin.head1", "sign-in name"),
    ],
)
def test_policy_refuses_in_words(password: str, says: str):
    said = refusal(password, "lin.head1")
    assert said is not None
    assert says in said
    with pytest.raises(PasswordRefused, match=says):
        passwords.hashed(password, "lin.head1")


LONGEST = "quiet rivers bend around seven old stones while nobody counts to"


@pytest.mark.parametrize(
    "password", ["kfzm-q3t", LONGEST, "北京欢迎你来看秋天的红叶" * 5, "all small words here"]
)
def test_policy_allows_long_ones_of_any_characters(password: str):
    assert refusal(password) is None


def test_overlong_password_is_wrong_not_cut_short(accounts: Accounts):
    accounts.set_password("lin", LONGEST)
    assert len(LONGEST) == passwords.MOST_CHARACTERS
    with pytest.raises(WrongPassword):
        accounts.authenticate("lin", LONGEST + "y" * 100)


def test_one_time_password_must_be_changed(accounts: Accounts):
    token = accounts.sign_in("lin")
    once = accounts.one_time_password("lin", actor="manager")
    assert accounts.sessions.lookup(token) is None
    assert accounts.authenticate("lin", once).must_change
    accounts.set_password("lin", "my own long one", actor="lin")
    assert not accounts.get("lin").must_change
    assert len({passwords.one_time() for _ in range(100)}) == 100


def test_throttle_grows_is_capped_and_forgets():
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    waits = []
    for _ in range(20):
        try:
            throttle.attempt("lin", "ip")
            waits.append(0)
        except TooManyAttempts as error:
            waits.append(error.retry_after)
            now[0] += error.retry_after
            throttle.attempt("lin", "ip")
    assert waits[:8] == [0, 0, 0, 0, 1, 2, 4, 8]
    assert max(waits) == LONGEST_SECONDS
    throttle.attempt("lin", "another ip")
    throttle.attempt("other", "ip")
    now[0] += 901
    throttle.attempt("lin", "ip")
    throttle.attempt("lin", "ip")


def test_throttle_counts_guesses_made_at_the_same_time():
    throttle = Throttle(lambda: 0.0)
    passed: list[int] = []

    def guess(number: int) -> None:
        try:
            throttle.attempt("lin", "ip")
            passed.append(number)
        except TooManyAttempts:
            return

    threads = [threading.Thread(target=guess, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 4


# Sample and command line


def test_sample_accounts_stay_in_a_sample_home(accounts: Accounts, home: Home):
    with pytest.raises(NotAllowed, match="must stay in a sample home"):
        seed_sample_accounts(accounts, home)
    assert sample_sign_ins(accounts, home) == {}
    assert [account.user for account in accounts.all()] == ["lin", "manager"]


def test_sample_accounts_share_one_password_of_this_home(tmp_path: Path, home: Home):
    home.prepare().sample_marker.write_text("scale=1")
    accounts = Accounts(home)
    given = seed_sample_accounts(accounts, home)
    assert seed_sample_accounts(accounts, home) == given
    assert given.keys() == {sample.user for sample in SAMPLE_ACCOUNTS}
    assert {account.role for account in accounts.all()} == set(ROLES)
    assert set(given.values()) == {sample_password(home)}
    assert accounts.authenticate("head_north", given["head_north"]).role == "campus_head"
    accounts.set_password_hash("analyst", PASSWORD_HASH)
    accounts.disable("teacher1")
    accounts.set_password_hash("marketing", Hasher.hash(given["marketing"]))
    accounts.authenticate("marketing", given["marketing"])  # hashed anew
    assert given.keys() - sample_sign_ins(accounts, home).keys() == {"analyst", "teacher1"}
    accounts.close()
    another = Home(tmp_path / "another")
    another.prepare().sample_marker.write_text("scale=1")
    assert sample_password(another) != sample_password(home)
    assert (home.secrets / "sample_password").stat().st_mode & 0o077 == 0
    assert home.accounts.stat().st_mode & 0o077 == 0


def test_command_adds_a_first_manager_with_a_one_time_password(
    home: Home, capsys: pytest.CaptureFixture[str]
):
    assert user_command(["add", "boss", "--role", "manager", "--name", "王"], home) == 0
    said = capsys.readouterr().out
    password = said.split(" with ")[1].split()[0]
    accounts = Accounts(home)
    boss = accounts.authenticate("boss", password)
    assert (boss.name, boss.role, boss.must_change) == ("王", "manager", True)
    assert accounts.audit.lines()[-1].actor == "command line"
    accounts.close()


def test_command_changes_and_closes_accounts(
    accounts: Accounts, home: Home, capsys: pytest.CaptureFixture[str]
):
    token = accounts.sign_in("lin")
    user_command(["role", "lin", "--role", "teacher", "--campus", "C1", "--staff", "S1"], home)
    assert accounts.sessions.lookup(token) is None
    user_command(["disable", "lin"], home)
    user_command(["list"], home)
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("lin"))
    assert row.split() == ["lin", "teacher", "disabled", "one", "step", "C1", "S1"]
    user_command(["enable", "lin"], home)
    assert accounts.get("lin").is_active
    user_command(["reset-password", "lin"], home)
    assert accounts.get("lin").must_change


def test_command_says_what_must_hold(home: Home):
    with pytest.raises(InvalidOption, match="campus_head must have campuses of its own, got none"):
        user_command(["add", "x", "--role", "campus_head"], home)
    with pytest.raises(UnknownName):
        user_command(["disable", "x"], home)


def test_what_is_read_again_and_again_is_read_anew_after_any_write(tmp_path: Path):
    here, elsewhere = Database(tmp_path / "a.sqlite3"), Database(tmp_path / "a.sqlite3")
    asked = ("SELECT count(*) AS n FROM audit_head WHERE line > ?", (0,))
    assert here.read_again(*asked)[0]["n"] == 0
    for writer, expected in ((elsewhere, 1), (here, 2)):
        with writer.write() as connection:
            connection.execute("INSERT INTO audit_head VALUES (?, '')", (expected,))
        assert here.read_again(*asked)[0]["n"] == expected
        assert here.read_again(*asked)[0]["n"] == here.read(*asked)[0]["n"]
    here.close()
    elsewhere.close()
