"""A fact's query, and the words its SQL shares with the others."""

from __future__ import annotations

from dataclasses import dataclass

from data.facts.names import DIMENSIONS
from data.facts.schema import FACTS, UNASSIGNED, Columns
from data.facts.tables_read import tables_read

ZONE = "Asia/Shanghai"  # the institution's clock, and that of campuses that name none
_DDL = {
    "string": "VARCHAR", "timestamp(6)": "TIMESTAMP", "date": "DATE", "int64": "BIGINT",
    "float64": "DOUBLE", "boolean": "BOOLEAN", "decimal(18, 2)": "DECIMAL(18,2)",
}  # fmt: skip
_PLAIN = " USING COMPRESSION 'Uncompressed'"


def local(instant: str, at_campus: str) -> str:
    """A UTC instant as the campus's local time; one without a zone has the institution's."""
    zone = f"coalesce((SELECT zones FROM work_clock)[{at_campus}], '{ZONE}')"
    return f"(({instant} AT TIME ZONE 'UTC') AT TIME ZONE {zone})"


def local_day(instant: str, at_campus: str) -> str:
    """The day of a UTC instant by the campus's clock."""
    return f"{local(instant, at_campus)}::DATE"


def day_start(day: str) -> str:
    """The UTC instant at which a day begins by the institution's clock."""
    return f"(({day}::TIMESTAMP AT TIME ZONE '{ZONE}') AT TIME ZONE 'UTC')"


def filled(column: str) -> str:
    """A text, missing where it is blank."""
    return f"nullif(trim({column}), '')"


def campus(*columns: str) -> str:
    """The first campus named, else the one of rows that name none."""
    return f"coalesce({', '.join(filled(column) for column in columns)}, '{UNASSIGNED}')"


def household(person: str) -> str:
    """The household of a person without a student: their own."""
    return f"'H' || {person}[2:]"


def seconds(column: str, *, over: str = "") -> str:
    """The sum of seconds, in whole microseconds: a sum of floats hangs on their order."""
    return f"sum(round({column} * 1e6)::BIGINT){f' OVER {over}' if over else ''} / 1e6"


def by_month(day: str, key: str) -> str:
    """An order by month, then by key: a period reads its months, a person one place in each."""
    return f"date_trunc('month', {day}), {key}"


@dataclass(frozen=True)
class FactQuery:
    """How one table of facts is made: its rows, and the key by which they lie in the table.

    The order is a key, so that the same rows always make the same table. ``plain`` names
    texts to be stored uncompressed: ids that differ from row to row, by which rows that do
    not lie together are sought and joined. They take little more room, and are read
    several times as fast.
    """

    name: str
    sql: str
    order: str
    plain: tuple[str, ...] = ()

    @property
    def is_dimension(self) -> bool:
        """Whether it makes names rather than facts."""
        return self.name in DIMENSIONS

    @property
    def columns(self) -> Columns:
        """Columns and types of the table."""
        return DIMENSIONS[self.name] if self.is_dimension else FACTS[self.name].columns

    @property
    def table(self) -> str:
        """The table's name."""
        return f"dim_{self.name}" if self.is_dimension else FACTS[self.name].table

    @property
    def reads(self) -> frozenset[str]:
        """The tables its rows come from, by the query itself."""
        return tables_read(self.sql)

    @property
    def rows(self) -> str:
        """The query of the table's rows, exactly as the schema says."""
        columns = ", ".join(
            f'"{name}"::{_DDL[kind]} AS "{name}"' for name, kind in self.columns.items()
        )
        return f"SELECT {columns} FROM ({self.sql}) ORDER BY {self.order}"

    @property
    def statement(self) -> str:
        """What makes the table; of two statements the last takes the parameters."""
        if not self.plain:
            return f"CREATE OR REPLACE TABLE {self.table} AS {self.rows}"
        columns = ", ".join(
            f'"{name}" {_DDL[kind]}' + (_PLAIN if name in self.plain else "")
            for name, kind in self.columns.items()
        )
        return (
            f"CREATE OR REPLACE TABLE {self.table} ({columns});\n"
            f"INSERT INTO {self.table} {self.rows}"
        )
