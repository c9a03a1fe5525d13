"""The embedded store: one DuckDB file, a cursor per read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from data.errors import StoreUnavailable
from data.stores.base import Kernel, Result, Values

READ_SECONDS = 15  # a read that takes longer is stopped
_VARIABLE = {
    bool: "BOOLEAN", str: "VARCHAR", date: "DATE", datetime: "TIMESTAMP", list: "VARCHAR[]",
    tuple: "VARCHAR[]",
}  # fmt: skip


class DuckDBStore:
    """A DuckDB file that this process owns.

    Reads run on a cursor each, since a connection shared between threads gives
    wrong rows. Writes go through `writing`, one at a time.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        try:
            self._connection: duckdb.DuckDBPyConnection | None = duckdb.connect(
                str(path),
                read_only=read_only,
                config={} if read_only else {"storage_compatibility_version": "v1.5.0"},
            )
        except duckdb.IOException as error:
            raise StoreUnavailable(f"{path} must be free and readable: {error}") from error
        self._writer = threading.RLock()
        self._state: tuple[int, datetime] | None = None
        self._state_lock = threading.Lock()
        self._writes = 0
        self._connection.execute("SET TimeZone='UTC'")
        if not read_only:
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS store_state (version BIGINT, as_of TIMESTAMP)"
            )
            self._connection.execute(
                "INSERT INTO store_state SELECT 0, TIMESTAMP '1970-01-01'"
                " WHERE NOT EXISTS (FROM store_state)"
            )

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own for one read or one thread."""
        if self._connection is None:
            raise StoreUnavailable("the store must be open, it was closed")
        return self._connection.cursor()

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction, committed at the end or rolled back whole."""
        with self._writer:
            cursor = self.cursor()
            cursor.execute("BEGIN")
            try:
                yield cursor
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            else:
                cursor.execute("COMMIT")
            finally:
                with self._state_lock:
                    self._writes += 1
                    self._state = None
                cursor.close()

    def _read_state(self) -> tuple[int, datetime]:
        # A page asks a hundred times a run; only a write of this process changes it.
        with self._state_lock:
            state, writes = self._state, self._writes
        if state is not None:
            return state
        row: Any = self.cursor().execute("SELECT version, as_of FROM store_state").fetchone()
        with self._state_lock:
            if writes == self._writes:  # else a write ended meanwhile: the next one looks again
                self._state = (row[0], row[1])
        return row[0], row[1]

    @property
    def version(self) -> int:
        """Grows with every load."""
        return self._read_state()[0]

    @property
    def as_of(self) -> datetime:
        """The newest complete load's instant, UTC without zone."""
        return self._read_state()[1]

    def compile(self, expr: ir.Table, *, pretty: bool = False) -> str:
        """The DuckDB SQL of an expression."""
        return str(ibis.to_sql(expr, dialect="duckdb", pretty=pretty))

    @property
    def binds(self) -> bool:
        """Values are variables of the cursor that reads."""
        return True

    def fetch(self, expr: ir.Table | str, values: Values | None = None) -> pd.DataFrame:
        """The rows of an expression, or of SQL that `compile` made, with values bound."""
        frame: pd.DataFrame = self._arrow(expr, values).to_pandas()
        return frame

    def fold(
        self, expr: ir.Table | str, kernel: Kernel[Result], values: Values | None = None
    ) -> Result:
        """A kernel's result over the expression's rows."""
        return kernel(self._arrow(expr, values))

    def _arrow(self, expr: ir.Table | str, values: Values | None) -> pa.Table:
        sql = expr if isinstance(expr, str) else self.compile(expr)
        cursor = self.cursor()
        try:
            cursor.execute(f"SET max_execution_time={READ_SECONDS * 1000}")
            for name, value in (values or {}).items():
                cursor.execute(f"SET VARIABLE {name} = ?::{_VARIABLE[type(value)]}", [value])
            return cursor.sql(sql).to_arrow_table()
        finally:
            cursor.close()

    def close(self) -> None:
        """Close the file; later use raises `StoreUnavailable`."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
