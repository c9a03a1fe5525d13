"""Import of a million leads from CSV against DuckDB's own COPY of the same file.

The file has every column of the leads contract, as its template has. COPY fills a plain
table with the contract's columns and types, and is given times and phones as they stand.
Ours previews nothing and builds no facts, but reads the file, lands it, validates every
cell, normalises phones and times, looks for keys known and repeated, and stores it with
its log. Both start from an empty file; the best of three interleaved runs counts.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks import report
from data.contracts import contract
from data.landing.zone import Landing
from data.sources.imports import import_files
from data.stores.duck import DuckDBStore

ROWS = int(os.environ.get("EDULENS_BENCH_ROWS", "1000000"))
RUNS = 3

_FILE = """
COPY (
  SELECT 'L' || lpad(i::VARCHAR, 9, '0') AS lead_id,
    strftime(TIMESTAMP '2024-01-01' + to_seconds(i * 60), '%Y-%m-%d %H:%M:%S') AS created_at,
    'campus-' || i % 20 AS campus_id, 'channel-' || i % 40 AS channel_id,
    'campaign-' || i % 100 AS campaign, 'material-' || i % 500 AS material,
    CASE WHEN i % 5 = 0 THEN 'activity-' || i % 30 END AS activity_id,
    '家长' || i % 5000 AS name, (13800000000 + i)::VARCHAR AS phone,
    CASE WHEN i % 3 = 0 THEN 'o' || md5(i::VARCHAR) END AS unionid, NULL AS openid,
    NULL AS external_userid, 'crm-' || i AS crm_id,
    CASE WHEN i % 2 = 0 THEN 'd' || hash(i) END AS device_id, '学员' || i % 7000 AS student_name,
    (i % 6 + 1) || '年级' AS grade, 'line-' || i % 6 AS course_line,
    'staff-' || i % 300 AS owner_id,
    strftime(TIMESTAMP '2024-01-01' + to_seconds(i * 60), '%Y-%m-%d %H:%M:%S') AS assigned_at,
    ['new', 'contacted', 'invited', 'trial', 'paid', 'lost'][i % 6 + 1] AS status,
    NULL AS lost_reason, NULL AS introducer_id, i % 4 > 0 AS is_reachable, i % 9 > 0 AS in_area,
    false AS is_blacklisted, false AS is_competitor, NULL AS properties
  FROM range({rows}) r(i)
) TO '{path}' (HEADER)
"""


def copied(path: Path, folder: Path) -> float:
    """Seconds of DuckDB's COPY into a new store."""
    began = time.perf_counter()
    store = DuckDBStore(folder / "copy.duckdb")
    with store.writing() as cursor:
        cursor.execute(contract("leads").ddl)
        cursor.execute(f"COPY leads FROM '{path}' (HEADER)")
    store.close()
    return time.perf_counter() - began


def imported(path: Path, folder: Path) -> float:
    """Seconds of our import into a new store, facts excluded."""
    began = time.perf_counter()
    store = DuckDBStore(folder / "import.duckdb")
    done = import_files(store, Landing(folder / "landing"), [path], commit=True, rebuild=None)
    store.close()
    seconds = time.perf_counter() - began
    if done.tables[0].new != ROWS:
        raise RuntimeError(f"the import must store {ROWS} rows, stored {done.tables[0].new}")
    return seconds


def main() -> None:
    """Measure both and print one line."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "leads.csv")
        duckdb.execute(_FILE.format(rows=ROWS, path=path))
        theirs, ours = [], []
        for run in range(RUNS):
            folder = Path(name, str(run))
            folder.mkdir()
            theirs.append(copied(path, folder))
            ours.append(imported(path, folder))
        megabytes = path.stat().st_size / 1e6
    print(
        f"{ROWS:,} rows, {megabytes:.0f} MB: import {min(ours):.2f} s without facts,"
        f" COPY {min(theirs):.2f} s",
        file=sys.stderr,
    )
    report("import_files", min(theirs) / min(ours), "of COPY's speed", 0.5, at_most=False)


if __name__ == "__main__":
    main()
