"""What arrived, and what was refused."""

from __future__ import annotations

import json
import re

import pandas as pd

from data.accounts.audit import without_phones
from data.contracts import CONTRACTS
from data.contracts.schema import Column, Kind
from data.identity.phone import mask_name, mask_phone
from data.stores.duck import DuckDBStore

_HIDDEN = "***"
# A file that came again under its name has been mended, or its refusals are in its newest load.
_STANDING = (
    "quarantine q WHERE NOT EXISTS (FROM load_log l JOIN load_log newer"
    " ON newer.source = l.source AND newer.table_name = l.table_name"
    " AND newer.loaded_at > l.loaded_at"
    " WHERE l.segment = q.segment AND l.source LIKE 'file:%')"
)
_NAMES = frozenset({"name", "student_name"})
_GOT = re.compile(r"“.*”", re.DOTALL)


def load_history(store: DuckDBStore, *, most: int = 200) -> pd.DataFrame:
    """The newest loads, one row a source, table and load: rows and what became of them."""
    return store.fetch(
        "SELECT loaded_at, source, actor, table_name, sum(rows)::BIGINT AS rows,"
        " sum(inserted)::BIGINT AS inserted, sum(updated)::BIGINT AS updated,"
        " sum(duplicate)::BIGINT AS duplicate, sum(quarantined)::BIGINT AS quarantined"
        " FROM load_log GROUP BY loaded_at, source, actor, table_name"
        f" ORDER BY loaded_at DESC, source, table_name LIMIT {most:d}"
    )


def refused_by_reason(store: DuckDBStore, *, personal: bool) -> pd.DataFrame:
    """Quarantined rows by table and reason, with one example's line.

    Those of a file that came again under its name are not told any more.
    Without ``personal`` the example's personal cells are masked, as in `refused_rows`.
    """
    found = store.fetch(
        "SELECT table_name, reason_code, min(reason) AS reason, count(*) AS rows,"
        " min(line) AS first_line, max(quarantined_at) AS quarantined_at"
        f" FROM {_STANDING} GROUP BY table_name, reason_code ORDER BY rows DESC, table_name"
    )
    return found if personal else _masked(found)


def refused_rows(store: DuckDBStore, *, personal: bool, most: int = 5000) -> pd.DataFrame:
    """Quarantined rows themselves, newest first: segment, table, line, reason, row.

    They are rows as they came, of every campus: without ``personal`` names and phones in
    them are masked, other personal cells left out, and a row that could not be told apart
    into cells is not repeated in its reason.
    """
    found = store.fetch(
        "SELECT quarantined_at, segment, table_name, line, reason_code, reason, row_json"
        f" FROM {_STANDING} ORDER BY quarantined_at DESC, segment, line LIMIT {most:d}"
    )
    return found if personal else _masked(found)


def _masked(found: pd.DataFrame) -> pd.DataFrame:
    tables = list(found["table_name"])
    masked = found.assign(
        reason=[
            masked_reason(table, str(reason))
            for table, reason in zip(tables, found["reason"], strict=True)
        ]
    )
    if "row_json" in found:
        masked["row_json"] = [
            masked_row(table, row) if isinstance(row, str) else None
            for table, row in zip(tables, found["row_json"], strict=True)
        ]
    return masked


def masked_reason(table: str, reason: str) -> str:
    """Why a row was refused, without what stood in a personal column or an unread row."""
    column = _columns(table).get(reason.partition(" ")[0])
    if column is None:
        said, given, _ = reason.partition(": ")
        return f"{said}: {_HIDDEN}" if given else reason
    return _GOT.sub(f"“{_HIDDEN}”", reason) if column.personal else without_phones(reason)


def masked_row(table: str, row_json: str) -> str:
    """A refused row's cells as JSON, the personal ones masked."""
    columns = _columns(table)
    cells = {
        name: _masked_cell(columns.get(name), cell) for name, cell in json.loads(row_json).items()
    }
    return json.dumps(cells, ensure_ascii=False)


def _masked_cell(column: Column | None, cell: object) -> object:
    if cell is None or cell == "":
        return cell
    if column is None or column.kind is Kind.JSON:
        return _HIDDEN
    if column.kind is Kind.PHONE:
        return mask_phone(str(cell))
    if column.personal:
        return mask_name(str(cell)) if column.name in _NAMES else _HIDDEN
    # A file whose columns have slipped has its phones where none are expected.
    return without_phones(cell) if isinstance(cell, str) else cell


def _columns(table: str) -> dict[str, Column]:
    return {c.name: c for c in CONTRACTS[table].columns} if table in CONTRACTS else {}
