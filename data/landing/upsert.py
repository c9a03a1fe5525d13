"""Staged rows into their table by key, without an index: match, replace, append."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from data.contracts.schema import Column, Contract, Kind
from data.landing.quarantine import quarantine_rows
from data.landing.reading import named, quoted

Cursor = duckdb.DuckDBPyConnection
Counts = dict[int, int]

_PER_SEGMENT = "SELECT _segment, count(*) FROM {} GROUP BY ALL"


@dataclass(frozen=True)
class Taken:
    """What became of a pass's rows, by number of segment; together they are all rows."""

    inserted: Counts
    updated: Counts
    duplicate: Counts
    quarantined: Counts


def upsert(cursor: Cursor, contract: Contract, supplied: list[str]) -> Taken:
    """Move ``staged`` into the contract's table; rows with a reason go to quarantine.

    Rows whose key is new are inserted; others change the columns the segment has, unless
    nothing differs or the table is immutable. Of equal keys the last wins, of immutable
    rows the first. ``duplicate`` counts rows that a later one replaced and rows that
    changed nothing.
    """
    columns = [column.name for column in contract.columns if column.name in supplied]
    quarantined = _quarantine(cursor, contract)
    duplicate = _drop_repeated(cursor, contract)
    match(cursor, contract, columns)
    if refuse_incomplete(cursor, contract, columns):
        _add(quarantined, _quarantine(cursor, contract))
    inserted = _count(cursor, "staged")
    known = _count(cursor, "matched")
    for segment, count in known.items():
        inserted[segment] -= count
    updated = _count(cursor, "matched WHERE differs")
    _add(duplicate, _count(cursor, "matched WHERE NOT differs"))
    if updated:
        _replace(cursor, contract, columns)
    if any(inserted.values()):
        names = ", ".join(map(named, columns))
        new = " WHERE rowid NOT IN (SELECT staged_row FROM matched)" if known else ""
        cursor.execute(
            f"INSERT INTO {named(contract.name)} ({names}) SELECT {names} FROM staged{new}"
        )
    return Taken(inserted, updated, duplicate, quarantined)


def match(cursor: Cursor, contract: Contract, columns: list[str]) -> None:
    """Make ``matched``: staged rows whose key the table has, with whether they differ."""
    others = [name for name in columns if name not in contract.key]
    differs = " OR ".join(
        f"{_newer(contract.column(name))} IS DISTINCT FROM t.{named(name)}" for name in others
    )
    if contract.immutable or not differs:
        differs = "false"
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE matched AS"
        f" SELECT s._segment, s._line, s.rowid AS staged_row, t.rowid AS table_row,"
        f" {differs} AS differs FROM staged s JOIN {named(contract.name)} t"
        f" ON {same_key(contract, 's', 't')}"
    )


def _newer(column: Column) -> str:
    """The value a known row gets; a phone that cannot be read does not erase one that could."""
    name = named(column.name)
    return f"coalesce(s.{name}, t.{name})" if column.kind is Kind.PHONE else f"s.{name}"


def same_key(contract: Contract, left: str, right: str) -> str:
    """SQL that holds where two relations' rows have the same key."""
    return " AND ".join(f"{left}.{named(k)} = {right}.{named(k)}" for k in contract.key)


def _count(cursor: Cursor, rows: str) -> Counts:
    return dict(cursor.execute(_PER_SEGMENT.format(rows)).fetchall())


def _add(counts: Counts, more: Counts) -> None:
    for segment, count in more.items():
        counts[segment] = counts.get(segment, 0) + count


def _quarantine(cursor: Cursor, contract: Contract) -> Counts:
    quarantined = _count(cursor, "staged WHERE _code IS NOT NULL")
    if quarantined:
        quarantine_rows(cursor, contract.name)
    return quarantined


def _drop_repeated(cursor: Cursor, contract: Contract) -> Counts:
    """Keep one staged row of each key."""
    kept = "min" if contract.immutable else "max"
    keys = ", ".join(map(named, contract.key))
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT {keys}, {kept}(rowid) AS kept"
        f" FROM staged GROUP BY {keys} HAVING count(*) > 1"
    )
    if cursor.execute("SELECT count(*) FROM repeated").fetchall() == [(0,)]:
        return {}
    dropped = f"staged s JOIN repeated r ON {same_key(contract, 's', 'r')} AND s.rowid <> r.kept"
    counts = _count(cursor, dropped)
    cursor.execute(f"DELETE FROM staged WHERE rowid IN (SELECT s.rowid FROM {dropped})")
    return counts


def refuse_incomplete(cursor: Cursor, contract: Contract, columns: list[str]) -> bool:
    """Give unmatched staged rows a reason where the file lacks a required column.

    A new row must have every required column; a change of a known row need not. Gives
    whether any row was refused.
    """
    absent = [c.name for c in contract.columns if c.required and c.name not in columns]
    if not absent:
        return False
    reason = f"{', '.join(absent)} must be given for a new row, the file has no such column"
    changed: list[tuple[int]] = cursor.execute(
        f"UPDATE staged SET _code = 'missing', _reason = {quoted(reason)}"
        " WHERE _code IS NULL AND rowid NOT IN (SELECT staged_row FROM matched)"
    ).fetchall()
    return changed != [(0,)]


def _replace(cursor: Cursor, contract: Contract, columns: list[str]) -> None:
    """Write matched rows anew, with the columns that came and the others as they were."""
    merged = ", ".join(
        _newer(column) if column.name in columns else f"t.{named(column.name)}"
        for column in contract.columns
    )
    table = named(contract.name)
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE merged AS SELECT {merged} FROM matched m"
        f" JOIN staged s ON s.rowid = m.staged_row JOIN {table} t ON t.rowid = m.table_row"
        " WHERE m.differs ORDER BY m.staged_row"
    )
    cursor.execute(
        f"DELETE FROM {table} WHERE rowid IN (SELECT table_row FROM matched WHERE differs)"
    )
    cursor.execute(f"INSERT INTO {table} SELECT * FROM merged")
