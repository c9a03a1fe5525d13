"""How the values of a look stand in an expression: as variables of the store, or as literals.

With variables one compiled statement answers every look, and no text of a reader is ever
part of it: DuckDB folds a variable to a constant when it plans, so that filters prune as
they do with literals. Spark has no such variables; there the values are literals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir

_INSTANT: Any = dt.Timestamp(scale=6)
_TEXTS: Any = dt.Array(dt.string)


@ibis.udf.scalar.builtin(name="getvariable")
def _instant(variable: str) -> _INSTANT: ...


@ibis.udf.scalar.builtin(name="getvariable")
def _day(variable: str) -> dt.date: ...


@ibis.udf.scalar.builtin(name="getvariable")
def _text(variable: str) -> dt.string: ...


@ibis.udf.scalar.builtin(name="getvariable")
def _flag(variable: str) -> dt.boolean: ...


@ibis.udf.scalar.builtin(name="getvariable")
def _texts(variable: str) -> _TEXTS: ...


def variables_in(expression: ir.Table) -> tuple[str, ...]:
    """The names of the variables that an expression asks for, sorted."""
    asked = expression.op().find(ops.ScalarUDF)
    return tuple(sorted({node.args[0].value for node in asked if _is_variable(node)}))


def _is_variable(node: ops.ScalarUDF) -> bool:
    return bool(type(node).__func_name__ == "getvariable")


class Binding(Protocol):
    """Gives the values of a look, by name, as expressions."""

    def instant(self, name: str) -> ir.TimestampScalar:
        """A UTC instant without zone."""

    def day(self, name: str) -> ir.DateScalar:
        """A local day."""

    def text(self, name: str) -> ir.StringScalar:
        """A text."""

    def among(self, column: ir.Value, name: str) -> ir.BooleanValue:
        """Whether a column is one of the texts of a list."""

    def among_unless(self, column: ir.Value, name: str, every: str) -> ir.BooleanValue | None:
        """As `among`, and always so where the flag ``every`` is set; None where that is known."""

    def only_if(self, flag: str) -> ir.BooleanValue | None:
        """The flag as a condition; None where it is known to be set."""


class Variables:
    """Values that the store is told when it reads: an expression for every look."""

    def instant(self, name: str) -> ir.TimestampScalar:
        return _instant(name)

    def day(self, name: str) -> ir.DateScalar:
        return _day(name)

    def text(self, name: str) -> ir.StringScalar:
        return _text(name)

    def among(self, column: ir.Value, name: str) -> ir.BooleanValue:
        return _texts(name).contains(column).fill_null(False)

    def among_unless(self, column: ir.Value, name: str, every: str) -> ir.BooleanValue | None:
        return _flag(every) | self.among(column, name)

    def only_if(self, flag: str) -> ir.BooleanValue | None:
        return _flag(flag)


class Literals:
    """Values written into the expression: one look's alone."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def instant(self, name: str) -> ir.TimestampScalar:
        return ibis.literal(self._values[name], "timestamp(6)")

    def day(self, name: str) -> ir.DateScalar:
        return ibis.literal(self._values[name], "date")

    def text(self, name: str) -> ir.StringScalar:
        return ibis.literal(self._values[name], "string")

    def among(self, column: ir.Value, name: str) -> ir.BooleanValue:
        values: Sequence[str] = self._values[name]
        return column.isin(sorted(values)) if values else ibis.literal(False)

    def among_unless(self, column: ir.Value, name: str, every: str) -> ir.BooleanValue | None:
        return None if self._values[every] else self.among(column, name)

    def only_if(self, flag: str) -> ir.BooleanValue | None:
        return None if self._values[flag] else ibis.literal(False)
