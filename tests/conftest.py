"""What all tests share: a store in memory, people whose days are told, and their facts."""

from __future__ import annotations

import os
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import ibis.expr.types as ir
import pyarrow as pa
import pytest
from hypothesis import settings

from data.accounts import Accounts, passwords
from data.facts import Facts
from data.facts.build import rebuild
from data.installation.process import Installation
from data.landing.loader import create_tables
from data.scope import EVERY_CAMPUS, ROLES, Filters, Scope
from data.stores.duck import DuckDBStore
from tests.clocks import Clock, code
from tests.journeys import KEY, Story, moment
from tests.sample_institution import copied_institution
from tests.signin import CHEAPEST

Journeys = Callable[..., dict[str, str]]

# Drawn from a fixed seed and without a clock: a suite that passes here passes there. Search
# for new counterexamples with `pytest --hypothesis-profile default`.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")


class StoreFacts(Facts):
    """Facts as of whatever the store knows when they are read."""

    def __init__(
        self, store: DuckDBStore, role: str, campuses: tuple[str, ...], staff_id: str
    ) -> None:
        self._viewer = (store, role, campuses, staff_id)
        self._role = ROLES.get(role)
        self.filters = None
        self._given = None

    def filtered(self, filters: Filters | None) -> Facts:
        """The facts as of now, with what somebody picked."""
        return Facts(self.scope, filters)

    @property
    def scope(self) -> Scope:
        """The viewer's scope now."""
        store, role, campuses, staff_id = self._viewer
        return Scope(
            user="test", role=role, campuses=campuses, staff_id=staff_id, as_of=store.as_of
        )


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is told."""
    return Clock()


@pytest.fixture
def secret(accounts: Accounts, clock: Clock) -> bytes:
    """The secret in the telephone of boss, whose second step is on."""
    begun = accounts.second_factors.begin("boss")
    accounts.confirm_second_factor("boss", code(begun, clock))
    clock.now += 60
    return begun


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> None:
    """Passwords are hashed at the least cost."""
    passwords.HASHER = CHEAPEST


@pytest.fixture
def store() -> Iterator[DuckDBStore]:
    """An empty store in memory, with every raw table."""
    opened = DuckDBStore(Path(":memory:"))
    with opened.writing() as cursor:
        create_tables(cursor)
    yield opened
    opened.close()


@pytest.fixture
def journeys(store: DuckDBStore) -> Journeys:
    """Tell what happened to whom, see `tests.journeys`; builds identity and facts.

    ``as_of`` is the store's as-of moment, by default that of the last entry. Gives each
    person's id. Telling more adds to what was told.
    """
    story = Story()

    def tell(people: dict[str, list[str]], *, as_of: str | None = None) -> dict[str, str]:
        story.tell(people)
        with store.writing() as cursor:
            story.flush(cursor)
            rebuild(cursor, None, KEY)
            cursor.execute(
                "UPDATE store_state SET version = version + 1, as_of = ?",
                [moment(as_of) if as_of else story.latest],
            )
        return person_ids(store, story)

    return tell


def person_ids(store: DuckDBStore, story: Story) -> dict[str, str]:
    """The id of each person told of, by phone or else by device."""
    found = {
        (kind, value): person
        for kind, value, person in store.cursor()
        .execute(
            "SELECT kind, value, person_id FROM identity_identifier"
            " JOIN identity_person USING (identifier_no)"
        )
        .fetchall()
    }
    known = {
        name: found.get(("phone", phone)) or found.get(("device", f"{name}-device"))
        for name, phone in story.people.items()
    }
    return {name: person for name, person in known.items() if person}


@pytest.fixture
def facts_for(store: DuckDBStore) -> Callable[..., Facts]:
    """Facts of a viewer: ``facts_for("consultant", ("north",), "c1")``."""

    def make(role: str, campuses: tuple[str, ...] = EVERY_CAMPUS, staff_id: str = "") -> StoreFacts:
        return StoreFacts(store, role, campuses, staff_id)

    return make


@pytest.fixture
def facts(facts_for: Callable[..., Facts]) -> Facts:
    """The facts of the whole institution's manager."""
    return facts_for("manager")


@pytest.fixture
def fetch(store: DuckDBStore) -> Callable[[ir.Table], list[Any]]:
    """The rows of an expression, as named tuples; what is missing is None."""

    def rows(expr: ir.Table) -> list[Any]:
        row = namedtuple("Row", expr.columns)  # type: ignore[misc]
        return [row(**values) for values in store.fold(expr, pa.Table.to_pylist)]

    return rows


@pytest.fixture(scope="session")
def institution(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The sample institution at scale 1 with facts and accounts: to be read, not written."""
    opened = copied_institution(tmp_path_factory.mktemp("institution") / "home")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def repo_datasets() -> Path:
    """The folder of data sets made by others, which are not part of the project."""
    default = Path(__file__).resolve().parent.parent / "../shared/datasets"
    folder = Path(os.environ.get("EDULENS_DATASETS", default)).resolve()
    if not folder.is_dir():
        pytest.skip(f"no data sets at {folder}: they are not part of the project")
    return folder


@pytest.fixture(scope="session")
def repo_dataset(repo_datasets: Path) -> Callable[[str], Path]:
    """The folder of one of these data sets by its name; without it a test is skipped."""

    def folder(name: str) -> Path:
        found = repo_datasets / name
        if not found.is_dir():
            pytest.skip(f"the set {name} is not in {repo_datasets}")
        return found

    return folder


@pytest.fixture
def forget(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Forget all that pages made of figures so far, in this test or in those before it."""
    return lambda: monkeypatch.setattr("components.ask.query._serials", WeakKeyDictionary())
