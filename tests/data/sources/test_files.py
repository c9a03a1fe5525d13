"""Files of every encoding and shape are read, or refused with a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.errors import InvalidInput
from data.sources.text import inspect
from data.sources.workbench import Source, UnevenFile, Workbench

HEADER = "线索编号,手机号,备注"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    folder = tmp_path / "bench"
    folder.mkdir()
    opened = Workbench(folder)
    yield opened
    opened.close()


@pytest.fixture
def careful(tmp_path: Path) -> Iterator[Workbench]:
    folder = tmp_path / "careful"
    folder.mkdir()
    opened = Workbench(folder, careful=True)
    yield opened
    opened.close()


def rows(bench: Workbench, source: Source) -> list[tuple[Any, ...]]:
    return [
        tuple(row.values())
        for batch in bench.rows(f"FROM {source.view}")
        for row in batch.to_pylist()
    ]


def cells(bench: Workbench, path: Path) -> list[tuple[Any, ...]]:
    """Rows as line and cells; a damaged one as line and what is wrong."""
    (source,) = bench.add(path)
    bench.lock()
    found = []
    for row in rows(bench, source):
        named = dict(zip(source.kinds, row, strict=True))
        damage = named.pop("_damage", None)
        found.append((named.pop("_line"), *([damage] if damage else named.values())))
    return found


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_workbench_reads_text_in_any_encoding(
    bench: Workbench, tmp_path: Path, encoding: str, delimiter: str, newline: str
) -> None:
    lines = [HEADER, "L1,13800138000,张三", 'L2,,"说:""好"""', 'L3,1,"两', '行"']
    path = tmp_path / "leads.csv"
    path.write_bytes(newline.join(lines).replace(",", delimiter).encode(encoding))
    assert cells(bench, path) == [
        (2, "L1", "13800138000", "张三"),
        (3, "L2", None, '说:"好"'),
        (4, "L3", "1", f"两{newline}行"),
    ]
    assert inspect(path).header == tuple(HEADER.split(","))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_workbench_takes_a_stray_nul_for_nothing_else(
    bench: Workbench, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("编号,姓名\n1,张\0三\n2,李四\n".encode(encoding))
    assert cells(bench, path) == [(2, "1", "张三"), (3, "2", "李四")]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_workbench_knows_unmarked_utf16_by_its_few_ascii_signs(
    bench: Workbench, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "a.csv"
    note = "一" * 40  # its low byte is zero, which is where other texts have none
    path.write_bytes(f"编号,备注\n甲,{note}\n乙,说\n".encode(encoding))
    assert cells(bench, path) == [(2, "甲", note), (3, "乙", "说")]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_workbench_passes_over_rows_that_are_empty(
    bench: Workbench, tmp_path: Path, newline: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(newline.join(["a,b,c", "1,2,3", ",,", "4,5,6", ",,", ",,", ""]).encode())
    assert cells(bench, path) == [(2, "1", "2", "3"), (4, "4", "5", "6")]


def test_workbench_keeps_the_delimiter_inside_quotes(bench: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('"a;b;c;d",e\n"1;2",3\n', encoding="utf-8")
    assert cells(bench, path) == [(2, "1;2", "3")]


def test_careful_workbench_tells_uneven_rows_apart(careful: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b,c\n1,2\n\n1,2,3,4\r\n1,2,3,\n9,x\0y,\n")
    assert cells(careful, path) == [
        (2, "1", "2", None),
        (4, "the row must have 3 cells, has 4: 1,2,3,4"),
        (5, "1", "2", "3"),
        (6, "9", "xy", None),
    ]


def test_careful_workbench_loses_only_the_line_with_an_open_quote(
    careful: Workbench, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    lines = ["a,b", "1,2", '3,"open', "4,5", '6,5" pipe', '7,"two', 'lines"', '8,"x"y', '9,"end']
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert cells(careful, path) == [
        (2, "1", "2"),
        (3, 'a quote must be closed, this one is not: 3,"open'),
        (4, "4", "5"),
        (5, "6", '5" pipe'),
        (6, "7", "two\nlines"),
        (7, "8", "xy"),
        (8, 'a quote must be closed, this one is not: 9,"end'),
    ]


@pytest.mark.parametrize(
    "content", [b"a,b\n1,2,3\n", b"a,b\n1,2\n2,3\r\n", b'a,b\n"1,2\n', b"a,b\n1\n"]
)
def test_workbench_says_when_a_file_needs_care(
    bench: Workbench, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    (source,) = bench.add(path)
    with pytest.raises(UnevenFile):
        rows(bench, source)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "it is empty"),
        (b" \n \n", "it is empty"),
        (b"a,a\n1,2\n", "must name each column once, has a twice"),
        ("手机,备注,手机\n".encode("gb18030"), "手机 twice"),
        (b"\xff\xff\xff\xfe\xfe", "UTF-8, UTF-16 or GB18030"),
        (b"PK\x03\x04rest", "its content is XLSX"),
        (b"\xd0\xcf\x11\xe0rest", "old or encrypted workbook"),
        (",".join(f"c{n}" for n in range(2000)).encode(), "at most 1024 columns"),
        (b"_line,a\n1,2\n", "must not name a column _line"),
        (b"a" * 200_000 + b"\n1\n", "readable header line"),
        (bytes(range(256)) * 40, "UTF-8, UTF-16 or GB18030"),  # a picture, say
    ],
)
def test_inspect_refuses_what_is_no_table(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=says):
        inspect(path)


@pytest.mark.parametrize("name", ["a.pdf", "a.xls", "../../etc/passwd", "a.csv", "missing.parquet"])
def test_workbench_refuses_files_it_does_not_know(
    bench: Workbench, tmp_path: Path, name: str
) -> None:
    with pytest.raises(InvalidInput):
        bench.add(tmp_path / name)


def test_workbench_refuses_a_parquet_file_that_is_none(bench: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 not really PAR1")
    with pytest.raises(InvalidInput, match=r"a\.parquet must be readable"):
        bench.add(path)


def test_workbench_reads_parquet_with_its_types(bench: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"id": [1.0, 2.0], "on": [date(2026, 1, 2)] * 2}), path)
    (source,) = bench.add(path)
    assert source.columns == ["id", "on"]
    assert rows(bench, source) == [(1, 1.0, date(2026, 1, 2)), (2, 2.0, date(2026, 1, 2))]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('{other}')",
        "COPY (SELECT 1) TO '{other}'",
        "ATTACH '{other}.db'",
        "SET threads=1",
        "INSTALL httpfs",
        "SELECT 1; SELECT 2",
        "DROP VIEW source0",
        "not sql",
    ],
)
def test_workbench_reaches_nothing_but_its_files(
    bench: Workbench, tmp_path: Path, sql: str
) -> None:
    laid, other = tmp_path / "laid.csv", tmp_path / "other.csv"
    for path in (laid, other):
        path.write_text("a\n1\n", encoding="utf-8")
    (source,) = bench.add(laid)
    bench.lock()
    with pytest.raises(InvalidInput):
        bench.name("crafted", sql.format(other=other))
    assert rows(bench, source) == [(2, "1")]
    assert other.read_text(encoding="utf-8") == "a\n1\n"
