"""Workbooks of every kind give the same text, or are refused with a sentence, and soon."""

from __future__ import annotations

import csv
import random
import shutil
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

import openpyxl
import pytest

from data.errors import InvalidInput
from data.sources import xlsx
from data.sources.sheet import Cell, shown
from data.sources.workbench import Workbench

FILES = Path(__file__).parent / "files"
NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


def ods(path: Path, rows: str) -> Path:
    """An OpenDocument book of one sheet, its rows given as XML."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr(
            "META-INF/manifest.xml",
            '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        book.writestr(
            "content.xml",
            f"<office:document-content {NAMESPACES}><office:body><office:spreadsheet>"
            f'<table:table table:name="线索">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def ods_row(*cells: tuple[str, str]) -> str:
    """A row of cells, each a type and a value."""
    names = {kind: f"{kind}-value" for kind in ("string", "date", "time", "boolean")}
    made = "".join(
        f'<table:table-cell office:value-type="{kind}"'
        f' office:{names.get(kind, "value")}="{value}"><text:p>{value}</text:p></table:table-cell>'
        for kind, value in cells
    )
    return f"<table:table-row>{made}</table:table-row>"


def record(kind: int, content: bytes = b"") -> bytes:
    """A record of an .xlsb part: its kind and length in sevens of bits, then its content."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    return head + bytes([len(content)]) + content


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(path: Path) -> Path:
    """A binary book: a header of three columns, then a number, a yes and a failed formula."""
    cells = [
        [(6, wide("手机")), (6, wide("接通")), (6, wide("错误"))],
        [(5, struct.pack("<d", 13800138000.0)), (4, b"\1"), (3, b"\x2a")],
    ]
    sheet = record(129) + record(148, struct.pack("<4I", 0, 1, 0, 2)) + record(145)
    for number, row in enumerate(cells):
        sheet += record(0, struct.pack("<I", number) + bytes(13))
        for column, (kind, content) in enumerate(row):
            sheet += record(kind, struct.pack("<II", column, 0) + content)
    sheet += record(146) + record(130)
    book = record(131) + record(143)
    book += record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("线索"))
    book += record(144) + record(132)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    link = '<Relationship Id="rId1" Type="{}" Target="{}"/></Relationships>'
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr(
            "_rels/.rels", links + link.format(f"{kind}/officeDocument", "xl/workbook.bin")
        )
        packed.writestr("xl/workbook.bin", book)
        packed.writestr(
            "xl/_rels/workbook.bin.rels",
            links + link.format(f"{kind}/worksheet", "worksheets/sheet1.bin"),
        )
        packed.writestr("xl/worksheets/sheet1.bin", sheet)
    return path


def laid(path: Path, folder: Path) -> dict[str, list[list[str]]]:
    """Every sheet's rows as the child wrote them: line, damage, cells."""
    found = {}
    for title, sheet in xlsx.sheets(path, folder).items():
        with open(sheet, encoding="utf-8", newline="") as file:
            found[title] = list(csv.reader(file))
    return found


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


def repacked(path: Path, extra: dict[str, bytes]) -> Path:
    """A workbook with parts added or put in place of its own."""
    workbook(path, sheet=[["a"], ["1"]])
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()} | extra
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return path


def worksheet(rows: str, head: str = "") -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}">{head}<sheetData>{rows}</sheetData></worksheet>'.encode()


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


ROW = "<row>" + "<c><v>1</v></c>" * 20 + "</row>"
FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        ({"xl/worksheets/sheet1.xml": worksheet(ROW * 120_000)}, "must not pack more than 100"),
        ({"xl/vbaProject.bin": b"x"}, "macros"),
        ({"xl/externalLinks/externalLink1.xml": b"<x/>"}, "links to other files"),
        ({f"xl/media/{n}.png": b"" for n in range(2_001)}, "at most 2,000 parts"),
        ({"xl/sharedStrings.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}, "XML entities"),
        ({"xl/workbook.xml": b"<not a workbook"}, "must be a readable workbook"),
        ({"xl/worksheets/sheet1.xml": worksheet('<row><c r="AMK1"><v>1</v></c></row>')},
         "at most 1,024 columns"),
        # Complaint tafia/calamine#285: a program begins to count its rows at 0.
        ({"xl/worksheets/sheet1.xml": worksheet(ROW, '<dimension ref="A0:T1"/>')},
         "must be a readable workbook: Range is missing"),
        # Complaint ToucanToco/fastexcel#487: one stray cell far out asked for 500 GB.
        ({"xl/worksheets/sheet1.xml": worksheet(FAR)}, "a stray cell far out"),
    ],
)  # fmt: skip
def test_workbook_that_is_no_honest_one_is_refused_soon(
    tmp_path: Path, folder: Path, extra: dict[str, bytes], says: str
) -> None:
    path = repacked(tmp_path / "bad.xlsx", extra)
    began = time.monotonic()
    with pytest.raises(InvalidInput, match=says):
        xlsx.sheets(path, folder)
    assert time.monotonic() - began < 10


def test_sheet_may_have_1024_columns(tmp_path: Path, folder: Path) -> None:
    part = {"xl/worksheets/sheet1.xml": worksheet('<row><c r="AMJ1"><v>1</v></c></row>')}
    assert laid(repacked(tmp_path / "a.xlsx", part), folder)["sheet"][0][2:] == ["1"]


def test_opendocument_that_repeats_a_cell_without_end_is_refused(
    tmp_path: Path, folder: Path
) -> None:
    # Complaint tafia/calamine#594: seven kilobytes stood for 17 billion cells.
    cell = '<table:table-cell office:value-type="float" office:value="1"'
    path = ods(
        tmp_path / "bomb.ods",
        f'<table:table-row table:number-rows-repeated="1048576">{cell}'
        ' table:number-columns-repeated="1024"/></table:table-row>',
    )
    with pytest.raises(InvalidInput, match="must be a readable workbook: Cell limit"):
        xlsx.sheets(path, folder)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "its content is empty"),
        (b"PK\x03\x04 cut", "must be a readable workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut", "must be a readable workbook"),
        # Complaint dimastbk/python-calamine#150: what a site calls .xls need not be one.
        (b"\xef\xbb\xbf<html><table><tr><td>1</td></tr></table></html>", "is a web page: save it"),
        (b'<?xml version="1.0"?><Workbook/>', "is XML: save it"),
        ("编号\t手机\n1\t2\n".encode("gb18030"), "is text: save it as .xlsx or .csv"),
        (b"\0\1\2", "is unknown"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "_VBA_PROJECT".encode("utf-16-le"), "macros"),
    ],
)
def test_workbook_whose_content_is_none_is_refused(
    tmp_path: Path, folder: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "bad.xls"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=says):
        xlsx.sheets(path, folder)


def test_packed_files_that_are_no_workbook_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as packed:
        packed.writestr("photo.jpg", b"x")
    with pytest.raises(InvalidInput, match="its content is other packed files"):
        xlsx.check(tmp_path / "a.xlsx")


def test_locked_workbook_is_refused_as_such(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"locked\.xlsx must not be locked by a password"):
        xlsx.check(FILES / "locked.xlsx")


def test_workbook_must_not_be_too_big(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = (FILES / "book.xls").stat().st_size
    monkeypatch.setattr(xlsx, "_MOST_PACKED_BYTES", size)
    assert xlsx.check(FILES / "book.xls") == ".xls"
    monkeypatch.setattr(xlsx, "_MOST_PACKED_BYTES", size - 1)
    with pytest.raises(InvalidInput, match=r"book\.xls must be at most 0 MiB"):
        xlsx.check(FILES / "book.xls")


@pytest.mark.parametrize("name", ["a.xlsx", "book.xls"])
def test_workbook_reader_is_stopped_when_it_takes_too_long(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    workbook(tmp_path / "a.xlsx", sheet=[["a"], ["1"]])
    shutil.copy(FILES / "book.xls", tmp_path)
    monkeypatch.setattr(xlsx, "_SECONDS", 0.01)
    with pytest.raises(InvalidInput, match="must be readable in"):
        xlsx.sheets(tmp_path / name, folder)


def bounded(path: Path, folder: Path, bound: str) -> subprocess.CompletedProcess[str]:
    """The child under a bound of its own."""
    script = (
        f"import sys; from data.sources import xlsx; xlsx.{bound};"
        "from data.sources import xlsx; xlsx._main(*sys.argv[1:])"
    )
    return subprocess.run(
        [sys.executable, "-c", script, str(path), str(folder)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip


def test_workbook_reader_is_bound_in_memory_and_in_what_it_writes(
    tmp_path: Path, folder: Path
) -> None:
    path = workbook(tmp_path / "a.xlsx", sheet=[["a" * 30], *[["b" * 30]] * 2_000])
    assert '"sheet0.csv"' in bounded(path, folder, "_MOST_BYTES = 1 << 20").stdout
    assert bounded(path, folder, "_MOST_BYTES = 1 << 14").returncode != 0
    assert bounded(path, folder, "_MEMORY_BYTES = 1 << 26").returncode != 0
