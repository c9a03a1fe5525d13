"""Where files lie open during an import: a private DuckDB that can reach nothing else."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from data.errors import InvalidInput
from data.landing.reading import named, quoted
from data.landing.segment import DAMAGE, LINE
from data.sources import text, xlsx

_BATCH_ROWS = 122_880
_MEMORY = "1GB"  # beyond it DuckDB spills into the workbench's own folder
_TEXT_SUFFIXES = (".csv", ".txt", ".tsv")
_BOOK_SUFFIXES = (".xlsx", ".xls", ".xlsb", ".ods")
SUFFIXES = (*_TEXT_SUFFIXES, *_BOOK_SUFFIXES, ".parquet")


class UnevenFile(InvalidInput):
    """The fast reader met a row it cannot split; the careful one may."""

    code = "uneven_file"


@dataclass(frozen=True)
class Source:
    """A table of a file: a CSV or Parquet file has one, a workbook one a sheet.

    ``view`` is its name on the workbench; ``kinds`` gives its columns' DuckDB types;
    ``is_bare`` as in `text.Layout`.
    """

    file: str
    sheet: str
    view: str
    kinds: dict[str, str]
    is_bare: bool = False

    @property
    def columns(self) -> list[str]:
        """The file's own columns."""
        return [name for name in self.kinds if name not in (LINE, DAMAGE)]


class Workbench:
    """A DuckDB of its own that reads only the files laid on it.

    ``careful`` reads text row by row, for files that are not even. ``failure`` is what
    stopped `rows`: an engine that was reading from it reports an error of its own.
    """

    def __init__(self, folder: Path, *, careful: bool = False) -> None:
        self._folder = folder
        self._careful = careful
        self._count = 0
        self._allowed: list[str] = []
        self.failure: UnevenFile | None = None
        self.connection = duckdb.connect(
            config={"temp_directory": str(folder / "spill"), "memory_limit": _MEMORY}
        )
        self.connection.execute("SET TimeZone='UTC'")

    def add(self, path: Path) -> list[Source]:
        """Lay a file on the workbench; gives its tables, of a workbook all sheets with rows.

        Raises `InvalidInput` where the file cannot be one of ours.
        """
        suffix = path.suffix.lower()
        if not path.is_file():
            raise InvalidInput(f"{path.name} must be a file, there is none")
        if suffix in _TEXT_SUFFIXES:
            return [self._add_text(path)]
        if suffix in _BOOK_SUFFIXES:
            return self._add_workbook(path)
        if suffix == ".parquet":
            return [self._add_parquet(path)]
        raise InvalidInput(f"{path.name} must end with {', '.join(SUFFIXES)}")

    def _add_text(self, path: Path) -> Source:
        layout = text.inspect(path, whole=self._careful)
        if layout.is_plain and not self._careful:
            laid = self._add_csv(path, layout.header, layout.delimiter, path.name, "")
            return replace(laid, is_bare=layout.is_bare)
        clean = self._folder / f"clean{self._count}.csv"
        text.rewrite(path, layout, clean)
        return self._add_csv(clean, (LINE, DAMAGE, *layout.header), ",", path.name, "")

    def _add_workbook(self, path: Path) -> list[Source]:
        folder = self._folder / f"book{self._count}"
        folder.mkdir()
        found = []
        for title, sheet in xlsx.sheets(path, folder).items():
            with open(sheet, encoding="utf-8", newline="") as file:
                cells = next(csv.reader(file))
            header = text.check_header(cells[2:], f"{path.name} sheet {title}")
            found.append(self._add_csv(sheet, (LINE, DAMAGE, *header), ",", path.name, title))
        if not found:
            raise InvalidInput(f"{path.name} must have a sheet with rows, all are empty")
        return found

    def _add_csv(
        self, path: Path, header: tuple[str, ...], delimiter: str, file: str, sheet: str
    ) -> Source:
        columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in header)
        line = "" if LINE in header else f"row_number() OVER () + 1 AS {LINE}, "
        cast = f"* REPLACE ({LINE}::BIGINT AS {LINE})" if LINE in header else "*"
        return self._view(
            f"SELECT {line}{cast} FROM read_csv({quoted(str(path))}, auto_detect=false,"
            f" header=true, delim={quoted(delimiter)}, quote='\"', escape='\"',"
            f" columns={{{columns}}})",
            path, file, sheet,
        )  # fmt: skip

    def _add_parquet(self, path: Path) -> Source:
        return self._view(
            f"SELECT row_number() OVER () AS {LINE}, * FROM read_parquet({quoted(str(path))})",
            path, path.name, "",
        )  # fmt: skip

    def _view(self, sql: str, path: Path, file: str, sheet: str) -> Source:
        view = f"source{self._count}"
        self._count += 1
        self._allowed.append(str(path))
        try:
            self.connection.execute(f"CREATE VIEW {view} AS {sql}")
            rows = self.connection.execute(f"DESCRIBE {view}").fetchall()
        except duckdb.Error as error:
            raise InvalidInput(f"{file} must be readable: {_sentence(error)}") from error
        return Source(file, sheet, view, {row[0]: row[1] for row in rows})

    def lock(self) -> None:
        """From here on nothing but the laid files can be read and nothing set."""
        files = ", ".join(quoted(path) for path in self._allowed)
        self.connection.execute(f"SET allowed_paths=[{files}]")
        self.connection.execute("SET enable_external_access=false")
        self.connection.execute("SET lock_configuration=true")

    def name(self, alias: str, sql: str) -> dict[str, str]:
        """Make a view of SQL under a name that later SQL may use; gives its columns' types.

        Raises `InvalidInput` where the SQL is not a query that can run.
        """
        try:
            if len(duckdb.extract_statements(sql)) != 1:
                raise InvalidInput(f"{alias} must be one query")
            self.connection.execute(f"CREATE VIEW {named(alias)} AS {sql}")
            rows = self.connection.execute(f"DESCRIBE {named(alias)}").fetchall()
        except duckdb.Error as error:
            raise InvalidInput(f"the SQL of {alias} must run: {_sentence(error)}") from error
        return {row[0]: row[1] for row in rows}

    def schema(self, sql: str) -> pa.Schema:
        """The schema of a query's rows."""
        with self.connection.cursor() as cursor:
            return cursor.sql(f"FROM ({sql}) LIMIT 0").to_arrow_table().schema

    def rows(self, sql: str) -> Iterator[pa.RecordBatch]:
        """The rows of a query, in batches as they are asked for.

        Raises `UnevenFile` where a file turns out not to split into even rows, or where the
        SQL of a mapping fails on a row.
        """
        # A connection has one open result, and tables are read in turn.
        with self.connection.cursor() as cursor:
            try:
                yield from cursor.sql(sql).to_arrow_reader(_BATCH_ROWS)
            except (duckdb.Error, pa.ArrowException, OSError) as error:
                self.failure = UnevenFile(_sentence(error))
                raise self.failure from error

    def close(self) -> None:
        """Give back the memory."""
        self.connection.close()


def _sentence(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0][:300]


@contextmanager
def workbench(*, careful: bool = False) -> Iterator[Workbench]:
    """A workbench in a temporary folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="edulens-import-") as folder:
        bench = Workbench(Path(folder), careful=careful)
        try:
            yield bench
        finally:
            bench.close()
