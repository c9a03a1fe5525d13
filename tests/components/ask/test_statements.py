"""A question is compiled once, for whoever looks at whatever, also after a restart."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from weakref import WeakKeyDictionary

import pytest

from components.ask import query, statements
from components.ask.statements import Statements
from components.kit.navigation import SECTIONS
from data.facts import Look
from data.scope import EVERY_CAMPUS, Scope
from data.stores.duck import DuckDBStore
from metrics.foundation.question import Question, asked
from metrics.people.person import household, timeline

PAGES = [entry for _section, entries in SECTIONS for entry in entries if entry.filtered]
# Both are compared with days that are known: what compares is a statement of its own.
ONE = {"period": "custom", "days": ["2026-11-10", "2026-11-17"]}
OTHER = {
    "period": "custom", "days": ["2026-11-09", "2026-11-16"], "campus": "south",
    "channel": "sem", "course": "english",
}  # fmt: skip
LOOK = Look(
    Scope(user="", role="manager", campuses=EVERY_CAMPUS, as_of=datetime(2026, 3, 1))  # noqa: DTZ001
)


class Compiler:
    """A store that compiles, and counts how often."""

    def __init__(self) -> None:
        self.compiled = 0

    def compile(self, expression: object) -> str:
        self.compiled += 1
        return f"SELECT {self.compiled}"


def of(known: Statements, store: Compiler, person: str, table=household) -> str:
    return known.of(*asked(Question(table, options=(("person_id", person),)), LOOK), store).sql


def test_equal_questions_are_compiled_once_whoever_is_meant():
    known, store = Statements(), Compiler()
    assert of(known, store, "P1") == of(known, store, "P2") == "SELECT 1"
    assert of(known, store, "P1", timeline) == "SELECT 2"
    assert len(known) == 2


def test_another_role_has_a_statement_of_its_own():
    known, store = Statements(), Compiler()
    question = Question(household, options=(("person_id", "P1"),))
    for role in ("manager", "analyst", "manager"):
        known.of(*asked(question, replace(LOOK, scope=replace(LOOK.scope, role=role))), store)
    assert store.compiled == 2


def test_a_viewer_without_campuses_leaves_others_their_rows():
    known = Statements()
    store = DuckDBStore(Path(":memory:"))
    nobody = replace(LOOK, scope=replace(LOOK.scope, campuses=()))
    ask = Question(query._dimension, options=(("dimension", "channel"),))
    of_nobody, of_manager = (known.of(*asked(ask, look), store).sql for look in (nobody, LOOK))
    assert of_nobody != of_manager
    assert "FALSE" in of_nobody.upper()
    assert "FALSE" not in of_manager.upper()
    store.close()


def test_a_damaged_file_is_made_anew_and_a_full_disk_costs_nothing(tmp_path):
    path = tmp_path / "statements.sqlite3"
    path.write_bytes(b"no database " * 500)
    known, store = Statements(path), Compiler()
    assert of(known, store, "P1") == "SELECT 1"
    known._file.execute("PRAGMA query_only = ON")  # as on a disk that takes no more
    assert of(known, store, "P1", timeline) == "SELECT 2"
    known.close()
    again = Statements(path)
    assert of(again, store, "P2") == "SELECT 1"
    assert of(again, store, "P2", timeline) == "SELECT 3"


def test_a_file_that_cannot_be_had_costs_nothing(tmp_path):
    known, store = Statements(tmp_path / "nowhere" / "statements.sqlite3"), Compiler()
    assert of(known, store, "P1") == of(known, store, "P2") == "SELECT 1"


def test_functions_that_share_a_name_are_not_kept_for_another_process(tmp_path):
    def made(column: str):
        def rows(facts):
            return facts.lead.select(column)

        return rows

    path, store = tmp_path / "statements.sqlite3", DuckDBStore(Path(":memory:"))
    first = Statements(path)
    first.of(*asked(Question(made("lead_id")), LOOK), store)
    first.close()
    sql = Statements(path).of(*asked(Question(made("person_id")), LOOK), store).sql
    assert "person_id" in sql.partition("FROM")[0]
    store.close()


def test_statements_outlive_the_process(tmp_path):
    path = tmp_path / "statements.sqlite3"
    first = Statements(path)
    assert of(first, Compiler(), "P1") == "SELECT 1"
    first.close()
    store = Compiler()
    again = Statements(path)
    assert of(again, store, "P2") == "SELECT 1"
    assert store.compiled == 0
    assert again.of(*asked(Question(household, options=(("person_id", "P3"),)), LOOK), store).names
    assert path.stat().st_mode & 0o077 == 0


def test_statements_of_another_program_are_forgotten(tmp_path, monkeypatch):
    path = tmp_path / "statements.sqlite3"
    first = Statements(path)
    of(first, Compiler(), "P1")
    first.close()
    monkeypatch.setattr(statements, "made_from", lambda: "another version")
    store = Compiler()
    of(Statements(path), store, "P1")
    assert store.compiled == 1


@pytest.mark.parametrize("page", PAGES, ids=lambda entry: entry.script)
def test_a_look_never_seen_compiles_nothing_new(served, monkeypatch, forget, page):
    monkeypatch.setattr(query, "_statements", WeakKeyDictionary())
    forget()
    at = served.frame("manager", **ONE)
    at.switch_page(str(page.path)).run()
    assert not at.exception
    met = len(query.statements())
    assert met > 2, "a page that asks for nothing is not under test"
    at = served.frame("manager", **OTHER)
    at.switch_page(str(page.path)).run()
    assert not at.exception
    assert len(query.statements()) - met <= 2, "a branch may ask for more; values may not"
