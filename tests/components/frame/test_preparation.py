"""The first reader meets what was made before anybody looked."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

import pytest

from components.ask import query
from components.frame.pages import PAGES
from components.frame.preparation import MOST_SCOPES, prepare, scopes_in_use
from data.scope import EVERY_CAMPUS
from data.stores import DuckDBStore


@pytest.fixture
def asked(monkeypatch) -> Iterator[list[str]]:
    """Every query from now on."""
    asked: list[str] = []
    run = DuckDBStore._arrow

    def noting(self, expr, values=None):
        asked.append(expr)
        return run(self, expr, values)

    monkeypatch.setattr(DuckDBStore, "_arrow", noting)
    return asked


# What the loader did is shown as it is now.
AS_IT_IS = ("FROM quarantine", "FROM load_log")


def test_a_prepared_page_asks_the_store_nothing(served, forget, asked, monkeypatch):
    forget()
    monkeypatch.setattr(query, "_statements", WeakKeyDictionary())  # not what other tests asked
    prepare()
    assert asked, "the store is asked beforehand"
    for script in PAGES:
        asked.clear()
        at = served.frame("manager")
        at.switch_page(f"../../pages/{script}.py").run()
        assert not at.exception
        missed = [sql[-300:] for sql in asked if not any(words in sql for words in AS_IT_IS)]
        assert missed == [], f"{script}: everything was made before"
    head = served.frame("head")
    assert "赵敏" not in str([text.value for text in head.markdown])


def test_scopes_of_the_whole_institution_are_prepared_first_and_each_once(served):
    accounts = served.accounts
    scopes = scopes_in_use(accounts.all())
    assert len(scopes) == MOST_SCOPES == len(set(scopes))
    assert scopes[0].role == "manager"
    assert all(scope.campuses == EVERY_CAMPUS for scope in scopes)
    accounts.disable("eye")
    accounts.disable("lady")
    assert [s.role for s in scopes_in_use(accounts.all())][:2] == ["manager", "campus_head"]


def test_a_scope_is_seen_as_only_while_it_is_asked_for(served):
    with query.seen_as(scopes_in_use(served.accounts.all())[0]):
        assert query.current_scope().campuses == EVERY_CAMPUS
    head = served.frame("head")
    assert "赵敏" not in str([text.value for text in head.markdown])
