"""Small workbooks of every kind, and what the reader makes of one."""

from __future__ import annotations

import csv
import struct
import zipfile
from pathlib import Path

import openpyxl

from data.sources import xlsx

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
