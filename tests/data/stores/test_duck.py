"""The embedded store: a cursor per read, one transaction per write, the same answer always."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import duckdb
import ibis
import pyarrow as pa
import pytest

from data.errors import InvalidOption, StoreUnavailable
from data.facts import Facts
from data.facts.build import rebuild
from data.landing.loader import create_tables
from data.sample import AS_OF, generate
from data.scope import EVERY_CAMPUS, Scope
from data.stores import DuckDBStore, open_store
from metrics import load_all
from metrics.foundation.registry import REGISTRY
from metrics.foundation.units import rollup
from tests.journeys import KEY

load_all()
NUMBERS = ibis.table({"n": "int64"}, name="numbers")


@pytest.fixture
def filled(tmp_path: Path) -> DuckDBStore:
    """A store file with the numbers below 100,000."""
    store = DuckDBStore(tmp_path / "store.duckdb")
    with store.writing() as cursor:
        cursor.execute("CREATE TABLE numbers AS SELECT range AS n FROM range(100000)")
    return store


def test_fetch_and_fold_read_the_same_rows(filled: DuckDBStore) -> None:
    expr = NUMBERS.filter(NUMBERS.n < 3)
    assert filled.fetch(expr)["n"].tolist() == [0, 1, 2]
    assert filled.fetch(filled.compile(expr))["n"].tolist() == [0, 1, 2]
    assert filled.fold(expr, pa.Table.to_pylist) == [{"n": 0}, {"n": 1}, {"n": 2}]


def test_eight_threads_never_read_each_others_rows(filled: DuckDBStore) -> None:
    def count(limit: int) -> bool:
        return len(filled.fetch(NUMBERS.filter(NUMBERS.n < limit))) == limit

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(count, range(1, 401)))


def test_a_failed_write_leaves_nothing(filled: DuckDBStore) -> None:
    def fail() -> None:
        with filled.writing() as cursor:
            cursor.execute("DELETE FROM numbers")
            cursor.execute("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(duckdb.CatalogException):
        fail()
    assert len(filled.fetch(NUMBERS)) == 100_000


def test_readers_see_a_write_only_when_it_is_whole(filled: DuckDBStore) -> None:
    with filled.writing() as cursor:
        cursor.execute("DELETE FROM numbers")
        assert len(filled.fetch(NUMBERS)) == 100_000
    assert len(filled.fetch(NUMBERS)) == 0


def test_writes_wait_for_each_other(filled: DuckDBStore) -> None:
    def raise_all() -> None:
        for _ in range(20):
            with filled.writing() as cursor:
                cursor.execute("UPDATE store_state SET version = version + 1")

    threads = [threading.Thread(target=raise_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert filled.version == 80


def test_a_new_store_is_at_version_0_and_knows_nothing(tmp_path: Path) -> None:
    store = DuckDBStore(tmp_path / "store.duckdb")
    assert (store.version, store.as_of) == (0, datetime(1970, 1, 1))  # noqa: DTZ001  # UTC


def test_version_and_as_of_outlive_the_process(tmp_path: Path) -> None:
    store = DuckDBStore(tmp_path / "store.duckdb")
    with store.writing() as cursor:
        cursor.execute("UPDATE store_state SET version = 3, as_of = ?", [AS_OF])
    assert (store.version, store.as_of) == (3, AS_OF)
    store.close()
    again = open_store(f"duckdb://{tmp_path}/store.duckdb")
    assert (again.version, again.as_of) == (3, AS_OF)
    again.close()


def test_a_closed_store_says_so(filled: DuckDBStore) -> None:
    filled.close()
    filled.close()
    with pytest.raises(StoreUnavailable, match="must be open, it was closed"):
        filled.fetch(NUMBERS)


def test_a_file_that_another_process_holds_is_refused_by_name(filled: DuckDBStore) -> None:
    code = (
        "import sys; from pathlib import Path; from data.stores import DuckDBStore\n"
        "from data.errors import StoreUnavailable\n"
        "try: DuckDBStore(Path(sys.argv[1]))\n"
        "except StoreUnavailable as error: print(error)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(filled.path)], capture_output=True, text=True, check=True
    )
    assert "must be free and readable" in told.stdout
    filled.close()


@pytest.mark.parametrize("url", ["", "postgres://x", "/var/store.duckdb"])
def test_open_store_refuses_other_urls(url: str) -> None:
    with pytest.raises(InvalidOption, match="must begin with duckdb://"):
        open_store(url)


def test_figures_do_not_hang_on_the_number_of_threads(store: DuckDBStore) -> None:
    with store.writing() as cursor:
        create_tables(cursor)
        for table, batch in generate(0.005, 3):
            cursor.register("batch", batch)
            cursor.execute(f'INSERT INTO "{table}" BY NAME SELECT * FROM batch')
            cursor.unregister("batch")
        rebuild(cursor, None, KEY)
    facts = Facts(Scope(user="test", role="manager", campuses=EVERY_CAMPUS, as_of=AS_OF))
    figures = {  # compiled once: that takes longer than all three runs
        name: store.compile(
            rollup(entry(facts), kind=entry.kind, as_of=facts.as_of, by=["campus_id"])
        )
        for name, entry in REGISTRY.items()
    }
    found = []
    for threads in (1, 2, 4):
        with store.writing() as cursor:
            cursor.execute(f"SET threads = {threads}")
        found.append({name: store.fold(sql, pa.Table.to_pylist) for name, sql in figures.items()})
    assert found[0] == found[1] == found[2]
    assert sum(map(len, found[0].values())) > len(REGISTRY)
