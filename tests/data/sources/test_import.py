"""Imports: what a preview says is what a commit does, and files become our tables."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.contracts import CONTRACTS, contract
from data.errors import InvalidInput, UnknownName
from data.installation.home import Home
from data.landing.loader import load
from data.landing.zone import Landing
from data.sources.command import import_command, report_text, template
from data.sources.headers import folded, guess_table, match_headers
from data.sources.imports import ImportReport, import_files
from data.sources.mapping import find_mapping, mapping_files, read_mapping, save_mapping
from data.sources.preview import VERDICTS
from data.stores.duck import DuckDBStore

LEADS = """线索编号*,创建时间,校区编号,手机号,CRM编号,家长姓名,备注
L1,2026/1/2 3:04,C1,138 0013 8000,K1,张三,x
L2,坏,C1,,K2,李四,
L1,2026/1/2 3:04,C1,13900139000,K1,张三,x

L3,2026.1.5,C1,8613900139000,K9,"王
五",
L4,2026-01-05T10:00:00Z,C1,1.38E+10,K4,,
L5,2026-01-06,C1,,,,
L5,2026-01-06,C1,,,,
"""


def counts(report: ImportReport, table: str = "leads") -> dict[str, int]:
    (found,) = [part for part in report.tables if part.table == table]
    return {verdict: getattr(found, verdict) for verdict in VERDICTS if getattr(found, verdict)}


def asked(store: DuckDBStore, sql: str) -> list[tuple[Any, ...]]:
    return store.cursor().execute(sql).fetchall()


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    path = tmp_path / "名单.csv"
    path.write_text(LEADS, encoding="gb18030")
    return path


def test_import_preview_tells_every_row(store: DuckDBStore, landing: Landing, leads: Path) -> None:
    report = import_files(store, landing, [leads])
    assert counts(report) == {"new": 3, "conflict": 2, "duplicate": 1, "rejected": 1}
    (part,) = report.tables
    assert part.rows == 7
    assert part.unmapped == ("备注",)
    assert part.columns["phone"] == "手机号"
    assert part.unread_phones == 1
    assert [(problem.line, problem.code) for problem in part.problems] == [
        (2, "repeated_key"),
        (3, "not_a_time"),
        (6, "phone_taken"),
    ]
    assert "in line 4" in part.problems[0].reason
    assert part.problems[2].reason.endswith(": K1")
    # Nothing was done.
    assert landing.segments() == []
    assert asked(store, "SELECT count(*) FROM leads") == [(0,)]


def test_import_commits_what_the_preview_said(
    store: DuckDBStore, landing: Landing, leads: Path
) -> None:
    report = import_files(store, landing, [leads], actor="lin", commit=True)
    assert counts(report) == {"new": 4, "duplicate": 2, "rejected": 1}
    assert report.tables[0].problems[0].line == 3
    assert asked(store, "SELECT lead_id, phone, name, created_at FROM leads ORDER BY 1") == [
        ("L1", "+8613900139000", "张三", datetime.fromisoformat("2026-01-01T19:04")),
        ("L3", "+8613900139000", "王\n五", datetime.fromisoformat("2026-01-04T16:00")),
        ("L4", None, None, datetime.fromisoformat("2026-01-05T10:00")),
        ("L5", None, None, datetime.fromisoformat("2026-01-05T16:00")),
    ]
    assert asked(store, "SELECT source, actor, table_name FROM load_log") == [
        ("file:名单.csv", "lin", "leads")
    ]
    assert asked(store, "SELECT line, reason_code FROM quarantine") == [(3, "not_a_time")]


def test_import_of_the_same_file_changes_nothing(
    store: DuckDBStore, landing: Landing, leads: Path
) -> None:
    import_files(store, landing, [leads], commit=True)
    before = asked(store, "SELECT * FROM leads ORDER BY lead_id")
    assert counts(import_files(store, landing, [leads])) == {
        "conflict": 1, "duplicate": 5, "rejected": 1,
    }  # fmt: skip
    again = import_files(store, landing, [leads], commit=True)
    assert counts(again) == {"duplicate": 6, "rejected": 1}
    assert asked(store, "SELECT * FROM leads ORDER BY lead_id") == before


def test_import_preview_tells_updates_and_taken_phones_of_the_store(
    store: DuckDBStore, landing: Landing, leads: Path, tmp_path: Path
) -> None:
    import_files(store, landing, [leads], commit=True)
    path = tmp_path / "changes.csv"
    path.write_text(
        "lead_id,status,phone,crm_id\nL4,已成交,,K4\nL5,,,\nL9,新线索,,\nL3,paid,13900139000,K3\n",
        encoding="utf-8",
    )
    report = import_files(store, landing, [path])
    assert counts(report) == {"update": 1, "duplicate": 1, "rejected": 1, "conflict": 1}
    assert {problem.code for problem in report.tables[0].problems} == {"missing", "phone_taken"}


def test_import_keeps_damaged_rows_in_quarantine(
    store: DuckDBStore, landing: Landing, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "lead_id,created_at,campus_id\nL1,2026-01-02,C1\nL2,2026-01-02,C1,extra\nL3,2026-01-02,C1\n",
        encoding="utf-8",
    )
    assert counts(import_files(store, landing, [path])) == {"new": 2, "rejected": 1}
    report = import_files(store, landing, [path], commit=True)
    assert counts(report) == {"new": 2, "rejected": 1}
    ((line, code, reason),) = asked(store, "SELECT line, reason_code, reason FROM quarantine")
    assert (line, code) == (3, "malformed")
    assert "L2,2026-01-02,C1,extra" in reason


def test_import_is_all_or_nothing_per_file(
    store: DuckDBStore, landing: Landing, leads: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.csv"
    other.write_text("colour,taste\nred,sweet\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="name the table or give a mapping"):
        import_files(store, landing, [other], commit=True)
    assert landing.segments() == []


def test_a_file_that_cannot_be_read_hinders_no_other(
    leads: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other, later = tmp_path / "other.csv", tmp_path / "later.csv"
    other.write_text("colour,taste\nred,sweet\n", encoding="utf-8")
    later.write_text("lead_id,created_at,campus_id\nL8,2026-01-02,C1\n", encoding="utf-8")
    home = Home(tmp_path / "home")
    assert import_command([leads, other, later], None, None, False, home) == 2
    said = capsys.readouterr()
    assert "7 rows: 4 new" in said.out
    assert "1 rows: 1 new" in said.out
    assert "invalid_input: other.csv must have the key columns" in said.err
    holder = DuckDBStore(home.store)
    assert asked(holder, "SELECT count(*) FROM leads") == [(5,)]
    holder.close()


def test_import_lands_without_the_store(landing: Landing, leads: Path, store: DuckDBStore) -> None:
    report = import_files(None, landing, [leads], commit=True)
    assert report.loaded is None
    assert len(landing.segments()) == 1
    assert load(store, landing, rebuild=None).inserted == 4
    assert counts(import_files(None, landing, [leads]))["new"] == 3


def test_import_reads_back_what_a_careful_export_wrote(
    store: DuckDBStore, landing: Landing, tmp_path: Path
) -> None:
    values = ["=1+1", "+86 138", "-5", "@x", "＝1", "'quoted", "it's", "plain", "''=x"]
    path = tmp_path / "export.csv"
    rows = [
        f'L{n},2026-01-02,C1,"{chr(39) if value[0] in "=+-@＝" else ""}{value}"'
        for n, value in enumerate(values)
    ]
    path.write_text("lead_id,created_at,campus_id,name\n" + "\n".join(rows), encoding="utf-8")
    import_files(store, landing, [path], commit=True)
    assert [name for (name,) in asked(store, "SELECT name FROM leads ORDER BY lead_id")] == values


def test_import_reads_the_same_from_csv_xlsx_and_parquet(
    store: DuckDBStore, landing: Landing, tmp_path: Path
) -> None:
    header = ["订单编号", "校区编号", "下单时间", "订单类型", "订单状态", "手机号", "欠费"]
    at = datetime.fromisoformat("2026-01-02T10:05:00")
    row: list[Any] = [1001, "C1", at, 0, "已付", 13800138000.0, False]
    csv, xlsx, parquet = (tmp_path / f"orders.{end}" for end in ("csv", "xlsx", "parquet"))
    csv.write_text(
        ",".join(header) + "\n1001,C1,2026年1月2日 10:05,收费,1,+86 138-0013-8000,否\n", "utf-8"
    )
    book = openpyxl.Workbook()
    book.active.append(header)
    book.active.append(row)
    book.save(xlsx)
    columns = {name: [value] for name, value in zip(header, row, strict=True)}
    pq.write_table(pa.table(columns), parquet)
    import_files(store, landing, [csv], commit=True)
    (stored,) = asked(store, "SELECT * FROM orders")
    assert stored[0] == "1001"
    assert stored[3:9] == (
        "+8613800138000", "C1", datetime.fromisoformat("2026-01-02T02:05"), None, "charge", "paid",
    )  # fmt: skip
    for path in (xlsx, parquet):
        assert counts(import_files(store, landing, [path]), "orders") == {"duplicate": 1}


def test_import_reads_an_instant_with_zone_from_parquet(
    store: DuckDBStore, landing: Landing, tmp_path: Path
) -> None:
    path = tmp_path / "a.parquet"
    zoned = pa.array([datetime.fromisoformat("2026-01-02T10:05")], pa.timestamp("us", "UTC"))
    pq.write_table(pa.table({"lead_id": ["a"], "campus_id": ["c"], "created_at": zoned}), path)
    import_files(store, landing, [path], commit=True)
    assert asked(store, "SELECT created_at FROM leads") == [
        (datetime.fromisoformat("2026-01-02T10:05"),)
    ]


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_template_is_recognised_by_every_column(name: str) -> None:
    text = template(name)
    assert text.startswith("\ufeff")
    headers = text.removeprefix("\ufeff").strip().split(",")
    assert list(match_headers(contract(name), headers)) != []
    assert set(match_headers(contract(name), headers)) == {c.name for c in contract(name).columns}
    assert guess_table(headers, "template.csv").name == name


def test_headers_are_matched_by_name_label_and_alias() -> None:
    matched = match_headers(
        contract("leads"),
        ["Lead_ID", "录入时间", "所属校区", " 手 机 ", "金额(元)", "状态", "备注"],
    )
    assert matched == {
        "lead_id": "Lead_ID", "status": "状态", "created_at": "录入时间", "campus_id": "所属校区",
        "phone": " 手 机 ",
    }  # fmt: skip
    assert folded("实付金额（元）*") == "实付金额"


def test_headers_that_fit_no_table_are_an_error() -> None:
    with pytest.raises(InvalidInput, match="must have the key columns of a table"):
        guess_table(["a", "b"], "x.csv")


def test_mapping_saved_from_headers_is_found_again(
    store: DuckDBStore, landing: Landing, tmp_path: Path
) -> None:
    save_mapping(
        tmp_path, "crm", "leads",
        {"lead_id": '编"号', "created_at": "何时", "campus_id": "哪\\里", "phone": "号码"},
    )  # fmt: skip
    path = tmp_path / "x.csv"
    path.write_text('"编""号",何时,哪\\里,号码,其余\n7,2026-01-02,C1,13800138000,x\n', "utf-8")
    mapping = find_mapping("crm", [tmp_path])
    report = import_files(store, landing, [path], mapping=mapping, commit=True)
    assert report.tables[0].unmapped == ("其余",)
    assert asked(store, "SELECT lead_id, phone FROM leads") == [("7", "+8613800138000")]
    assert {"crm", "oulad", "x_education"} <= set(mapping_files([tmp_path]))
    with pytest.raises(InvalidInput, match="letters, digits"):
        save_mapping(tmp_path, "../x", "leads", {"lead_id": "a"})
    with pytest.raises(UnknownName, match="did you mean: oulad"):
        find_mapping("oulat", [tmp_path])


def test_mapping_feeds_several_tables_and_keeps_the_rest(
    store: DuckDBStore, landing: Landing, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.active.title = "学员"
    for line in (
        ["号", "名", "课", "价", "星座"],
        [1, "Lin", "数学", 99.5, "狮子"],
        [2, "Wu", "数学", 1, None],
    ):
        book.active.append(line)
    book.create_sheet("说明").append(["不读"])
    book.save(tmp_path / "book.xlsx")
    path = tmp_path / "m.toml"
    path.write_text(
        """
source = "till"
as_of = 2026-02-01T00:00:00+08:00
[files]
pupils = "*.xlsx#学员"
[views]
course = "SELECT DISTINCT 课 FROM pupils"
[tables.courses]
from = "course"
[tables.courses.columns]
course_id = "md5(课)[:4]"
name = "课"
course_line = "课"
type = "'正价课'"
[tables.leads]
from = "pupils"
where = "号 IS NOT NULL"
properties = "*"
[tables.leads.columns]
lead_id = "'P' || 号"
created_at = "DATE '2026-01-01' + 号::INTEGER"
campus_id = "'C1'"
name = "名"
""",
        encoding="utf-8",
    )
    report = import_files(
        store, landing, [tmp_path / "book.xlsx"], mapping=read_mapping(path), commit=True
    )
    assert report.tables[0].unmapped == ("不读",)
    assert asked(store, "SELECT name, type FROM courses") == [("数学", "formal")]
    assert asked(store, "SELECT lead_id, properties, created_at FROM leads ORDER BY 1") == [
        (
            "P1",
            '{"课":"数学","价":"99.5","星座":"狮子"}',
            datetime.fromisoformat("2026-01-01T16:00"),
        ),
        ("P2", '{"课":"数学","价":"1"}', datetime.fromisoformat("2026-01-02T16:00")),
    ]
    assert store.as_of == datetime.fromisoformat("2026-01-31T16:00")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = [", "readable TOML"),
        ("x = 1\n[tables.leads.columns]\nlead_id='a'", "a setting of the mapping"),
        ("source = 'x'", "must have a section"),
        ("[tables.leads.columns]\ncolour='a'", "column of leads"),
        ("[tables.leads.columns]\nname='a'", "must have lead_id"),
        ("as_of = 2026-01-01\n[tables.leads.columns]\nlead_id='a'", "with its offset"),
        (
            "[tables.courses]\nproperties='*'\n[tables.courses.columns]\ncourse_id='a'",
            "no properties",
        ),
        ("[files]\n'a-b'='x'\n[tables.leads.columns]\nlead_id='a'", "letters, digits"),
        ("[files]\na=1\n[tables.leads.columns]\nlead_id='a'", "must be texts"),
        ("[tables]\nleads = 3", "leads must be a section"),
        ("[tables.leads]\nproperties=5\n[tables.leads.columns]\nlead_id='a'", "columns' names"),
    ],
)
def test_mapping_says_what_is_wrong_with_it(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises((InvalidInput, UnknownName), match=says):
        read_mapping(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[files]\na='other*'\n[tables.leads.columns]\nlead_id='a'", "without a \\(other"),
        ("[tables.leads]\nfrom='b'\n[tables.leads.columns]\nlead_id='a'", "got 'b'"),
        ("[tables.leads.columns]\nlead_id='nowhere'", "the SQL of rows_of_leads must run"),
        ('[tables.leads.columns]\nlead_id="(FROM read_text(\'/etc/passwd\'))"', "must run"),
        ("[views]\nv='DROP TABLE leads'\n[tables.leads.columns]\nlead_id='1'", "must run"),
        ("[tables.leads.columns]\nlead_id=\"DATE 'x' || a\"", "must run"),
        ("[tables.leads.columns]\nlead_id=\"('x' || a)::BIGINT\"", "SQL must run on every row"),
    ],
)  # fmt: skip
def test_mapping_that_cannot_run_imports_nothing(
    store: DuckDBStore, landing: Landing, tmp_path: Path, text: str, says: str
) -> None:
    path, file = tmp_path / "m.toml", tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    file.write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=says):
        import_files(store, landing, [file], mapping=read_mapping(path), commit=True)
    assert landing.segments() == []


def test_import_command_previews_then_imports(
    tmp_path: Path, leads: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path / "home")
    assert import_command([leads], None, None, True, home) == 1
    assert "nothing was imported" in capsys.readouterr().out
    assert import_command([leads], "leads", None, False, home) == 1
    said = capsys.readouterr().out
    assert "7 rows: 4 new, 0 updated, 2 duplicate or replaced, 1 rejected" in said
    assert "line 3: not_a_time: created_at must be a date and time, got “坏”" in said
    holder = DuckDBStore(home.store)
    assert holder.cursor().execute("SELECT count(*) FROM fact_lead").fetchall() == [(4,)]
    holder.close()


def test_sheets_that_are_not_read_are_named(
    store: DuckDBStore, landing: Landing, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for title in ("一月", "二月"):
        sheet = book.create_sheet(title)
        sheet.append(["线索编号", "创建时间", "校区编号"])
        sheet.append([title, "2026-01-02", "C1"])
    path = tmp_path / "leads.xlsx"
    book.save(path)
    report = import_files(store, landing, [path])
    assert counts(report) == {"new": 1}
    assert report.tables[0].unread_sheets == ("二月",)
    assert "sheets not read: 二月" in report_text(report)


@pytest.mark.parametrize("name", ["oulad", "x_education"])
def test_shipped_mappings_answer_the_same_whatever_the_order_of_rows(name: str) -> None:
    sql = mapping_files([])[name].read_text(encoding="utf-8")
    assert re.findall(r"\b(any_value|arg_max|arg_min|first|last|mode|list)\(", sql) == []


def test_import_tells_what_rows_name_without_its_being_listed(
    store: DuckDBStore, landing: Landing, tmp_path: Path
) -> None:
    leads, campuses = tmp_path / "leads.csv", tmp_path / "campuses.csv"
    leads.write_text(
        "lead_id,created_at,campus_id,channel_id\n"
        "L1,2026-01-02,C1,sem\nL2,2026-01-02,C2,\nL3,2026-01-02,C2,feed\nL4,bad,C9,sem\n",
        encoding="utf-8",
    )
    campuses.write_text("campus_id,name\nC1,望京校区\n", encoding="utf-8")
    import_files(store, landing, [campuses], commit=True)
    report = import_files(store, landing, [leads], commit=True)
    assert [(part.column, part.rows, part.examples) for part in report.unlisted] == [
        ("campus_id", 2, ("C2",)),
        ("channel_id", 2, ("feed", "sem")),
    ]
    assert "2 rows of leads name a campus_id that no row of campuses has: C2" in report_text(report)
    assert import_files(store, landing, [leads]).unlisted == []


def test_import_fills_a_template(store: DuckDBStore, landing: Landing, tmp_path: Path) -> None:
    path = tmp_path / "spend.csv"
    path.write_text(template("spend") + "ch,p,m,C1,2026/1/5,100,10,¥1.2万,3\n", encoding="utf-8")
    report = import_files(store, landing, [path], commit=True)
    assert counts(report, "spend") == {"new": 1}
    assert asked(store, "SELECT spend_on, cost_cny::VARCHAR FROM spend") == [
        (date(2026, 1, 5), "12000.00")
    ]
    assert "spend.csv → spend" in report_text(report)
    assert io.StringIO(template("spend")).readline().endswith("\n")


def test_a_store_of_a_former_version_takes_a_table_and_a_column_that_it_lacks(
    store: DuckDBStore, landing: Landing, leads: Path
) -> None:
    with store.writing() as cursor:
        cursor.execute("DROP TABLE leads")
        cursor.execute("ALTER TABLE campuses DROP COLUMN timezone")
    assert counts(import_files(store, landing, [leads]))["new"] == 3
    assert ("timezone",) in asked(
        store, "SELECT column_name FROM duckdb_columns() WHERE table_name = 'campuses'"
    )
