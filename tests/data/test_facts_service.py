"""Orders, seats and rows without a campus, told by people's days."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from data.facts import Facts
from tests.conftest import Journeys

Fetch = Callable[..., list[Any]]


def test_order_line_knows_charges_refunds_and_what_is_neither(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": [
                "2026-01-01 lead sem",
                "2026-01-02 trial 9.9",
                "2026-01-03 order 5000 lessons=48",
                "2026-01-04 refund 1000 state=refunded",
                "2026-01-05 transfer 2000",
                "2026-01-06 carry_over 2000 state=carried_over",
                "2026-01-07 order 3000 state=pending",
                "2026-01-08 order 3000 state=void",
            ]
        }
    )
    lines = fetch(facts.order_line)
    assert [(row.kind, row.is_formal, row.is_trial, row.net_cny) for row in lines] == [
        ("charge", False, True, Decimal("9.90")),
        ("charge", True, False, Decimal("5000.00")),
        ("refund", False, False, Decimal("-1000.00")),
        ("transfer", False, False, Decimal("0.00")),
        ("carry_over", False, False, Decimal("0.00")),
    ]


def test_order_line_takes_the_newest_lead_before_it_unless_it_names_one(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": [
                "2026-01-01 lead sem id=L1",
                "2026-01-05 lead feed id=L2",
                "2026-01-03 order 1",
                "2026-01-06 order 2",
                "2026-01-07 order 3 lead=L1",
            ],
            "wu": ["2026-01-03 order 4"],
        }
    )
    lines = {int(row.net_cny): row.lead_id for row in fetch(facts.order_line)}
    assert lines == {1: "L1", 2: "L2", 3: "L1", 4: None}


def test_order_is_its_leads_persons_even_on_another_phone(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    ids = journeys(
        {
            "lin": ["2026-01-01 lead sem id=L1", "2026-01-02 order 1 lead=L1 phone=+8613900000000"],
            "wu": ["2026-01-02 child", "2026-01-03 order 2 phone=none"],
        }
    )
    lines = {int(row.net_cny): row.person_id for row in fetch(facts.order_line)}
    assert lines == {1: ids["lin"], 2: ids["wu"]}


def test_seat_finds_its_enrolment_class_and_teacher(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    ids = journeys(
        {
            "lin": [
                "2026-01-01 enrol E1 teacher=T1 class_teacher=T2",
                "2026-01-05 enrol E2",
                "2026-01-03 seat present",
                "2026-01-06 seat absent",
                "2026-01-07 seat late enrolment=E1",
            ]
        }
    )
    seats = fetch(facts.seat.order_by("starts_at"))
    assert [(row.enrolment_id, row.attendance, row.teacher_id) for row in seats] == [
        ("E1", "present", "T1"),
        ("E2", "absent", "T1"),
        ("E1", "late", "T1"),
    ]
    assert {(row.person_id, row.campus_id, row.course_line) for row in seats} == {
        (ids["lin"], "north", "maths")
    }


def test_rows_that_name_no_campus_are_unassigned(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys({"lin": ["2026-01-01 view /home @-"]})
    assert [row.campus_id for row in fetch(facts.event)] == ["-"]
