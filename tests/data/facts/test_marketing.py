"""Leads, events, visits, touches and share edges, told by people's days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from data.facts import Facts
from tests.conftest import Journeys

Fetch = Callable[..., list[Any]]


def test_lead_is_first_once_per_person_anywhere(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys({"lin": ["2026-01-01 lead sem", "2026-01-05 lead feed @south"]})
    assert [(row.lead_id, row.is_first) for row in fetch(facts.lead)] == [
        ("lin-1", True),
        ("lin-2", False),
    ]


@pytest.mark.parametrize(
    ("flag", "valid"),
    [
        ("", True),
        ("unreachable", False),
        ("outside", False),
        ("blacklisted", False),
        ("competitor", False),
        ("nophone", False),
    ],
)
def test_lead_is_valid_unless_something_speaks_against_it(
    facts: Facts, journeys: Journeys, fetch: Fetch, flag: str, valid: bool
) -> None:
    journeys({"wu": ["2026-01-02 lead sem"], "lin": [f"2026-01-01 lead sem {flag}"]})
    assert [row.is_valid for row in fetch(facts.lead)] == [valid, True]


def test_where_no_lead_has_a_phone_validity_is_not_known(
    facts_for: Callable[..., Facts], journeys: Journeys, fetch: Fetch
) -> None:
    journeys({"lin": ["2026-01-01 lead sem nophone"], "wu": ["2026-01-02 lead sem nophone"]})
    assert [row.is_valid for row in fetch(facts_for("manager").lead)] == [None, None]
    journeys({"qi": ["2026-01-03 lead sem"]})
    assert [row.is_valid for row in fetch(facts_for("manager").lead)] == [False, False, True]


def test_lead_of_a_known_person_is_a_duplicate_and_not_valid(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys({"lin": ["2026-01-01 lead sem", "2026-01-05 lead feed"]})
    assert [row.is_valid for row in fetch(facts.lead)] == [True, False]


def test_lead_day_and_hour_are_local(facts: Facts, journeys: Journeys, fetch: Fetch) -> None:
    journeys({"lin": ["2025-12-31T17:30 lead sem"]})
    (row,) = fetch(facts.lead)
    assert (row.created_on, row.created_hour) == (date(2026, 1, 1), 1)


def test_lead_has_a_touch_only_where_one_came_before(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": ["2026-01-01 click sem", "2026-01-02 lead sem"],
            "wu": ["2026-01-02 lead sem", "2026-01-03 click sem"],
            "he": ["2026-01-02 lead street"],  # met in person
        }
    )
    assert {row.lead_id: row.has_touch for row in fetch(facts.lead)} == {
        "lin-2": True, "wu-3": False, "he-5": True,
    }  # fmt: skip


def test_lead_keeps_a_channel_that_is_not_in_the_tree(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys({"lin": ["2026-01-01 lead radio"], "wu": ["2026-01-02 lead -"]})
    assert [(row.channel_id, row.is_mapped) for row in fetch(facts.lead)] == [
        ("radio", False),
        (None, False),
    ]


def test_lead_names_the_introducers_parent(facts: Facts, journeys: Journeys, fetch: Fetch) -> None:
    ids = journeys({"lin": ["2026-01-01 child"], "wu": ["2026-01-02 lead referral by=lin"]})
    assert [row.introducer_person_id for row in fetch(facts.lead)] == [ids["lin"]]


def test_events_join_the_anonymous_past_to_the_person(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    ids = journeys({"lin": ["2026-01-01 view /home", "2026-01-02 lead sem"]})
    assert [row.person_id for row in fetch(facts.event)] == [ids["lin"]]


def test_event_of_a_childs_app_is_its_parents(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    ids = journeys(
        {
            "lin": ["2026-01-01 child"],
            "-": ["2026-01-02 view /app student=lin-child device=tablet"],
        }
    )
    assert [row.person_id for row in fetch(facts.event)] == [ids["lin"]]


def test_visit_ends_after_half_an_hour_of_silence(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": [
                "2026-01-01T10:00 visit sem dwell=60",
                "2026-01-01T10:30 view /price dwell=30",
                "2026-01-01T11:00:01 view /home dwell=9000",
            ]
        }
    )
    visits = fetch(facts.visit)
    assert [(row.channel_id, row.pages, row.dwell_seconds) for row in visits] == [
        ("sem", 2, 90.0),
        (None, 1, 1800.0),
    ]


def test_visit_tells_of_those_before_it_at_its_campus(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": [
                "2026-01-01T10:00 view / dwell=60", "2026-01-02T10:00 visit sem dwell=30 @south",
                "2026-01-03T10:00 visit feed dwell=0.5", "2026-01-04T10:00 click feed @south",
            ],
            "wu": ["2026-01-01T10:00 visit sem"],
        }
    )  # fmt: skip
    visits = sorted(fetch(facts.visit), key=lambda row: (not row.is_elsewhere, row.started_at))
    assert [
        (
            row.campus_id, row.visit_no, row.pages_so_far, row.dwell_seconds_so_far,
            row.first_at.day, row.first_channel_id, row.next_at and row.next_at.day,
        )
        for row in visits
    ] == [
        ("north", 1, 1, 60.0, 1, None, 3), ("south", 1, 1, 30.0, 2, "sem", 4),
        ("north", 2, 2, 60.5, 1, None, None), ("south", 2, 1, 30.0, 2, "sem", None),
        ("north", 1, 1, 0.0, 1, "sem", None),
    ]  # fmt: skip


def test_visit_without_reported_dwell_lasts_from_its_first_to_its_last_page(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys({"lin": ["2026-01-01T10:00 view /a", "2026-01-01T10:10 view /b"]})
    assert [row.dwell_seconds for row in fetch(facts.visit)] == [600.0]


def test_touch_is_each_click_and_each_new_arrival_by_a_channel(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": [
                "2026-01-01T10:00 click sem",
                "2026-01-01T10:01 visit sem",  # the click's own page
                "2026-01-01T10:02 visit feed",
                "2026-01-01T12:00 visit sem",
                "2026-01-01T12:01 scan street",
                "2026-01-02 visit direct",
            ]
        }
    )
    assert [(row.kind, row.channel_id, row.is_direct) for row in fetch(facts.touch)] == [
        ("click", "sem", False),
        ("visit", "feed", False),
        ("visit", "sem", False),
        ("scan", "street", False),
        ("visit", "direct", True),
    ]


def test_touch_has_a_cost_on_the_day_of_spend_or_without_need_of_one(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": [
                "2026-01-01 click sem",
                "2026-01-03 click sem",
                "2026-01-04 visit organic",
                "2026-01-05 visit nowhere",  # a channel of no dictionary: nobody can say it cost
            ],
            "-": ["2026-01-01 spend sem 100", "2026-01-03 spend feed 100"],
        }
    )
    costs = [(row.channel_id, row.has_cost) for row in fetch(facts.touch)]
    assert costs == [("sem", True), ("sem", False), ("organic", True), ("nowhere", True)]


def test_share_edge_is_the_first_arrival_by_somebodys_link(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    ids = journeys(
        {
            "lin": [
                "2026-01-01 visit organic activity=A",
                "2026-01-02 share s1 activity=A via=group",
            ],
            "wu": [
                "2026-01-03 view /a activity=A from=s1",
                "2026-01-04 share s2 activity=A",
                "2026-01-05 view /a activity=A from=s1",
            ],
            "he": ["2026-01-06 view /a activity=A from=s2"],
        }
    )
    edges = {
        (row.sharer_person_id, row.person_id, row.share_channel) for row in fetch(facts.share_edge)
    }
    assert edges == {(ids["lin"], ids["wu"], "group"), (ids["wu"], ids["he"], None)}


def test_share_edge_never_makes_a_ring_nor_points_to_oneself(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            # Lin opens her own link, and later Wu's.
            "lin": [
                "2026-01-01 share s1 activity=A",
                "2026-01-02 view /a activity=A from=s1",
                "2026-01-05 view /a activity=A from=s2",
            ],
            "wu": ["2026-01-03 view /a activity=A from=s1", "2026-01-04 share s2 activity=A"],
        }
    )
    assert [row.arrived_on for row in fetch(facts.share_edge)] == [date(2026, 1, 3)]


def test_lead_knows_what_the_person_had_done_by_its_creation_and_nothing_later(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    told = [
        "2026-01-01T10:00 visit sem page=/a dwell=60",
        "2026-01-03T10:00 visit sem page=/b dwell=30",
        "2026-01-03T10:05 lead sem",
    ]
    journeys({"lin": told})
    (before,) = fetch(facts.lead)
    assert (before.visits_before, before.pages_before, before.dwell_seconds_before) == (2, 2, 90)
    journeys({"lin": ["2026-01-03T10:06 visit sem page=/c dwell=500", "2026-02-01 visit sem"]})
    assert fetch(facts.lead) == [before]


def test_lead_of_somebody_never_seen_before_has_done_nothing(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys({"lin": ["2026-01-03 lead sem"]})
    (lead,) = fetch(facts.lead)
    assert (lead.visits_before, lead.pages_before, lead.dwell_seconds_before) == (0, 0, 0)


def test_exposure_names_its_playbook_and_arm_and_other_events_name_none(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": [
                '2026-01-01 event sop_exposure properties={"sop":"HELLO","arm":"held_out"}',
                '2026-01-02 event page_view properties={"sop":"HELLO"}',
                "2026-01-03 event sop_exposure properties=nonsense",
            ]
        }
    )
    assert [(row.sop, row.arm) for row in fetch(facts.event.order_by("occurred_at"))] == [
        ("HELLO", "held_out"), (None, None), (None, None),
    ]  # fmt: skip
