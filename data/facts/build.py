"""Facts from raw tables: who each row is about, then one table per fact."""

from __future__ import annotations

from hashlib import sha256

import duckdb

from data.facts import (
    build_dimensions,
    build_marketing,
    build_people,
    build_referral,
    build_renewal,
    build_service,
)
from data.facts.build_dimensions import FRESHNESS
from data.facts.build_live import refresh, remember, take_in
from data.facts.build_people import build_names
from data.facts.build_work import WORK
from data.facts.query import FactQuery
from data.facts.tables_read import tables_read
from data.identity.keyed import hmac_parameters
from data.identity.resolution import IDENTITY_SOURCES, IDENTITY_TABLES, resolve

# Each may read what stands before it.
QUERIES: tuple[FactQuery, ...] = (
    *build_dimensions.QUERIES,
    *build_marketing.QUERIES,
    *build_service.QUERIES,
    *build_renewal.QUERIES,
    *build_people.QUERIES,
    *build_referral.QUERIES,
)


def rebuild(cursor: duckdb.DuckDBPyConnection, changed: set[str] | None, key: bytes) -> None:
    """Bring every ``fact_`` and ``dim_`` table up to date with the raw tables.

    The same raw rows make the same tables, row for row, however they arrived.

    Parameters
    ----------
    cursor
        In a transaction, on a store with every raw table and ``load_log``.
    changed
        The raw tables with new or changed rows; None, or a store without facts, builds all.
        Facts that read none of them stay as they are, unless people were joined or parted
        or a former version defined them otherwise.
    key
        The installation's secret, for person ids and phone keys.
    """
    behind = outdated(cursor)
    if len(behind) == len(QUERIES):
        changed = None
    stale = set(changed or ()) | behind
    is_done = take_in(cursor, key) if changed == {"events"} and not behind else None
    if is_done is not None:
        stale |= IDENTITY_TABLES if not is_done else set()
    elif changed is None or stale & IDENTITY_SOURCES:
        stale |= IDENTITY_TABLES if resolve(cursor, key) else set()
    # Freshness tells of every load, whatever it brought.
    tables = {FRESHNESS.table}
    if not is_done:
        tables |= {
            query.table
            for query in QUERIES
            if changed is None or query.table in behind or READS[query.table] & stale
        }
    build(cursor, tables, key)
    if is_done:
        refresh(cursor, key)
    remember(cursor)
    if behind:
        _note_definitions(cursor)


def outdated(cursor: duckdb.DuckDBPyConnection) -> set[str]:
    """Tables of facts that are missing, or were made by a former version's definition."""
    cursor.execute(_MADE)
    made = dict(cursor.execute("SELECT table_name, definition FROM facts_made").fetchall())
    found = cursor.execute("""
        SELECT table_name, list(column_name) FROM duckdb_columns() WHERE database_name != 'temp'
        GROUP BY table_name""").fetchall()
    columns = {name: set(names) for name, names in found}
    return {
        query.table
        for query in QUERIES
        if made.get(query.table) != _DEFINITIONS[query.table]
        or not set(query.columns) <= columns.get(query.table, set())
    }


def _note_definitions(cursor: duckdb.DuckDBPyConnection) -> None:
    cursor.execute("DELETE FROM facts_made")
    cursor.executemany("INSERT INTO facts_made VALUES (?, ?)", list(_DEFINITIONS.items()))


def build(cursor: duckdb.DuckDBPyConnection, tables: set[str], key: bytes) -> None:
    """Make these ``fact_`` and ``dim_`` tables anew, of people who are resolved already."""
    for name, sql in WORK.items():
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
    for query in QUERIES:
        if query.table in tables:
            _build(cursor, query, key)


def _build(cursor: duckdb.DuckDBPyConnection, query: FactQuery, key: bytes) -> None:
    if "work_name" in query.reads:
        build_names(cursor)
    statement = query.statement
    cursor.execute(statement, hmac_parameters(key) if "$inner" in statement else None)


def _reads_in_full() -> dict[str, frozenset[str]]:
    """Each table with every table it reads, through the others too."""
    # The students' people are read off the guardians' rows.
    full: dict[str, frozenset[str]] = {"identity_student": frozenset({"guardians", "students"})}
    steps = [(name, tables_read(sql)) for name, sql in WORK.items()]
    for name, reads in steps + [(query.table, query.reads) for query in QUERIES]:
        full[name] = reads.union(*(full.get(read, frozenset()) for read in reads))
    return full


# Each table with every table that it reads, through the others too.
READS = _reads_in_full()
_MADE = "CREATE TABLE IF NOT EXISTS facts_made (table_name VARCHAR, definition VARCHAR)"


def _definitions() -> dict[str, str]:
    """A digest of what each table is made by: its statement and the work tables it reads."""
    return {
        query.table: sha256(
            "\n".join([
                query.statement, *(WORK[name] for name in sorted(READS[query.table] & set(WORK)))
            ]).encode()
        ).hexdigest()
        for query in QUERIES
    }  # fmt: skip


_DEFINITIONS = _definitions()
