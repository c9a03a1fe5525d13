"""The sources page: who may bring files in, what a preview says, and whose names are shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from components.screens.sources.intake import _refused_file
from data.errors import NotAllowed
from data.installation.home import Home
from data.installation.process import Installation
from tests.pages.conftest import serve
from tests.pages.screens import ROOT, shown, visit
from tests.signin import add_account, sign_in

HEADER = "lead_id,created_at,campus_id,name,phone\n"
MAY = ("manager", "marketing")
MAY_NOT = {"campus_head": ["C1"], "consultant": ["C1"], "teacher": ["C1"], "analyst": []}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """An institution's own installation, empty, with an account for every role."""
    opened = Installation.open(Home(tmp_path / "home"))
    for role in MAY:
        add_account(opened.accounts, role, role)
    for role, campuses in MAY_NOT.items():
        add_account(opened.accounts, role, role, campuses=campuses, staff_id="S1")
    yield serve(opened, monkeypatch)
    opened.close()


def file(name: str, *rows: str) -> tuple[str, bytes, str]:
    return (name, (HEADER + "\n".join(rows)).encode(), "text/csv")


def listed(at: AppTest, column: str) -> pd.DataFrame:
    """The first table with such a column."""
    return next(table.value for table in at.dataframe if column in table.value)


def upload(user: str, *files: tuple[str, bytes, str]) -> AppTest:
    at = visit("admin/sources", user, framed=False)
    at.file_uploader[0].set_value(list(files))
    return at.run()


@pytest.mark.parametrize("user", MAY_NOT)
def test_others_neither_import_nor_read_what_was_refused(own: Installation, user: str):
    at = AppTest.from_file(str(ROOT / "pages/admin/sources.py"), default_timeout=60)
    sign_in(at, own.accounts, user)
    at.run()
    assert len(at.exception) == 1
    assert not at.file_uploader
    assert not at.dataframe
    with pytest.raises(NotAllowed):
        _refused_file(user)


def test_two_files_of_one_table_are_previewed_side_by_side_and_taken_in(own: Installation):
    at = upload(
        "manager",
        file("north.csv", "L1,2026-01-02,C1,a,1.38E+10", "L2,bad,C1,b,"),
        file("south.csv", "L3,2026-01-02,C2,c,13800138000", "L4,bad,C2,d,"),
        ("colours.csv", b"colour,taste\nred,sweet\n", "text/csv"),
    )
    assert not at.exception
    counts = listed(at, "Conflicts")
    assert list(counts["Table"]) == ["leads · north.csv", "leads · south.csv"]
    assert list(counts["New"]) == [1, 1]
    assert "1 rows go in without their phone" in shown(at)
    assert "1 files were left out: colours.csv must have the key columns" in shown(at)
    at.button(key="sources_commit").click().run()
    assert not at.exception
    assert own.store.fetch("SELECT lead_id FROM leads ORDER BY 1")["lead_id"].tolist() == [
        "L1", "L3",
    ]  # fmt: skip


@pytest.mark.parametrize("user", MAY)
def test_refused_rows_come_as_the_role_may_see_them_and_the_taking_is_logged(
    own: Installation, user: str
):
    at = upload("manager", file("a.csv", "L1,bad,C1,张三丰,13800138000"))
    at = upload("manager", file("a.csv", "L1,2026-01-02,C1,王五,13900139000", 'L2,"x,y'))
    at.button(key="sources_commit").click().run()
    taken = _refused_file(user).decode("utf-8-sig")
    page = visit("admin/sources", user, framed=False)
    told = listed(page, "first_line").to_csv()
    assert ("x,y" in taken, "x,y" in told) == (user == "manager",) * 2
    (line,) = own.accounts.audit.lines(action="export")
    assert (line.actor, line.subject) == (user, "refused rows")
