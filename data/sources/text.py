"""Text files: encoding, delimiter and header; and the careful way to read uneven ones."""

from __future__ import annotations

import codecs
import csv
import io
import mmap
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from data.errors import InvalidInput
from data.landing.segment import DAMAGE, LINE

_HEAD_BYTES = 1 << 20
_MOST_COLUMNS = 1024
_MOST_LINES_A_ROW = 100  # a cell longer than this is a quote that nobody closed
_SIGNS = re.compile(r"[,;|\t\r\n0-9]")
_MOST_BYTES_A_SIGN = 200  # a table has one of them more often than that
_BARE_OF = (b'"', b"'", b"\t", "\u3000".encode(), "\u00a0".encode())
_SPREADSHEET_MAGIC = {b"PK\x03\x04": "XLSX", b"\xd0\xcf\x11\xe0": "an old or encrypted workbook"}


@dataclass(frozen=True)
class Layout:
    """How a text file is written.

    ``is_plain``: UTF-8 in even rows, as far as its beginning and its bytes tell;
    ``is_bare``: no cell has quotes, apostrophes, tabs or blanks but plain spaces.
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    is_plain: bool
    is_bare: bool


def inspect(path: Path, *, whole: bool = True) -> Layout:
    """Find out a text file's encoding, delimiter and header.

    ``whole`` tries the encoding on every byte, not only on the beginning. Raises
    `InvalidInput` where the file is empty, is not text, or names a column twice.
    """
    with open(path, "rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.strip():
        raise InvalidInput(f"{path.name} must have a header line, it is empty")
    for magic, what in _SPREADSHEET_MAGIC.items():
        if head.startswith(magic):
            raise InvalidInput(f"{path.name} must be text, its content is {what}")
    encoding = _encoding(path, head, whole=whole)
    text = _decoded(head, encoding)
    first = _first_record(text)
    delimiter = max(",;\t|", key=lambda sign: _outside_quotes(first, sign))
    try:
        cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise InvalidInput(f"{path.name} must have a readable header line: {error}") from error
    header = check_header(cells, path.name)
    is_plain = encoding == "utf-8" and not _contains(
        path, b"\0", b"\n\n", b"\n\r\n", *_empty_rows(header, delimiter)
    )
    is_bare = is_plain and not _contains(path, *_BARE_OF)
    return Layout(encoding, delimiter, header, is_plain, is_bare)


def _encoding(path: Path, head: bytes, *, whole: bool) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if _decodes(path, "utf-8", whole=whole) and head.count(0) < len(head) / 4:
        return "utf-8"
    for encoding in (*_wide_encodings(head), "gb18030"):
        if _decodes(path, encoding):
            return encoding
    raise InvalidInput(f"{path.name} must be UTF-8, UTF-16 or GB18030 text, it is none of them")


def _wide_encodings(head: bytes) -> list[str]:
    """UTF-16 where its delimiters, line ends and digits are found; a stray NUL is no such thing."""
    signs = {
        encoding: len(_SIGNS.findall(head.decode(encoding, errors="ignore")))
        for encoding in ("utf-16-le", "utf-16-be")
    }
    likelier = max(signs, key=lambda encoding: signs[encoding])
    return [likelier] if signs[likelier] * _MOST_BYTES_A_SIGN >= len(head) else []


def _decodes(path: Path, encoding: str, *, whole: bool = True) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with open(path, "rb") as file:
            while block := file.read(_HEAD_BYTES):
                decoder.decode(block)
                if not whole:
                    return True
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(head: bytes, encoding: str) -> str:
    # The head may end inside a character.
    text = codecs.getincrementaldecoder(encoding)("strict").decode(head)
    return text.removeprefix("\ufeff").replace("\0", "")


def _first_record(text: str) -> str:
    quoted = False
    for position, sign in enumerate(text):
        if sign == '"':
            quoted = not quoted
        elif sign in "\r\n" and not quoted and position:
            return text[:position]
    return text


def _outside_quotes(record: str, sign: str) -> int:
    return sum(part.count(sign) for part in record.split('"')[::2])


def check_header(cells: list[str], file: str) -> tuple[str, ...]:
    """The columns' names, each of them once; `InvalidInput` where they cannot be told apart."""
    names = [cell.strip().strip("\ufeff") for cell in cells]
    while names and not names[-1]:
        names.pop()
    names = [name or f"(column {number})" for number, name in enumerate(names, 1)]
    if not names:
        raise InvalidInput(f"{file} must have a header line, its first line is empty")
    if len(names) > _MOST_COLUMNS:
        raise InvalidInput(f"{file} must have at most {_MOST_COLUMNS} columns, has {len(names):,}")
    folded = [name.casefold() for name in names]
    twice = sorted({name for name in names if folded.count(name.casefold()) > 1})
    if twice:
        raise InvalidInput(f"{file} must name each column once, has {', '.join(twice)} twice")
    if {LINE, DAMAGE} & set(folded):
        raise InvalidInput(f"{file} must not name a column {LINE} or {DAMAGE}")
    return tuple(names)


def _empty_rows(header: tuple[str, ...], delimiter: str) -> list[bytes]:
    """How a row begins all of whose cells are empty, as spreadsheets leave below a table."""
    return [f"\n{delimiter * (len(header) - 1)}".encode()] if len(header) > 1 else []


def _contains(path: Path, *signs: bytes) -> bool:
    """Whether a sign occurs anywhere but at the file's very end."""
    with (
        open(path, "rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        end = len(content) - 2

        def found(sign: bytes) -> bool:
            # One byte is found many times faster than several, and is mostly not there.
            rarest = b"\r" if b"\r" in sign else sign[:1]
            return content.find(rarest) >= 0 and 0 <= content.find(sign) < end

        return any(found(sign) for sign in signs)


def rewrite(path: Path, layout: Layout, clean: Path) -> None:
    """Write the file anew as even UTF-8 CSV with `LINE` and `DAMAGE` columns.

    `LINE` is the row's number as a spreadsheet shows it, the header being 1. A row with
    too many cells, or a line whose quote is never closed, has empty cells and the reason in
    `DAMAGE`, and the next line is read as if nothing had been; a row with too few cells
    gets empty ones at its end.
    """
    width = len(layout.header)
    with open(clean, "w", encoding="utf-8", newline="") as output:
        writer = csv.writer(output)
        writer.writerow([LINE, DAMAGE, *layout.header])
        for number, cells in enumerate(_records(path, layout), 1):
            if number == 1 or not any(cell.strip() for cell in cells):
                continue
            damage = _damage(cells, width)
            kept = [] if damage else cells[:width]
            writer.writerow([number, damage, *kept, *[""] * (width - len(kept))])


class _OpenQuote(list[str]):
    """The one text of a line whose quote is never closed."""


def _damage(cells: list[str], width: int) -> str:
    came = ",".join(cells)[:200]
    if isinstance(cells, _OpenQuote):
        return f"a quote must be closed, this one is not: {came}"
    if any(cells[width:]):
        return f"the row must have {width} cells, has {len(cells)}: {came}"
    return ""


def _records(path: Path, layout: Layout) -> Iterator[list[str]]:
    """The cells of every row, the header and empty ones too."""
    # TRICKY: 'replace' hides nothing but a lone surrogate in UTF-16, which should cost one
    # character and not the file; the other encodings were tried on the whole file.
    errors = "replace" if layout.encoding.startswith("utf-16") else "strict"
    with open(path, encoding=layout.encoding, errors=errors, newline="") as file:
        waiting: deque[str] = deque()
        while line := _next_line(file, waiting):
            record = [line]
            while (cells := _split(record, layout.delimiter)) is None:
                more = _next_line(file, waiting) if len(record) < _MOST_LINES_A_ROW else ""
                if not more or _closes_badly([*record, more], layout.delimiter):
                    waiting.extendleft(reversed([*record[1:], *([more] if more else [])]))
                    cells = _OpenQuote([line.strip()])
                    break
                record.append(more)
            yield cells


def _next_line(file: TextIO, waiting: deque[str]) -> str:
    """The next line without NULs, first of those put back; empty at the end."""
    return waiting.popleft() if waiting else file.readline().replace("\0", "")


def _split(record: list[str], delimiter: str) -> list[str] | None:
    """The cells of a row's lines; None where a quote is still open."""
    try:
        return next(csv.reader(record, delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        if "unexpected end" in str(error):
            return None
        if "field larger" in str(error):
            return _OpenQuote([record[0][:200]])
    return next(csv.reader(record, delimiter=delimiter), [])


def _closes_badly(record: list[str], delimiter: str) -> bool:
    """Whether the quote open since the first line ends inside a later line's cell."""
    try:
        next(csv.reader(record, delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        return "expected after" in str(error)
    return False
