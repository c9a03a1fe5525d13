"""What pages ask for is the same, written or compiled, for whoever looks at whatever days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from components.ask import query
from components.kit.navigation import SECTIONS
from data.scope import EVERY_CAMPUS, ROLES, Filters, Period
from metrics.foundation.statements import Look, Statements

PAGES = [entry for _section, entries in SECTIONS for entry in entries if entry.filtered]
USERS = {"manager": "manager", "head": "campus_head", "guide": "consultant"}


def another(look: Look) -> Look:
    """A look of the same shape that shares no value with it."""
    scope, filters = look.scope, look.filters
    some = scope.campuses not in (EVERY_CAMPUS, ())
    return Look(
        replace(
            scope, as_of=datetime(2025, 8, 14, 3, 2, 1),  # noqa: DTZ001
            campuses=("east", "north", "west") if some else scope.campuses,
            staff_id=scope.staff_id and "another",
        ),
        filters and Filters(
            period=Period(start=date(2025, 2, 3), end=date(2025, 8, 30)),
            comparison=filters.comparison and Period(start=date(2024, 2, 3), end=date(2024, 9, 1)),
            campuses=filters.campuses and ("east", "west"),
            channels=filters.channels and ("feed", "sem", "video"),
            course_lines=filters.course_lines and ("arts", "math"),
        ),
        look.person_id and "p-other",
    )  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda entry: entry.script)
def test_a_page_asks_for_what_can_be_written(served, monkeypatch, forget, page):
    statements = Statements()
    monkeypatch.setattr(query, "_statements", statements)
    forget()
    query._compiled.cache_clear()
    for user in (user for user, role in USERS.items() if page.allowed(ROLES[role])):
        at = served.frame(user)
        at.switch_page(str(page.path)).run()
    met = statements.met
    assert met, "a page that asks for nothing is not under test"
    store = served.installation.store
    query.learn()
    written = [
        (statements.written(asked, another(look)), store.compile(asked(another(look))))
        for asked, look in met
    ]
    assert [pair for pair in written if pair[0] not in (None, pair[1])] == []
    slow = [asked for asked, look in met if statements.written(asked, look) is None]
    assert len(slow) <= 0.1 * len(met), "compiled for every look anew"
