"""Whether rows have a dimension that a filter can bear on: an always empty column is none."""

from __future__ import annotations

import ibis.expr.operations as ops
import ibis.expr.types as ir


def facts_read(rows: ir.Table) -> set[str]:
    """The names of the tables of facts that an expression reads."""
    return {table.name for table in rows.op().find(ops.UnboundTable)}


def has_dimension(rows: ir.Table, name: str) -> bool:
    """Whether rows have a column that is not empty by construction.

    Units carry every dimension of `metrics.foundation.units`, with NULL for those they
    lack: such a column says nothing, and no filter on it can bear on the rows. Of a union
    one part with the dimension is enough.
    """
    return name in rows.columns and not _is_nothing(rows.op(), name)


def _is_nothing(relation: ops.Relation, name: str) -> bool:
    match relation:
        case ops.Union():
            return _is_nothing(relation.left, name) and _is_nothing(relation.right, name)
        case ops.Project() | ops.JoinChain():
            return _is_null(relation.values[name])
        case ops.Aggregate():
            value = relation.groups.get(name)
            return value is not None and _is_null(value)
        case ops.Filter() | ops.Sort() | ops.Limit() | ops.Distinct() | ops.JoinReference():
            return _is_nothing(relation.parent, name)
        case _:
            return False


def _is_null(value: ops.Value) -> bool:
    match value:
        case ops.Literal():
            return value.value is None
        case ops.Cast() | ops.Alias():
            return _is_null(value.arg)
        case ops.Field():
            return _is_nothing(value.rel, value.name)
        case _:
            return False
