"""Where unpaid leads stand, and how long they wait: both sides of every edge."""

from __future__ import annotations

import pytest

from metrics.leads.pool import overdue_leads, reactivation_rate, standing_leads, unpaid_leads

AS_OF = "2026-07-01T04:00"  # noon in Shanghai


def stand(journeys, facts, fetch, people):
    ids = journeys(people, as_of=AS_OF)
    names = {person: name for name, person in ids.items()}
    return {names[row.person_id]: row for row in fetch(standing_leads(facts))}


def test_a_lead_stands_at_the_first_state_that_holds(facts, journeys, fetch):
    owned = "2026-06-01 lead sem owner=c1 assigned=2026-06-01T05:00"
    rows = stand(
        journeys,
        facts,
        fetch,
        {
            "nobodys": ["2026-06-01 lead sem"],
            "tomorrows": ["2026-06-01 lead sem owner=c1 assigned=2026-07-01T04:00:00.000001"],
            "todays": ["2026-06-01 lead sem owner=c1 assigned=2026-07-01T04:00"],
            "uncalled": [owned],
            "unreached": [owned, "2026-06-30 followup"],
            "silent": [owned, "2026-06-24T03:59:59.999999 followup effective"],
            "in_hand": [owned, "2026-06-24T04:00 followup effective"],
            "recycled": [f"{owned} status=recycled", "2026-06-30 followup effective"],
            "lost": [f"{owned} status=lost"],
        },
    )
    assert {name: row.state for name, row in rows.items()} == {
        "nobodys": "unassigned", "tomorrows": "unassigned", "todays": "not_called",
        "uncalled": "not_called", "unreached": "not_reached", "silent": "silent",
        "in_hand": "in_hand", "recycled": "recycled", "lost": "lost",
    }  # fmt: skip
    assert len(fetch(unpaid_leads(facts))) == 9


def test_a_lead_is_unpaid_until_its_family_buys_after_it(facts, journeys, fetch):
    rows = stand(
        journeys,
        facts,
        fetch,
        {
            "before": ["2026-06-01T04:00 lead sem", "2026-06-01T03:59:59.999999 order 5000"],
            "at_once": ["2026-06-01T04:00 lead sem", "2026-06-01T04:00 order 5000"],
            "trial": ["2026-06-01T04:00 lead sem", "2026-06-02 trial 9"],
            "said": ["2026-06-01T04:00 lead sem status=paid"],
        },
    )
    assert set(rows) == {"before", "trial"}


@pytest.mark.parametrize(
    ("assigned", "rung"),
    [
        ("2026-06-29T04:00:00.000001", "in_time"),
        ("2026-06-29T04:00", "over_48h"),
        ("2026-06-28T04:00:00.000001", "over_48h"),
        ("2026-06-28T04:00", "day_3"),
        ("2026-06-26T04:00:00.000001", "day_3"),
        ("2026-06-26T04:00", "day_5"),
        ("2026-06-24T04:00:00.000001", "day_5"),
        ("2026-06-24T04:00", "day_7"),
    ],
)
def test_a_rung_is_climbed_when_its_hours_are_full(facts, journeys, fetch, assigned, rung):
    people = {"wu": [f"2026-06-01 lead sem owner=c1 assigned={assigned}"]}
    assert stand(journeys, facts, fetch, people)["wu"].rung == rung
    assert len(fetch(overdue_leads(facts))) == (rung != "in_time")


def test_nobody_waits_for_who_is_in_hand_lost_or_back_in_the_pool(facts, journeys, fetch):
    owned = "2026-06-01 lead sem owner=c1 assigned=2026-06-01T05:00"
    rows = stand(
        journeys,
        facts,
        fetch,
        {
            "in_hand": [owned, "2026-06-30 followup effective"],
            "silent": [owned, "2026-06-02 followup effective"],
            "lost": [f"{owned} status=lost"],
            "recycled": [f"{owned} status=recycled"],
        },
    )
    assert [row.rung for row in rows.values()] == [None] * 4
    assert fetch(overdue_leads(facts)) == []


@pytest.mark.parametrize(
    ("paid", "counted"),
    [
        ("2026-01-31T04:00", []),  # on the last cold day: never of the old pool
        ("2026-01-31T04:00:00.000001", [1]),
        ("2026-03-02T04:00", [1]),  # 30 days after, the end included
        ("2026-03-02T04:00:00.000001", [0]),
    ],
)
def test_reactivation_counts_orders_from_the_cold_days_to_the_windows_end(
    facts, journeys, fetch, paid, counted
):
    journeys({"wu": ["2026-01-01T04:00 lead sem", f"{paid} order 5000"]}, as_of=AS_OF)
    rows = fetch(reactivation_rate(facts, cold_days=30, window_days=30))
    assert [row.numerator for row in rows] == counted
