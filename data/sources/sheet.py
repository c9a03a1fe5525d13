"""One worksheet's XML as rows of text, in a stream: openpyxl needs four times as long.

Only cells are read; strings, styles and the calendar's epoch come from the workbook.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import BinaryIO
from xml.parsers import expat

from openpyxl.utils.datetime import from_excel

from data.errors import InvalidInput

_BLOCK_BYTES = 1 << 20
_MOST_COLUMNS = 1_024


@dataclass(frozen=True)
class Styles:
    """What the workbook says of its cells: shared texts, and which styles are times."""

    texts: Sequence[str]
    dates: Collection[int]
    durations: Collection[int]
    epoch: datetime


@dataclass
class _Cell:
    column: int = 0
    kind: str = "n"
    style: int = 0
    value: list[str] = field(default_factory=list)


def sheet_rows(file: BinaryIO, styles: Styles) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row in the file, as text that the loader reads back.

    Raises `InvalidInput` where the XML is broken, declares a DTD or is too wide.
    """
    reader = _Reader(styles)
    try:
        while block := file.read(_BLOCK_BYTES):
            reader.parser.Parse(block)
            yield from reader.rows
            reader.rows.clear()
        reader.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise InvalidInput(f"a sheet must be well-formed: {error}") from error
    yield from reader.rows


class _Reader:
    def __init__(self, styles: Styles) -> None:
        self.rows: list[tuple[int, list[str]]] = []
        self._styles = styles
        self._number = 0
        self._cells: list[str] = []
        self._cell = _Cell()
        self._columns: dict[str, int] = {}
        self._reads = False
        self._skips = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse

    def _refuse(self, *declaration: object) -> None:
        raise InvalidInput("a sheet must not declare a document type")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            cell = self._cell
            reference = attributes.get("r")
            cell.column = self._column(reference) if reference else cell.column + 1
            cell.kind = attributes.get("t", "n")
            cell.style = int(attributes.get("s", 0))
            cell.value.clear()
        elif name in ("v", "t"):
            self._reads = self._skips == 0
        elif name == "row":
            self._number = int(attributes.get("r", self._number + 1))
            self._cells = []
            self._cell.column = 0
        elif name == "rPh":  # how a word is spoken is not part of the cell
            self._skips += 1

    def _text(self, text: str) -> None:
        if self._reads:
            self._cell.value.append(text)

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in ("v", "t"):
            self._reads = False
        elif name == "c":
            cell = self._cell
            if cell.value:
                cells = self._cells
                if cell.column > len(cells) + 1:
                    cells.extend([""] * (cell.column - 1 - len(cells)))
                cells.append(self._shown("".join(cell.value)))
        elif name == "row":
            self.rows.append((self._number, self._cells))
        elif name == "rPh":
            self._skips -= 1

    def _column(self, reference: str) -> int:
        """1 for ``A7``, 27 for ``AA7``."""
        letters = reference.rstrip("0123456789")
        column = self._columns.get(letters)
        if column is None:
            column = 0
            for letter in letters:
                column = column * 26 + ord(letter.upper()) - 64
            if not 0 < column <= _MOST_COLUMNS:
                raise InvalidInput(f"a sheet must have at most {_MOST_COLUMNS:,} columns")
            self._columns[letters] = column
        return column

    def _shown(self, value: str) -> str:
        kind = self._cell.kind
        if kind == "s":
            return self._styles.texts[int(value)]
        if kind == "b":
            return "true" if value == "1" else "false"
        return _number(value, self._cell.style, self._styles) if kind == "n" else value


def _number(value: str, style: int, styles: Styles) -> str:
    if style in styles.durations:
        return str(timedelta(days=float(value)).total_seconds())
    if style in styles.dates:
        return _moment(float(value), styles)
    if value.isdigit():
        return value
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _moment(value: float, styles: Styles) -> str:
    """A date cell; a number that is no date of the calendar stays a number."""
    try:
        moment = from_excel(value, styles.epoch)
    except (ValueError, OverflowError):
        return repr(value)
    if isinstance(moment, datetime):
        return moment.replace(microsecond=0).isoformat(" ")
    return str(moment.isoformat())
