"""The landing zone keeps what it acknowledged and hands out nothing else."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pytest

from data.errors import CorruptSegment, InvalidInput, UnknownName
from data.landing.zone import Landing


def leads(*ids: str) -> pa.Table:
    return pa.table(
        {
            "lead_id": list(ids),
            "created_at": pa.array(
                [datetime.fromisoformat("2026-01-02T03:00")] * len(ids), pa.timestamp("us")
            ),
            "campus_id": ["north"] * len(ids),
        }
    )


def rows_of(landing: Landing, name: str) -> list[dict[str, object]]:
    return [row for batch in landing.read(name)[1] for row in batch.to_pylist()]


def test_landing_gives_back_what_was_written(landing: Landing) -> None:
    as_of = datetime(2026, 1, 3, 8, tzinfo=timezone(timedelta(hours=8)))
    name = landing.write("leads", [leads("a", "b")], source="crm", actor="lin", as_of=as_of)
    meta, batches = landing.read(name)
    assert (meta.table, meta.source, meta.actor) == ("leads", "crm", "lin")
    assert meta.as_of == datetime.fromisoformat("2026-01-03T00:00")
    assert abs(meta.created_at - datetime.now(UTC).replace(tzinfo=None)) < timedelta(minutes=1)
    assert [row for batch in batches for row in batch.to_pylist()] == leads("a", "b").to_pylist()
    assert landing.segments() == [name]


def test_landing_takes_any_column_as_text(landing: Landing) -> None:
    row = pa.table({"lead_id": ["a"], "created_at": ["2026/1/2"], "_line": [7]})
    (back,) = rows_of(landing, landing.write("leads", [row], source="file"))
    assert back == {"lead_id": "a", "created_at": "2026/1/2", "_line": 7}


@pytest.mark.parametrize(
    ("table", "columns", "error", "says"),
    [
        ("lead", {"lead_id": ["a"]}, UnknownName, "did you mean: leads"),
        ("leads", {"lead_id": ["a"], "colour": ["red"]}, UnknownName, "colour"),
        ("leads", {"campus_id": ["a"]}, InvalidInput, "must have the key"),
        ("leads", {"lead_id": ["a"], "created_at": [1.5]}, InvalidInput, "must fit"),
    ],
)
def test_landing_refuses_rows_that_are_no_contracts(
    landing: Landing,
    table: str,
    columns: dict[str, list[object]],
    error: type[Exception],
    says: str,
) -> None:
    with pytest.raises(error, match=says):
        landing.write(table, [pa.table(columns)], source="test")
    assert os.listdir(landing.path) == []


def test_landing_reports_a_segment_cut_at_any_byte(landing: Landing) -> None:
    path = landing.path / landing.write("leads", [leads("a"), leads("b")], source="test")
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(CorruptSegment):
            rows_of(landing, path.name)
        assert not landing.is_whole(path.name)
    path.write_bytes(whole + b"\0")
    assert not landing.is_whole(path.name)
    path.write_bytes(whole)
    assert landing.is_whole(path.name)


def test_landing_reports_a_flipped_bit_at_any_byte(landing: Landing) -> None:
    path = landing.path / landing.write("leads", [leads("a"), leads("b")], source="test")
    whole = path.read_bytes()
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= 1 << (position % 8)
        path.write_bytes(bytes(changed))
        with pytest.raises(CorruptSegment):
            rows_of(landing, path.name)


def test_landing_leaves_nothing_of_a_write_that_failed(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def torn() -> Iterator[pa.Table]:
        yield leads("a")
        raise ConnectionError("the source went away")

    with pytest.raises(ConnectionError):
        landing.write("leads", torn(), source="test")
    with pytest.raises(ConnectionError):
        landing.write_together([("leads", [leads("a")]), ("leads", torn())], source="test")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        landing.write("leads", [leads("a")], source="test")
    assert os.listdir(landing.path) == []


def test_landing_is_on_disk_before_its_name_is_given(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, rename = os.fsync, os.rename

    def fsync(descriptor: int) -> None:
        kind = "folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file"
        steps.append(f"sync {kind}")
        sync(descriptor)

    def renamed(old: Path, new: Path) -> None:
        steps.append("rename")
        rename(old, new)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "rename", renamed)
    landing.write("leads", [leads("a")], source="test")
    assert steps == ["sync file", "rename", "sync folder"]


def test_landing_names_sort_by_arrival_and_never_meet(landing: Landing) -> None:
    names: list[str] = []

    def write(times: int) -> None:
        names.extend(landing.write("leads", [leads("a")], source="test") for _ in range(times))

    write(5)
    assert names == sorted(names)
    threads = [threading.Thread(target=write, args=(10,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == 45
    assert landing.segments() == sorted(names)


def test_landing_sweeps_only_old_partial_files(landing: Landing) -> None:
    old, young = landing.path / ".partial-old", landing.path / ".partial-young"
    for path in (old, young):
        path.write_bytes(b"x")
    yesterday = time.time() - 90_000
    os.utime(old, (yesterday, yesterday))
    assert Landing(landing.path).segments() == []
    assert not old.exists()
    assert young.exists()


def test_landing_keeps_a_segment_without_rows(landing: Landing) -> None:
    name = landing.write("leads", [], source="test")
    assert landing.verify(name)[1:] == (None, 0)
    assert rows_of(landing, name) == []
