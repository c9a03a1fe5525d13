"""The channel tree and how fresh each source is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from data.facts import Facts
from data.facts.build import rebuild
from data.stores.duck import DuckDBStore
from tests.conftest import Journeys
from tests.journeys import KEY, moment

Fetch = Callable[..., list[Any]]


def insert(store: DuckDBStore, sql: str) -> None:
    """Change raw rows and build again."""
    with store.writing() as cursor:
        cursor.execute(sql)
        rebuild(cursor, None, KEY)


def test_channel_tree_has_levels_roots_and_paths(
    store: DuckDBStore, facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys({})
    insert(
        store,
        "INSERT INTO channels (channel_id, name, parent_id, kind) VALUES"
        " ('baidu', 'b', 'sem', 'online'), ('brand', 'b', 'baidu', 'online'),"
        " ('lost', 'l', 'nowhere', 'online'), ('self', 's', 'self', 'online'),"
        " ('ring1', 'r', 'ring2', 'online'), ('ring2', 'r', 'ring1', 'online')",
    )
    tree = {
        row.channel_id: (row.level, row.root_id, row.level2_id, row.path)
        for row in fetch(facts.channel)
    }
    assert tree["brand"] == (3, "sem", "baidu", "sem/baidu/brand")
    assert tree["baidu"] == (2, "sem", "baidu", "sem/baidu")
    assert tree["sem"] == (1, "sem", "sem", "sem")
    for alone in ("lost", "self", "ring1", "ring2"):
        assert tree[alone] == (1, alone, alone, alone)


def test_freshness_shows_a_single_late_feed(facts: Facts, journeys: Journeys, fetch: Fetch) -> None:
    days = [f"2026-01-{day:02d}" for day in range(1, 21)]
    journeys(
        {
            "-": [
                *[f"{day} spend sem 100" for day in days],
                *[f"{day} spend feed 100" for day in days[:8]],
            ]
        },
        as_of="2026-01-21",
    )
    found = {row.source: row for row in fetch(facts.freshness)}
    assert (found["spend"].rows, found["spend:sem"].rows, found["spend:feed"].rows) == (28, 20, 8)
    # A day has spoken when it is over: midnight in Shanghai is 16:00 UTC.
    assert found["spend:feed"].last_at == moment("2026-01-08T16:00")
    assert found["spend:sem"].usual_hours == 24
    assert (found["leads"].rows, found["leads"].last_at) == (0, None)


def test_a_source_that_has_been_silent_for_months_keeps_its_usual_gap(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    days = [f"2025-01-{day:02d}" for day in range(1, 21)]
    journeys({"-": [f"{day} spend sem 100" for day in days]}, as_of="2026-01-21")
    found = {row.source: row for row in fetch(facts.freshness)}
    assert found["spend:sem"].usual_hours == 24
    assert found["spend"].usual_hours == 24
