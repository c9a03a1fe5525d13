"""Orders, seats and rows without a campus, told by people's days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
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


def test_order_that_names_a_lead_nobody_imported_is_not_linked_by_it(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": ["2026-01-01 lead sem id=L1", "2026-01-06 order 2 lead=gone"],
            "wu": ["2026-01-03 order 4 lead=lost"],
        }
    )
    lines = {int(row.net_cny): row.lead_id for row in fetch(facts.order_line)}
    assert lines == {2: "L1", 4: None}


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
                "2026-01-01 enrol E1 teacher=T1 class_teacher=T2 class=K1",
                "2026-01-05 enrol E2",
                "2026-01-03 seat present class=K1",
                "2026-01-06 seat absent class=K1",
                "2026-01-07 seat late enrolment=E1 class=K1",
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


def test_followup_is_about_its_leads_person_and_campus(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    ids = journeys(
        {
            "lin": ["2026-01-01 lead sem @south", "2026-01-02 followup effective staff=c1"],
            "wu": ["2026-01-02 followup lead=nowhere"],
        }
    )
    found = {row.lead_id: row for row in fetch(facts.followup)}
    lin, orphan = found["lin-1"], found["nowhere"]
    assert (lin.person_id, lin.campus_id, lin.is_effective) == (ids["lin"], "south", True)
    assert (orphan.person_id, orphan.campus_id, orphan.is_effective) == (None, "-", False)


def test_answers_and_rewards_are_the_childs_parents(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    ids = journeys(
        {
            "lin": [
                "2026-01-02 assess 80 due=2026-01-03",
                "2026-01-02 assess",
                "2026-01-04 feedback 4 nps=9",
                "2026-01-05 feedback - complaint",
                "2026-01-06 reward 30 for=wu-9",
            ]
        }
    )
    rows = [*fetch(facts.assessment), *fetch(facts.feedback), *fetch(facts.reward)]
    assert {(row.person_id, row.student_id, row.campus_id) for row in rows} == {
        (ids["lin"], "lin-child", "north")
    }
    assert [(row.score, row.taken_on) for row in fetch(facts.assessment)] == [
        (None, None),
        (80.0, date(2026, 1, 2)),
    ]
    assert [(row.rating, row.nps, row.is_complaint) for row in fetch(facts.feedback)] == [
        (4.0, 9.0, False),
        (None, None, True),
    ]
    assert [(row.cost_cny, row.lead_id) for row in fetch(facts.reward)] == [(Decimal(30), "wu-9")]


def test_enrolment_knows_its_course_teachers_and_term(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys({"lin": ["2026-01-02 enrol E1 line=art ends=2026-06-30 teacher=t1 renews=E0"]})
    (row,) = fetch(facts.enrolment)
    assert (row.course_line, row.teacher_id, row.is_formal) == ("art", "t1", True)
    assert (row.started_on, row.ends_on) == (date(2026, 1, 2), date(2026, 6, 30))
    assert (row.renewed_from_id, row.state, row.lessons_bought) == ("E0", "active", 48)


def test_refunded_lessons_count_backwards(facts: Facts, journeys: Journeys, fetch: Fetch) -> None:
    journeys({"lin": ["2026-01-01 order 100 lessons=48", "2026-01-02 refund 50 lessons=20"]})
    assert [row.lessons for row in fetch(facts.order_line)] == [48, -20]


def test_an_order_paid_later_stands_on_the_day_of_payment(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys({"lin": ["2026-01-01 order 100 paid=2026-01-31T16:30"]}, as_of="2026-03-01")
    assert [row.paid_on for row in fetch(facts.order_line)] == [date(2026, 2, 1)]


def test_spend_and_targets_keep_their_campus_and_channel(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "-": [
                "2026-01-01 spend sem 10.5 clicks=3 claimed=1",
                "2026-01-01 spend radio 4 @south",
                "2026-01-20 target new_leads 30",
            ]
        }
    )
    found = fetch(facts.spend)
    assert [(row.channel_id, row.cost_cny, row.is_mapped, row.campus_id) for row in found] == [
        ("radio", Decimal(4), False, "south"),
        ("sem", Decimal("10.5"), True, "north"),
    ]  # fmt: skip
    assert [(row.month_on, row.metric, row.value) for row in fetch(facts.target)] == [
        (date(2026, 1, 1), "new_leads", 30.0)
    ]
