"""The audit log: append-only, and every edit shows."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from data.accounts import Accounts
from data.installation.home import Home
from tests.signin import add_account


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def accounts(home: Home) -> Iterator[Accounts]:
    made = Accounts(home)
    for number in range(5):
        made.audit.append(
            actor="manager", action="export", subject=f"list {number}", detail={"rows": number}
        )
    yield made
    made.close()


def tamper(home: Home, *statements: str) -> None:
    """Edit the file as somebody with access to it could, triggers out of the way."""
    with closing(sqlite3.connect(home.accounts)) as connection, connection:
        connection.execute("DROP TRIGGER audit_keeps_lines")
        connection.execute("DROP TRIGGER audit_drops_nothing")
        for statement in statements:
            connection.execute(statement)


def test_log_as_written_is_whole(accounts: Accounts):
    assert accounts.verify_audit()
    assert [line.subject for line in accounts.audit.lines(limit=2)] == ["list 4", "list 3"]
    assert [line.line for line in accounts.audit.lines(before=3)] == [2, 1]
    assert accounts.audit.lines(actor="nobody") == []
    assert accounts.audit.actions() == ["export"]


def test_empty_log_is_whole(home: Home):
    accounts = Accounts(home)
    assert accounts.verify_audit()
    accounts.close()


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        ("UPDATE audit SET actor = 'somebody' WHERE line = 3", 3),
        ("UPDATE audit SET at = '2020-01-01T00:00:00.000' WHERE line = 1", 1),
        ("UPDATE audit SET detail = '{}' WHERE line = 5", 5),
        ("UPDATE audit SET digest = '' WHERE line = 2", 2),
        ("DELETE FROM audit WHERE line = 2", 2),
        ("DELETE FROM audit WHERE line = 5", 5),
        ("DELETE FROM audit", 1),
        ("DELETE FROM audit_head", 6),
        ("INSERT INTO audit SELECT 6, at, actor, action, subject, detail, digest FROM audit"
         " WHERE line = 5", 6),
        ("UPDATE audit SET line = 9 WHERE line = 5", 5),
    ],
)  # fmt: skip
def test_every_edit_of_the_file_shows(accounts: Accounts, home: Home, edit: str, line: int):
    tamper(home, edit)
    assert accounts.audit.broken_at() == line
    assert not accounts.verify_audit()


def test_two_lines_that_change_places_show(accounts: Accounts, home: Home):
    tamper(
        home,
        "UPDATE audit SET line = 99 WHERE line = 2",
        "UPDATE audit SET line = 2 WHERE line = 3",
        "UPDATE audit SET line = 3 WHERE line = 99",
    )
    assert accounts.audit.broken_at() == 2


def test_log_of_another_key_is_not_ours(accounts: Accounts, home: Home):
    accounts.close()
    (home.secrets / "audit").write_bytes(b"k" * 32)
    again = Accounts(home)
    assert again.audit.broken_at() == 1
    again.close()


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = ''", "DELETE FROM audit"])
def test_database_itself_refuses_edits(accounts: Accounts, statement: str):
    with (
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
        accounts._database.write() as connection,
    ):
        connection.execute(statement)
    assert accounts.verify_audit()


@pytest.mark.parametrize(
    "written",
    [
        "13812345678",
        "+8613812345678",
        "86 138-1234-5678",
        "call 138 1234 5678 now",
        "a13812345678b",
    ],
)
def test_log_holds_no_phone_number(accounts: Accounts, home: Home, written: str):
    accounts.audit.append(
        actor="manager", action="reveal", subject=written, detail={"why": [written]}
    )
    accounts.close()
    stored = b"".join(path.read_bytes() for path in home.path.glob("accounts.sqlite3*"))
    assert not re.search(rb"138[ -]?1234[ -]?5678", stored)
    assert b"138****5678" in stored


def test_line_ends_cannot_fake_a_line(accounts: Accounts):
    accounts.audit.append(actor="manager\n2026 boss", action="x", subject="a\r\nb\x85c")
    line = accounts.audit.lines(limit=1)[0]
    assert (line.actor, line.subject) == ("manager 2026 boss", "a b c")


def test_change_and_its_line_are_written_together_or_not_at_all(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
):
    add_account(accounts, "lin")
    add_account(accounts, "second")

    def fail(**line: object) -> int:
        raise OSError("disk full")

    monkeypatch.setattr(accounts.audit, "append", fail)
    token = accounts.sessions.open("lin")
    ended: list[str] = []
    accounts.sessions.on_end(ended.append)
    with pytest.raises(OSError, match="disk full"):
        accounts.disable("lin")
    assert accounts.get("lin").is_active
    assert accounts.sessions.lookup(token) is not None
    assert not ended
