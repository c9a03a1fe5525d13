"""Which tables a statement reads, as DuckDB's own parser has it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import duckdb

from data.errors import InvalidOption


@cache
def tables_read(sql: str) -> frozenset[str]:
    """The tables a query reads, those of its subqueries too; its own steps (CTEs) are none.

    Parameters
    ----------
    sql
        One SELECT; nothing is bound, so the tables need not exist.

    Raises
    ------
    InvalidOption
        If DuckDB cannot parse it.
    """
    row = _parser().cursor().execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchone()
    parsed: dict[str, Any] = json.loads(row[0] if row else "{}")
    if parsed.get("error", True):
        raise InvalidOption(f"a fact must be one SELECT, got {parsed.get('error_message')}: {sql}")
    named: set[str] = set()
    steps: set[str] = set()
    _walk(parsed, named, steps)
    return frozenset(named - steps)


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    """One connection for all statements: the program reads them when it starts."""
    return duckdb.connect(":memory:")


def _walk(node: Any, named: set[str], steps: set[str]) -> None:
    if isinstance(node, dict):
        if node.get("type") == "BASE_TABLE":
            named.add(node["table_name"])
        steps.update(step["key"] for step in node.get("cte_map", {}).get("map", ()))
        for part in node.values():
            _walk(part, named, steps)
    elif isinstance(node, list):
        for part in node:
            _walk(part, named, steps)
