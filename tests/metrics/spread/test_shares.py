"""Shares: who came by them, K and its parts, on journeys small enough to do by hand."""

import pytest

from data.errors import InvalidOption, UnknownName
from metrics.foundation.units import rollup
from metrics.spread.figures import share_figures, shared_activities
from metrics.spread.integrity import suspicious_sharers
from metrics.spread.shares import (
    invitee_conversion,
    invitees_per_sharer,
    k_factor,
    share_arrivals,
    share_leads,
    share_revenue,
)

# Anna shares on the 1st. Ben and Cao come by it, Ben leaves a phone and shares, Dai comes by
# Ben and orders. Eva shares on the 20th, too young for a cycle of a week on the 22nd.
STORY = {
    "anna": [
        "2026-03-01T01:00 event page_view activity=A page=/a known",
        "2026-03-01T01:10 share s1 activity=A",
    ],
    "ben": [
        "2026-03-02 event page_view activity=A page=/a from=s1",
        "2026-03-03 lead organic activity=A",
        "2026-03-03 share s2 activity=A",
    ],
    "cao": [
        "2026-03-02 event page_view activity=A page=/a from=s1",
        # A second click, on Ben's share: no arrival.
        "2026-03-05 event page_view activity=A page=/a from=s2",
    ],
    "dai": [
        "2026-03-14 event page_view activity=A page=/a from=s2",
        "2026-03-15 lead organic activity=A",
        "2026-03-16 order 1000",
    ],
    "eva": [
        "2026-03-20 event page_view activity=A page=/a",
        "2026-03-20 share s3 activity=A",
    ],
    "fan": ["2026-03-21 event page_view activity=A page=/a from=s3"],
}


@pytest.fixture
def told(journeys, facts, fetch):
    journeys(STORY, as_of="2026-03-22")

    def figure(metric, by=(), **options):
        rows = fetch(rollup(metric(facts, **options), kind=metric.kind, as_of=facts.as_of, by=by))
        return rows if by else rows[0]

    return figure


def test_share_arrivals_counts_each_person_by_their_first_arrival(told):
    assert told(share_arrivals).value == 4  # Ben, Cao, Dai, Fan
    assert told(share_arrivals, activities=("B",)).value == 0
    by_sharer = sorted(row.value for row in told(share_arrivals, by=["sharer_person_id"]))
    assert by_sharer == [1, 1, 2]


def test_share_leads_and_revenue_are_of_those_who_came_by_a_share(told):
    assert told(share_leads).value == 2
    assert told(share_revenue).value == 1000
    assert told(share_revenue, days=1).value == 1000
    with pytest.raises(InvalidOption, match="days must be at least 1, got 0"):
        told(share_revenue, days=0)


def test_k_is_converted_invitees_per_sharer_whose_cycle_is_over(told):
    """Anna 1 of 2 (Ben), Ben 0 (Dai came after 11 days), Eva is immature: K = 1 ÷ 2."""
    k = told(k_factor)
    assert (k.numerator, k.denominator, k.value, k.immature) == (1, 2, 0.5, 1)
    longer = told(k_factor, cycle_days=14)  # Dai came and left a lead within 14 days of Ben's
    assert (longer.numerator, longer.denominator) == (2, 2)
    assert told(k_factor, converted="share").numerator == 1  # Ben


def test_k_is_invitees_per_sharer_times_their_conversion(told):
    for options in ({}, {"cycle_days": 14}, {"cycle_days": 1}):
        for converted in ("lead", "share"):
            k = told(k_factor, converted=converted, **options)
            i = told(invitees_per_sharer, **options)
            c = told(invitee_conversion, converted=converted, **options)
            assert k.value == pytest.approx(i.value * (c.value or 0))
            assert c.denominator == i.numerator


def test_k_refuses_what_it_does_not_know(told):
    with pytest.raises(UnknownName, match="order"):
        told(k_factor, converted="order")
    with pytest.raises(InvalidOption, match="cycle_days must be at least 1, got 0"):
        told(k_factor, cycle_days=0)


def test_share_figures_are_the_metrics_own(told, facts, fetch):
    rows = {(r.metric, r.part): r for r in fetch(share_figures(facts, activities=("A",)))}
    for metric in (share_arrivals, share_leads, share_revenue, k_factor):
        own = told(metric, activities=("A",))
        together = rows[metric.name, "now"]
        assert (together.value, together.n, together.immature) == (own.value, own.n, own.immature)
    assert [(r.activity_id, r.arrivals) for r in fetch(shared_activities(facts))] == [("A", 4)]


def test_only_people_of_the_scope_are_counted(journeys, facts_for, fetch):
    journeys({"anna": STORY["anna"], "ben": [f"{entry} @south" for entry in STORY["ben"]]})
    for campus, expected in (("south", 1), ("north", 0)):
        facts = facts_for("campus_head", (campus,))
        (row,) = fetch(rollup(share_arrivals(facts), kind="count", as_of=facts.as_of))
        assert row.value == expected


def test_a_burst_of_arrivals_by_one_sharer_stands_out(journeys, facts, fetch):
    crowd = {
        f"p{i}": [f"2026-03-02T03:{i:02d} event page_view activity=A page=/a from=s1 dwell=60"]
        for i in range(12)
    }
    slow = {
        f"q{i}": [f"2026-03-{i + 3:02d} event page_view activity=A page=/a from=s9 dwell=60"]
        for i in range(12)
    }
    other = [entry.replace("s1", "s9") for entry in STORY["anna"]]
    journeys({"anna": STORY["anna"], "zoe": other, **crowd, **slow})
    (row,) = fetch(suspicious_sharers(facts))
    assert (row.arrivals, row.busiest_hour, row.is_burst, row.is_empty) == (12, 12, True, False)
    assert not fetch(suspicious_sharers(facts, burst=13))


def test_arrivals_that_do_nothing_stand_out(journeys, facts, fetch):
    bots = {
        f"p{i}": [f"2026-03-{i + 2:02d} event page_view activity=A page=/a from=s1 dwell=1"]
        for i in range(6)
    }
    journeys({"anna": STORY["anna"], **bots})
    (row,) = fetch(suspicious_sharers(facts))
    assert (row.arrivals, row.empty, row.is_empty, row.is_burst) == (6, 6, True, False)
