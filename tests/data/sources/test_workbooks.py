"""Workbooks of every kind give the same text."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import openpyxl
import pytest

from data.sources.sheet import Cell, shown
from data.sources.workbench import Workbench
from tests.data.sources.workbooks import (
    FILES,
    laid,
    ods,
    ods_row,
    repacked,
    workbook,
    worksheet,
    xlsb,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "read"
    made.mkdir()
    return made


def test_workbench_reads_every_sheet_of_a_workbook(tmp_path: Path, folder: Path) -> None:
    path = workbook(
        tmp_path / "book.xlsx",
        empty=[],
        leads=[
            [],
            ["编号", "时间", "手机", "接通", None],
            ["L1", datetime(2026, 1, 2, 10, 5), 13800138000.0, True],  # noqa: DTZ001
            [],
            [1002, date(2026, 1, 2), "1.38E+10", "否", "beyond"],
        ],
        more=[["a"], ["1"]],
    )
    bench = Workbench(folder)
    found = bench.add(path)
    assert [(source.file, source.sheet) for source in found] == [
        ("book.xlsx", "leads"),
        ("book.xlsx", "more"),
    ]
    bench.lock()
    (batch,) = bench.rows(f"FROM {found[0].view}")
    assert [tuple(row.values()) for row in batch.to_pylist()] == [
        (3, None, "L1", "2026-01-02 10:05:00", "13800138000", "true"),
        (5, "the row must not be wider than the header", "1002", "2026-01-02 00:00:00",
         "1.38E+10", "否"),
    ]  # fmt: skip
    bench.close()


def test_old_workbook_reads_as_a_new_one_does(tmp_path: Path, folder: Path) -> None:
    # Made once with xlwt, which nobody keeps up: a title-less header in the third row.
    header, row = laid(FILES / "book.xls", folder)["线索"]
    assert header[2:] == ["编号", "手机", "分", "比例", "接通", "时间", "日", "时刻", "时长",
                          "错误", "金额"]  # fmt: skip
    assert row == ["5", "", "0138", "13800138000", "-5", "0.5", "true", "2026-01-02 10:05:00",
                   "2026-01-02 00:00:00", "10:05:00", "108000.0", "", "1234.56"]  # fmt: skip


def test_opendocument_reads_as_a_workbook_does(tmp_path: Path, folder: Path) -> None:
    path = ods(
        tmp_path / "book.ods",
        # Complaint tafia/calamine#354: rows that are empty and repeated moved the others.
        '<table:table-row table:number-rows-repeated="3"><table:table-cell'
        ' table:number-columns-repeated="1024"/></table:table-row>'
        + ods_row(*[("string", name) for name in "abcdefghi"])
        + ods_row(
            ("float", "13800138000"), ("percentage", "0.5"), ("boolean", "true"),
            ("date", "2026-01-02"), ("date", "2026-01-02T10:05:00"), ("time", "PT10H05M00S"),
            ("time", "PT30H05M00S"), ("currency", "1.5"), ("string", "#N/A"),
        )
        # LibreOffice fills the sheet up to its last row.
        + '<table:table-row table:number-rows-repeated="1048571"><table:table-cell'
        ' table:number-columns-repeated="16384"/></table:table-row>',
    )  # fmt: skip
    header, row = laid(path, folder)["线索"]
    assert header[2:] == list("abcdefghi")
    assert row == ["5", "", "13800138000", "0.5", "true", "2026-01-02 00:00:00",
                   "2026-01-02 10:05:00", "10:05:00", "108300.0", "1.5", "#N/A"]  # fmt: skip


def test_binary_workbook_reads_as_a_workbook_does(tmp_path: Path, folder: Path) -> None:
    assert laid(xlsb(tmp_path / "book.xlsb"), folder) == {
        "线索": [["_line", "_damage", "手机", "接通", "错误"], ["2", "", "13800138000", "true", ""]]
    }


def test_workbench_takes_workbooks_of_every_ending(tmp_path: Path, folder: Path) -> None:
    bench = Workbench(folder)
    rows = ods_row(("string", "手机")) + ods_row(("float", "13800138000"))
    for path in (FILES / "book.xls", xlsb(tmp_path / "b.xlsb"), ods(tmp_path / "c.ods", rows)):
        (source,) = bench.add(path)
        (batch,) = bench.rows(f"FROM {source.view}")
        assert batch.column("手机").to_pylist() == ["13800138000"]
    bench.close()


@pytest.mark.parametrize("ending", [".xls", ".xlsx", ".xlsb", ".ods"])
def test_workbook_is_read_by_its_content_not_its_ending(
    tmp_path: Path, folder: Path, ending: str
) -> None:
    for number, book in enumerate(
        [
            workbook(tmp_path / "a.xlsx", 线索=[["手机"], [13800138000]]),
            xlsb(tmp_path / "b.xlsb"),
            ods(tmp_path / "c.ods", ods_row(("string", "手机")) + ods_row(("float", "1"))),
            FILES / "book.xls",
        ]
    ):
        renamed = Path(shutil.copy(book, tmp_path / f"renamed{number}{ending}"))
        inside = folder / str(number)
        inside.mkdir()
        assert "手机" in laid(renamed, inside)["线索"][0]


def test_sheet_reads_every_cell_as_openpyxl_does(tmp_path: Path, folder: Path) -> None:
    chance = random.Random(5)
    values: list[Callable[[], object]] = [
        lambda: None,
        lambda: chance.randint(-(10**9), 10**12),
        lambda: chance.random() * 1000,
        lambda: float(chance.randint(0, 10**11)),
        lambda: chance.choice(["文本", " two  blanks ", "a&b <c>", "line\nbreak", "0138"]),
        lambda: chance.random() < 0.5,
        lambda: datetime(2026, 1, 2, chance.randint(0, 23), chance.randint(0, 59)),  # noqa: DTZ001
        lambda: date(1950 + chance.randint(0, 100), 5, 6),
        lambda: clock(chance.randint(0, 23), chance.randint(0, 59), 7),
    ]
    lines = [[chance.choice(values)() for _ in range(30)] for _ in range(60)]
    path = workbook(tmp_path / "a.xlsx", sheet=[["h"] * 30, *lines])
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    expected = [[plain(cell) for cell in row] for row in book.active.iter_rows(values_only=True)]
    book.close()
    assert [row[2:] for row in laid(path, folder)["sheet"]] == expected


def plain(value: object) -> str:
    """What a person reads in a cell that openpyxl gives."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (13800138000.0, "13800138000"),
        (1.0, "1"),
        (-0.5, "-0.5"),
        (2.0**53 - 1, "9007199254740991"),
        (2.0**53, "9007199254740992.0"),  # its neighbours read the same: it is no number to trust
        (1e17, "1e+17"),
        (False, "false"),
        (datetime(2026, 1, 2, 10, 5, 0, 999), "2026-01-02 10:05:00"),  # noqa: DTZ001
        (date(2026, 1, 2), "2026-01-02 00:00:00"),
        (clock(10, 5), "10:05:00"),
        (timedelta(hours=30, seconds=1), "108001.0"),
        ("PT30H00M01S", "108001.0"),
        ("PT30H", "PT30H"),
        ("#N/A", "#N/A"),
        ("", ""),
    ],
)
def test_shown_writes_a_value_as_a_person_would(cell: Cell, text: str) -> None:
    assert shown(cell) == text


@pytest.mark.parametrize(
    ("form", "value", "expected"),
    [
        # Complaint tafia/calamine#215: whole numbers were taken for dates by their format.
        ('General" days"', 41, "41"),
        ("[Red]0.00;[Blue]-0.00", 45_000, "45000"),
        # Complaint tafia/calamine#318: long durations were taken for times of 1900.
        ("[hh]:mm:ss", timedelta(hours=255, minutes=10, seconds=10), "918610.0"),
        ('yyyy"年"m"月"d"日"', 46_024, "2026-01-02 00:00:00"),
        ("@", 13_800_138_000, "13800138000"),
        ("0%", 0.85, "0.85"),
        ("0.00E+00", 13_800_138_000, "13800138000"),
        # Complaint SheetJS/sheetjs#51: 09:50 was stored a trifle short and came as 09:49.
        ("dd/mm/yyyy hh:mm:ss", 41_722.4097222222, "2014-03-24 09:50:00"),
    ],
)
def test_sheet_goes_by_what_a_format_means(
    tmp_path: Path, folder: Path, form: str, value: object, expected: str
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.active.append([value])
    book.active["A2"].number_format = form
    book.save(tmp_path / "a.xlsx")
    assert laid(tmp_path / "a.xlsx", folder)["Sheet"][1] == ["2", "", expected]


def test_sheet_counts_days_from_1904_where_the_book_does(tmp_path: Path, folder: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.MAC_EPOCH
    book.active.append(["a"])
    book.active.append([date(2026, 1, 2)])
    book.save(tmp_path / "a.xlsx")
    assert laid(tmp_path / "a.xlsx", folder)["Sheet"][1][2] == "2026-01-02 00:00:00"


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ('<c r="A1" t="inlineStr"><is><t>a</t><rPh><t>x</t></rPh><r><t>b</t></r></is></c>', ["ab"]),
        ('<c><v>1</v></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c><v>2</v></c>',
         ["1", "true", "", "2"]),
        ('<c t="str"><f>A1</f><v>sum</v></c><c><f>1/2</f><v>0.5</v></c>', ["sum", "0.5"]),
        ('<c r="A1"><v>0</v></c><c r="C1" t="d"><v>2026-01-02</v></c>',
         ["0", "", "2026-01-02 00:00:00"]),
        ('<c r="A1"><v>1.3800138E+10</v></c>', ["13800138000"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("head", ["", '<dimension ref="A1"/>', '<dimension ref="A1:B900000"/>'])
def test_sheet_knows_every_way_to_write_a_cell(
    tmp_path: Path, folder: Path, xml: str, expected: list[str], head: str
) -> None:
    # Complaint shuchkin/simplexlsx#168: a wrong dimension was believed before the cells.
    part = {"xl/worksheets/sheet1.xml": worksheet(f"<row>{xml}</row>", head)}
    rows = laid(repacked(tmp_path / "a.xlsx", part), folder)["sheet"]
    assert [row[2:] for row in rows] == [expected]
