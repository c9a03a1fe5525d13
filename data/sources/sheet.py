"""One worksheet's rows as text, each value as a person would have typed it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from data.errors import InvalidInput

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

Cell = str | float | bool | datetime | date | time | timedelta

_MOST_COLUMNS = 1_024
_MOST_ROWS = 1_048_576
_MOST_EXACT = 2**53  # beyond it a double no longer tells neighbouring whole numbers apart
_LONG_DURATION = re.compile(r"PT(\d+)H(\d+)M(\d+(?:\.\d+)?)S")


def sheet_rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """Number, from 1, and cells of each row down to the last with a value, as text.

    Columns left of the first with a value are not given. A cell whose formula failed (#N/A)
    is empty. Raises `InvalidInput` where the sheet has too many rows or columns.
    """
    if sheet.start is None or sheet.end is None:
        return
    if sheet.end[1] >= _MOST_COLUMNS:
        raise InvalidInput(f"a sheet must have at most {_MOST_COLUMNS:,} columns")
    if sheet.end[0] >= _MOST_ROWS:
        raise InvalidInput(f"a sheet must have at most {_MOST_ROWS:,} rows")
    for number, cells in enumerate(sheet.iter_rows(), 1):
        yield number, [shown(cell) for cell in cells]


def shown(cell: Cell) -> str:
    """A cell's value as text that the loader reads back.

    A day gets a midnight, a duration becomes seconds, a whole number has no point.
    """
    if isinstance(cell, str):
        return _text(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _MOST_EXACT else repr(cell)
    if isinstance(cell, timedelta):
        return str(cell.total_seconds())
    if isinstance(cell, date):
        moment = cell if isinstance(cell, datetime) else datetime.combine(cell, time())
        return moment.replace(microsecond=0).isoformat(" ")
    return str(cell)


def _text(cell: str) -> str:
    # OpenDocument's durations of a day and more come as they are written in the file.
    long = _LONG_DURATION.fullmatch(cell)
    if long is None:
        return cell
    hours, minutes, seconds = map(float, long.groups())
    return str(hours * 3600 + minutes * 60 + seconds)
