"""Rows and segments that could not be taken in, kept with the reason."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb

CORRUPT = "corrupt"  # its bytes are not as they were written
UNLOADABLE = "unloadable"  # its bytes are, but the engine cannot take them

DDL = """
CREATE TABLE IF NOT EXISTS quarantine (
    segment VARCHAR, table_name VARCHAR, line BIGINT, reason_code VARCHAR, reason VARCHAR,
    row_json VARCHAR, quarantined_at TIMESTAMP)
"""


def quarantine_rows(cursor: duckdb.DuckDBPyConnection, table: str) -> None:
    """Move the staged rows that have a reason code from `staged` to quarantine."""
    cursor.execute(
        "INSERT INTO quarantine SELECT segment, ?, _line, _code, _reason, _raw, ?"
        " FROM staged JOIN pass_segments USING (_segment) WHERE _code IS NOT NULL"
        " ORDER BY _segment, _line",
        [table, datetime.now(UTC).replace(tzinfo=None)],
    )
    cursor.execute("DELETE FROM staged WHERE _code IS NOT NULL")


def known_corrupt(cursor: duckdb.DuckDBPyConnection, *codes: str) -> set[str]:
    """Segments that are in quarantine whole, for these reasons or any."""
    rows = cursor.execute(
        "SELECT segment FROM quarantine WHERE reason_code IN (SELECT unnest($1))",
        [list(codes or (CORRUPT, UNLOADABLE))],
    )
    return {segment for (segment,) in rows.fetchall()}


def quarantine_segment(
    cursor: duckdb.DuckDBPyConnection, segment: str, reason: str, *, code: str = CORRUPT
) -> None:
    """Note a segment that cannot be taken in; its file stays where it is."""
    table = segment.rsplit(".", 2)[-2]
    cursor.execute(
        "INSERT INTO quarantine VALUES (?, ?, NULL, ?, ?, NULL, ?)",
        [segment, table, code, reason, datetime.now(UTC).replace(tzinfo=None)],
    )


def release_segment(cursor: duckdb.DuckDBPyConnection, segment: str) -> None:
    """Forget that a segment was corrupt: its file has been made whole."""
    cursor.execute(
        "DELETE FROM quarantine WHERE segment = ? AND reason_code = ?", [segment, CORRUPT]
    )
