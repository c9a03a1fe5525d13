"""Rows that name what nobody has listed: their campus or channel has no name on any screen."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from data.contracts import contract
from data.landing.reading import named, quoted

# The columns that name a row of a list, by the list's table.
_LISTS = {
    "campuses": ("campus_id",),
    "channels": ("channel_id",),
    "courses": ("course_id",),
    "classes": ("class_id",),
    "staff": ("owner_id", "staff_id", "teacher_id", "class_teacher_id", "sales_id"),
}
_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Unlisted:
    """Rows of a table whose ``column`` names what the table ``listed_in`` does not have."""

    table: str
    column: str
    listed_in: str
    rows: int
    examples: tuple[str, ...]


def unlisted(cursor: duckdb.DuckDBPyConnection, table: str) -> list[Unlisted]:
    """What the rows of a raw table name without its being listed, most rows first."""
    columns = {column.name for column in contract(table).columns}
    questions = [
        f"SELECT {quoted(column)} AS col, {quoted(listed_in)} AS listed, count(*) AS n,"
        f" list_sort(list_distinct(list({named(column)})))[:{_SHOWN}] AS examples"
        f" FROM {named(table)} WHERE trim({named(column)}) <> ''"
        f" AND {named(column)} NOT IN (SELECT {named(contract(listed_in).key[0])}"
        f" FROM {named(listed_in)}) HAVING count(*) > 0"
        for listed_in, names in _LISTS.items()
        if listed_in != table
        for column in names
        if column in columns
    ]
    if not questions:
        return []
    rows = cursor.execute(f"{' UNION ALL '.join(questions)} ORDER BY n DESC, col").fetchall()
    return [
        Unlisted(table=table, column=column, listed_in=listed, rows=n, examples=tuple(examples))
        for column, listed, n, examples in rows
    ]
