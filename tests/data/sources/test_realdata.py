"""The shipped mappings bring real sets in, figure by figure as an independent count has them.

The sets are not part of the project: ``EDULENS_DATASETS`` or ``../shared/datasets``.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data.landing.loader import load
from data.landing.zone import Landing
from data.sources.imports import ImportReport, import_files
from data.sources.mapping import find_mapping
from data.stores.duck import DuckDBStore

pytestmark = pytest.mark.realdata

Sets = Callable[[str], Path]


def taken(store: DuckDBStore, path: Path, name: str, paths: list[Path]) -> ImportReport:
    """Import without building facts."""
    landing = Landing(path / "landing")
    report = import_files(
        None, landing, paths, mapping=find_mapping(name, []), actor="test", commit=True
    )
    load(store, landing, rebuild=None)
    return report


def asked(store: DuckDBStore, sql: str) -> list[tuple[Any, ...]]:
    return store.cursor().execute(sql).fetchall()


@pytest.fixture(scope="module")
def x_education(
    repo_dataset: Sets, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DuckDBStore]:
    paths = [repo_dataset("x_education_leads") / "Leads.csv"]
    folder = tmp_path_factory.mktemp("x")
    store = DuckDBStore(folder / "store.duckdb")
    taken(store, folder, "x_education", paths)
    yield store
    store.close()


@pytest.fixture(scope="module")
def raw(repo_dataset: Sets) -> list[dict[str, str]]:
    """X Education's lines by Python's own CSV reader."""
    path = repo_dataset("x_education_leads") / "Leads.csv"
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_x_education_arrives_whole(x_education: DuckDBStore, raw: list[dict[str, str]]) -> None:
    assert asked(x_education, "SELECT count(*), count(DISTINCT crm_id) FROM leads") == [
        (len(raw), len(raw))
    ]
    paid = sum(line["Converted"] == "1" for line in raw)
    assert asked(x_education, "SELECT count(*), sum(amount_cny)::INTEGER FROM order_lines") == [
        (paid, paid * 10_000)
    ]
    assert (len(raw), paid) == (6468, 2454)
    assert asked(x_education, "SELECT count(*) FROM quarantine") == [(0,)]
    assert x_education.as_of == datetime.fromisoformat("2026-06-30T16:00")


def test_x_education_channels_do_not_differ_by_case(
    x_education: DuckDBStore, raw: list[dict[str, str]]
) -> None:
    expected: dict[str, int] = {}
    for line in raw:
        source = line["Lead Source"].strip().lower()
        if source and source != "select":
            expected[source] = expected.get(source, 0) + 1
    counted = asked(
        x_education,
        "SELECT lower(c.name), count(*) FROM leads l JOIN channels c USING (channel_id) GROUP BY 1",
    )
    assert dict(counted) == expected
    assert dict(
        asked(
            x_education,
            "SELECT c.kind, count(*) FROM leads l JOIN channels c USING (channel_id) GROUP BY 1",
        )
    ) == {
        "direct": expected["direct traffic"],
        "organic": expected["organic search"],
        "referral": expected["reference"] + expected["referral sites"],
        "online": sum(expected.values()) - 2032 - 821 - 354 - 9,
    }


def test_x_education_keeps_no_property_that_knows_the_outcome(x_education: DuckDBStore) -> None:
    ((names,),) = asked(
        x_education,
        "SELECT list_sort(list_distinct(flatten(list(json_keys(properties))))) FROM leads",
    )
    leaks = ("Tags", "Lead Quality", "Lead Profile", "Asymmetrique", "Activity")
    assert [name for name in names if name.startswith(leaks) or name.endswith(leaks)] == []
    assert "TotalVisits" in names
    ((selects,),) = asked(
        x_education, "SELECT count(*) FROM leads WHERE properties LIKE '%\"Select\"%'"
    )
    assert selects == 0


def test_x_education_leads_arrive_in_the_order_of_their_numbers(
    x_education: DuckDBStore, raw: list[dict[str, str]]
) -> None:
    ordered = asked(x_education, "SELECT lead_id FROM leads ORDER BY created_at, lead_id")
    numbers = sorted(int(line["Lead Number"]) for line in raw)
    assert [lead_id for (lead_id,) in ordered] == [f"X{number}" for number in numbers]


@pytest.fixture(scope="module")
def oulad(repo_dataset: Sets, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBStore]:
    """All but the clicks of two modules: the whole takes longer than a test should."""
    paths = sorted(repo_dataset("oulad").glob("*.parquet"))
    folder = tmp_path_factory.mktemp("oulad")
    few = []
    with duckdb.connect() as connection:
        for path in paths:
            target = folder / path.name
            where = "WHERE code_module IN ('AAA', 'CCC')" if "Vle" in path.name else ""
            connection.execute(f"COPY (FROM '{path}' {where}) TO '{target}' (FORMAT parquet)")
            few.append(target)
    store = DuckDBStore(folder / "store.duckdb")
    taken(store, folder, "oulad", few)
    yield store
    store.close()


@pytest.fixture(scope="module")
def original(repo_dataset: Sets) -> Iterator[duckdb.DuckDBPyConnection]:
    paths = sorted(repo_dataset("oulad").glob("*.parquet"))
    with duckdb.connect() as connection:
        for path in paths:
            connection.execute(f"CREATE VIEW {path.stem} AS FROM '{path}'")
        yield connection


def test_oulad_arrives_whole(oulad: DuckDBStore, original: duckdb.DuckDBPyConnection) -> None:
    counts = {
        table: asked(oulad, f"SELECT count(*) FROM {table}")[0][0]
        for table in ("students", "enrolments", "orders", "courses", "classes", "assessments")
    }
    assert counts == {
        "students": 19_720, "enrolments": 21_333, "orders": 21_333, "courses": 7, "classes": 15,
        "assessments": 121_738,
    }  # fmt: skip
    people, enrolments = original.execute(
        "SELECT count(DISTINCT id_student), count(*) FROM studentInfo"
    ).fetchall()[0]
    assert (people, enrolments) == (19_720, 21_333)
    assert asked(oulad, "SELECT count(*) FROM quarantine") == [(0,)]


def test_oulad_withdrawals_stop_and_some_without_a_day(oulad: DuckDBStore) -> None:
    assert asked(
        oulad, "SELECT state, count(*), count(stopped_on) FROM enrolments GROUP BY 1 ORDER BY 1"
    ) == [("completed", 15_003, 0), ("stopped", 6_330, 6_324)]


def test_oulad_days_count_from_the_presentation(
    oulad: DuckDBStore, original: duckdb.DuckDBPyConnection
) -> None:
    assert asked(oulad, "SELECT opened_on FROM classes WHERE class_id = 'AAA-2013J'") == [
        (date(2013, 10, 1),)
    ]
    ((registered,),) = original.execute(
        "SELECT date_registration FROM studentRegistration"
        " WHERE id_student = 11391 AND code_module = 'AAA'"
    ).fetchall()
    assert registered == -159
    assert asked(
        oulad, "SELECT created_at FROM orders WHERE order_id = 'order-E-11391-AAA-2013J'"
    ) == [(datetime.fromisoformat("2013-04-24T16:00"),)]


def test_oulad_ends_with_its_last_presentation(
    oulad: DuckDBStore, original: duckdb.DuckDBPyConnection
) -> None:
    (last,) = asked(oulad, "SELECT max(closed_on) FROM classes")[0]
    assert oulad.as_of.date() <= last, "a late submission must not age all that was seen"
    late = original.execute("""
        SELECT count(*) FROM studentAssessment JOIN assessments USING (id_assessment)
        JOIN courses USING (code_module, code_presentation)
        WHERE date_submitted > module_presentation_length""").fetchall()
    undated = "SELECT count(*) FROM assessments WHERE taken_on IS NULL AND score IS NOT NULL"
    assert asked(oulad, undated)[0] <= late[0] == (79,)


def test_oulad_attendance_is_a_week_with_clicks_while_registered(
    oulad: DuckDBStore, original: duckdb.DuckDBPyConnection
) -> None:
    ((expected,),) = original.execute("""
        SELECT count(*) FROM (
          SELECT DISTINCT id_student, code_module, code_presentation, floor(date / 7) AS week
          FROM studentVle WHERE code_module IN ('AAA', 'CCC') AND date >= 0)
        JOIN studentRegistration USING (id_student, code_module, code_presentation)
        JOIN courses USING (code_module, code_presentation)
        WHERE week < ceil(module_presentation_length / 7)
          AND week * 7 + 6 >= coalesce(date_registration, 0)
          AND week * 7 < coalesce(date_unregistration, 10000)""").fetchall()
    present = "SELECT count(*) FROM seats WHERE attendance = 'present'"
    assert asked(oulad, present) == [(expected,)]
    assert expected == 38_235
    ((clicks,),) = original.execute(
        "SELECT sum(sum_click)::BIGINT FROM studentVle WHERE code_module IN ('AAA', 'CCC')"
    ).fetchall()
    assert asked(oulad, "SELECT sum((properties->>'clicks')::BIGINT)::BIGINT FROM events") == [
        (clicks,)
    ]


def test_oulad_re_enrolment_renews_the_presentation_before(
    oulad: DuckDBStore, original: duckdb.DuckDBPyConnection
) -> None:
    ((expected,),) = original.execute("""
        SELECT count(*) FROM studentInfo a WHERE EXISTS (
          FROM studentInfo b WHERE b.id_student = a.id_student
            AND b.code_presentation < a.code_presentation)""").fetchall()
    ((renewed,),) = asked(oulad, "SELECT count(renewed_from_id) FROM enrolments")
    assert renewed <= expected
    assert asked(
        oulad,
        "SELECT count(*) FROM enrolments e JOIN enrolments b ON b.enrolment_id = e.renewed_from_id"
        " WHERE b.student_id <> e.student_id OR b.started_on >= e.started_on",
    ) == [(0,)]
    assert renewed > 0.9 * expected
