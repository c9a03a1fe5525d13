"""Rows as files that a spreadsheet opens without harm: CSV and XLSX.

A cell that a spreadsheet would run as a formula gets an apostrophe before it, and
`restored` takes it away again: an export that is imported comes back as it was.
"""

from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pandas as pd

from data.scope import DEFAULT_TIMEZONE

# What Excel, LibreOffice, WPS and Sheets take as the start of a formula, the full-width
# twins that they fold to it, and what they skip before looking.
_STARTERS = "=+-@＝＋－＠﹢﹣−"
_SKIPPED = '"\t\r\n \u00a0\u3000\ufeff\u200b\u200e\u200f\0'
_GUARD = "'"
CSV_TYPE = "text/csv"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET_ROWS = 1_048_575  # rows that a sheet holds below its header


def csv_bytes(rows: pd.DataFrame) -> bytes:
    """The rows as CSV in UTF-8 with a mark that Excel needs, instants in local time."""
    return _exported(rows).to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def xlsx_bytes(rows: pd.DataFrame, sheet: str = "rows") -> bytes:
    """The rows as a workbook of text, numbers and dates: no formulas, no links."""
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with pd.ExcelWriter(buffer, engine="xlsxwriter", engine_kwargs={"options": options}) as book:
        frame = _exported(rows)
        for column in frame.columns:
            if frame[column].map(lambda cell: isinstance(cell, Decimal)).any():
                frame[column] = frame[column].astype("float64")
        parts = range(0, max(len(frame), 1), SHEET_ROWS)
        for part, start in enumerate(parts):
            name = sheet if part == 0 else f"{sheet}{part + 1}"
            frame.iloc[start : start + SHEET_ROWS].to_excel(book, sheet_name=name, index=False)
            book.sheets[name].freeze_panes(1, 0)
            book.sheets[name].autofit()
    return buffer.getvalue()


def guarded(cell: object) -> object:
    """A cell's text such that no spreadsheet runs it; other values as they are."""
    if not isinstance(cell, str):
        return cell
    start = cell.lstrip(_SKIPPED)[:1]
    # A text that begins with the guard itself gets one more, so that `restored` is exact.
    dangerous = (start and start in _STARTERS) or cell[:1] in ("\t", "\r", "\n", _GUARD)
    return _GUARD + cell if dangerous else cell


def restored(cell: object) -> object:
    """What `guarded` was given."""
    if isinstance(cell, str) and cell[:1] == _GUARD and guarded(cell[1:]) == cell:
        return cell[1:]
    return cell


def _exported(rows: pd.DataFrame) -> pd.DataFrame:
    frame = rows.copy()
    frame.columns = [str(guarded(str(column))) for column in frame.columns]
    for column in frame.columns:
        if pd.api.types.is_datetime64_any_dtype(frame[column]):
            days = column.endswith("_on")
            frame[column] = frame[column].dt.date if days else frame[column].map(_local)
        elif not pd.api.types.is_numeric_dtype(frame[column]):
            frame[column] = frame[column].map(guarded)
    return frame


def _local(at: datetime) -> datetime:
    """A UTC instant on the campus's clock."""
    if pd.isna(at):
        return at
    return at.replace(tzinfo=ZoneInfo("UTC")).astimezone(DEFAULT_TIMEZONE).replace(tzinfo=None)
