"""The loader takes each segment exactly once and lets no bad row hurt another."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data.contracts.schema import Column
from data.landing import loader, validation
from data.landing.loader import load
from data.landing.reading import read
from data.landing.zone import Landing
from data.stores.duck import DuckDBStore

Rows = list[dict[str, Any]]


def take(store: DuckDBStore, landing: Landing, table: str, rows: Rows, **more: Any) -> Any:
    landing.write(table, [pa.Table.from_pylist(rows)], source="test", **more)
    return load(store, landing, rebuild=None)


def lead(lead_id: str, **more: object) -> dict[str, object]:
    return {"lead_id": lead_id, "created_at": "2026-01-02 10:00", "campus_id": "north", **more}


def asked(store: DuckDBStore, sql: str) -> list[tuple[Any, ...]]:
    return store.cursor().execute(sql).fetchall()


def test_loader_takes_a_segment_once(store: DuckDBStore, landing: Landing) -> None:
    report = take(store, landing, "leads", [lead("a"), lead("b")])
    assert (report.segments, report.inserted, report.changed) == (1, 2, {"leads"})
    version = store.version
    assert load(store, landing, rebuild=None).segments == 0
    assert store.version == version
    assert asked(store, "SELECT count(*) FROM leads") == [(2,)]


def test_loader_finds_nothing_new_in_the_same_rows(store: DuckDBStore, landing: Landing) -> None:
    rows = [lead("a", phone="138 0013 8000", status="新线索"), lead("b", status="2")]
    rows[1]["status"] = "已联系"
    take(store, landing, "leads", rows)
    report = take(store, landing, "leads", rows)
    assert (report.inserted, report.updated, report.duplicate) == (0, 0, 2)
    assert report.changed == set()


def test_loader_updates_by_key_only_the_columns_that_came(
    store: DuckDBStore, landing: Landing
) -> None:
    take(store, landing, "leads", [lead("a", name="Lin", phone="13800138000"), lead("b")])
    report = take(store, landing, "leads", [{"lead_id": "a", "status": "paid"}])
    assert (report.inserted, report.updated) == (0, 1)
    assert asked(store, "SELECT lead_id, name, phone, status FROM leads ORDER BY 1") == [
        ("a", "Lin", "+8613800138000", "paid"),
        ("b", None, None, None),
    ]


def test_loader_refuses_a_new_row_without_a_required_column(
    store: DuckDBStore, landing: Landing
) -> None:
    report = take(store, landing, "leads", [{"lead_id": "new", "status": "paid"}])
    assert (report.inserted, report.quarantined) == (0, 1)
    ((code, reason),) = asked(store, "SELECT reason_code, reason FROM quarantine")
    assert code == "missing"
    assert reason.startswith("created_at, campus_id must be given for a new row")


def test_loader_keeps_a_known_phone_when_the_new_one_is_unreadable(
    store: DuckDBStore, landing: Landing
) -> None:
    take(store, landing, "leads", [lead("a", phone="13800138000")])
    report = take(store, landing, "leads", [lead("a", phone="1.38E+10")])
    assert (report.unread_phones, report.duplicate) == (1, 1)
    assert asked(store, "SELECT phone FROM leads") == [("+8613800138000",)]


def test_loader_lets_the_last_of_equal_keys_win(store: DuckDBStore, landing: Landing) -> None:
    rows = [lead("a", name="first"), lead("b"), lead("a", name="last")]
    report = take(store, landing, "leads", rows)
    assert (report.inserted, report.duplicate) == (2, 1)
    assert asked(store, "SELECT name FROM leads WHERE lead_id = 'a'") == [("last",)]


def test_loader_never_changes_an_event(store: DuckDBStore, landing: Landing) -> None:
    def event(name: str) -> dict[str, object]:
        return {"event_id": "e", "name": name, "occurred_at": "2026-01-02 10:00:00"}

    take(store, landing, "events", [event("first"), event("second")])
    report = take(store, landing, "events", [event("third")])
    assert (report.inserted, report.updated, report.duplicate) == (0, 0, 1)
    assert asked(store, "SELECT name FROM events") == [("first",)]


@pytest.mark.parametrize("bad", [0, 1, 7, 49, 50])
def test_loader_stores_all_but_the_bad_rows(store: DuckDBStore, landing: Landing, bad: int) -> None:
    rows = [lead(f"l{n}") for n in range(50)]
    broken = random.Random(bad).sample(range(50), bad)
    for n in broken:
        rows[n]["created_at"] = "not a time"
    report = take(store, landing, "leads", rows)
    assert (report.inserted, report.quarantined) == (50 - bad, bad)
    lines = asked(store, "SELECT line FROM quarantine ORDER BY line")
    assert lines == [(n + 1,) for n in sorted(broken)]


@pytest.mark.parametrize(
    "zone", ["CST", "PRC", "UTC", "北京时间", "UTC+8", "asia/shanghai", "Asia/Nowhere", "+08:00"]
)
def test_loader_refuses_a_campus_whose_zone_nobody_knows(
    store: DuckDBStore, landing: Landing, zone: str
) -> None:
    rows = [
        {"campus_id": f"c{n}", "name": "n", "timezone": said}
        for n, said in enumerate([zone, "", " Asia/Urumqi ", "America/New_York"])
    ]
    report = take(store, landing, "campuses", rows)
    assert (report.inserted, report.quarantined) == (3, 1)
    ((code, reason),) = asked(store, "SELECT reason_code, reason FROM quarantine")
    assert code == "not_a_zone"
    assert reason == f"timezone must be a time zone such as Asia/Shanghai, got “{zone}”"
    assert asked(store, "SELECT timezone FROM campuses ORDER BY campus_id") == [
        (None,), ("Asia/Urumqi",), ("America/New_York",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "code", "says"),
    [
        (lead("", name="x"), "missing", "lead_id must be given"),
        (lead("a", created_at=" "), "missing", "created_at must be given"),
        (lead("a", created_at="2026-02-30"), "not_a_time", "“2026-02-30”"),
        (lead("a", created_at="infinity"), "implausible", "from 1900-01-01"),
        (lead("a", status="9"), "not_a_choice", "status must be one of its values, got “9”"),
        (lead("a", is_reachable="perhaps"), "not_a_flag", "is_reachable must be yes or no"),
        (lead("a", properties="{"), "not_json", "properties must be JSON"),
    ],
)
def test_loader_says_what_is_wrong_with_a_row(
    store: DuckDBStore, landing: Landing, row: dict[str, object], code: str, says: str
) -> None:
    take(store, landing, "leads", [row])
    ((table, got, reason, raw),) = asked(
        store, "SELECT table_name, reason_code, reason, row_json FROM quarantine"
    )
    assert (table, got) == ("leads", code)
    assert says in reason
    assert '"lead_id"' in raw


def test_loader_bounds_numbers(store: DuckDBStore, landing: Landing) -> None:
    rows = [
        {"feedback_id": str(n), "given_at": "2026-01-02", "rating": rating}
        for n, rating in enumerate([0.0, 5.0, -1.0, 5.5, float("nan"), float("inf")])
    ]
    report = take(store, landing, "feedback", rows)
    assert (report.inserted, report.quarantined) == (2, 4)
    codes = asked(store, "SELECT reason_code FROM quarantine ORDER BY line")
    assert codes == [("too_low",), ("too_high",), ("not_a_number",), ("not_a_number",)]


def test_loader_refuses_a_guardian_without_a_readable_phone(
    store: DuckDBStore, landing: Landing
) -> None:
    rows = [{"student_id": "s", "phone": p} for p in ("13800138000", "12", "０２１-62345678")]
    report = take(store, landing, "guardians", rows)
    assert (report.inserted, report.quarantined, report.unread_phones) == (2, 1, 0)
    assert asked(store, "SELECT reason_code FROM quarantine") == [("not_a_phone",)]


def test_loader_goes_on_past_a_damaged_segment(store: DuckDBStore, landing: Landing) -> None:
    torn = landing.write("leads", [pa.Table.from_pylist([lead("torn")])], source="test")
    path = landing.path / torn
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    report = take(store, landing, "leads", [lead("whole")])
    assert report.corrupt == [torn]
    assert asked(store, "SELECT lead_id FROM leads") == [("whole",)]
    assert asked(store, "SELECT segment, table_name, reason_code FROM quarantine") == [
        (torn, "leads", "corrupt")
    ]
    assert load(store, landing, rebuild=None).corrupt == []
    assert path.exists()
    # Restored from a copy, it is taken with the next load, and its note goes.
    path.write_bytes(whole)
    take(store, landing, "leads", [lead("later")])
    assert asked(store, "SELECT count(*) FROM leads") == [(3,)]
    assert asked(store, "SELECT count(*) FROM quarantine") == [(0,)]


def test_loader_sets_a_segment_aside_that_the_engine_cannot_take(
    store: DuckDBStore, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(column: Column, *, is_text: bool) -> str:
        return (
            f'"{column.name}"::INTEGER' if column.name == "grade" else read(column, is_text=is_text)
        )

    monkeypatch.setattr(validation, "read", careless)
    good = [{**lead("good"), "grade": "3"}]
    landing.write("leads", [pa.Table.from_pylist(good)], source="test")
    bad = landing.write("leads", [pa.Table.from_pylist([lead("bad", grade="x")])], source="test")
    report = load(store, landing, rebuild=None)
    assert (report.inserted, report.corrupt) == (1, [bad])
    assert asked(store, "SELECT segment, reason_code FROM quarantine") == [(bad, "unloadable")]
    assert load(store, landing, rebuild=None).segments == 0


def test_loader_takes_a_segment_whole_or_not_at_all(store: DuckDBStore, landing: Landing) -> None:
    landing.write("leads", [pa.Table.from_pylist([lead("a")])], source="test")

    def failing(cursor: object, changed: set[str] | None, key: bytes) -> None:
        raise RuntimeError("the facts cannot be built")

    before = store.version
    with pytest.raises(RuntimeError):
        load(store, landing, rebuild=failing, key=b"")
    assert asked(store, "SELECT count(*) FROM leads") == [(0,)]
    assert asked(store, "SELECT count(*) FROM load_log") == [(0,)]
    assert store.version == before
    assert load(store, landing, rebuild=None).inserted == 1


def test_loader_rebuilds_facts_from_the_tables_that_changed(
    store: DuckDBStore, landing: Landing
) -> None:
    calls: list[tuple[set[str] | None, bytes]] = []

    def rebuild(cursor: object, changed: set[str] | None, key: bytes) -> None:
        calls.append((changed, key))

    for _ in range(2):
        landing.write("leads", [pa.Table.from_pylist([lead("a")])], source="test")
        load(store, landing, rebuild=rebuild, key=b"k")
    # Nothing changed the second time, but it was loaded: freshness is a fact too.
    assert calls == [({"leads"}, b"k"), (set(), b"k")]


def test_loader_gives_an_empty_home_all_its_tables(tmp_path: Path, landing: Landing) -> None:
    opened = DuckDBStore(tmp_path / "store.duckdb")
    load(opened, landing)
    assert asked(opened, "SELECT count(*) FROM fact_lead") == [(0,)]
    assert load(opened, landing).segments == 0
    opened.close()


def test_loader_moves_as_of_to_what_the_rows_show(store: DuckDBStore, landing: Landing) -> None:
    take(store, landing, "leads", [lead("a", created_at="2026-01-02 10:00")])
    assert store.as_of == datetime.fromisoformat("2026-01-02T02:00")
    take(store, landing, "leads", [lead("b", created_at="2025-01-02 10:00")])
    assert store.as_of == datetime.fromisoformat("2026-01-02T02:00")
    # A day is counted from its start: that is all it proves.
    take(store, landing, "spend", [spend(date(2026, 1, 5))])
    assert store.as_of == datetime.fromisoformat("2026-01-04T16:00")


def spend(day: date) -> dict[str, object]:
    keys = {"channel_id": "c", "campaign": "p", "material": "m", "campus_id": "north"}
    return {**keys, "spend_on": day, "cost_cny": "1"}


def test_loader_moves_as_of_to_what_a_segment_declares(
    store: DuckDBStore, landing: Landing
) -> None:
    declared = datetime.fromisoformat("2026-03-01T00:00")
    take(store, landing, "leads", [lead("a")], as_of=declared)
    assert store.as_of == declared
    assert asked(store, "SELECT last_at, as_of FROM load_log") == [
        (datetime.fromisoformat("2026-01-02T02:00"), declared)
    ]


def test_loader_does_not_follow_plans_and_slips_into_the_future(
    store: DuckDBStore, landing: Landing
) -> None:
    take(store, landing, "leads", [lead("a"), lead("b", created_at="2126-01-02 10:00")])
    assert store.as_of == datetime.fromisoformat("2026-01-02T02:00")
    lesson = {"class_id": "c", "starts_at": "2026-02-02 10:00"}
    rows = [
        {"lesson_id": "held", "state": "已点名", **lesson},
        {"lesson_id": "ahead", "state": "未点名", **lesson, "starts_at": "2026-02-09 10:00"},
    ]
    take(store, landing, "lessons", rows)
    assert store.as_of == datetime.fromisoformat("2026-02-02T02:00")


def test_loader_accounts_for_every_row(store: DuckDBStore, landing: Landing) -> None:
    """Against a dictionary: the last valid row of a key stands, and all rows are counted."""
    chance = random.Random(20260102)
    model: dict[str, str | None] = {}
    total = 0
    for _ in range(12):
        for _ in range(chance.randint(1, 4)):
            rows = []
            for _ in range(chance.randint(1, 40)):
                good = chance.random() > 0.2
                row = lead(f"l{chance.randint(0, 60)}", name=chance.choice(["x", "y", None]))
                if good:
                    model[str(row["lead_id"])] = row["name"]  # type: ignore[assignment]
                else:
                    row["created_at"] = "?"
                rows.append(row)
            total += len(rows)
            schema = pa.schema([(name, pa.string()) for name in rows[0]])
            landing.write("leads", [pa.Table.from_pylist(rows, schema)], source="test")
        report = load(store, landing, rebuild=None)
        counted = report.inserted + report.updated + report.duplicate + report.quarantined
        assert counted == report.rows
    assert dict(asked(store, "SELECT lead_id, name FROM leads")) == model
    assert asked(store, "SELECT sum(rows) FROM load_log") == [(total,)]
    assert asked(store, "SELECT count(*) = count(DISTINCT segment) FROM load_log") == [(True,)]
    quarantined = asked(store, "SELECT count(*) FROM quarantine")
    assert quarantined == asked(store, "SELECT sum(quarantined) FROM load_log")


def test_loader_gives_the_same_in_small_passes(
    store: DuckDBStore, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(6):
        rows = [lead(f"l{m}", name=f"{n}") for m in range(n, n + 5)]
        landing.write("leads", [pa.Table.from_pylist(rows)], source="test")
    monkeypatch.setattr(loader, "_PASS_ROWS", 7)
    load(store, landing, rebuild=None)
    assert asked(store, "SELECT lead_id, name FROM leads ORDER BY 1") == [
        (f"l{m}", str(min(m, 5))) for m in range(10)
    ]


def test_loader_adds_a_column_that_a_contract_gained(store: DuckDBStore, landing: Landing) -> None:
    store.cursor().execute("ALTER TABLE leads DROP COLUMN grade")
    take(store, landing, "leads", [lead("a", grade="三年级")])
    assert asked(store, "SELECT grade FROM leads") == [("三年级",)]


def test_loader_reads_instants_of_a_typed_segment_as_utc(
    store: DuckDBStore, landing: Landing
) -> None:
    at = datetime.fromisoformat("2026-01-02T03:04:05")
    take(store, landing, "leads", [lead("a", created_at=at), lead("b", created_at=at)])
    assert asked(store, "SELECT DISTINCT created_at FROM leads") == [(at,)]
    assert store.as_of == at + timedelta(0)
