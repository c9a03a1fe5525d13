"""An installation in a temporary folder that scripts under test take for the process's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import data.installation.process
from data.accounts import Accounts
from data.facts.build import rebuild
from data.installation.home import Home
from data.installation.process import Installation
from data.landing.loader import create_tables
from data.landing.zone import Landing
from data.stores import DuckDBStore
from tests.conftest import person_ids
from tests.journeys import KEY, Story, moment
from tests.signin import add_account, sign_in

FRAME = str(Path(__file__).parents[2] / "components" / "frame" / "frame.py")
TOLD = {
    "lin": ["2026-10-05 lead sem name=林静", "2026-10-20 order 5000 line=english"],
    "wang": ["2026-11-02 lead feed name=王芳", "2026-11-20 trial 99"],
    "zhao": ["2026-11-18 lead sem name=赵敏 @south"],
    "money": ["2026-11-03 spend sem 300", "2026-11-04 spend feed 200 @south"],
}
AS_OF = "2026-11-21T10:00"


@dataclass
class Served:
    """An installation and how to open scripts in it."""

    installation: Installation
    people: dict[str, str]

    @property
    def accounts(self) -> Accounts:
        """Its accounts: manager, head (of north), lady (marketing), tutor (teacher)."""
        return self.installation.accounts

    def run(self, script: Callable[..., Any] | str, user: str = "manager", **query: Any) -> AppTest:
        """Open a function or a file as a user; ``query`` is the address."""
        made = AppTest.from_file if isinstance(script, str) else AppTest.from_function
        at = made(script, default_timeout=30)
        for name, value in query.items():
            at.query_params[name] = value
        sign_in(at, self.accounts, user)
        return at.run()

    def frame(self, user: str = "manager", **query: Any) -> AppTest:
        """Open the application as a user."""
        return self.run(FRAME, user, **query)


@pytest.fixture(scope="session")
def told() -> Iterator[tuple[DuckDBStore, dict[str, str]]]:
    """The store in which `TOLD` happened, and its people's ids; tests only read it."""
    store = DuckDBStore(Path(":memory:"))
    story = Story()
    story.tell(TOLD)
    with store.writing() as cursor:
        create_tables(cursor)
        story.flush(cursor)
        rebuild(cursor, None, KEY)
        cursor.execute("UPDATE store_state SET version = 1, as_of = ?", [moment(AS_OF)])
    yield store, person_ids(store, story)
    store.close()


@pytest.fixture
def served(
    told: tuple[DuckDBStore, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Served]:
    """A small institution of two campuses, as of Saturday 21 November 2026, 18:00."""
    store, people = told
    home = Home(tmp_path / "home").prepare()
    accounts = Accounts(home)
    add_account(accounts, "manager")
    add_account(accounts, "head", "campus_head", campuses=["north"])
    add_account(accounts, "lady", "marketing")
    add_account(accounts, "tutor", "teacher", campuses=["north"], staff_id="t1")
    add_account(accounts, "guide", "consultant", campuses=["north"], staff_id="c1")
    add_account(accounts, "eye", "analyst")
    opened = Installation(home, store, Landing(home.landing), accounts)
    monkeypatch.setattr(data.installation.process, "_opened", opened)
    st.cache_data.clear()  # another test's store may have the same version
    yield Served(opened, people)
    accounts.close()
