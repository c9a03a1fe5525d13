"""What makes a row of a contract valid, as SQL over a whole batch of rows."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from data.reading import named, quoted, read
from data.schema import Column, Contract, Kind
from data.segment import DAMAGE

_EARLIEST, _LATEST = "1900-01-01", "2200-01-01"

_NOUNS = {
    Kind.CHOICE: ("not_a_choice", "one of its values"),
    Kind.JSON: ("not_json", "JSON"),
    Kind.INTEGER: ("not_a_number", "a whole number"),
    Kind.NUMBER: ("not_a_number", "a number"),
    Kind.MONEY: ("not_a_number", "an amount"),
    Kind.FLAG: ("not_a_flag", "yes or no"),
    Kind.INSTANT: ("not_a_time", "a date and time"),
    Kind.DAY: ("not_a_day", "a date"),
}


def clean_rows(contract: Contract, schema: pa.Schema, source: str) -> str:
    """SQL that reads and judges a segment's rows.

    Gives the contract's columns that the segment has, ``_segment``, ``_line``,
    ``_code`` and ``_reason`` (NULL for a valid row), ``_phone`` (what only
    libphonenumber can read) and ``_raw`` (the row as it came, where it may be needed).
    """
    columns = [column for column in contract.columns if column.name in schema.names]
    values = ", ".join(
        f"{read(column, is_text=_is_text(schema, column))} AS {named('=' + column.name)}"
        for column in columns
    )
    problems = [problem for column in columns for problem in _problems(column, schema)]
    if DAMAGE in schema.names:
        problems.insert(0, ("malformed", f"{DAMAGE} <> ''", DAMAGE))
    problems += [
        ("missing", "true", quoted(f"{name} must be given, the file has no such column"))
        for name in contract.key
        if name not in schema.names
    ]
    phone = " ".join(
        f"WHEN {named('=' + column.name)} IS NULL AND trim({named(column.name)}) <> ''"
        f" THEN {named(column.name)}"
        for column in columns
        if column.kind is Kind.PHONE
    )
    raw = ", ".join(f"{quoted(column.name)}: {named(column.name)}" for column in columns)
    kept = ", ".join(f"{named('=' + column.name)} AS {named(column.name)}" for column in columns)
    codes = ", ".join(quoted(code) for code, _, _ in problems)
    reasons = " ".join(f"WHEN {n} THEN {reason}" for n, (_, _, reason) in enumerate(problems, 1))
    return (
        f"SELECT {kept}, _segment, _line, [{codes}][_problem] AS _code,"
        f" CASE _problem {reasons} END AS _reason, _phone,"
        f" CASE WHEN _problem IS NOT NULL OR _phone IS NOT NULL"
        f" THEN to_json({{{raw}}})::VARCHAR END AS _raw"
        f" FROM (SELECT *, {_first(problems)} AS _problem,"
        f" {f'CASE {phone} END' if phone else 'NULL::VARCHAR'} AS _phone"
        f" FROM (SELECT *, {values} FROM {source}))"
    )


def _is_text(schema: pa.Schema, column: Column) -> bool:
    return bool(pa.types.is_string(schema.field(column.name).type))


def _first(problems: list[tuple[str, str, str]]) -> str:
    """The number of the first problem a row has, counted from 1; NULL for a valid row."""
    whens = " ".join(f"WHEN {when} THEN {n}" for n, (_, when, _) in enumerate(problems, 1))
    return f"CASE {whens} END"


def _problems(column: Column, schema: pa.Schema) -> Iterable[tuple[str, str, str]]:
    """Code, condition and reason of everything that can be wrong with a column."""
    raw, value = named(column.name), named("=" + column.name)
    is_text = _is_text(schema, column)
    given = f"trim({raw}) <> ''" if is_text else f"{raw} IS NOT NULL"
    if column.required:
        reason = quoted(f"{column.name} must be given, came empty")
        yield "missing", f"{value} IS NULL AND ({given}) IS NOT TRUE", reason
    if column.kind is Kind.JSON:
        code, noun = _NOUNS[column.kind]
        yield code, f"{value} IS NOT NULL AND NOT json_valid({value})", _must(column, noun)
    elif column.kind in _NOUNS and (is_text or column.kind is Kind.CHOICE):
        code, noun = _NOUNS[column.kind]
        yield code, f"{value} IS NULL AND {given}", _must(column, noun)
    if column.kind is Kind.NUMBER:
        yield "not_a_number", f"NOT isfinite({value})", _must(column, "a finite number")
    if column.low is not None:
        yield "too_low", f"{value} < {column.low:g}", _must(column, f"at least {column.low:g}")
    if column.high is not None:
        yield "too_high", f"{value} > {column.high:g}", _must(column, f"at most {column.high:g}")
    if column.kind in (Kind.INSTANT, Kind.DAY):
        yield (
            "implausible",
            f"{value} < DATE '{_EARLIEST}' OR {value} >= DATE '{_LATEST}'",
            _must(column, f"from {_EARLIEST} up to {_LATEST}"),
        )


def _must(column: Column, noun: str) -> str:
    came = f"left({named(column.name)}::VARCHAR, 100)"
    return f"{quoted(f'{column.name} must be {noun}, got ')} || {quoted('“')} || {came} || '”'"
