"""What stands for a told value while an expression is made, until it is bound.

A metric compares columns with what it is told: a person's id, some activities. It is
given a placeholder instead, which looks like any other text; in the finished expression
every literal that is a placeholder is replaced by the variable of its name. A placeholder
holds characters that no identifier has, and an expression is searched as a tree, never as
text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir

from data.facts import Variables

_MARK = "\x02"


def placeholder(name: str) -> str:
    """The text that stands for the value of an option."""
    return f"{_MARK}{name}{_MARK}"


def bound(expression: ir.Table, told: Mapping[str, Any]) -> ir.Table:
    """The expression with variables in the place of placeholders.

    ``told`` holds the options that placeholders stand for: one that is a tuple is looked
    for with ``isin``, a text anywhere a text may stand.
    """
    if not told:
        return expression
    names = {placeholder(name): f"option_{name}" for name in told}
    lists = {
        placeholder(name): f"option_{name}" for name, value in told.items()
        if isinstance(value, tuple)
    }  # fmt: skip
    variables = Variables()

    def replaced(node: ops.Node, changed: Mapping[str, Any] | None) -> ops.Node:
        node = node.__recreate__(changed) if changed else node
        match node:
            case ops.InValues(value, options) if any(_stands_for(o, lists) for o in options):
                (option,) = options
                return variables.among(value.to_expr(), lists[_unwrapped(option).value]).op()
            case _:
                return node

    def texts(node: ops.Node, changed: Mapping[str, Any] | None) -> ops.Node:
        node = node.__recreate__(changed) if changed else node
        return variables.text(names[node.value]).op() if _stands_for(node, names) else node

    lists_bound = expression.op().replace(replaced)
    return lists_bound.replace(texts).to_expr()


def _unwrapped(node: Any) -> Any:
    return node.arg if isinstance(node, ops.Cast) else node


def _stands_for(node: Any, names: Mapping[str, str]) -> bool:
    node = _unwrapped(node)
    return isinstance(node, ops.Literal) and isinstance(node.value, str) and node.value in names
