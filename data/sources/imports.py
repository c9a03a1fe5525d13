"""Importing files: what they would do, and doing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import duckdb

from data.contracts import CONTRACTS
from data.errors import EduLensError, InvalidInput
from data.landing.loader import LoadReport, Rebuild, create_tables, is_current, load, rebuild_facts
from data.landing.zone import Landing
from data.sources.mapping import Mapping
from data.sources.preview import Problem, TablePreview, preview_rows
from data.sources.projection import Part, parts_by_headers, parts_by_mapping
from data.sources.references import Unlisted, unlisted
from data.sources.workbench import UnevenFile, Workbench, workbench
from data.stores.duck import DuckDBStore

Progress = Callable[[str], None]
Result = TypeVar("Result")


@dataclass(kw_only=True)
class ImportReport:
    """What an import would do (``committed`` False) or did, table by table.

    ``segments`` names what landed; ``unread`` are files of which nothing did, each with
    why; ``loaded`` is missing where nothing was committed or another process holds the
    store and will load what landed. ``unlisted`` is what the tables name, after the load,
    without its being listed anywhere.
    """

    committed: bool
    tables: list[TablePreview] = field(default_factory=list)
    segments: list[str] = field(default_factory=list)
    unread: list[EduLensError] = field(default_factory=list)
    loaded: LoadReport | None = None
    unlisted: list[Unlisted] = field(default_factory=list)


def import_files(
    store: DuckDBStore | None,
    landing: Landing,
    paths: Sequence[Path],
    *,
    table: str | None = None,
    mapping: Mapping | None = None,
    actor: str = "",
    commit: bool = False,
    progress: Progress | None = None,
    rebuild: Rebuild | None = rebuild_facts,
) -> ImportReport:
    """Preview files, or take them in.

    Without a mapping every file is one table, told from its headers or named by ``table``,
    and arrives whole or not at all. With one, all files together arrive whole or not at
    all. Rows that break the contract go to quarantine and are in the report with their
    line. ``store`` None previews against an empty store and only lands what is committed.
    ``rebuild`` as in `load`.

    Raises `InvalidInput` where no file can be read or told to a table; of several files,
    those that cannot are in the report and hinder no other.
    """
    if not paths:
        raise InvalidInput("an import must have a file, got none")
    jobs = [list(paths)] if mapping else [[path] for path in paths]
    report = ImportReport(committed=commit)
    for files in jobs:
        if progress:
            progress(f"{'importing' if commit else 'reading'} {', '.join(f.name for f in files)}")
        try:
            if commit:
                tables, segments = _opened(files, table, mapping, _Land(landing, mapping, actor))
                report.segments += segments
            else:
                with _reading(store) as cursor:
                    tables = _opened(files, table, mapping, _Preview(cursor))
        except EduLensError as error:
            report.unread.append(error)
            continue
        report.tables += tables
    if len(report.unread) == len(jobs):
        raise report.unread[0]
    if commit and store is not None:
        if progress:
            progress("loading")
        report.loaded = load(store, landing, rebuild=rebuild)
        _count_loaded(store, report)
    return report


def headers_of(path: Path) -> list[str]:
    """The headers of a file's first table, as they stand in it."""
    try:
        with workbench(careful=False) as bench:
            return bench.add(path)[0].columns
    except UnevenFile:
        with workbench(careful=True) as bench:
            return bench.add(path)[0].columns


def _opened(
    files: list[Path],
    table: str | None,
    mapping: Mapping | None,
    use: Callable[[Workbench, list[Part]], Result],
) -> Result:
    """The result of ``use`` on the files' parts; uneven files are read again with care."""
    try:
        return _used(files, table, mapping, use, careful=False)
    except UnevenFile:
        try:
            return _used(files, table, mapping, use, careful=True)
        except UnevenFile as error:
            if mapping:
                raise InvalidInput(f"a mapping's SQL must run on every row: {error}") from error
            raise InvalidInput(f"{files[0].name} must be readable: {error}") from error


def _used(
    files: list[Path],
    table: str | None,
    mapping: Mapping | None,
    use: Callable[[Workbench, list[Part]], Result],
    *,
    careful: bool,
) -> Result:
    with workbench(careful=careful) as bench:
        sources = [source for path in files for source in bench.add(path)]
        bench.lock()
        if mapping:
            return use(bench, parts_by_mapping(bench, sources, mapping))
        return use(bench, parts_by_headers(bench, sources, table))


@dataclass(frozen=True)
class _Land:
    landing: Landing
    mapping: Mapping | None
    actor: str

    def __call__(self, bench: Workbench, parts: list[Part]) -> tuple[list[TablePreview], list[str]]:
        source = self.mapping.source if self.mapping else f"file:{parts[0].files[0]}"
        names = self.landing.write_together(
            [(part.contract.name, bench.rows(part.sql)) for part in parts],
            source=source,
            actor=self.actor,
            as_of=self.mapping.as_of if self.mapping else None,
        )
        return [_described(part) for part in parts], names


@dataclass(frozen=True)
class _Preview:
    cursor: duckdb.DuckDBPyConnection

    def __call__(self, bench: Workbench, parts: list[Part]) -> list[TablePreview]:
        previews = []
        for part in parts:
            schema = bench.schema(part.sql)
            try:
                preview = preview_rows(self.cursor, part.contract, schema, bench.rows(part.sql))
            except duckdb.Error as error:
                if bench.failure is not None:
                    raise bench.failure from error
                raise
            previews.append(_described(part, preview))
        return previews


def _described(part: Part, preview: TablePreview | None = None) -> TablePreview:
    preview = preview or TablePreview(table=part.contract.name)
    preview.files, preview.columns, preview.unmapped = part.files, part.columns, part.unmapped
    preview.unread_sheets = part.unread_sheets
    return preview


@contextmanager
def _reading(store: DuckDBStore | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor on the store, or on an empty one."""
    if store is None:
        with duckdb.connect() as empty:
            empty.execute("SET TimeZone='UTC'")
            for rules in CONTRACTS.values():
                empty.execute(rules.ddl)
            yield empty
        return
    cursor = store.cursor()
    try:
        if not is_current(cursor):  # a new store, or one of a former version
            with store.writing() as writer:
                create_tables(writer)
        yield cursor
    finally:
        cursor.close()


def _count_loaded(store: DuckDBStore, report: ImportReport) -> None:
    """Put what the loader did with each segment into the report."""
    cursor = store.cursor()
    try:
        for table, segment in zip(report.tables, report.segments, strict=True):
            counts = cursor.execute(
                "SELECT rows, inserted, updated, duplicate, quarantined FROM load_log"
                " WHERE segment = ?",
                [segment],
            ).fetchall()
            if counts:  # else the segment was set aside whole, and its problem says why
                (table.rows, table.new, table.update, table.duplicate, table.rejected) = counts[0]
            bad = cursor.execute(
                "SELECT line, reason_code, reason FROM quarantine WHERE segment = ?"
                " ORDER BY line LIMIT 200",
                [segment],
            ).fetchall()
            table.problems = [Problem(*row) for row in bad]
        for name in dict.fromkeys(part.table for part in report.tables):
            report.unlisted += unlisted(cursor, name)
    finally:
        cursor.close()
