"""The Spark store: the same facts as Parquet, where one machine is too small."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from data.errors import StoreUnavailable
from data.facts.lake import Lake, tables
from data.stores.base import Kernel, Result, Values

_TYPES = {
    "string": "STRING", "timestamp(6)": "TIMESTAMP_NTZ", "date": "DATE", "int64": "BIGINT",
    "float64": "DOUBLE", "boolean": "BOOLEAN", "decimal(18, 2)": "DECIMAL(18,2)",
}  # fmt: skip

# Instants have no zone here; a session in another zone would shift them.
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # A campus "001" is not the number 1.
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_LOCAL = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",
}


class SparkStore:
    """Facts of a lake, run by Spark: a local session or a cluster.

    A new export of the lake is taken up at the next read. ``settings`` are Spark's own
    (executors, memory) and go before ours.
    """

    def __init__(
        self, master: str, lake: Path, *, settings: Mapping[str, str] | None = None
    ) -> None:
        Lake.read(lake)  # a wrong folder shows at once, not at the first read
        self._folder = lake
        self._viewing = threading.Lock()
        self._views: dict[str, Path] = {}
        local = _LOCAL if master.startswith("local") else {}
        builder: Any = SparkSession.builder
        builder = builder.appName("EduLens").master(master)
        for name, value in {**_SETTINGS, **local, **(settings or {})}.items():
            builder = builder.config(name, value)
        try:
            self._session: Any = builder.getOrCreate()
        except (PySparkException, RuntimeError, OSError) as error:
            raise StoreUnavailable(
                f"Spark must start at {master} (Java 17 installed, cluster reachable): {error}"
            ) from error
        self._session.sparkContext.setLogLevel("ERROR")

    def _reading(self, sql: str) -> Any:
        """The session, with the newest export's tables that a query names."""
        if self._session is None:
            raise StoreUnavailable("the store must be open, it was closed")
        folder = Lake.read(self._folder).folder
        with self._viewing:
            for name, columns in tables().items():
                if name in sql and self._views.get(name) != folder:
                    schema = ", ".join(f"`{c}` {_TYPES[kind]}" for c, kind in columns.items())
                    rows = self._session.read.schema(schema).parquet(str(folder / name))
                    rows.select(*columns).createOrReplaceTempView(name)
                    self._views[name] = folder
        return self._session

    @property
    def version(self) -> int:
        """The exported store's version."""
        return Lake.read(self._folder).version

    @property
    def as_of(self) -> datetime:
        """The exported store's as-of instant, UTC without zone."""
        return Lake.read(self._folder).as_of

    def compile(self, expr: ir.Table, *, pretty: bool = False) -> str:
        """The Spark SQL of an expression."""
        # TRICKY: not `ibis.to_sql`, which leaves the backend's options unread.
        return str(ibis.pyspark.compile(expr, pretty=pretty))

    @property
    def binds(self) -> bool:
        """Spark SQL has no variables that fold when it plans: values are literals here."""
        return False

    def fetch(self, expr: ir.Table | str, values: Values | None = None) -> pd.DataFrame:
        """The rows of an expression, or of SQL that `compile` made."""
        frame: pd.DataFrame = self._arrow(expr).to_pandas()
        return frame

    def fold(
        self, expr: ir.Table | str, kernel: Kernel[Result], values: Values | None = None
    ) -> Result:
        """A kernel's result over the expression's rows, brought to the driver as Arrow."""
        return kernel(self._arrow(expr))

    def _arrow(self, expr: ir.Table | str) -> pa.Table:
        sql = expr if isinstance(expr, str) else self.compile(expr)
        return self._reading(sql).sql(sql).toArrow()

    def close(self) -> None:
        """Stop the session; later use raises `StoreUnavailable`."""
        if self._session is not None:
            self._session.stop()
            self._session = None
