"""The same changes in SQL: conditions, bounds, extremes and choices within a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

SQL = re.compile(r"\b(SELECT|WHERE|JOIN|CASE WHEN|FILTER|coalesce)\b")

# What is changed, into what: a pattern whose whole match is replaced.
_SWAPS = (
    ("comparison", r"(?<= )<(?= )", "<="), ("comparison", r"(?<= )<=(?= )", "<"),
    ("comparison", r"(?<= )>(?= )", ">="), ("comparison", r"(?<= )>=(?= )", ">"),
    ("comparison", r"(?<= )=(?= )", "<>"), ("comparison", r"(?<= )<>(?= )", "="),
    ("sign", r"(?<= )\+(?= )", "-"), ("sign", r"(?<= )-(?= )", "+"),
    ("extreme", r"\bmin(?=\()", "max"), ("extreme", r"\bmax(?=\()", "min"),
    ("extreme", r"\bbool_or(?=\()", "bool_and"), ("extreme", r"\bbool_and(?=\()", "bool_or"),
    ("term", r"\bAND\b", "OR"), ("not", r"\bNOT ", ""),
    ("truth", r"\btrue\b", "false"), ("truth", r"\bfalse\b", "true"),
    ("filter", r"\bLEFT JOIN\b", "JOIN"),
    ("choice", r"'\w+', (?=')", ""), ("choice", r"(?<='), '\w+'(?=\))", ""),
)  # fmt: skip
_NUMBER = re.compile(r"(?<![\w.'$])\d+(?![\w.'])")
_BETWEEN = re.compile(r"\bBETWEEN\b[^\n]*?\bAND\b")
_PART = re.compile(r"\{\{|\}\}|\{[^{}]*\}")


def sql_edits(written: str, *, is_formatted: bool) -> Iterator[tuple[str, int, int, str]]:
    """The edits of a text as it is written in Python, what an f-string puts in left alone."""
    closed = [m.span() for m in _PART.finditer(written) if len(m[0]) > 2] if is_formatted else []
    closed += [(m.end() - 3, m.end()) for m in _BETWEEN.finditer(written)]

    def is_open(begin: int, end: int) -> bool:
        return all(end <= first or last <= begin for first, last in closed)

    for kind, pattern, after in _SWAPS:
        for match in re.finditer(pattern, written):
            if is_open(*match.span()):
                yield kind, *match.span(), after
    for match in _NUMBER.finditer(written):
        if is_open(*match.span()):
            yield "number", *match.span(), str(int(match[0]) + 1)
