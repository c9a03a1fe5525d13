"""Two-step sign-in: codes count once, wrong ones cost time, what is kept opens nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.accounts import Accounts, totp
from data.accounts.command import user_command
from data.accounts.second_factor import RECOVERY_CODES, WrongCode
from data.accounts.sessions import CODE, ENROLMENT, PASSWORD
from data.accounts.throttle import TooManyAttempts
from data.errors import NotAllowed, UnknownName
from data.installation.home import Home
from edulens.commands import main
from tests.clocks import Clock, code
from tests.signin import add_account


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def accounts(home: Home, clock: Clock) -> Iterator[Accounts]:
    made = Accounts(home, clock=clock)
    add_account(made, "boss")
    add_account(made, "lin", "campus_head", campuses=["C1"])
    yield made
    made.close()


def waits(accounts: Accounts, token: str) -> str:
    session = accounts.sessions.lookup(token)
    assert session is not None
    return session.waits_for


def test_a_code_counts_once_within_its_window(accounts: Accounts, secret: bytes, clock: Clock):
    now = code(secret, clock)
    accounts.second_factors.check("boss", f" {now[:3]} {now[3:]} ")
    with pytest.raises(WrongCode):
        accounts.second_factors.check("boss", now)
    clock.now += 30
    with pytest.raises(WrongCode):
        accounts.second_factors.check("boss", now)
    accounts.second_factors.check("boss", code(secret, clock))


def test_the_code_that_turned_it_on_is_used_up(accounts: Accounts, clock: Clock):
    begun = accounts.second_factors.begin("lin")
    first = code(begun, clock)
    accounts.confirm_second_factor("lin", first)
    with pytest.raises(WrongCode):
        accounts.second_factors.check("lin", first)


def test_a_code_of_another_account_is_wrong(accounts: Accounts, secret: bytes, clock: Clock):
    begun = accounts.second_factors.begin("lin")
    with pytest.raises(WrongCode):
        accounts.confirm_second_factor("lin", code(secret, clock))
    assert accounts.second_factors.of("lin") is None
    accounts.confirm_second_factor("lin", code(begun, clock))


def test_nothing_is_on_before_the_first_code(accounts: Accounts, clock: Clock):
    first = accounts.second_factors.begin("lin")
    assert accounts.second_factors.pending("lin") == first
    second = accounts.second_factors.begin("lin")
    assert second != first
    assert accounts.second_factors.of("lin") is None
    assert waits(accounts, accounts.sign_in("lin")) == ""
    with pytest.raises(WrongCode):
        accounts.second_factors.check("lin", code(second, clock))


def test_a_second_step_that_is_on_is_not_replaced_behind_its_owners_back(
    accounts: Accounts, secret: bytes, clock: Clock
):
    with pytest.raises(NotAllowed, match="must be taken away"):
        accounts.second_factors.begin("boss")
    assert accounts.second_factors.pending("boss") is None
    accounts.second_factors.check("boss", code(secret, clock))


def test_wrong_codes_wait_longer_each_time_from_any_address_and_after_any_password(
    accounts: Accounts, secret: bytes, clock: Clock
):
    for _ in range(4):
        with pytest.raises(WrongCode):
            accounts.second_factors.check("boss", "000000")
    accounts.authenticate("boss", "a long enough one", "10.0.0.7")
    delays = []
    for _ in range(4):
        with pytest.raises(TooManyAttempts) as refused:
            accounts.second_factors.check("boss", code(secret, clock))
        delays.append(refused.value.retry_after)
        clock.now += refused.value.retry_after
        with pytest.raises(WrongCode):
            accounts.second_factors.check("boss", "000000")
    assert delays == [1, 2, 4, 8]
    clock.now += 16
    accounts.second_factors.check("boss", code(secret, clock))
    assert len(accounts.audit.lines(action="second_factor_failed")) == 8
    assert accounts.verify_audit()


def test_recovery_codes_count_once_each(accounts: Accounts, clock: Clock):
    begun = accounts.second_factors.begin("lin")
    codes = accounts.confirm_second_factor("lin", code(begun, clock))
    assert len(set(codes)) == RECOVERY_CODES
    accounts.second_factors.check("lin", codes[0].upper())
    accounts.second_factors.check("lin", codes[1].replace("-", " "))
    with pytest.raises(WrongCode):
        accounts.second_factors.check("lin", codes[0])
    left = accounts.second_factors.of("lin")
    assert left is not None
    assert left.recovery_left == RECOVERY_CODES - 2
    anew = accounts.second_factors.new_recovery_codes("lin", codes[2])
    with pytest.raises(WrongCode):
        accounts.second_factors.check("lin", codes[3])
    accounts.second_factors.check("lin", anew[0])
    assert len(accounts.audit.lines(action="recovery_code_used")) == 4


def test_the_database_holds_neither_secret_nor_recovery_code(
    accounts: Accounts, home: Home, clock: Clock
):
    begun = accounts.second_factors.begin("lin")
    codes = accounts.confirm_second_factor("lin", code(begun, clock))
    stored = b"".join(path.read_bytes() for path in home.path.glob("accounts.sqlite3*"))
    kept = [begun, totp.written(begun).replace(" ", "").encode(), begun.hex().encode()]
    kept += [text.encode() for given in codes for text in (given, given.replace("-", ""))]
    assert not any(part in stored for part in kept)


def test_session_waits_for_the_code_then_the_password_then_the_second_step(
    accounts: Accounts, secret: bytes
):
    accounts.second_factors.require(["manager", "campus_head"], actor="boss")
    once = accounts.one_time_password("boss")
    token = accounts.sign_in("boss")
    assert waits(accounts, token) == CODE
    assert accounts.sessions.live() == []
    assert waits(accounts, accounts.sign_in("boss", is_verified=True)) == PASSWORD
    accounts.set_password("boss", once, actor="boss")
    assert waits(accounts, accounts.sign_in("boss", is_verified=True)) == ""
    assert waits(accounts, accounts.sign_in("lin")) == ENROLMENT
    accounts.second_factors.require([], actor="boss")
    assert waits(accounts, accounts.sign_in("lin")) == ""
    assert accounts.audit.lines(action="code_asked")[0].actor == "boss"


def test_turning_it_on_ends_all_sessions_of_that_account_alone(accounts: Accounts, clock: Clock):
    mine, other = accounts.sign_in("lin"), accounts.sign_in("boss")
    begun = accounts.second_factors.begin("lin")
    accounts.confirm_second_factor("lin", code(begun, clock))
    assert accounts.sessions.lookup(mine) is None
    assert accounts.sessions.lookup(other) is not None


def test_forgotten_second_step_lets_in_with_the_password_alone(accounts: Accounts, secret: bytes):
    accounts.second_factors.forget("boss", actor="lin")
    assert accounts.second_factors.of("boss") is None
    assert waits(accounts, accounts.sign_in("boss")) == ""
    assert accounts.audit.lines(action="second_factor_forgotten")[0].actor == "lin"


def test_required_roles_must_exist(accounts: Accounts):
    with pytest.raises(UnknownName):
        accounts.second_factors.require(["manger"])
    assert accounts.second_factors.required_roles() == ()


def test_command_rules_two_step_sign_in(
    home: Home, accounts: Accounts, secret: bytes, capsys: pytest.CaptureFixture[str]
):
    assert user_command(["require-second-factor", "manager", "analyst"], home) == 0
    assert "must sign in in two steps: analyst, manager" in capsys.readouterr().out
    assert accounts.second_factors.required_roles() == ("analyst", "manager")
    user_command(["list"], home)
    assert [line.split()[3:5] for line in capsys.readouterr().out.splitlines()] == [
        ["two", "steps"], ["one", "step"],
    ]  # fmt: skip
    user_command(["forget-second-factor", "boss"], home)
    assert accounts.second_factors.users() == set()
    with pytest.raises(UnknownName):
        user_command(["forget-second-factor", "nobody"], home)
    user_command(["require-second-factor"], home)
    assert "nobody" in capsys.readouterr().out


def test_home_for_an_institutions_own_data_has_managers_sign_in_in_two_steps(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("EDULENS_HOME", str(home.path))
    assert main(["init"]) == 0
    assert "Managers sign in in two steps" in capsys.readouterr().out
    made = Accounts(home)
    assert made.second_factors.required_roles() == ("manager",)
    made.close()
