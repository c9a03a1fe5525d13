"""docs/data.md, written from the contracts so that it cannot differ from them."""

from __future__ import annotations

from data.contracts import CONTRACTS
from data.contracts.schema import Column, Contract


def data_page() -> str:
    """The page that describes every input table."""
    parts = [
        "# Input tables\n\n"
        "One section a table, made from `data/contracts` by `python -m data docs`.\n"
        "Columns are matched by name or by Chinese label. Instants without an offset are\n"
        "read by the clock of Asia/Shanghai, and kept in UTC. Days are cut from them by the\n"
        "clock of the row's campus, `campuses.timezone`, an IANA name; empty is Asia/Shanghai.\n"
        "Importing a key again updates its row.\n"
    ]
    parts += [_section(table) for table in CONTRACTS.values()]
    return "\n".join(parts)


def _section(table: Contract) -> str:
    lines = [
        f"## {table.name} · {table.label}\n",
        f"{table.purpose} Key: {', '.join(f'`{name}`' for name in table.key)}.\n",
        "| column | label | holds | note |",
        "| --- | --- | --- | --- |",
        *(_row(table, column) for column in table.columns),
    ]
    return "\n".join(lines) + "\n"


def _row(table: Contract, column: Column) -> str:
    notes = []
    if column.required:
        notes.append("required")
    if column.personal:
        notes.append("personal")
    if column.unit:
        notes.append(column.unit)
    if column.low is not None or column.high is not None:
        notes.append(f"{_bound(column.low)} to {_bound(column.high)}")
    if column.name == table.at:
        notes.append("dates the row")
    if column.choices:
        notes.append(
            "; ".join(
                f"{c.value} {c.label}" + (f" {c.code}" if c.code is not None else "")
                for c in column.choices
            )
        )
    return f"| `{column.name}` | {column.label} | {column.kind.value} | {', '.join(notes)} |"


def _bound(value: float | None) -> str:
    return "any" if value is None else f"{value:g}"
