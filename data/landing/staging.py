"""One pass of the loader: segments of one table and one schema, read and judged.

The rows stand in the temporary table ``staged``; ``pass_segments`` names their segments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa

from data.contracts.schema import Contract, Kind
from data.landing.phones import read_phones
from data.landing.reading import named, quoted
from data.landing.validation import clean_rows, judge_rows
from data.landing.zone import LINE, Landing, Meta
from data.scope import DEFAULT_TIMEZONE

Cursor = duckdb.DuckDBPyConnection

# What lies ahead is planned in these tables, so they do not say how far the data reaches.
_PLANS = frozenset({"activities", "enrolments", "experiments", "targets"})
_CLOCK_SKEW = timedelta(days=1)  # a row dated later than this after it arrived is mistyped


@dataclass(frozen=True)
class Segment:
    """A whole segment that waits to be loaded."""

    name: str
    meta: Meta
    schema: pa.Schema
    rows: int


def stage(cursor: Cursor, contract: Contract, segments: list[Segment], landing: Landing) -> int:
    """Fill ``staged`` with the segments' rows; gives the number of phones nobody can read."""
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE pass_segments"
        " (_segment INTEGER, segment VARCHAR, _arrived_at TIMESTAMP)"
    )
    cursor.execute(
        "INSERT INTO pass_segments"
        " SELECT unnest(range(len($1)))::INTEGER, unnest($1), unnest($2::TIMESTAMP[])",
        [[part.name for part in segments], [part.meta.created_at for part in segments]],
    )
    batches = (landing.read(part.name)[1] for part in segments)
    return stage_rows(cursor, contract, segments[0].schema, batches)


def stage_rows(
    cursor: Cursor,
    contract: Contract,
    schema: pa.Schema,
    segments: Iterable[Iterable[pa.RecordBatch]],
) -> int:
    """Fill ``staged`` with rows of one schema; gives the number of phones nobody can read."""
    numbered = schema.append(pa.field("_segment", pa.int32()))
    if LINE not in schema.names:
        numbered = numbered.append(pa.field(LINE, pa.int64()))
    batches = _numbered(segments, numbered)
    cursor.register("arriving", pa.RecordBatchReader.from_batches(numbered, batches))
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE staged AS {clean_rows(contract, numbered, 'arriving')}"
    )
    # Not in a finally: in a transaction that failed it would raise, and hide why.
    cursor.unregister("arriving")
    unread = read_phones(cursor, contract, schema.names)
    cursor.execute(judge_rows(contract, schema))
    return unread


def _numbered(
    segments: Iterable[Iterable[pa.RecordBatch]], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """The segments' batches with the number of their segment and of their line."""
    for number, batches in enumerate(segments):
        line = 0
        for batch in batches:
            columns = dict(zip(batch.schema.names, batch.columns, strict=True))
            columns["_segment"] = pa.repeat(pa.scalar(number, pa.int32()), batch.num_rows)
            if LINE not in columns:
                columns[LINE] = pa.array(range(line + 1, line + batch.num_rows + 1), pa.int64())
            line += batch.num_rows
            yield pa.record_batch([columns[name] for name in schema.names], schema=schema)


def last_instants(cursor: Cursor, contract: Contract, supplied: list[str]) -> dict[int, datetime]:
    """The newest instant the valid staged rows speak of, by number of segment.

    Rows dated after their own arrival do not count: one mistyped year must not move the
    whole institution into the future. Only a store that knows nothing yet believes a
    segment that has no others.
    """
    if contract.at is None or contract.at not in supplied or contract.name in _PLANS:
        return {}
    at = named(contract.at)
    if contract.column(contract.at).kind is Kind.DAY:
        at = f"(({at}::TIMESTAMP AT TIME ZONE {quoted(DEFAULT_TIMEZONE.key)})::TIMESTAMP)"
    happened = "AND state = 'marked'" if contract.name == "lessons" else ""
    rows: list[Any] = cursor.execute(
        f"SELECT _segment, coalesce(max({at}) FILTER ({at} <= _arrived_at + to_microseconds($1)),"
        "  CASE WHEN any_value(as_of) <= TIMESTAMP '1970-01-01' THEN max("
        f"{at}) END) AS last_at FROM staged JOIN pass_segments USING (_segment), store_state"
        f" WHERE _code IS NULL {happened} GROUP BY ALL HAVING last_at IS NOT NULL",
        [int(_CLOCK_SKEW.total_seconds() * 1_000_000)],
    ).fetchall()
    return dict(rows)
