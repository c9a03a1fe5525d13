"""Renewals read off the orders: by people's days, and the sample's own links found again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from data.facts import Facts, renewal_links
from data.facts.build_renewal import DUE
from data.facts.build_service import ENROLMENT
from data.facts.build_work import WORK
from metrics.renewal import due
from tests.conftest import Journeys

Fetch = Callable[..., list[Any]]
TERM = ["2026-01-01 order 5000 id=O1", "2026-01-05 enrol E1 ends=2026-06-30 sale=O1"]


def test_the_days_are_those_by_which_a_renewal_counts() -> None:
    assert (renewal_links.EARLY_DAYS, renewal_links.LATE_DAYS) == (due.EARLY_DAYS, due.LATE_DAYS)


def links(fetch: Fetch, facts: Facts) -> dict[str, tuple[str | None, bool]]:
    """Enrolment → what it renews, and whether that is inferred."""
    rows = fetch(facts.enrolment)
    return {row.enrolment_id: (row.renewed_from_id, row.is_renewal_inferred) for row in rows}


def test_the_next_term_of_the_line_paid_around_the_end_is_a_renewal(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": [
                *TERM, "2026-06-10 order 5400 id=O2", "2026-07-06 enrol E2 ends=2026-12-20 sale=O2",
                "2026-07-06 enrol E3 ends=2026-12-20 line=english",
            ],
            "wu": ["2026-01-05 enrol F1 ends=2026-06-30", "2026-07-06 enrol F2 ends=2026-12-20"],
        }
    )  # fmt: skip
    found = links(fetch, facts)
    assert found["E2"] == ("E1", True)
    assert found["E3"] == found["E1"] == (None, False)  # another line is an expansion
    assert found["F2"] == ("F1", True)  # without an order, by the day it started
    (first,) = [row for row in fetch(facts.due) if row.enrolment_id == "E1"]
    assert (first.renewal_id, first.renewed_on, first.is_renewal_inferred) == (
        "E2", date(2026, 6, 10), True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("next_one", "is_linked"),
    [
        ("2026-07-30 enrol E2", True),  # 30 days after the end
        ("2026-07-31 enrol E2", False),
        ("2026-05-01 enrol E2", True),  # 60 days before
        ("2026-04-30 enrol E2", False),  # a second course beside the first
        ("2026-07-06 enrol E2 course=maths-trial", False),
    ],
)
def test_a_renewal_is_paid_from_sixty_days_before_to_thirty_after_the_end(
    facts: Facts, journeys: Journeys, fetch: Fetch, next_one: str, is_linked: bool
) -> None:
    journeys({"lin": [*TERM, next_one]})
    assert links(fetch, facts)["E2"] == (("E1", True) if is_linked else (None, False))


@pytest.mark.parametrize("state", ["refunded", "transferred", "stopped"])
def test_what_did_not_reach_its_end_is_not_renewed(
    facts: Facts, journeys: Journeys, fetch: Fetch, state: str
) -> None:
    journeys({"lin": [f"2026-01-05 enrol E1 ends=2026-06-30 state={state}", "2026-07-06 enrol E2"]})
    assert links(fetch, facts)["E2"] == (None, False)


def test_a_transfer_renews_nothing_and_a_carry_over_is_no_sale(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": [*TERM, "2026-06-10 transfer 900 id=O2", "2026-07-06 enrol E2 sale=O2"],
            "wu": [
                "2026-01-05 enrol F1 ends=2026-06-30", "2026-06-10 carry_over 900 id=O3",
                "2026-07-06 enrol F2 sale=O3",
            ],
        }
    )  # fmt: skip
    assert links(fetch, facts)["E2"] == (None, False)
    (former,) = [row for row in fetch(facts.due) if row.enrolment_id == "F1"]
    assert (former.renewal_id, former.renewal_kind) == ("F2", "carry_over")


def test_of_two_bought_at_once_the_same_course_goes_on(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": [
                "2026-01-05 enrol A1 ends=2026-06-30", "2026-01-06 enrol B1 ends=2026-07-02"
                " course=maths-formal-2 line=maths",
                "2026-07-06 enrol A2", "2026-07-07 enrol A3",
            ]
        }
    )  # fmt: skip
    found = links(fetch, facts)
    assert found["A2"] == ("A1", True)
    assert found["A3"] == (None, False)  # the first paid renews it, once


def test_a_pack_is_renewed_around_the_day_it_was_used_up(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    lessons = [f"2026-03-{day:02} seat present enrolment=E1" for day in (10, 17, 24)]
    journeys(
        {"lin": ["2026-01-05 enrol E1 lessons=3", *lessons[:2], "2026-03-20 enrol E2 lessons=3"]}
    )
    assert links(fetch, facts)["E2"] == (None, False)  # still in use: no end is known
    journeys({"lin": lessons[2:]})
    assert links(fetch, facts)["E2"] == ("E1", True)


def test_where_a_source_ever_names_a_renewal_nothing_is_inferred(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": [*TERM, "2026-07-06 enrol E2"],
            "wu": ["2026-01-05 enrol F1 ends=2026-06-30", "2026-07-06 enrol F2 renews=F1"],
        }
    )
    found = links(fetch, facts)
    assert found["E2"] == (None, False)
    assert found["F2"] == ("F1", False)


@pytest.fixture(scope="module")
def blanked(institution) -> Iterator[duckdb.DuckDBPyConnection]:
    """The sample's store with facts as they are where no source names what is renewed."""
    cursor = institution.store.cursor()
    database = cursor.execute("SELECT current_database()").fetchone()[0]
    cursor.execute(
        "CREATE TEMP TABLE enrolments AS"
        f" SELECT * REPLACE (NULL::VARCHAR AS renewed_from_id) FROM {database}.main.enrolments"
    )
    for name, sql in WORK.items():
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
    for query in (ENROLMENT, DUE):
        cursor.execute(f"CREATE TEMP TABLE blank_{query.name} AS {query.rows}")
        cursor.execute(f"CREATE TEMP TABLE {query.table} AS FROM blank_{query.name}")
    yield cursor
    for name in ("enrolments", *WORK, ENROLMENT.table, DUE.table):
        cursor.execute(f"DROP TABLE temp.{name}")
    cursor.close()


def test_the_samples_links_are_found_again(institution, blanked):
    told = institution.store.fetch(
        "SELECT enrolment_id, renewed_from_id FROM fact_enrolment WHERE renewed_from_id IS NOT NULL"
    )
    rows = blanked.execute(
        "SELECT enrolment_id, renewed_from_id FROM blank_enrolment WHERE is_renewal_inferred"
    ).fetchall()
    true = set(told.itertuples(index=False, name=None))
    hits = len(true & set(rows))
    assert len(true) > 1_500
    assert hits / len(true) >= 0.95  # 98.6 %
    assert hits / len(rows) >= 0.95  # 98.3 %


def test_the_renewal_rate_of_inferred_links_is_nearly_the_told_one(institution, blanked):
    rate = (
        "SELECT avg(coalesce(renewed_on BETWEEN due_on - 60 AND due_on + 30"
        " AND renewal_kind = 'charge', false)::INT) FROM {} WHERE state = 'completed'"
    )
    told = institution.store.fetch(rate.format("fact_due")).iloc[0, 0]
    (found,) = blanked.execute(rate.format("blank_due")).fetchone()
    assert 0.3 < told < 0.99
    assert found == pytest.approx(told, abs=0.01)


def test_a_store_whose_source_names_renewals_holds_no_inferred_one(institution):
    sums = institution.store.fetch(
        "SELECT (SELECT count(*) FROM fact_enrolment WHERE is_renewal_inferred)"
        " + (SELECT count(*) FROM fact_due WHERE is_renewal_inferred) AS inferred,"
        " (SELECT count(*) FROM fact_enrolment JOIN enrolments USING (enrolment_id)"
        " WHERE fact_enrolment.renewed_from_id IS DISTINCT FROM enrolments.renewed_from_id)"
        " AS changed"
    )
    assert sums.values.tolist() == [[0, 0]]
