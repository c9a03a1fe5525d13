"""What arrived, and what was refused."""

from __future__ import annotations

import pandas as pd

from data.stores.duck import DuckDBStore


def load_history(store: DuckDBStore, *, most: int = 200) -> pd.DataFrame:
    """The newest loads, one row a source, table and load: rows and what became of them."""
    return store.fetch(
        "SELECT loaded_at, source, actor, table_name, sum(rows)::BIGINT AS rows,"
        " sum(inserted)::BIGINT AS inserted, sum(updated)::BIGINT AS updated,"
        " sum(duplicate)::BIGINT AS duplicate, sum(quarantined)::BIGINT AS quarantined"
        " FROM load_log GROUP BY loaded_at, source, actor, table_name"
        f" ORDER BY loaded_at DESC, source, table_name LIMIT {most:d}"
    )


def refused_by_reason(store: DuckDBStore) -> pd.DataFrame:
    """Quarantined rows by table and reason, with one example's line."""
    return store.fetch(
        "SELECT table_name, reason_code, min(reason) AS reason, count(*) AS rows,"
        " min(line) AS first_line, max(quarantined_at) AS quarantined_at"
        " FROM quarantine GROUP BY table_name, reason_code ORDER BY rows DESC, table_name"
    )


def refused_rows(store: DuckDBStore, *, most: int = 5000) -> pd.DataFrame:
    """Quarantined rows themselves, newest first: segment, table, line, reason, row."""
    return store.fetch(
        "SELECT quarantined_at, segment, table_name, line, reason_code, reason, row_json"
        f" FROM quarantine ORDER BY quarantined_at DESC, segment, line LIMIT {most:d}"
    )
