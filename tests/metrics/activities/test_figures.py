"""Figures of activities, each on days that can be counted by hand."""

import pytest

from data.facts import Facts
from data.scope import EVERY_CAMPUS, Scope
from metrics.activities.newness import activity_new_share
from metrics.activities.outcomes import (
    activity_conversion,
    activity_cost_per_lead,
    activity_orders,
    activity_roi,
)
from metrics.activities.people import participants
from metrics.activities.traffic import (
    activity_leads,
    activity_shares,
    activity_views,
    activity_visitors,
)
from metrics.foundation.units import rollup


@pytest.fixture
def told(store, journeys):
    """Tell what happened around an activity of north, 1 to 5 March 2026, budget 600."""

    def tell(people, as_of="2026-08-01"):
        with store.writing() as cursor:
            cursor.execute("DELETE FROM activities")
            cursor.execute(
                "INSERT INTO activities (activity_id, name, type, campus_id, starts_on, ends_on,"
                " budget_cny) VALUES"
                " ('A1', 'one', 'game', 'north', '2026-03-01', '2026-03-05', 600),"
                " ('A2', 'two', 'game', 'south', '2026-03-01', '2026-03-05', 100)"
            )
        return journeys(people, as_of=as_of)

    return tell


LIN = [
    "2026-03-01T01:00 visit organic activity=A1",
    "2026-03-01T01:05 share s1 activity=A1 via=moments",
    "2026-03-02T01:00 visit organic activity=A1",
    "2026-03-02T17:30 lead organic activity=A1",  # 01:30 of the 3rd in Shanghai
    "2026-03-20 order 3000",
]
WANG = [
    "2026-03-03T02:00 visit organic activity=A1 from=s1 via=moments",
    "2026-03-03T03:00 lead organic activity=A1",
]
OLD = [
    "2026-01-05 lead sem", "2026-03-03T05:00 visit organic activity=A1",
    "2026-03-03T06:00 lead organic activity=A1",
]  # fmt: skip


def figures(fetch, facts, metric, by=("activity_id",), **options):
    rows = rollup(metric(facts, **options), kind=metric.kind, as_of=facts.as_of, by=list(by))
    return {tuple(getattr(r, b) for b in by): r for r in fetch(rows)}


def test_traffic_counts_views_people_shares_and_first_leads(told, facts, fetch):
    told({"lin": LIN, "wang": WANG, "old": OLD})
    counted = {
        metric.name: figures(fetch, facts, metric)[("A1",)].value
        for metric in (activity_views, activity_visitors, activity_shares, activity_leads)
    }
    assert counted == {
        "activity_views": 4, "activity_visitors": 3, "activity_shares": 1, "activity_leads": 2,
    }  # fmt: skip


def test_visitors_by_day_count_a_person_once_there_or_once_a_day(told, facts, fetch):
    told({"lin": LIN, "wang": WANG})
    by = ("unit_on",)

    def days(**options):
        rows = figures(fetch, facts, activity_visitors, by, **options)
        return {on.day: r.value for (on,), r in rows.items()}

    assert days() == {1: 1, 3: 1}
    # lin's lead at night is an event of nobody: it is no page view and no visit.
    assert days(daily=True) == {1: 1, 2: 1, 3: 1}


def test_a_lead_has_its_local_hour_and_the_way_it_was_shared(told, facts, fetch):
    told({"lin": LIN, "wang": WANG})
    by = ("hour", "unit_on", "share_channel")
    found = figures(fetch, facts, activity_leads, by, origin=True)
    assert {(hour, on.day, way) for hour, on, way in found} == {(1, 3, None), (11, 3, "moments")}


def test_orders_are_first_orders_of_the_activitys_leads_within_the_window(told, facts, fetch):
    told({
        "lin": [*LIN, "2026-03-25 order 500"],
        "wang": [*WANG, "2026-06-10 order 3000"],  # after 99 days
        "old": [*OLD, "2026-03-10 order 2000"],  # no first lead of the activity
    })  # fmt: skip
    (row,) = figures(fetch, facts, activity_orders, ("unit_on",)).values()
    assert (row.value, row.unit_on.isoformat()) == (1, "2026-03-20")
    assert figures(fetch, facts, activity_orders, window_days=120)[("A1",)].value == 2


def test_conversion_leaves_young_leads_out(told, facts, fetch):
    told({"lin": LIN, "wang": WANG}, as_of="2026-06-01T02:00")
    row = figures(fetch, facts, activity_conversion)[("A1",)]
    assert (row.numerator, row.denominator, row.immature) == (1, 1, 1)


def test_cost_per_lead_is_budget_and_rewards_over_leads(told, facts, fetch):
    told({
        "lin": LIN, "wang": WANG,
        "member": ["2026-01-01 lead sem", "2026-01-02 child"],
    })  # fmt: skip
    row = figures(fetch, facts, activity_cost_per_lead)[("A1",)]
    assert (row.numerator, row.denominator, row.value) == (600, 2, 300)
    assert figures(fetch, facts, activity_cost_per_lead)[("A2",)].value is None


def test_rewards_of_the_activity_are_part_of_its_cost(told, store, facts, fetch):
    told({"lin": LIN, "member": ["2026-01-01 lead sem", "2026-01-02 child"]})
    with store.writing() as cursor:
        cursor.execute(
            "INSERT INTO fact_reward (reward_id, campus_id, activity_id, granted_at, granted_on,"
            " cost_cny) VALUES ('r', 'north', 'A1', '2026-03-02', '2026-03-02', 50)"
        )
    assert figures(fetch, facts, activity_cost_per_lead)[("A1",)].value == 650


def test_roi_waits_for_the_last_lead_and_takes_the_activitys_own_leads(told, facts, fetch):
    """3,000 came of 600: (3000 − 600) ÷ 600 = 4; the order on day 100 is not in 90 days."""
    people = {"lin": LIN, "wang": [*WANG, "2026-06-11 order 9000"]}
    told(people, as_of="2026-06-04T00:00")
    row = figures(fetch, facts, activity_roi)[("A1",)]
    assert row.value == pytest.approx(4.0)
    assert (row.numerator, row.denominator) == (2400, 600)


def test_roi_is_missing_while_a_lead_may_still_pay(told, facts, fetch):
    told({"lin": LIN}, as_of="2026-06-03T00:00")  # 90 days after the 5th are not over
    assert figures(fetch, facts, activity_roi)[("A1",)].value is None


def test_new_are_those_without_a_past_before_the_activity_began(told, facts, fetch):
    told({
        "lin": LIN, "wang": WANG, "old": OLD,
        "visited": ["2026-02-27 visit sem", "2026-03-02T01:00 visit organic activity=A1"],
        "same_day": ["2026-02-28T16:30 visit sem", "2026-03-01T05:00 visit organic activity=A1"],
        "paid": ["2026-02-01 order 900", "2026-03-03T05:00 lead organic activity=A1"],
    })  # fmt: skip
    row = figures(fetch, facts, activity_new_share)[("A1",)]
    # new: lin, wang, and who came on the first day itself (00:30 in Shanghai)
    assert (row.numerator, row.denominator) == (3, 6)


def test_another_campuss_activity_is_not_seen(told, facts_for, fetch):
    told({"lin": LIN, "wang": WANG, "zhou": ["2026-03-02T02:00 lead sem activity=A2 @south"]})
    south = facts_for("campus_head", ("south",))
    for metric in (activity_views, activity_visitors, activity_leads, activity_new_share):
        assert ("A1",) not in figures(fetch, south, metric)
    assert figures(fetch, south, activity_leads)[("A2",)].value == 1


def test_a_role_without_orders_has_no_orders_of_activities(told, facts_for, fetch):
    told({"lin": LIN})
    teacher = facts_for("teacher", ("north",), "t1")
    for metric in (activity_orders, activity_conversion, activity_roi, activity_new_share):
        assert figures(fetch, teacher, metric) == {}


def test_picking_activities_is_the_same_as_grouping_by_them(told, facts, fetch):
    told({"lin": LIN, "wang": WANG, "zhou": ["2026-03-02T02:00 lead sem activity=A2 @south"]})
    every = figures(fetch, facts, activity_leads)
    for name in ("A1", "A2"):
        only = figures(fetch, facts, activity_leads, activities=(name,))
        assert set(only) == {(name,)}
        assert only[(name,)] == every[(name,)]


def test_participants_are_listed_with_what_they_did_and_brought(told, facts, fetch):
    ids = told({"lin": LIN, "wang": WANG, "old": OLD, "else": ["2026-03-02 visit sem"]})
    rows = {row.person_id: row for row in fetch(participants(facts, activity="A1"))}
    assert set(rows) == {ids["lin"], ids["wang"], ids["old"]}
    lin = rows[ids["lin"]]
    assert (lin.views, lin.shares, lin.brought, lin.brought_leads) == (2, 1, 1, 1)
    assert (lin.is_lead, lin.has_paid, lin.share_channel) == (True, True, None)
    # two views 8, one share 5, one visitor brought 2, a lead 15; no minutes told
    assert lin.heat == 30
    wang = rows[ids["wang"]]
    assert (wang.share_channel, wang.has_paid, wang.brought) == ("moments", False, 0)
    assert rows[ids["old"]].is_lead is False  # the first lead was of another time


def test_participants_are_as_many_as_the_share_of_new_is_taken_over(institution, fetch):
    store = institution.store
    facts = Facts(Scope(user="t", role="manager", campuses=EVERY_CAMPUS, as_of=store.as_of))
    listed = store.fetch(participants(facts, activity="A00056"))
    units = store.fetch(activity_new_share(facts, activities=("A00056",)))
    assert len(listed) == len(units) > 500
    star = listed.sort_values("brought", ascending=False).iloc[0]
    assert star["brought"] > 0.35 * listed["brought"].sum()


@pytest.mark.parametrize("metric", [activity_views, activity_shares, activity_visitors])
def test_what_is_made_of_looks_is_as_fresh_as_the_looks_and_the_activities(metric):
    assert metric.sources == ("events", "activities")
