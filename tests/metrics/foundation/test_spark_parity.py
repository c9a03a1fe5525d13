"""Every metric gives the same figures and the same rows on DuckDB and on Spark.

A metric joins by being registered. The store holds a small sample institution and a few
people whose days are told, so that every fact has rows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from data.errors import InvalidOption, StoreUnavailable
from data.facts import DIMENSIONS, FACTS, Facts
from data.facts.build import rebuild
from data.facts.lake import export_lake
from data.landing.loader import create_tables
from data.sample import AS_OF, generate
from data.scope import EVERY_CAMPUS, Scope
from data.stores import open_store
from data.stores.duck import DuckDBStore
from metrics import load_all
from metrics.foundation.registry import REGISTRY
from metrics.foundation.units import rollup, rows
from tests.journeys import KEY

pytest.importorskip("pyspark", reason="PySpark is an extra")
from data.stores.spark import SparkStore

load_all()

pytestmark = [
    pytest.mark.spark,
    # PySpark leaves the closing of its Arrow sockets to the collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

# Compiling code for each of a hundred queries over a few rows takes longer than the rows.
QUICK = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
}
Row = tuple[Any, ...]


@pytest.fixture(scope="module")
def duck() -> Iterator[DuckDBStore]:
    """A small sample institution in memory."""
    store = DuckDBStore(Path(":memory:"))
    with store.writing() as cursor:
        create_tables(cursor)
        for table, batch in generate(0.01, 7):
            cursor.register("batch", batch)
            cursor.execute(f'INSERT INTO "{table}" BY NAME SELECT * FROM batch')
            cursor.unregister("batch")
        cursor.execute("DELETE FROM spend WHERE day(spend_on) != 1")  # 83,000 rows prove no more
        # Visitors of several campuses, whom the sample lacks.
        cursor.execute("UPDATE events SET campus_id = 'C002' WHERE day(occurred_at) % 5 = 0")
        rebuild(cursor, None, KEY)
        cursor.execute("UPDATE store_state SET version = 1, as_of = ?", [AS_OF])
    yield store
    store.close()


@pytest.fixture(scope="module")
def lake(duck: DuckDBStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same facts as Parquet."""
    folder = tmp_path_factory.mktemp("lake")
    export_lake(duck, folder)
    return folder


@pytest.fixture(scope="module")
def spark(lake: Path) -> Iterator[SparkStore]:
    """The same facts in Spark."""
    store = SparkStore("local[2]", lake, settings=QUICK)
    yield store
    store.close()


def scope(**more: Any) -> Scope:
    """The manager's scope, or what is given of another's."""
    given = {"role": "manager", "campuses": EVERY_CAMPUS, **more}
    return Scope(user="test", as_of=AS_OF, **given)


def cells(table: Any) -> list[Row]:
    """Rows in an order of their own, numbers as floats."""

    def cell(value: Any) -> Any:
        if isinstance(value, Decimal | int) and not isinstance(value, bool):
            return float(value)
        return None if isinstance(value, float) and math.isnan(value) else value

    found = [tuple(map(cell, row.values())) for row in table.to_pylist()]
    return sorted(found, key=lambda row: tuple(_rank(value) for value in row))


def _rank(value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, 0)
    return (1, round(value, 6)) if isinstance(value, float) else (2, str(value))


def assert_same(ours: list[Row], theirs: list[Row]) -> None:
    """Every cell equal, floats to 1e-9."""
    assert len(ours) == len(theirs)
    for left, right in zip(ours, theirs, strict=True):
        for a, b in zip(left, right, strict=True):
            if isinstance(a, float) and isinstance(b, float):
                assert math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9), (left, right)
            else:
                assert a == b, (left, right)


def both(duck: DuckDBStore, spark: SparkStore, expr: Any) -> list[Row]:
    """The rows of an expression, which both stores must agree on."""
    ours = duck.fold(expr, cells)
    assert_same(ours, spark.fold(expr, cells))
    return ours


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_metric_is_the_same_on_spark(duck: DuckDBStore, spark: SparkStore, name: str) -> None:
    entry = REGISTRY[name]
    facts = Facts(scope())
    units = entry(facts)
    both(
        duck,
        spark,
        rollup(units, kind=entry.kind, as_of=facts.as_of, by=["campus_id", "channel_id"]),
    )
    both(duck, spark, rows(units, as_of=facts.as_of))


@pytest.mark.parametrize("name", [*FACTS, *DIMENSIONS])
def test_table_is_the_same_on_spark(duck: DuckDBStore, spark: SparkStore, name: str) -> None:
    table = getattr(Facts(scope()), name)
    assert both(duck, spark, table) or name == "conflict"


def test_scope_is_the_same_on_spark(duck: DuckDBStore, spark: SparkStore) -> None:
    campus = "C001"
    for role, staff in (("campus_head", ""), ("analyst", ""), ("consultant", "S00101")):
        facts = Facts(scope(role=role, campuses=(campus,), staff_id=staff))
        people = both(duck, spark, facts.person)
        assert people
        assert {row[1] for row in people} == {campus}
    assert both(duck, spark, Facts(scope(role="stranger")).person) == []
    assert both(duck, spark, Facts(scope(campuses=())).lead) == []


def test_a_store_tells_version_and_as_of_of_its_lake(duck: DuckDBStore, spark: SparkStore) -> None:
    assert (spark.version, spark.as_of) == (duck.version, duck.as_of)


def test_a_new_export_is_taken_up(duck: DuckDBStore, spark: SparkStore, lake: Path) -> None:
    with duck.writing() as cursor:
        cursor.execute("UPDATE dim_course SET name = 'renamed'")
        cursor.execute("UPDATE store_state SET version = version + 1")
    export_lake(duck, lake)
    names = both(duck, spark, Facts(scope()).course.select("name").distinct())
    assert names == [("renamed",)]
    assert spark.version == duck.version
    assert len(list(lake.glob("v*"))) == 2  # the former stays for those who read it


def test_a_closed_store_says_so(lake: Path, spark: SparkStore) -> None:
    spark.close()
    with pytest.raises(StoreUnavailable, match="must be open, it was closed"):
        spark.fetch("SELECT 1")


def test_a_folder_without_a_lake_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="must have been exported"):
        SparkStore("local[1]", tmp_path)


def test_open_store_asks_for_the_lake(tmp_path: Path) -> None:
    with pytest.raises(InvalidOption, match="lake"):
        open_store("spark+local[1]://")
    with pytest.raises(StoreUnavailable):
        open_store(f"spark+local[1]://?lake={tmp_path}")
