"""Raw tables in memory, and the facts that the product's own builder makes of them.

Planning the statements that make all facts takes far longer than running them over a few
rows. So only those facts are made that a test reads, with those that they read; a store is
emptied and lent again rather than made anew, and lent as it is to who tells the same rows.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from data.contracts import CONTRACTS
from data.facts import FACTS
from data.facts.build import QUERIES, READS, build, rebuild
from data.identity.resolution import IDENTITY_SOURCES, IDENTITY_TABLES, resolve
from data.landing.loader import create_tables
from data.stores.duck import DuckDBStore
from tests.journeys import KEY

Rows = dict[str, list[dict[str, Any]]]

_NAMED = re.compile(r"\b(?:fact|dim)_[a-z_]+")
_OF_SEVERAL = {"fact_touch", "fact_person", "fact_identifier", "fact_conflict"}
_ALWAYS = {"dim_freshness"}  # says of an empty source that it is empty
_KEPT = 3  # stores, with what was told last
_free: list[RawRows] = []


class RawRows:
    """A store of raw rows whose facts are made when they are asked for."""

    def __init__(self) -> None:
        self.store = DuckDBStore(Path(":memory:"))
        with self.store.writing() as cursor:
            create_tables(cursor)
            rebuild(cursor, None, KEY)  # of no rows: every table is there, empty
        self.connection = self.store.cursor()
        self.connection.execute("SET threads = 1")  # more only wait for each other
        self.told: list[str] = []
        self._filled: set[str] = set()
        self._made: set[str] = set()
        self._is_resolved = False

    def insert(self, rows: Rows) -> None:
        """Add rows by contract; what a row does not say is missing."""
        for table, given in rows.items():
            batch = pa.Table.from_pylist(given, schema=CONTRACTS[table].arrow_schema)
            self.connection.register("told", batch)
            self.connection.execute(f'INSERT INTO "{table}" BY NAME SELECT * FROM told')
            self.connection.unregister("told")
        self.told.append(repr(rows))
        self._filled |= rows.keys()
        self._made.clear()
        self._is_resolved = False

    def make(self, sql: str, *, people: dict[str, str]) -> None:
        """Make the facts that a statement reads; ``people`` are names by phone or device."""
        wanted = set(_NAMED.findall(sql))
        wanted |= {name for table in wanted for name in READS[table]}
        missing = {query.table for query in QUERIES if query.table in wanted} - self._made
        if not missing:
            return
        with self.store.writing() as cursor:
            if not self._is_resolved and self._filled & IDENTITY_SOURCES:
                names = {"value": [*people], "name": [*people.values()], "n": [*range(len(people))]}
                cursor.register("told", pa.table(names))
                resolve(cursor, KEY)
                _rename(cursor)
                cursor.unregister("told")
            self._is_resolved = True
            fed = {table for table in missing if _rows_come_from(table) & self._filled}
            build(cursor, fed | (missing & _ALWAYS), KEY)
        self._made |= missing

    def clear(self) -> None:
        """Take all rows out."""
        with self.store.writing() as cursor:
            for table in sorted(self._filled | self._made | IDENTITY_TABLES):
                cursor.execute(f'TRUNCATE "{table}"')
        self.told.clear()
        self._filled.clear()
        self._made.clear()
        self._is_resolved = False


def _rows_come_from(table: str) -> frozenset[str] | set[str]:
    """Raw tables without whose rows a table has none; a fact names the one it is of first."""
    fact = FACTS.get(table.removeprefix("fact_"))
    return READS[table] if fact is None or table in _OF_SEVERAL else {fact.sources[0]}


def _rename(cursor: duckdb.DuckDBPyConnection) -> None:
    """Call people what they were told as instead of by a keyed hash.

    Of several names for one person the first stands. Households keep their ids; who has
    none of their own gets one, for it would be cut out of the name.
    """
    cursor.execute("""
        CREATE OR REPLACE TEMP TABLE called AS
        SELECT person_id, first(name ORDER BY n) AS name FROM told
        JOIN identity_identifier USING (value) JOIN identity_person USING (identifier_no)
        GROUP BY person_id""")
    for table in ("identity_person", "identity_student", "identity_household"):
        cursor.execute(
            f"UPDATE {table} SET person_id = name FROM called"
            f" WHERE called.person_id = {table}.person_id"
        )
    cursor.execute("""
        INSERT INTO identity_household BY NAME
        SELECT name AS person_id, 'home-' || name AS household_id FROM called
        ANTI JOIN identity_household ON identity_household.person_id = name""")


def lend(rows: Rows) -> RawRows:
    """A store of these rows alone; to be given back."""
    told = [repr(rows)]
    for known in _free:
        if known.told == told:
            _free.remove(known)
            return known
    lent = _free.pop(0) if len(_free) >= _KEPT else RawRows()
    if lent.told:
        lent.clear()
    lent.insert(rows)
    return lent


def give_back(lent: RawRows) -> None:
    """Take a store back, as it is."""
    _free.append(lent)


def close_all() -> None:
    """Close the stores that nobody has."""
    while _free:
        _free.pop().store.close()
