"""Workbooks (.xlsx, .xlsb, .xls, .ods): checked, then read in a process that may be stopped.

Runs as ``python -m data.sources.xlsx BOOK FOLDER``: each sheet becomes a text file of
even UTF-8 CSV in the folder, its rows numbered as the sheet numbers them.
"""

from __future__ import annotations

import csv
import json
import mmap
import resource
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from data.errors import InvalidInput
from data.landing.segment import DAMAGE, LINE

_MIB = 1 << 20
_MOST_MEMBERS = 2_000
_MOST_BYTES = 2_048 * _MIB
_MOST_SHARED_BYTES = 256 * _MIB  # strings are held in memory
_MOST_RATIO = 100  # packed sheets are 5 to 30 times smaller
_RATIO_FROM_BYTES = 4 * _MIB  # a small member harms nobody, however well it packs
_MOST_PACKED_BYTES = 256 * _MIB  # an .xls is read whole before its first row
_MEMORY_BYTES = 2_048 * _MIB
_SECONDS = 300
_HEAD_BYTES = 4_096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# An OLE file names its streams in UTF-16; a locked .xlsx is one in which the real one lies.
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_KIND_OF_PART = {"xl/workbook.bin": ".xlsb", "content.xml": ".ods", "[Content_Types].xml": ".xlsx"}


def check(path: Path) -> str:
    """The ending that the file's content deserves: ``.xlsx``, ``.xlsb``, ``.ods`` or ``.xls``.

    Refuses what no honest workbook is: bombs, macros, links to other files, DTDs. Raises
    `InvalidInput` saying which bound the file breaks.
    """
    size = path.stat().st_size
    if size > _MOST_PACKED_BYTES:
        raise InvalidInput(
            f"{path.name} must be at most {_MOST_PACKED_BYTES // _MIB:,} MiB, is {size // _MIB:,}"
        )
    with open(path, "rb") as file:
        head = file.read(_HEAD_BYTES)
        if head.startswith(_OLE):
            _check_streams(path.name, file)
            return ".xls"
    if not head.startswith(b"PK"):
        raise InvalidInput(
            f"{path.name} must be a workbook, its content is {_content(head)}:"
            " save it as .xlsx or .csv"
        )
    try:
        with zipfile.ZipFile(path) as book:
            members = book.infolist()
            _check_members(path.name, members)
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    with book.open(member) as part:
                        start = part.read(65_536)
                    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                        raise InvalidInput(f"{path.name} must not declare XML entities")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise InvalidInput(f"{path.name} must be a readable workbook: {error}") from error
    names = {member.filename for member in members}
    for part_name, kind in _KIND_OF_PART.items():
        if part_name in names:
            return kind
    raise InvalidInput(
        f"{path.name} must be a workbook, its content is other packed files:"
        " save it as .xlsx or .csv"
    )


def _check_streams(name: str, file: BinaryIO) -> None:
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find(_LOCKED) >= 0:
            raise InvalidInput(f"{name} must not be locked by a password")
        if content.find(_MACROS) >= 0:
            raise InvalidInput(f"{name} must not hold macros or links to other files")


def _content(head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:256].lower()
    if not start:
        return "empty"
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head")):
        return "a web page"
    if start.startswith(b"<"):
        return "XML"
    return "text" if b"\0" not in start and (b"\t" in start or b"," in start) else "unknown"


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
    """Each sheet that has rows, by its title, as a CSV in the folder (see `text.rewrite`).

    Raises `InvalidInput` where the file is no workbook, breaks a bound, or is locked.
    """
    kind = check(path)
    # The reader goes by the name's ending, and people rename files.
    book = folder / f"book{kind}"
    book.symlink_to(path.resolve())
    command = [sys.executable, "-m", "data.sources.xlsx", str(book), str(folder)]
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
    finally:
        book.unlink()
    if done.returncode != 0:
        raise _refusal(path.name, done.stderr.strip())
    titles: dict[str, str] = json.loads(done.stdout)
    return {title: folder / name for title, name in titles.items()}


def _refusal(name: str, said: str) -> InvalidInput:
    """Why the child gave up, from the words it left."""
    if "memory allocation of" in said or "MemoryError" in said:
        return InvalidInput(
            f"{name} must be readable in {_MEMORY_BYTES // _MIB:,} MiB of memory, it was not:"
            " a sheet may have a stray cell far out, else save it as CSV"
        )
    if "password protected" in said:
        return InvalidInput(f"{name} must not be locked by a password")
    last = (said.splitlines() or ["it was stopped"])[-1]
    return InvalidInput(f"{name} must be a readable workbook: {last[:300]}")


def _write_sheet(rows: Iterable[tuple[int, list[str]]], path: Path) -> bool:
    """Write a sheet from its first row that is not empty on; False where it has none."""
    width = 0
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for number, cells in rows:
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
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_BYTES, _MOST_BYTES))
    # Only the child needs these.
    import python_calamine as calamine  # noqa: PLC0415

    from data.sources.sheet import sheet_rows  # noqa: PLC0415

    titles = {}
    try:
        with calamine.CalamineWorkbook.from_path(book_path) as book:
            for number, sheet in enumerate(book.sheets_metadata):
                if sheet.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                name = f"sheet{number}.csv"
                rows = sheet_rows(book.get_sheet_by_index(number))
                if _write_sheet(rows, Path(folder, name)):
                    titles[sheet.name] = name
    except (calamine.CalamineError, InvalidInput) as error:
        raise SystemExit(str(error)) from error
    json.dump(titles, sys.stdout)


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2])
