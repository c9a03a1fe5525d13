"""An installation that a newer version of the program opens."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pyarrow as pa
import pytest

from data.facts import build
from data.installation import process as installation
from data.installation.home import Home
from data.installation.process import Installation, Watch
from data.landing.loader import load


def test_a_store_of_a_former_version_gets_the_facts_it_lacks_once(tmp_path: Path):
    opened = Installation.open(Home(tmp_path / "home"))
    opened.add_sample(scale=0.005)
    before = opened.store.fetch("SELECT * FROM fact_lead ORDER BY lead_id")
    with opened.store.writing() as cursor:
        cursor.execute("ALTER TABLE fact_lead DROP COLUMN is_valid")
        cursor.execute("DROP TABLE fact_reward")
        cursor.execute("ALTER TABLE leads DROP COLUMN properties")
    version = opened.store.version
    opened.build_if_behind()
    assert opened.store.version == version + 1, "what was cached of the old facts is stale"
    after = opened.store.fetch("SELECT * FROM fact_lead ORDER BY lead_id")
    assert after.drop(columns="properties").equals(before.drop(columns="properties"))
    assert opened.store.fetch("SELECT count(*) AS n FROM fact_reward")["n"][0] > 0
    opened.build_if_behind()
    assert opened.store.version == version + 1
    opened.close()


def test_only_what_a_new_version_defines_otherwise_is_built_anew(tmp_path: Path, monkeypatch):
    opened = Installation.open(Home(tmp_path / "home"))
    opened.add_sample(scale=0.005)
    built: list[str] = []
    make = build._build

    def noting(cursor, query, key):
        built.append(query.table)
        make(cursor, query, key)

    monkeypatch.setattr(build, "_build", noting)
    opened.build_if_behind()
    assert built == []
    with opened.store.writing() as cursor:
        cursor.execute("UPDATE facts_made SET definition = '' WHERE table_name = 'fact_due'")
    opened.build_if_behind()
    assert "fact_due" in built
    assert {"fact_event", "fact_lead", "fact_visit"}.isdisjoint(built)
    readers = {q.table for q in build.QUERIES if "fact_due" in build.READS[q.table]}
    assert readers <= set(built), "what reads it is built after it"
    opened.close()


def test_what_lands_while_a_load_fails_is_taken_in_when_it_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    failures = iter([OSError("no space left on device")])
    take, taken_in = installation.load, threading.Event()

    def load(*given, **more):
        for failure in failures:
            raise failure
        report = take(*given, **more)
        taken_in.set()
        return report

    opened = Installation.open(Home(tmp_path / "home"))
    campus = pa.table({"campus_id": ["C1"], "name": ["望京校区"]})
    opened.landing.write("campuses", campus.to_batches(), source="test")  # before the watch begins
    monkeypatch.setattr(installation, "load", load)
    monkeypatch.setattr(installation, "POLL_SECONDS", 0.01)
    watch = Watch(opened)
    try:
        assert taken_in.wait(300), "what landed was never loaded"
        assert len(opened.store.fetch("SELECT * FROM campuses")) == 1
    finally:
        watch.close()
        opened.close()


def test_what_a_home_holds_is_its_owners_only_also_in_a_folder_open_to_all(tmp_path: Path):
    folder = tmp_path / "home"
    folder.mkdir(mode=0o755)
    opened = Installation.open(Home(folder))
    campus = pa.table({"campus_id": ["C1"], "name": ["望京校区"]})
    opened.landing.write("campuses", campus.to_batches(), source="test")
    load(opened.store, opened.landing)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"edulens.duckdb", "edulens.duckdb.wal", "accounts.sqlite3"} <= {p.name for p in files}
    assert [p.name for p in files if stat.S_IMODE(p.stat().st_mode) & 0o077] == []
    opened.close()
