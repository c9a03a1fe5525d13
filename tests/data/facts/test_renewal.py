"""When enrolments fall due and what came after, told by people's days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from data.facts import Facts
from data.facts.build import rebuild
from data.stores.duck import DuckDBStore
from tests.conftest import Journeys
from tests.journeys import KEY

Fetch = Callable[..., list[Any]]
TERM = ["2026-01-01 order 5000 id=O1", "2026-01-05 enrol E1 ends=2026-06-30 sale=O1"]


def due(fetch: Fetch, facts: Facts) -> dict[str, Any]:
    return {row.enrolment_id: row for row in fetch(facts.due)}


def test_a_term_falls_due_on_its_last_day_and_knows_its_renewal(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    ids = journeys(
        {
            "lin": [
                *TERM,
                "2026-06-10 order 5400 id=O2",
                "2026-07-06 enrol E2 ends=2026-12-20 renews=E1 sale=O2",
            ]
        }
    )
    first, second = due(fetch, facts)["E1"], due(fetch, facts)["E2"]
    assert (first.person_id, first.basis, first.due_on) == (ids["lin"], "term", date(2026, 6, 30))
    assert (first.due_cny, first.renewal_id, first.renewed_on, first.renewed_cny) == (
        Decimal(5000), "E2", date(2026, 6, 10), Decimal(5400),
    )  # fmt: skip
    assert (first.renewal_kind, first.renewal_starts_on) == ("charge", date(2026, 7, 6))
    assert (first.term_no, second.term_no, second.renewal_id) == (1, 2, None)


def test_a_pack_without_an_end_falls_due_when_its_last_lesson_is_used(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    lessons = [f"2026-01-{day:02} seat present enrolment=E1" for day in (10, 17, 24)]
    journeys({"lin": ["2026-01-05 enrol E1 lessons=3", *lessons[:2]]})
    running = due(fetch, facts)["E1"]
    assert (running.basis, running.due_on, running.lessons_used) == ("pack", None, 2)
    journeys({"lin": lessons[2:]})
    assert due(fetch, facts)["E1"].due_on == date(2026, 1, 24)


def test_a_pack_with_an_end_falls_due_on_the_earlier_of_the_two(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": [
                "2026-01-05 enrol E1 lessons=1 ends=2026-06-30",
                "2026-01-10 seat present enrolment=E1",
                "2026-01-05 enrol E2 lessons=9 ends=2026-06-30 line=art",
                "2026-01-05 enrol E3 lessons=0 ends=2026-02-28 line=chess",
            ]
        }
    )
    rows = due(fetch, facts)
    assert rows["E1"].due_on == rows["E1"].depleted_on == date(2026, 1, 10)
    assert (rows["E2"].due_on, rows["E2"].depleted_on) == (date(2026, 6, 30), None)
    assert (rows["E3"].basis, rows["E3"].due_on) == ("day_card", date(2026, 2, 28))


def test_velocity_weighs_a_week_four_weeks_ago_half(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": [
                "2026-01-01 enrol E1 lessons=48",
                "2026-01-02 seat present enrolment=E1 lessons=2",
                "2026-01-30 seat present enrolment=E1 lessons=1",
            ]
        }
    )
    fade = 0.5**0.25
    expected = (1 + 2 * 0.5) / (1 + fade + fade**2 + fade**3 + fade**4)
    row = due(fetch, facts)["E1"]
    assert row.weekly_lessons == pytest.approx(expected, rel=1e-12)
    assert (row.lessons_used, row.last_lesson_on) == (3, date(2026, 1, 30))


def test_a_refund_names_the_renewal_it_takes_back(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": [
                *TERM,
                "2026-06-10 order 5400 id=O2",
                "2026-07-06 enrol E2 renews=E1 sale=O2 state=refunded stopped=2026-08-01",
                "2026-06-20 refund 5000 of=O2",
            ]
        }
    )
    assert due(fetch, facts)["E1"].renewal_refunded_on == date(2026, 6, 20)


def test_what_is_given_back_of_a_renewal_that_goes_on_is_off_its_price(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": [
                *TERM,
                "2026-06-10 order 5400 id=O2",
                "2026-07-06 enrol E2 renews=E1 sale=O2",
                "2026-06-20 refund 400 of=O2",
            ]
        }
    )
    row = due(fetch, facts)["E1"]
    assert (row.renewal_refunded_on, row.renewed_cny) == (None, Decimal(5000))


def test_who_paid_again_after_a_refund_has_renewed(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": [
                *TERM,
                "2026-06-10 order 5400 id=O2",
                "2026-07-06 enrol E2 renews=E1 sale=O2 state=refunded stopped=2026-06-15",
                "2026-06-15 refund 5400 of=O2",
                "2026-06-25 order 4800 id=O3",
                "2026-07-06 enrol E3 renews=E1 sale=O3",
            ]
        }
    )
    row = due(fetch, facts)["E1"]
    assert (row.renewal_id, row.renewed_on, row.renewed_cny, row.renewal_refunded_on) == (
        "E3", date(2026, 6, 25), Decimal(4800), None,
    )  # fmt: skip


def test_lessons_left_when_the_renewal_was_paid(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": [
                *TERM,
                "2026-03-01 seat present enrolment=E1 lessons=20",
                "2026-04-01 order 5400 id=O2",
                "2026-05-01 seat present enrolment=E1 lessons=20",
                "2026-07-06 enrol E2 renews=E1 sale=O2",
            ]
        }
    )
    rows = due(fetch, facts)
    assert (rows["E1"].lessons_left_at_renewal, rows["E2"].lessons_left_at_renewal) == (28, None)


def test_a_carry_over_is_told_from_a_sale(facts: Facts, journeys: Journeys, fetch: Fetch) -> None:
    journeys(
        {
            "lin": [
                *TERM,
                "2026-06-10 carry_over 1000 id=O2 state=carried_over",
                "2026-07-06 enrol E2 renews=E1 sale=O2",
            ]
        }
    )
    assert due(fetch, facts)["E1"].renewal_kind == "carry_over"


def test_enrolments_that_name_each_other_in_a_circle_are_one_row_each(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys({"lin": ["2026-01-05 enrol E1 renews=E2", "2026-02-05 enrol E2 renews=E1"]})
    assert sorted(row.enrolment_id for row in fetch(facts.due)) == ["E1", "E2"]


def test_trials_never_fall_due(facts: Facts, journeys: Journeys, fetch: Fetch) -> None:
    journeys({"lin": ["2026-01-01 trial 9.9", "2026-01-05 enrol T1 course=maths-trial"]})
    assert fetch(facts.due) == []


def test_due_is_built_anew_when_seats_arrive_and_equals_a_whole_rebuild(
    store: DuckDBStore, journeys: Journeys
) -> None:
    journeys({"lin": [*TERM, "2026-03-01 seat present enrolment=E1"]})
    with store.writing() as cursor:
        cursor.execute("UPDATE seats SET consumed_lessons = 3")
        rebuild(cursor, {"seats"}, KEY)
    some = store.cursor().execute("FROM fact_due").fetchall()
    used = store.cursor().execute("SELECT lessons_used FROM fact_due").fetchall()
    with store.writing() as cursor:
        rebuild(cursor, None, KEY)
    assert store.cursor().execute("FROM fact_due").fetchall() == some
    assert used == [(3,)]


def test_a_teacher_sees_no_amounts_that_fall_due(
    facts_for: Callable[..., Facts], journeys: Journeys, fetch: Fetch
) -> None:
    journeys({"lin": ["2026-01-05 enrol E1 ends=2026-06-30 teacher=t1"]})
    assert fetch(facts_for("teacher", ("north",), "t1").due) == []
    assert len(fetch(facts_for("campus_head", ("north",)).due)) == 1
    assert fetch(facts_for("campus_head", ("south",)).due) == []


@pytest.mark.parametrize(
    ("refund", "undone_on"),
    [
        ("state=paid of=O2", date(2026, 6, 20)),
        ("state=refunded of=O2", date(2026, 6, 20)),
        ("state=pending of=O2", date(2026, 8, 1)),  # not paid back: undone when the term stopped
        ("state=cancelled of=O2", date(2026, 8, 1)),
        ("state=paid", date(2026, 6, 20)),
        ("state=refunded", date(2026, 6, 20)),
        ("state=pending", date(2026, 8, 1)),
    ],
)
def test_money_is_given_back_by_refunds_that_were_paid_whatever_they_are_called(
    facts: Facts, journeys: Journeys, fetch: Fetch, refund: str, undone_on: date
) -> None:
    journeys(
        {
            "lin": [
                *TERM,
                "2026-06-10 order 5400 id=O2",
                "2026-07-06 enrol E2 renews=E1 sale=O2 state=refunded stopped=2026-08-01",
                f"2026-06-20 refund 5400 {refund}",
            ]
        }
    )
    assert due(fetch, facts)["E1"].renewal_refunded_on == undone_on
