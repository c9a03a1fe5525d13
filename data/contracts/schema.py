"""The vocabulary contracts are written in: column kinds, columns, tables."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import pyarrow as pa

from data.errors import UnknownName


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    PHONE = "phone"  # E.164 once normalised
    ZONE = "time zone"  # an IANA name
    CHOICE = "choice"  # one of `Column.choices`
    JSON = "json"  # properties as JSON text
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"  # CNY
    FLAG = "flag"
    INSTANT = "instant"  # UTC
    DAY = "day"  # the campus's local day

    @property
    def ddl(self) -> str:
        """The column's DuckDB type."""
        return _TYPES[self][0]

    @property
    def arrow(self) -> pa.DataType:
        """The column's type in a landing segment."""
        return _TYPES[self][1]


_TYPES: dict[Kind, tuple[str, pa.DataType]] = {
    Kind.TEXT: ("VARCHAR", pa.string()),
    Kind.PHONE: ("VARCHAR", pa.string()),
    Kind.ZONE: ("VARCHAR", pa.string()),
    Kind.CHOICE: ("VARCHAR", pa.string()),
    Kind.JSON: ("VARCHAR", pa.string()),
    Kind.INTEGER: ("BIGINT", pa.int64()),
    Kind.NUMBER: ("DOUBLE", pa.float64()),
    Kind.MONEY: ("DECIMAL(18,2)", pa.decimal128(18, 2)),
    Kind.FLAG: ("BOOLEAN", pa.bool_()),
    Kind.INSTANT: ("TIMESTAMP", pa.timestamp("us")),
    Kind.DAY: ("DATE", pa.date32()),
}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One allowed value of a column, with the spellings accepted for it on import."""

    value: str
    label: str
    code: int | None = None
    aliases: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every spelling that means this value."""
        codes = () if self.code is None else (str(self.code),)
        return (self.value, self.label, *codes, *self.aliases)


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a contract.

    ``label`` is its Chinese header in files, ``personal`` marks data of a
    person, ``low`` and ``high`` bound numbers, ``unit`` names what they count.
    """

    name: str
    kind: Kind
    label: str
    required: bool = False
    personal: bool = False
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    low: float | None = None
    high: float | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Contract:
    """One input table: its columns, its key and the instant its rows speak of.

    ``key`` identifies a row: importing the same key again updates it.
    ``at`` names the column that dates a row (freshness and as-of come from
    it); tables of names have none. ``immutable`` rows are never updated.
    """

    name: str
    label: str
    purpose: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    at: str | None = None
    immutable: bool = False

    def column(self, name: str) -> Column:
        """The column of this name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise UnknownName(f"column of {self.name}", name, (c.name for c in self.columns))

    @property
    def ddl(self) -> str:
        """The statement that creates the raw table."""
        columns = [
            f'"{c.name}" {c.kind.ddl}{" NOT NULL" if c.name in self.key else ""}'
            for c in self.columns
        ]
        return f'CREATE TABLE IF NOT EXISTS "{self.name}" ({", ".join(columns)})'

    @property
    def arrow_schema(self) -> pa.Schema:
        """The schema of this table's rows in a landing segment."""
        return pa.schema([(c.name, c.kind.arrow) for c in self.columns])
