"""Workbooks: checked before they are opened, read in a process that may be stopped.

Runs as ``python -m data.sources.xlsx BOOK FOLDER``: each sheet becomes a text file of
even UTF-8 CSV in the folder, its rows numbered as the sheet numbers them.
"""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

from data.errors import InvalidInput
from data.landing.segment import DAMAGE, LINE

_MIB = 1 << 20
_MOST_MEMBERS = 2_000
_MOST_BYTES = 2_048 * _MIB
_MOST_SHARED_BYTES = 256 * _MIB  # strings are held in memory
_MOST_RATIO = 100  # packed sheets are 5 to 30 times smaller
_RATIO_FROM_BYTES = 4 * _MIB  # a small member harms nobody, however well it packs
_MOST_ROWS = 1_048_576
_MEMORY_BYTES = 1_536 * _MIB
_SECONDS = 300


def check(path: Path) -> None:
    """Refuse what no honest workbook is: bombs, macros, links to other files, DTDs.

    Raises `InvalidInput` saying which bound the file breaks.
    """
    try:
        with zipfile.ZipFile(path) as book:
            members = book.infolist()
            _check_members(path.name, members)
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    with book.open(member) as file:
                        start = file.read(65_536)
                    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                        raise InvalidInput(f"{path.name} must not declare XML entities")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise InvalidInput(f"{path.name} must be an XLSX workbook: {error}") from error


def _check_members(name: str, members: list[zipfile.ZipInfo]) -> None:
    # The directory's sizes can be trusted: zipfile reads no byte beyond them.
    if len(members) > _MOST_MEMBERS:
        raise InvalidInput(
            f"{name} must have at most {_MOST_MEMBERS:,} parts, has {len(members):,}"
        )
    total = sum(member.file_size for member in members)
    if total > _MOST_BYTES:
        raise InvalidInput(
            f"{name} must unpack to at most {_MOST_BYTES // _MIB:,} MiB, is {total // _MIB:,}"
        )
    for member in members:
        ratio = member.file_size / max(member.compress_size, 1)
        if member.file_size > _RATIO_FROM_BYTES and ratio > _MOST_RATIO:
            raise InvalidInput(
                f"{name} must not pack more than {_MOST_RATIO} times, a part of it does"
                f" {ratio:.0f} times"
            )
        if "sharedStrings" in member.filename and member.file_size > _MOST_SHARED_BYTES:
            raise InvalidInput(f"{name} must hold at most {_MOST_SHARED_BYTES // _MIB} MiB of text")
        if "vbaProject" in member.filename or "externalLink" in member.filename:
            raise InvalidInput(f"{name} must not hold macros or links to other files")


def sheets(path: Path, folder: Path) -> dict[str, Path]:
    """Each sheet that has rows, by its title, as a CSV in the folder (see `text.rewrite`)."""
    check(path)
    command = [sys.executable, "-m", "data.sources.xlsx", str(path.resolve()), str(folder)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            cwd=Path(__file__).parents[2],
        )
    except subprocess.TimeoutExpired as error:
        raise InvalidInput(f"{path.name} must be readable in {_SECONDS} s, it was not") from error
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it was stopped"])[-1]
        raise InvalidInput(f"{path.name} must be a readable workbook: {last[:300]}")
    titles: dict[str, str] = json.loads(done.stdout)
    return {title: folder / name for title, name in titles.items()}


def _write_sheet(rows: Iterable[tuple[int, list[str]]], path: Path) -> bool:
    """Write a sheet from its first row that is not empty on; False where it has none."""
    width = 0
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for number, cells in rows:
            if number > _MOST_ROWS:
                raise InvalidInput(f"a sheet must have at most {_MOST_ROWS:,} rows")
            if not any(cell.strip() for cell in cells):
                continue
            if width == 0:
                while not cells[-1].strip():
                    cells.pop()
                width = len(cells)
                writer.writerow([LINE, DAMAGE, *cells])
                continue
            damage = "" if not any(cells[width:]) else "the row must not be wider than the header"
            writer.writerow([number, damage, *cells[:width], *[""] * (width - len(cells))])
    return width > 0


def _main(book_path: str, folder: str) -> None:
    # Only the child needs these.
    import openpyxl  # noqa: PLC0415

    from data.sources.sheet import Styles, sheet_rows  # noqa: PLC0415

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    book = openpyxl.load_workbook(book_path, read_only=True, data_only=True, keep_links=False)
    titles = {}
    for number, sheet in enumerate(book.worksheets):
        styles = Styles(
            texts=sheet._shared_strings,
            dates=book._date_formats,
            durations=book._timedelta_formats,
            epoch=book.epoch,
        )
        name = f"sheet{number}.csv"
        with book._archive.open(sheet._worksheet_path) as file:
            if _write_sheet(sheet_rows(file, styles), Path(folder, name)):
                titles[sheet.title] = name
    json.dump(titles, sys.stdout)


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2])
