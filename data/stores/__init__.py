"""Stores run expressions: DuckDB on one machine, Spark where one is too small."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from data.errors import InvalidOption
from data.stores.base import Kernel, Store
from data.stores.duck import DuckDBStore

__all__ = ["DuckDBStore", "Kernel", "Store", "open_store"]


def open_store(url: str, *, read_only: bool = False) -> Store:
    """Open a store by its URL.

    ``duckdb:///path``, ``spark://host:port?lake=path`` or ``spark+local[2]://?lake=path``.
    """
    if url.startswith("duckdb://"):
        return DuckDBStore(Path(urlsplit(url).path), read_only=read_only)
    if url.startswith(("spark://", "spark+local")):
        from data.stores.spark import SparkStore  # noqa: PLC0415  # PySpark is an extra

        master, _, query = url.partition("?")
        lake = parse_qs(query).get("lake", [""])[0]
        if not lake:
            raise InvalidOption(f"a Spark store needs ?lake=<folder of Parquet facts>, got {url!r}")
        return SparkStore(master.removeprefix("spark+").removesuffix("://"), Path(lake))
    raise InvalidOption(f"a store's URL must begin with duckdb:// or spark, got {url!r}")
