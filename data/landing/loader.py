"""The loader: takes each landed segment into the store exactly once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby

import duckdb

from data.contracts import CONTRACTS
from data.errors import CorruptSegment
from data.installation.home import Home
from data.landing import quarantine
from data.landing.reading import named
from data.landing.staging import Segment, last_instants, stage
from data.landing.upsert import Counts, upsert
from data.landing.zone import DAMAGE, LINE, Landing
from data.stores.duck import DuckDBStore

Cursor = duckdb.DuckDBPyConnection
Rebuild = Callable[[Cursor, set[str] | None, bytes], object]

_PASS_ROWS = 2_000_000  # staged at once; bounds memory

LOAD_LOG = """
CREATE TABLE IF NOT EXISTS load_log (
    segment VARCHAR, table_name VARCHAR, source VARCHAR, actor VARCHAR, rows BIGINT,
    inserted BIGINT, updated BIGINT, duplicate BIGINT, quarantined BIGINT, last_at TIMESTAMP,
    as_of TIMESTAMP, loaded_at TIMESTAMP)
"""


@dataclass(kw_only=True)
class LoadReport:
    """What one load did; ``rows`` = inserted + updated + duplicate + quarantined.

    ``unread_phones`` counts rows taken without their phone, which nobody could read;
    ``corrupt`` names segments newly found damaged or refused whole; ``changed`` the tables
    with new or changed rows.
    """

    segments: int = 0
    rows: int = 0
    inserted: int = 0
    updated: int = 0
    duplicate: int = 0
    quarantined: int = 0
    unread_phones: int = 0
    corrupt: list[str] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        words = ("rows", "inserted", "updated", "duplicate", "quarantined")
        text = f"{self.segments:,} segments: " + ", ".join(
            f"{getattr(self, word):,} {word}" for word in words
        )
        if self.unread_phones:
            text += f"; {self.unread_phones:,} phones nobody can read"
        return text + "".join(f"\ndamaged segment: {name}" for name in self.corrupt)


def rebuild_facts(cursor: Cursor, changed: set[str] | None, key: bytes) -> None:
    """Bring the facts up to date with the raw tables, see `data.facts.build`."""
    from data.facts.build import rebuild  # noqa: PLC0415  # facts read what is loaded here

    rebuild(cursor, changed, key)


def load(
    store: DuckDBStore,
    landing: Landing,
    *,
    key: bytes | None = None,
    rebuild: Rebuild | None = rebuild_facts,
) -> LoadReport:
    """Take in every segment that is not yet loaded, in one transaction.

    Rows are read by contract and upserted by key; bad rows and damaged segments go to
    quarantine and hinder nobody. Facts are brought up to date with ``rebuild`` (None
    leaves them), the store's version grows and its as-of time moves to what the newest
    segments declare or show. A new store gets all tables even where nothing landed. ``key`` is
    the secret of the identity keys, by default the home's.
    """
    if not _waiting(store, landing):
        return LoadReport()
    try:
        return _load(store, landing, key, rebuild)
    except (duckdb.DataError, duckdb.ProgrammingError, duckdb.NotSupportedError):
        # The readers let no cell raise. Should one do so all the same, its segment must not
        # keep all others out for ever.
        refused = _refuse_unloadable(store, landing)
        if not refused:
            raise
        report = _load(store, landing, key, rebuild)
        report.corrupt += refused
        return report


def _load(
    store: DuckDBStore, landing: Landing, key: bytes | None, rebuild: Rebuild | None
) -> LoadReport:
    with store.writing() as cursor:
        is_new = not has_tables(cursor)
        create_tables(cursor)
        report = LoadReport()
        as_of: list[datetime] = []
        segments = list(_whole(cursor, landing, report))
        for batch in _passes(segments):
            as_of += _load_pass(cursor, landing, batch, report)
        if segments or is_new:
            if rebuild:
                if key is None:
                    key = Home(landing.path.parent).key("identity")
                rebuild(cursor, None if is_new else report.changed, key)
            cursor.execute(
                "UPDATE store_state SET version = version + 1, as_of = greatest(as_of, ?)",
                [max(as_of, default=datetime(1970, 1, 1))],  # noqa: DTZ001  # UTC without zone
            )
    return report


def _refuse_unloadable(store: DuckDBStore, landing: Landing) -> list[str]:
    """Try each waiting segment alone; note those that raise, which are not tried again."""
    refused: dict[str, str] = {}
    with store.writing() as cursor:
        create_tables(cursor)
        waiting = list(_whole(cursor, landing, LoadReport()))
    for part in waiting:
        cursor = store.cursor()
        try:
            if part.schema is not None:
                stage(cursor, CONTRACTS[part.meta.table], [part], landing)
        except duckdb.Error as error:
            refused[part.name] = str(error).splitlines()[0]
        finally:
            cursor.close()
    if refused:
        with store.writing() as cursor:
            for name, reason in refused.items():
                quarantine.quarantine_segment(cursor, name, reason, code=quarantine.UNLOADABLE)
    return list(refused)


def create_tables(cursor: Cursor) -> None:
    """Make the raw tables, load_log and quarantine where missing, and add new columns."""
    for rules in CONTRACTS.values():
        cursor.execute(rules.ddl)
    cursor.execute(LOAD_LOG)
    cursor.execute(quarantine.DDL)
    present = set(
        cursor.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
    )
    for rules in CONTRACTS.values():
        for column in rules.columns:
            if (rules.name, column.name) not in present:
                cursor.execute(
                    f"ALTER TABLE {named(rules.name)}"
                    f" ADD COLUMN {named(column.name)} {column.kind.ddl}"
                )


def _loaded(cursor: Cursor) -> set[str]:
    return {segment for (segment,) in cursor.execute("SELECT segment FROM load_log").fetchall()}


def has_tables(cursor: Cursor) -> bool:
    """Whether `create_tables` ever ran on this store."""
    found = cursor.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'load_log'")
    return found.fetchall() != [(0,)]


def is_current(cursor: Cursor) -> bool:
    """Whether the store has every table and column of the contracts."""
    found = cursor.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
    ).fetchall()
    declared = {(rules.name, c.name) for rules in CONTRACTS.values() for c in rules.columns}
    return declared <= set(found) and has_tables(cursor)


def _waiting(store: DuckDBStore, landing: Landing) -> bool:
    """Whether there may be something to do, found out without a transaction."""
    names = landing.segments()
    cursor = store.cursor()
    try:
        if not has_tables(cursor):
            return True
        return not set(names) <= _loaded(cursor) | quarantine.known_corrupt(cursor)
    finally:
        cursor.close()


def _whole(cursor: Cursor, landing: Landing, report: LoadReport) -> Iterator[Segment]:
    """The segments to load in order of arrival; damaged ones go to quarantine."""
    done = _loaded(cursor) | quarantine.known_corrupt(cursor, quarantine.UNLOADABLE)
    corrupt = quarantine.known_corrupt(cursor, quarantine.CORRUPT)
    for name in landing.segments():
        if name in done:
            continue
        try:
            meta, schema, rows = landing.verify(name)
        except CorruptSegment as error:
            if name not in corrupt:
                quarantine.quarantine_segment(cursor, name, str(error))
                report.corrupt.append(name)
            continue
        if name in corrupt:
            quarantine.release_segment(cursor, name)
        yield Segment(name, meta, schema, rows)


def _passes(segments: list[Segment]) -> Iterator[list[Segment]]:
    """Segments of one table and schema that stand together, up to the rows of a pass."""
    by_table = sorted(segments, key=lambda part: part.meta.table)  # stable: arrival stays
    for _, group in groupby(by_table, key=lambda part: (part.meta.table, str(part.schema))):
        batch: list[Segment] = []
        for part in group:
            if batch and sum(other.rows for other in batch) + part.rows > _PASS_ROWS:
                yield batch
                batch = []
            batch.append(part)
        yield batch


def _load_pass(
    cursor: Cursor, landing: Landing, segments: list[Segment], report: LoadReport
) -> list[datetime]:
    """Load one pass and log it; gives the instants that may move the store's as-of."""
    rules = CONTRACTS[segments[0].meta.table]
    inserted: Counts = {}
    updated: Counts = {}
    duplicate: Counts = {}
    quarantined: Counts = {}
    last: dict[int, datetime] = {}
    if segments[0].schema is not None:
        supplied = [name for name in segments[0].schema.names if name not in (LINE, DAMAGE)]
        report.unread_phones += stage(cursor, rules, segments, landing)
        last = last_instants(cursor, rules, supplied)
        taken = upsert(cursor, rules, supplied)
        inserted, updated = taken.inserted, taken.updated
        duplicate, quarantined = taken.duplicate, taken.quarantined
    now = datetime.now(UTC).replace(tzinfo=None)
    log = [
        (
            part.name, rules.name, part.meta.source, part.meta.actor, part.rows,
            inserted.get(n, 0), updated.get(n, 0), duplicate.get(n, 0), quarantined.get(n, 0),
            last.get(n), part.meta.as_of, now,
        )
        for n, part in enumerate(segments)
    ]  # fmt: skip
    cursor.executemany(f"INSERT INTO load_log VALUES ({', '.join('?' * 12)})", log)
    report.segments += len(segments)
    report.rows += sum(part.rows for part in segments)
    report.inserted += sum(inserted.values())
    report.updated += sum(updated.values())
    report.duplicate += sum(duplicate.values())
    report.quarantined += sum(quarantined.values())
    if any(inserted.values()) or updated:
        report.changed.add(rules.name)
    seen = [part.meta.as_of or last.get(n) for n, part in enumerate(segments)]
    return [instant for instant in seen if instant is not None]
