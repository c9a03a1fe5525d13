"""Why a file or a row was refused, in the reader's language."""

from __future__ import annotations

import re

from components.words.i18n import N_, _, language
from data.contracts import CONTRACTS

# What the data layer says, with its places: the sentence itself is the message to translate.
FILES = (
    N_("{file} must be a file, there is none"),
    N_("{file} must end with {kinds}"),
    N_("{file} must have a sheet with rows, all are empty"),
    N_("{file} must be readable: {why}"),
    N_("{file} must have the key columns of a table; name the table or give a mapping."
       " Its columns are: {columns}"),
    N_("{file} must have the key of {table}: no column is {missing}. Its columns are: {columns}"),
    N_("{file} must fit one table, it fits {tables}: name one"),
    N_("{file} must have a header line, it is empty"),
    N_("{file} must have a header line, its first line is empty"),
    N_("{file} must be text, its content is {what}"),
    N_("{file} must have a readable header line: {why}"),
    N_("{file} must be UTF-8, UTF-16 or GB18030 text, it is none of them"),
    N_("{file} must have at most {most} columns, has {n}"),
    N_("{file} must name each column once, has {columns} twice"),
    N_("{file} must not name a column {names}"),
    N_("{file} must not declare XML entities"),
    N_("{file} must be a workbook, its content is {what}: save it as .xlsx or .csv"),
    N_("{file} must be at most {most} MiB, is {n}"),
    N_("{file} must not be locked by a password"),
    N_("{file} must be readable in {most} MiB of memory, it was not:"
       " a sheet may have a stray cell far out, else save it as CSV"),
    N_("{file} must have at most {most} parts, has {n}"),
    N_("{file} must unpack to at most {most} MiB, is {n}"),
    N_("{file} must not pack more than {most} times, a part of it does {n} times"),
    N_("{file} must hold at most {most} MiB of text"),
    N_("{file} must not hold macros or links to other files"),
    N_("{file} must be readable in {seconds} s, it was not"),
    N_("{file} must be a readable workbook: {why}"),
    N_("a sheet must have at most {most} columns"),
    N_("a sheet must have at most {most} rows"),
    N_("the mapping must be given all its files; without {missing} came {came}"),
    N_("the SQL of {name} must run: {why}"),
    N_("a mapping's SQL must run on every row: {why}"),
    N_("a mapping's name must be letters, digits and _, got {name}"),
)  # fmt: skip
ROWS = (
    N_("{column} must be given, came empty"),
    N_("{column} must be given, the file has no such column"),
    N_("{columns} must be given for a new row, the file has no such column"),
    N_("{column} must be one of its values, got “{came}”"),
    N_("{column} must be a phone number, got “{came}”"),
    N_("{column} must be a whole number, got “{came}”"),
    N_("{column} must be a number, got “{came}”"),
    N_("{column} must be a finite number, got “{came}”"),
    N_("{column} must be an amount, got “{came}”"),
    N_("{column} must be yes or no, got “{came}”"),
    N_("{column} must be a date and time, got “{came}”"),
    N_("{column} must be a date, got “{came}”"),
    N_("{column} must be a time zone such as Asia/Shanghai, got “{came}”"),
    N_("{column} must be JSON, got “{came}”"),
    N_("{column} must be at least {bound}, got “{came}”"),
    N_("{column} must be at most {bound}, got “{came}”"),
    N_("{column} must be from {first} up to {last}, got “{came}”"),
    N_("a quote must be closed, this one is not: {came}"),
    N_("the row must have {width} cells, has {n}: {came}"),
    N_("the same key comes again with other values in line {line}"),
    N_("the phone belongs to another CRM id: {came}"),
)


def file_refusal(error: Exception) -> str:
    """Why files could not be read; in general words where the reason has none of its own."""
    return _said(FILES, str(error)) or _("they do not keep to a template")


def row_refusal(reason: str, table: str) -> str:
    """Why a row was refused, its column called as in the template; unknown reasons stay."""
    return _said(ROWS, reason, table) or reason


def _said(sentences: tuple[str, ...], text: str, table: str = "") -> str:
    for sentence in sentences:
        found = _shape(sentence).fullmatch(text)
        if found is not None:
            values = found.groupdict()
            if "column" in values:
                values["column"] = column_label(values["column"], table)
            if "columns" in values and table:
                names = values["columns"].split(", ")
                values["columns"] = _(", ").join(column_label(name, table) for name in names)
            if values.get("table") in CONTRACTS and language() == "zh":
                values["table"] = CONTRACTS[values["table"]].label
            return _(sentence, **values)
    return ""


def _shape(sentence: str) -> re.Pattern[str]:
    """The expression that a sentence's instances match, a group a place."""
    parts = re.split(r"{(\w+)}", sentence)
    return re.compile(
        "".join(
            f"(?P<{part}>.*?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)
        ),
        re.DOTALL,
    )


def column_label(name: str, table: str) -> str:
    """A column as its template calls it in the reader's language."""
    if language() == "en" or table not in CONTRACTS:
        return name
    return {c.name: c.label for c in CONTRACTS[table].columns}.get(name, name)
