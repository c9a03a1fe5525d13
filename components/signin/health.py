"""`/healthz`: whether the installation works, and its counts. Needs no sign-in."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import UTC
from typing import TYPE_CHECKING, Any

import anyio
import duckdb
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from data.errors import StoreUnavailable
from data.landing.quarantine import known_corrupt

if TYPE_CHECKING:
    from data.installation.process import Installation

_COUNTS = ("received", "stored", "duplicate", "quarantined")
_LATE_SECONDS = 60.0
_LEAST_FREE_BYTES = 64 * 2**20  # less cannot hold what lands in the minutes until help comes
_BAD = ("disk_full", "error")
_KEPT_SECONDS = 1.0  # anybody may ask, but not make the store work for it


def health_route(installation: Callable[[], Installation]) -> Route:
    """The route; ``installation`` is called at each request."""
    kept: tuple[float, dict[str, Any]] = (0.0, {})

    async def healthz(request: Request) -> JSONResponse:
        del request
        nonlocal kept
        if time.monotonic() - kept[0] > _KEPT_SECONDS or not kept[1]:
            kept = (time.monotonic(), await anyio.to_thread.run_sync(health, installation()))
        return JSONResponse(kept[1], 503 if kept[1]["status"] in _BAD else 200)

    return Route("/healthz", healthz, methods=["GET"])


def health(opened: Installation) -> dict[str, Any]:
    """Status, the store's version and as-of, rows by fate, and the loader's lag.

    ``status`` is "ok", "late" (something waits for longer than a minute), "disk_full" or
    "error". ``lag_seconds`` is the age of the oldest segment that has landed but is not
    loaded, 0 if there is none.
    """
    try:
        version, as_of = opened.store.version, opened.store.as_of
        cursor = opened.store.cursor()
    except (StoreUnavailable, duckdb.Error) as error:
        return {"status": "error", "reason": type(error).__name__}
    try:
        counts = _counts(cursor)
        lag = _lag(opened, cursor)
    finally:
        cursor.close()
    free = shutil.disk_usage(opened.home.path).free
    status = "disk_full" if free < _LEAST_FREE_BYTES else "late" if lag > _LATE_SECONDS else "ok"
    return {
        "status": status,
        "store_version": version,
        "as_of": as_of.replace(tzinfo=UTC).isoformat(),
        **counts,
        "lag_seconds": lag,
    }


def _counts(cursor: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows by fate, summed over all loads; 0 where nothing was ever loaded."""
    if not _has_log(cursor):
        return dict.fromkeys(_COUNTS, 0)
    row = cursor.execute(
        "SELECT coalesce(sum(rows), 0)::BIGINT, coalesce(sum(inserted + updated), 0)::BIGINT,"
        " coalesce(sum(duplicate), 0)::BIGINT, coalesce(sum(quarantined), 0)::BIGINT FROM load_log"
    ).fetchone()
    return dict(zip(_COUNTS, row or (0,) * len(_COUNTS), strict=True))


def _lag(opened: Installation, cursor: duckdb.DuckDBPyConnection) -> float:
    """Seconds since the oldest segment landed that waits; damaged ones wait for nobody."""
    settled: set[str] = set()
    if _has_log(cursor):
        settled = {row[0] for row in cursor.execute("SELECT segment FROM load_log").fetchall()}
        settled |= known_corrupt(cursor)
    for name in opened.landing.segments():
        if name not in settled:
            try:
                landed_at = (opened.landing.path / name).stat().st_mtime
            except FileNotFoundError:
                continue  # swept between the listing and here
            return round(max(0.0, time.time() - landed_at), 3)
    return 0.0


def _has_log(cursor: duckdb.DuckDBPyConnection) -> bool:
    """Whether anything was ever loaded: the loader makes its log at its first load."""
    found = cursor.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'load_log'")
    return found.fetchall() != [(0,)]
