"""What makes a row of a contract valid, as SQL over a whole batch of rows."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from data.contracts.schema import Column, Contract, Kind
from data.landing.reading import named, quoted, read
from data.landing.segment import DAMAGE

_EARLIEST, _LATEST = "1900-01-01", "2200-01-01"

_NOUNS = {
    Kind.CHOICE: ("not_a_choice", "one of its values"),
    Kind.PHONE: ("not_a_phone", "a phone number"),
    Kind.INTEGER: ("not_a_number", "a whole number"),
    Kind.NUMBER: ("not_a_number", "a number"),
    Kind.MONEY: ("not_a_number", "an amount"),
    Kind.FLAG: ("not_a_flag", "yes or no"),
    Kind.INSTANT: ("not_a_time", "a date and time"),
    Kind.DAY: ("not_a_day", "a date"),
}


def clean_rows(contract: Contract, schema: pa.Schema, source: str) -> str:
    """SQL that reads a segment's rows.

    Gives the contract's columns that the segment has, ``raw:`` and the name for those whose
    cell may not be readable, ``_segment``, ``_line``, and as yet empty ``_code``,
    ``_reason`` and ``_raw``, see `judge_rows`.
    """
    columns = [column for column in contract.columns if column.name in schema.names]
    chosen = [
        f"{read(column, is_text=_is_text(schema, column))} AS {named(column.name)}"
        for column in columns
    ]
    chosen += [
        f"{named(column.name)} AS {_raw(column)}"
        for column in columns
        if _may_be_unreadable(schema, column)
    ]
    if DAMAGE in schema.names:
        chosen.append(DAMAGE)
    nothing = ", ".join(f"NULL::VARCHAR AS {name}" for name in ("_code", "_reason", "_raw"))
    return f"SELECT {', '.join(chosen)}, _segment, _line, {nothing} FROM {source}"


def judge_rows(contract: Contract, schema: pa.Schema) -> str:
    """SQL that gives a bad row of ``staged`` its first problem's code and reason, and itself.

    It looks at values already read. TRICKY: in one statement with `clean_rows` the engine
    reads a cell again for each condition on it.
    """
    columns = [column for column in contract.columns if column.name in schema.names]
    problems = [problem for column in columns for problem in _problems(column, schema)]
    if DAMAGE in schema.names:
        problems.insert(0, ("malformed", f"{DAMAGE} <> ''", DAMAGE))
    problems += [
        ("missing", "true", quoted(f"{name} must be given, the file has no such column"))
        for name in contract.key
        if name not in schema.names
    ]
    numbers = range(1, len(problems) + 1)
    first = " ".join(
        f"WHEN {when} THEN {n}" for n, (_, when, _) in zip(numbers, problems, strict=True)
    )
    codes = " ".join(
        f"WHEN {n} THEN {quoted(code)}" for n, (code, _, _) in zip(numbers, problems, strict=True)
    )
    reasons = " ".join(
        f"WHEN {n} THEN {reason}" for n, (_, _, reason) in zip(numbers, problems, strict=True)
    )
    raw = ", ".join(
        f"{quoted(c.name)}: {_raw(c) if _may_be_unreadable(schema, c) else named(c.name)}"
        for c in columns
    )
    return (
        f"UPDATE staged SET _code = CASE problem {codes} END, _reason = CASE problem {reasons} END,"
        f" _raw = to_json({{{raw}}})::VARCHAR"
        f" FROM (SELECT rowid AS bad_row, CASE {first} END AS problem FROM staged"
        " WHERE problem IS NOT NULL) WHERE staged.rowid = bad_row"
    )


def _raw(column: Column) -> str:
    return named(f"raw:{column.name}")


def _may_be_unreadable(schema: pa.Schema, column: Column) -> bool:
    if column.kind in (Kind.TEXT, Kind.JSON, Kind.ZONE):
        return False
    return _is_text(schema, column)


def _is_text(schema: pa.Schema, column: Column) -> bool:
    return bool(pa.types.is_string(schema.field(column.name).type))


def _problems(column: Column, schema: pa.Schema) -> Iterable[tuple[str, str, str]]:
    """Code, condition and reason of everything that can be wrong with a column."""
    value = named(column.name)
    can_fail = _may_be_unreadable(schema, column)
    given = f"trim({_raw(column)}) <> ''" if can_fail else "false"
    if column.required:
        reason = quoted(f"{column.name} must be given, came empty")
        yield "missing", f"{value} IS NULL AND ({given}) IS NOT TRUE", reason
    if can_fail and (column.kind is not Kind.PHONE or column.required):
        code, noun = _NOUNS[column.kind]
        yield code, f"{value} IS NULL AND {given}", _must(column, noun, can_fail)
    if column.kind is Kind.JSON:
        yield "not_json", f"NOT json_valid({value})", _must(column, "JSON", can_fail)
    if column.kind is Kind.ZONE:
        # TRICKY: the engine knows abbreviations too, and its CST is not China's.
        yield (
            "not_a_zone",
            f"NOT contains({value}, '/') OR {value} NOT IN (SELECT name FROM pg_timezone_names())",
            _must(column, "a time zone such as Asia/Shanghai", can_fail),
        )
    if column.kind is Kind.NUMBER:
        yield "not_a_number", f"NOT isfinite({value})", _must(column, "a finite number", can_fail)
    if column.low is not None:
        yield (
            "too_low",
            f"{value} < {column.low:g}",
            _must(column, f"at least {column.low:g}", can_fail),
        )
    if column.high is not None:
        yield (
            "too_high",
            f"{value} > {column.high:g}",
            _must(column, f"at most {column.high:g}", can_fail),
        )
    if column.kind in (Kind.INSTANT, Kind.DAY):
        yield (
            "implausible",
            f"{value} < DATE '{_EARLIEST}' OR {value} >= DATE '{_LATEST}'",
            _must(column, f"from {_EARLIEST} up to {_LATEST}", can_fail),
        )


def _must(column: Column, noun: str, can_fail: bool) -> str:
    came = f"left({_raw(column) if can_fail else named(column.name)}::VARCHAR, 100)"
    return f"{quoted(f'{column.name} must be {noun}, got “')} || {came} || '”'"
