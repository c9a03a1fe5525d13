"""Facts are built as declared, and the same however they are built."""

from __future__ import annotations

import re
from typing import Any

import duckdb

from data.facts import DIMENSIONS, FACTS
from data.facts.build import QUERIES, rebuild
from data.facts.query import seconds
from data.stores.duck import DuckDBStore
from tests.conftest import Journeys
from tests.journeys import KEY

_DDL = {
    "string": "VARCHAR", "timestamp(6)": "TIMESTAMP", "date": "DATE", "int64": "BIGINT",
    "float64": "DOUBLE", "boolean": "BOOLEAN", "decimal(18, 2)": "DECIMAL(18,2)",
}  # fmt: skip


def test_every_fact_and_dimension_is_built_as_its_schema_says(
    store: DuckDBStore, journeys: Journeys
) -> None:
    journeys({})
    declared = {fact.table: fact.columns for fact in FACTS.values()}
    declared |= {f"dim_{name}": columns for name, columns in DIMENSIONS.items()}
    for table, columns in declared.items():
        built = store.cursor().execute(f"DESCRIBE {table}").fetchall()
        assert [(row[0], row[1]) for row in built] == [
            (name, _DDL[kind]) for name, kind in columns.items()
        ], table
    assert {query.table for query in QUERIES} == set(declared)


def contents(store: DuckDBStore) -> dict[str, list[Any]]:
    """Every table of facts, row by row."""
    return {
        query.table: store.cursor().execute(f"FROM {query.table}").fetchall() for query in QUERIES
    }


STORY = {
    "lin": [
        "2026-01-01 click sem",
        "2026-01-02 lead sem",
        "2026-01-20 order 5000",
        "2026-02-01 enrol E1",
    ],
    "wu": [
        "2026-01-03 visit feed activity=A",
        "2026-01-04 share s activity=A",
        "2026-02-03 seat present",
    ],
    "he": ["2026-01-05 view / activity=A from=s", "2026-01-05T05:00 lead feed @south"],
    "-": ["2026-01-01 spend sem 100", "2026-01-01 target new_leads 9"],
}


def test_rebuilding_gives_the_same_tables(store: DuckDBStore, journeys: Journeys) -> None:
    journeys(STORY)
    before = contents(store)
    with store.writing() as cursor:
        rebuild(cursor, None, KEY)
    assert contents(store) == before


def test_facts_do_not_hang_on_the_number_of_threads(store: DuckDBStore, journeys: Journeys) -> None:
    journeys(STORY)
    found = []
    for threads in (1, 2, 4):
        with store.writing() as cursor:
            cursor.execute(f"SET threads = {threads}")
            rebuild(cursor, None, KEY)
        found.append(contents(store))
    assert found[0] == found[1] == found[2]


def test_a_sum_of_seconds_does_not_hang_on_their_order() -> None:
    with duckdb.connect() as connection:
        orders = [[0.1, 0.2, 0.3], [0.3, 0.2, 0.1], [0.2, 0.1, 0.3]]
        assert len({sum(order) for order in orders}) > 1
        sums = {
            connection.execute(
                f"SELECT {seconds('s')} FROM (SELECT unnest($1) AS s)", [order]
            ).fetchall()[0]
            for order in orders
        }
    assert sums == {(0.6,)}
    plain = [q.table for q in QUERIES if re.search(r"sum\((\w+\.)?\w*seconds\)", q.sql)]
    assert plain == [], "seconds are summed by `seconds`"


def test_rebuilding_what_changed_equals_rebuilding_all(
    store: DuckDBStore, journeys: Journeys
) -> None:
    journeys(STORY)
    with store.writing() as cursor:
        cursor.execute(
            "INSERT INTO events (event_id, name, occurred_at, device_id, phone, campus_id)"
            " VALUES ('late', 'page_view', TIMESTAMP '2026-01-01 00:00', 'he-device',"
            " '+8613800000002', 'north')"
        )
        cursor.execute(
            "UPDATE guardians SET phone = '+8613800000002' WHERE student_id = 'wu-child'"
        )
        rebuild(cursor, {"events", "guardians"}, KEY)
    some = contents(store)
    with store.writing() as cursor:
        rebuild(cursor, None, KEY)
    assert some == contents(store)
