"""What is no honest workbook is refused with a sentence, and soon."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from data.errors import InvalidInput
from data.sources import xlsx
from tests.data.sources.workbooks import FILES, laid, ods, repacked, workbook, worksheet


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "read"
    made.mkdir()
    return made


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
def test_workbook_that_is_no_honest_one_is_refused(
    tmp_path: Path, folder: Path, extra: dict[str, bytes], says: str
) -> None:
    path = repacked(tmp_path / "bad.xlsx", extra)
    with pytest.raises(InvalidInput, match=says):
        xlsx.sheets(path, folder)


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
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3],
    )  # fmt: skip


def test_workbook_reader_is_bound_in_memory_and_in_what_it_writes(
    tmp_path: Path, folder: Path
) -> None:
    path = workbook(tmp_path / "a.xlsx", sheet=[["a" * 30], *[["b" * 30]] * 2_000])
    assert '"sheet0.csv"' in bounded(path, folder, "_MOST_BYTES = 1 << 20").stdout
    assert bounded(path, folder, "_MOST_BYTES = 1 << 14").returncode != 0
    assert bounded(path, folder, "_MEMORY_BYTES = 1 << 26").returncode != 0
