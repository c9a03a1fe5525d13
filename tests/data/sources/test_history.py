"""What was refused, as those may see it who see no names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.contracts import CONTRACTS
from data.landing.zone import Landing
from data.sources.history import masked_reason, masked_row, refused_by_reason, refused_rows
from data.sources.imports import import_files
from data.stores.duck import DuckDBStore

HEADER = "lead_id,created_at,campus_id,name,student_name,phone,unionid,campaign\n"
BAD = "L1,坏,C1,张三丰,张小丰,13800138000,oAbCdEf,call 13800138000\n"
OPEN = 'L2,2026-01-02,C1,"王五,王小五,13900139000\n'


def refuse(store: DuckDBStore, landing: Landing, path: Path, *rows: str) -> None:
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    import_files(store, landing, [path], commit=True, rebuild=None)


def test_refused_rows_hold_no_name_and_no_phone_for_who_sees_none(
    store: DuckDBStore, landing: Landing, tmp_path: Path
) -> None:
    refuse(store, landing, tmp_path / "a.csv", BAD, OPEN)
    rows = refused_rows(store, personal=False)
    assert sorted(rows["reason_code"]) == ["malformed", "not_a_time"]
    told = rows.to_csv() + refused_by_reason(store, personal=False).to_csv()
    for secret in ("13800138000", "13900139000", "三丰", "小丰", "王五", "oAbCdEf"):
        assert secret not in told
    bad = rows[rows["reason_code"] == "not_a_time"].iloc[0]
    assert json.loads(bad["row_json"]) == {
        "lead_id": "L1", "created_at": "坏", "campus_id": "C1", "name": "张**",
        "student_name": "张**", "phone": "138****8000", "unionid": "***",
        "campaign": "call 138****8000",
    }  # fmt: skip
    assert bad["reason"] == "created_at must be a date and time, got “坏”"
    whole = refused_rows(store, personal=True).to_csv()
    assert "13900139000" in whole
    assert "张三丰" in whole


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("phone must be a phone number, got “1380013”", "phone must be a phone number, got “***”"),
        ("name must be given, came empty", "name must be given, came empty"),
        ("a quote must be closed, this is not: a: b", "a quote must be closed, this is not: ***"),
        ("campus_id must be a, got “13800138000”", "campus_id must be a, got “138****8000”"),
    ],
)  # fmt: skip
def test_a_reason_does_not_repeat_what_is_personal(reason: str, said: str) -> None:
    assert masked_reason("leads", reason) == said


@pytest.mark.parametrize("table", sorted(CONTRACTS))
def test_no_personal_column_of_any_table_comes_through(table: str) -> None:
    personal = [column.name for column in CONTRACTS[table].columns if column.personal]
    row = json.dumps({column.name: "欧阳海13800138000" for column in CONTRACTS[table].columns})
    masked = json.loads(masked_row(table, row))
    assert all("海" not in masked[name] for name in personal)
    assert "13800138000" not in json.dumps(masked)


def test_refusals_of_a_file_that_came_again_stand_no_longer(
    store: DuckDBStore, landing: Landing, tmp_path: Path
) -> None:
    refuse(store, landing, tmp_path / "a.csv", BAD)
    refuse(store, landing, tmp_path / "b.csv", BAD)
    refuse(store, landing, tmp_path / "a.csv", BAD)
    assert list(refused_by_reason(store, personal=True)["rows"]) == [2]
    refuse(store, landing, tmp_path / "a.csv", BAD.replace("坏", "2026-01-02"))
    refuse(store, landing, tmp_path / "b.csv", BAD.replace("坏", "2026-01-02"))
    assert refused_by_reason(store, personal=True).empty
    assert refused_rows(store, personal=True).empty
    assert store.fetch("SELECT count(*) AS n FROM quarantine")["n"][0] == 3
