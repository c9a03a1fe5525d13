"""Events that arrive one load at a time leave the facts that a whole rebuild makes."""

from __future__ import annotations

import random
from typing import Any

import pytest

from data.facts import build, build_live
from data.facts.build import QUERIES, READS, rebuild
from data.facts.build_live import take_in
from data.facts.query import FactQuery
from data.landing.loader import create_tables
from data.sample import generate
from data.stores.duck import DuckDBStore
from tests.journeys import KEY, Story, moment


@pytest.fixture(autouse=True)
def ways(monkeypatch: pytest.MonkeyPatch) -> list[bool | None]:
    """How each load of events was taken in: True where only what is new was built."""
    found: list[bool | None] = []

    def told(cursor: Any, key: bytes) -> bool | None:
        found.append(take_in(cursor, key))
        return found[-1]

    monkeypatch.setattr(build, "take_in", told)
    return found


def contents(store: DuckDBStore) -> dict[str, list[tuple[Any, ...]]]:
    """Every table of facts in the order of its key."""
    return {
        query.table: store.cursor().execute(f"FROM {query.table} ORDER BY {query.order}").fetchall()
        for query in QUERIES
    }


def assert_whole(store: DuckDBStore) -> None:
    """The facts are those of a whole rebuild."""
    live = contents(store)
    with store.writing() as cursor:
        rebuild(cursor, None, KEY)
    whole = contents(store)
    for table, rows in whole.items():
        assert live[table] == rows, table


def arrive(store: DuckDBStore, sql: str) -> None:
    """Add events in one load."""
    with store.writing() as cursor:
        cursor.execute(f"INSERT INTO events BY NAME {sql}")
        rebuild(cursor, {"events"}, KEY)


def test_all_facts_that_read_events_are_built_live() -> None:
    reading = {query.table for query in QUERIES if "events" in READS[query.table]}
    live = {q.table for q in vars(build_live).values() if isinstance(q, FactQuery)}
    assert reading <= live | {"dim_freshness"}


def test_events_of_the_sample_in_any_pieces_equal_a_whole_rebuild(
    store: DuckDBStore, ways: list[bool | None]
) -> None:
    with store.writing() as cursor:
        create_tables(cursor)
        for table, batch in generate(0.01, 1):
            cursor.register("batch", batch)
            cursor.execute(f'INSERT INTO "{table}" BY NAME SELECT * FROM batch')
            cursor.unregister("batch")
        cursor.execute("DELETE FROM spend")
        cursor.execute("CREATE TABLE later AS SELECT *, hash(event_id) % 9 AS part FROM events")
        cursor.execute("DELETE FROM events")
        # Some come last, however early they happened.
        cursor.execute("UPDATE later SET part = 8 WHERE part < 3 AND hash(name) % 2 = 0")
        cursor.execute("INSERT INTO events SELECT * EXCLUDE part FROM later WHERE part < 6")
        rebuild(cursor, None, KEY)
    for part in range(6, 9):
        arrive(store, f"SELECT * EXCLUDE part FROM later WHERE part = {part}")
    assert_whole(store)
    assert None not in ways


@pytest.mark.parametrize("seed", [3, 4])
def test_random_events_in_random_pieces_equal_a_whole_rebuild(
    store: DuckDBStore, ways: list[bool | None], seed: int
) -> None:
    """A crowd that shares devices, phones, links and mistakes, a few events a load."""
    draw = random.Random(seed)
    story = Story()
    said = ["2026-01-01 lead sem", "2026-01-02 followup", "2026-01-03 order 5", "2026-01-04 child"]
    story.tell({f"p{n}": said[: 1 + n // 2] for n in range(8)})
    with store.writing() as cursor:
        story.flush(cursor)
        rebuild(cursor, None, KEY)
    for number in range(8):
        for place in range(draw.randrange(1, 6)):
            given = {
                "device_id": f"d{draw.randrange(6)}" if draw.random() < 0.8 else None,
                "phone": f"+86138{draw.randrange(12):08d}" if draw.random() < 0.2 else None,
                "unionid": f"u{draw.randrange(6)}" if draw.random() < 0.2 else None,
                "login_id": f"l{draw.randrange(6)}" if draw.random() < 0.1 else None,
                "student_id": f"p{draw.randrange(10)}-child" if draw.random() < 0.1 else None,
                "activity_id": draw.choice([None, "A", "B"]),
                "share_id": f"s{draw.randrange(20)}" if draw.random() < 0.2 else None,
                "from_share_id": f"s{draw.randrange(20)}" if draw.random() < 0.3 else None,
                "channel_id": draw.choice([None, "sem", "feed"]),
                "page": "/",
                "name": draw.choice(["page_view"] * 9 + ["ad_click", "$UnbindID"]),
            }
            at = moment("2026-01-01") + draw.random() * (
                moment("2026-01-09") - moment("2026-01-01")
            )
            story.add("events", event_id=f"e{number}-{place}", occurred_at=at, **given)
        with store.writing() as cursor:
            story.flush(cursor)
            rebuild(cursor, {"events"}, KEY)
        if number % 5 == 4:
            assert_whole(store)
    assert_whole(store)
    assert None not in ways


def test_a_bind_takes_the_anonymous_past_along_within_one_load(
    store: DuckDBStore, ways: list[bool | None]
) -> None:
    story = Story()
    story.tell({"lin": ["2026-01-01 lead sem device=other"], "wu": ["2026-01-01 view /home"]})
    with store.writing() as cursor:
        story.flush(cursor)
        rebuild(cursor, None, KEY)
    arrive(
        store,
        "SELECT 'bind' AS event_id, 'form_submit' AS name, TIMESTAMP '2026-01-02' AS occurred_at,"
        " 'wu-device' AS device_id, '+8613800000000' AS phone",
    )
    people = store.cursor().execute("SELECT DISTINCT person_id FROM fact_event").fetchall()
    lead = store.cursor().execute("SELECT person_id FROM fact_lead").fetchall()
    assert people == lead
    assert_whole(store)
    assert ways == [True]


def test_removed_events_ask_for_a_whole_rebuild(store: DuckDBStore) -> None:
    story = Story()
    story.tell({"wu": ["2026-01-01 view /a", "2026-01-02 view /b", "2026-01-03 view /c"]})
    with store.writing() as cursor:
        story.flush(cursor)
        rebuild(cursor, None, KEY)
    with store.writing() as cursor:
        cursor.execute("DELETE FROM events WHERE page = '/a'")
        assert take_in(cursor, KEY) is None
        rebuild(cursor, {"events"}, KEY)
    assert store.cursor().execute("SELECT page FROM fact_event ORDER BY 1").fetchall() == [
        ("/b",),
        ("/c",),
    ]
