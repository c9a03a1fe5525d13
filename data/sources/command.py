"""Templates and imports on the command line."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from data.contracts import contract
from data.installation.home import Home
from data.installation.process import at_work
from data.sources.imports import ImportReport, import_files
from data.sources.mapping import find_mapping
from data.sources.preview import TablePreview

_SHOWN = 20


def template(table: str) -> str:
    """A CSV to fill in: one line with the Chinese labels of all columns.

    It begins with a byte order mark, without which Excel garbles the labels; import knows
    the columns by them. Columns marked * must be filled.
    """
    output = io.StringIO()
    csv.writer(output).writerow(
        f"{column.label}*" if column.required else column.label
        for column in contract(table).columns
    )
    return "\ufeff" + output.getvalue()


def import_command(
    paths: Sequence[Path], table: str | None, mapping: str | None, dry_run: bool, home: Home
) -> int:
    """Import files into a home and print what was done, or with ``dry_run`` what would be.

    The exit code is 1 where rows were refused, 2 where a file could not be read.
    """
    plan = find_mapping(mapping, [home.mappings]) if mapping else None
    with at_work(home) as opened:
        report = import_files(
            opened.store, opened.landing, paths, table=table, mapping=plan,
            actor="command line", commit=not dry_run, progress=print,
        )  # fmt: skip
    print(report_text(report))
    for error in report.unread:
        print(f"{error.code}: {error}", file=sys.stderr)
    if report.unread:
        return 2
    return 1 if any(part.rejected for part in report.tables) else 0


def report_text(report: ImportReport) -> str:
    """The report in lines to read."""
    lines: list[str] = []
    for part in report.tables:
        lines += _table_lines(part, report.committed)
    lines += [
        f"{part.rows:,} rows of {part.table} name a {part.column} that no row of {part.listed_in}"
        f" has: {', '.join(part.examples)}"
        for part in report.unlisted
    ]
    if not report.committed:
        lines.append("nothing was imported: this was a preview")
    return "\n".join(lines)


def _table_lines(part: TablePreview, committed: bool) -> list[str]:
    lines = [f"{', '.join(part.files)} → {part.table}"]
    lines.append(
        "  columns: " + ", ".join(f"{ours} ← {came}" for ours, came in part.columns.items())
    )
    if part.unread_sheets:
        lines.append(f"  sheets not read: {', '.join(part.unread_sheets)}")
    if part.unmapped:
        lines.append(f"  not read: {', '.join(part.unmapped)}")
    lines.append(
        f"  {part.rows:,} rows: {part.new:,} new, {part.update:,} updated,"
        # The loader keeps the last of a key and does not look at what it drops.
        + (
            f" {part.duplicate:,} duplicate or replaced,"
            if committed
            else f" {part.duplicate:,} duplicate, {part.conflict:,} conflicting,"
        )
        + f" {part.rejected:,} rejected"
    )
    if part.unread_phones:
        lines.append(f"  {part.unread_phones:,} rows go in without their phone: it is none")
    lines += [
        f"  line {problem.line}: {problem.code}: {problem.reason}"
        if problem.line is not None
        else f"  {problem.code}: {problem.reason}"
        for problem in part.problems[:_SHOWN]
    ]
    hidden = part.rejected + part.conflict - min(len(part.problems), _SHOWN)
    if hidden > 0:
        lines.append(f"  and {hidden:,} more")
    return lines
