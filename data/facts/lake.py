"""Facts as Parquet: what Spark reads where one machine is too small."""

from __future__ import annotations

import json
import secrets
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from data.errors import StoreUnavailable
from data.facts.names import DIMENSIONS
from data.facts.schema import FACTS, Columns
from data.stores.duck import DuckDBStore

MANIFEST = "lake.json"
PARTITION = "campus_id"  # what scope cuts by: a campus's viewer reads its own files only
_LARGE = frozenset(
    f"fact_{name}" for name in ("event", "touch", "visit", "seat", "order_line", "followup")
)


@dataclass(frozen=True)
class Lake:
    """One export: the store's version and as-of time, and where its files lie."""

    version: int
    as_of: datetime
    folder: Path

    @classmethod
    def read(cls, folder: Path) -> Lake:
        """The newest whole export in a folder."""
        try:
            told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise StoreUnavailable(
                f"a lake must have been exported by `python -m data export-lake`, got {folder}"
            ) from None
        return cls(told["version"], datetime.fromisoformat(told["as_of"]), folder / told["files"])


def tables() -> dict[str, Columns]:
    """Every table of facts with its columns."""
    facts = {fact.table: fact.columns for fact in FACTS.values()}
    return facts | {f"dim_{name}": columns for name, columns in DIMENSIONS.items()}


def export_lake(store: DuckDBStore, folder: Path) -> Lake:
    """Write every fact and dimension as Parquet, all of one version.

    Large facts lie by campus, one folder each. Readers see the former export until the
    new one is whole; older ones are removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    cursor = store.cursor()
    cursor.execute("BEGIN")  # one snapshot: a load in between must not tear the export
    row = cursor.execute("SELECT version, as_of FROM store_state").fetchone()
    assert row is not None
    version, as_of = row
    files = f"v{version}-{secrets.token_hex(4)}"
    part = folder / f".{files}"
    try:
        for name in tables():
            _export(cursor, name, part / name)
    finally:
        cursor.execute("ROLLBACK")
        cursor.close()
    former = {path for path in folder.glob("v*") if path.is_dir()}
    part.rename(part.parent / files)
    manifest = folder / f".{files}.json"
    told = {"version": version, "as_of": as_of.isoformat(), "files": files}
    manifest.write_text(json.dumps(told), encoding="utf-8")
    manifest.replace(folder / MANIFEST)
    # The newest of the former exports may be being read right now.
    for old in sorted(former, key=lambda path: path.stat().st_mtime)[:-1]:
        shutil.rmtree(old)
    return Lake.read(folder)


def _export(cursor: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
    path.mkdir(parents=True)
    rows = cursor.execute(f"SELECT count(*) FROM {table}").fetchone()
    # A partitioned table without rows would leave no file, and with it no schema.
    parted = table in _LARGE and rows is not None and rows[0] > 0
    target, more = (
        (path, f", PARTITION_BY ({PARTITION})") if parted else (path / "rows.parquet", "")
    )
    cursor.execute(f"COPY (FROM {table}) TO '{quoted(target)}' (FORMAT parquet{more})")


def quoted(path: Path) -> str:
    """A path within single quotes of SQL."""
    return str(path).replace("'", "''")
