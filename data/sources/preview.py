"""What an import would do, row by row, before anything is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from data.contracts.schema import Contract
from data.landing.reading import named, quoted
from data.landing.staging import stage_rows
from data.landing.upsert import match, refuse_incomplete, same_key

Cursor = duckdb.DuckDBPyConnection

VERDICTS = ("new", "update", "duplicate", "conflict", "rejected")
_SHOWN_PROBLEMS = 200
_SHOWN_ROWS = 10


@dataclass(frozen=True)
class Problem:
    """A row that would not go in as it is, by its line in the file (the header is line 1).

    Without a line it is all of them.
    """

    line: int | None
    code: str
    reason: str


@dataclass(kw_only=True)
class TablePreview:
    """What one table would get: every row is in one of the five counts.

    ``conflict`` rows have the key of a later row of the file with other values (the later
    one is kept), or are leads whose phone another CRM id holds (they go in; identity makes
    up to three CRM ids of a phone one person and queues a further one). ``problems`` are
    the first rejected and conflicting rows.
    """

    table: str
    files: tuple[str, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    unmapped: tuple[str, ...] = ()
    unread_sheets: tuple[str, ...] = ()
    rows: int = 0
    new: int = 0
    update: int = 0
    duplicate: int = 0
    conflict: int = 0
    rejected: int = 0
    unread_phones: int = 0
    problems: list[Problem] = field(default_factory=list)
    sample: list[dict[str, object]] = field(default_factory=list)


def preview_rows(
    cursor: Cursor, contract: Contract, schema: pa.Schema, batches: Iterable[pa.RecordBatch]
) -> TablePreview:
    """Judge rows against the contract and the store, on temporary tables of the cursor."""
    result = TablePreview(table=contract.name)
    result.unread_phones = stage_rows(cursor, contract, schema, [batches])
    columns = [c.name for c in contract.columns if c.name in schema.names]
    match(cursor, contract, columns)
    refuse_incomplete(cursor, contract, columns)
    _judge(cursor, contract, columns)
    counts = dict(
        cursor.execute("SELECT verdict, count(*) FROM verdicts GROUP BY verdict").fetchall()
    )
    result.rows = sum(counts.values())
    for verdict in VERDICTS:
        setattr(result, verdict, counts.get(verdict, 0))
    result.problems = [
        Problem(*row)
        for row in cursor.execute(
            "SELECT _line, code, reason FROM verdicts WHERE verdict IN ('rejected', 'conflict')"
            f" ORDER BY _line LIMIT {_SHOWN_PROBLEMS}"
        ).fetchall()
    ]
    names = ", ".join(map(named, columns))
    shown = cursor.execute(
        f"SELECT {names} FROM staged WHERE _code IS NULL ORDER BY rowid LIMIT {_SHOWN_ROWS}"
    ).fetchall()
    result.sample = [dict(zip(columns, row, strict=True)) for row in shown]
    return result


def _judge(cursor: Cursor, contract: Contract, columns: list[str]) -> None:
    """Make ``verdicts``: one row a staged row, with its verdict, code and reason."""
    keys = ", ".join(map(named, contract.key))
    kept = "min" if contract.immutable else "max"
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT {keys}, {kept}(rowid) AS kept"
        f" FROM staged WHERE _code IS NULL GROUP BY {keys} HAVING count(*) > 1"
    )
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE replaced AS"
        " SELECT s.rowid AS staged_row, k._line AS kept_line,"
        f" hash({_prefixed('s', columns)}) <> hash({_prefixed('k', columns)}) AS differs"
        f" FROM staged s JOIN repeated r ON {same_key(contract, 's', 'r')}"
        " AND s.rowid <> r.kept JOIN staged k ON k.rowid = r.kept WHERE s._code IS NULL"
    )
    held = "SELECT NULL::BIGINT AS staged_row, NULL::VARCHAR AS crm_id WHERE false"
    if contract.name == "leads" and {"phone", "crm_id"} <= set(columns):
        held = (
            "SELECT s.rowid AS staged_row, min(o.crm_id) AS crm_id FROM staged s JOIN ("
            " SELECT phone, crm_id, -1 AS came FROM leads UNION ALL"
            " SELECT phone, crm_id, rowid FROM staged"
            " WHERE _code IS NULL AND rowid NOT IN (SELECT staged_row FROM replaced)"
            ") o ON o.phone = s.phone AND o.crm_id <> s.crm_id AND o.came < s.rowid"
            " WHERE s._code IS NULL GROUP BY s.rowid"
        )
    other_values = quoted("the same key comes again with other values in line ")
    other_holder = quoted("the phone belongs to another CRM id: ")
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE verdicts AS SELECT *, CASE"
        "  WHEN _code IS NOT NULL THEN 'rejected' WHEN repeated_key THEN 'conflict'"
        "  WHEN is_duplicate THEN 'duplicate' WHEN phone_taken THEN 'conflict'"
        "  WHEN differs THEN 'update' ELSE 'new' END AS verdict,"
        " coalesce(_code, CASE WHEN repeated_key THEN 'repeated_key' ELSE 'phone_taken' END)"
        "  AS code,"
        f" coalesce(_reason, CASE WHEN repeated_key THEN {other_values} || kept_line"
        f"  ELSE {other_holder} || crm_id END) AS reason"
        " FROM (SELECT s._line, s._code, s._reason, m.differs, r.kept_line, h.crm_id,"
        "  coalesce(r.differs, false) AS repeated_key, h.crm_id IS NOT NULL AS phone_taken,"
        "  r.staged_row IS NOT NULL OR NOT coalesce(m.differs, true) AS is_duplicate"
        "  FROM staged s LEFT JOIN replaced r ON r.staged_row = s.rowid"
        "  LEFT JOIN matched m ON m.staged_row = s.rowid"
        f"  LEFT JOIN ({held}) h ON h.staged_row = s.rowid)"
    )


def _prefixed(prefix: str, columns: list[str]) -> str:
    return ", ".join(f"{prefix}.{named(column)}" for column in columns)
