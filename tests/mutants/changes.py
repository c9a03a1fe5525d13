"""The single-line changes that a module can suffer: each is a mistake somebody could make."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tests.mutants.sql import SQL, sql_edits

_COMPARISONS = {
    ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="),
}  # fmt: skip
_OPERATORS = {ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.BitAnd: ("&", "|")}
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
_SUMS = {"first", "last", "min", "max", "sum", "mean", "size", "count", "nunique", "median"}

Edit = tuple[str, int, int, str]  # kind, where it begins and ends in the text, what comes there


@dataclass(frozen=True)
class Change:
    """One line of a module, changed in one place."""

    path: str
    line: int
    kind: str
    begin: int
    end: int
    after: str
    before: str
    source: str  # the line as it is, without its indentation

    def __str__(self) -> str:
        return f"{self.path}:{self.line}  {self.before or '·'} → {self.after or '·'}"

    def applied(self, text: str) -> str:
        """The module's text with the change."""
        return text[: self.begin] + self.after + text[self.end :]


def changes(path: str, text: str) -> list[Change]:
    """Every change of a module that leaves it readable to Python."""
    reader = _Reader(text)
    found = {edit[1:]: edit for edit in reader.edits(ast.parse(text))}
    lines = text.splitlines()
    made = []
    for kind, begin, end, after in found.values():
        if "\n" in text[begin:end]:
            continue
        line = text.count("\n", 0, begin) + 1
        before = text[begin:end]
        change = Change(path, line, kind, begin, end, after, before, lines[line - 1].strip())
        if _is_readable(change.applied(text)):
            made.append(change)
    return made


def _is_readable(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


class _Reader:
    """Finds the places of a text that may change."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0]
        for line in text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._lines = [line.encode() for line in text.splitlines()]
        self._unpacked: set[ast.expr] = set()  # tuples of as many parts as they have names

    def _place(self, line: int, column: int) -> int:
        return self._starts[line - 1] + len(self._lines[line - 1][:column].decode())

    def _span(self, node: ast.expr) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self._place(node.lineno, node.col_offset),
            self._place(node.end_lineno, node.end_col_offset),
        )

    def edits(self, node: ast.AST) -> Iterator[Edit]:
        """The edits of a node and of all within it that decides an answer."""
        if isinstance(node, ast.Constant | ast.JoinedStr):
            yield from self._literal(node)
            return
        own = getattr(self, f"_{type(node).__name__.lower()}", None)
        if own is not None:
            yield from own(node)
        for child in _deciding(node):
            yield from self.edits(child)

    def _between(self, kind: str, left: ast.expr, right: ast.expr, swap: tuple[str, str]) -> Edit:
        begin, end = self._span(left)[1], self._span(right)[0]
        at = begin + self.text[begin:end].index(swap[0])
        return kind, at, at + len(swap[0]), swap[1]

    def _compare(self, node: ast.Compare) -> Iterator[Edit]:
        sides = [node.left, *node.comparators]
        for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
            if type(operator) in _COMPARISONS:
                yield self._between("comparison", left, right, _COMPARISONS[type(operator)])

    def _binop(self, node: ast.BinOp) -> Iterator[Edit]:
        is_text = any(
            isinstance(side, ast.JoinedStr)
            or (isinstance(side, ast.Constant) and isinstance(side.value, str))
            for side in (node.left, node.right)
        )
        if type(node.op) in _OPERATORS and not is_text:
            kind = "term" if isinstance(node.op, ast.BitAnd) else "sign"
            yield self._between(kind, node.left, node.right, _OPERATORS[type(node.op)])

    def _unaryop(self, node: ast.UnaryOp) -> Iterator[Edit]:
        if isinstance(node.op, ast.Invert | ast.Not):
            yield "not", self._span(node)[0], self._span(node.operand)[0], ""

    def _call(self, node: ast.Call) -> Iterator[Edit]:
        begin, end = self._span(node.func)
        name = self.text[begin:end].rpartition(".")[2]
        if name in _NAMES:
            yield "extreme", end - len(name), end, _NAMES[name]
        if not isinstance(node.func, ast.Attribute):
            return
        if name == "fill_null":
            yield "fill_null", self._span(node.func.value)[1], self._span(node)[1], ""
        if name == "filter":
            for argument in node.args:
                for term in _terms(argument):
                    yield "filter", *self._span(term), "True"

    def _assign(self, node: ast.Assign) -> Iterator[Edit]:
        if isinstance(node.targets[0], ast.Tuple):
            self._unpacked.add(node.value)
        yield from ()

    def _elements(self, node: ast.Tuple | ast.List | ast.Set) -> Iterator[Edit]:
        texts = [e for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]
        # What pandas is told to sum is no choice: without its last word nothing runs.
        is_choice = node not in self._unpacked and len(texts) == len(node.elts) >= 2
        if is_choice and texts[-1].value not in _SUMS:
            for element, following in pairwise(texts):
                yield "choice", self._span(element)[0], self._span(following)[0], ""
            yield "choice", self._span(texts[-2])[1], self._span(texts[-1])[1], ""

    _tuple = _list = _set = _elements

    def _literal(self, node: ast.Constant | ast.JoinedStr) -> Iterator[Edit]:
        begin, end = self._span(node)
        value = None if isinstance(node, ast.JoinedStr) else node.value
        if isinstance(value, bool):
            yield "truth", begin, end, str(not value)
        elif isinstance(value, int | float):
            yield "number", begin, end, repr(value + 1)
            yield "number", begin, end, repr(value - 1)
        elif isinstance(value, str) or value is None:
            written = self.text[begin:end]
            if re.match("[rRfF]*[\"']", written) and SQL.search(written):
                is_formatted = isinstance(node, ast.JoinedStr)
                for kind, first, last, after in sql_edits(written, is_formatted=is_formatted):
                    yield kind, begin + first, begin + last, after


def _terms(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd):
        return [*_terms(node.left), *_terms(node.right)]
    return [] if isinstance(node, ast.Starred) else [node]


def _deciding(node: ast.AST) -> Iterator[ast.AST]:
    """What within a node decides an answer: no imports, annotations, messages or docstrings."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Raise):
        return
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "msg", "bases"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            is_text = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
            if isinstance(child, ast.AST) and not is_text:
                yield child
