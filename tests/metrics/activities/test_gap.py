"""The gap of an activity: its streams counted by hand, its parts adding to it exactly."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.facts import Facts
from data.sample.truths import STALLED_ACTIVITY
from data.scope import EVERY_CAMPUS, Scope
from metrics.activities.cohort import DIRECT, UNSEEN
from metrics.activities.gap import (
    REACH,
    SHARES,
    SUBMIT_RATE,
    UNTRACED,
    VISIT_RATE,
    VISITS_PER_SHARE,
    Stream,
    activity_streams,
    gap,
    planned_streams,
    stream_people,
    streams_of,
    usual_streams,
)

AMOUNT = st.one_of(st.just(0.0), st.floats(0.01, 10_000))
STREAM = st.builds(Stream, AMOUNT, AMOUNT, AMOUNT)
SIDE = st.dictionaries(
    st.sampled_from(["moments", "friend", "group", "poster", DIRECT, UNSEEN]), STREAM, max_size=6
)


def told(store, journeys, people, as_of="2026-03-20"):
    """An activity of north from 1 to 5 March, and what happened."""
    with store.writing() as cursor:
        for name, first, last in (("A1", "2026-03-01", "2026-03-05"),
                                  ("A0", "2026-02-01", "2026-02-05")):  # fmt: skip
            cursor.execute(
                "INSERT INTO activities (activity_id, name, type, campus_id, starts_on, ends_on)"
                " VALUES (?, ?, 'game', 'north', ?, ?)",
                [name, name, first, last],
            )
    return journeys(people, as_of=as_of)


PEOPLE = {
    # came directly, shared twice, left a lead
    "lin": [
        "2026-03-01T01:00 visit organic activity=A1",
        "2026-03-01T01:01 share s1 activity=A1 via=moments",
        "2026-03-01T01:02 share s2 activity=A1 via=group",
        "2026-03-01T02:00 lead organic activity=A1",
    ],
    # came by her shares: one left a lead
    "wang": ["2026-03-02T01:00 visit organic activity=A1 from=s1 via=moments",
             "2026-03-02T02:00 lead organic activity=A1"],
    "zhao": ["2026-03-02T03:00 visit organic activity=A1 from=s1 via=moments"],
    "chen": ["2026-03-03T03:00 visit organic activity=A1 from=s2 via=group"],
    # met by the campus, never on the activity; one too late, one elsewhere
    "qian": ["2026-03-04T03:00 visit sem page=/course"],
    "feng": ["2026-03-06T03:00 visit sem page=/course"],
    "zhou": ["2026-03-04T03:00 visit sem page=/course @south"],
    # a lead without any trace
    "sun": ["2026-03-04T05:00 lead street activity=A1"],
}  # fmt: skip


def test_streams_are_counted_as_by_hand(store, journeys, facts, fetch):
    told(store, journeys, PEOPLE)
    rows = pd.DataFrame(fetch(activity_streams(facts, activities=("A1",))))
    assert streams_of(rows, "A1") == {
        DIRECT: Stream(2, 1, 1),  # lin and qian were met, lin visited and left a lead
        "moments": Stream(1, 2, 1),
        "group": Stream(1, 1, 0),
        UNSEEN: Stream(0, 0, 1),
    }


def test_streams_of_the_first_days_leave_later_ones_out(store, journeys, facts, fetch):
    told(store, journeys, PEOPLE)
    rows = pd.DataFrame(fetch(activity_streams(facts, activities=("A1",), days=2)))
    found = streams_of(rows, "A1")
    assert found[DIRECT] == Stream(1, 1, 1)
    assert found["moments"] == Stream(1, 2, 1)
    assert found["group"] == Stream(1, 0, 0)
    assert UNSEEN not in found


@pytest.mark.parametrize("days", [None, 2])
def test_the_people_behind_the_streams_are_as_many_as_they_count(
    store, journeys, facts, fetch, days
):
    told(store, journeys, PEOPLE)
    streams = pd.DataFrame(fetch(activity_streams(facts, activities=("A1",), days=days)))
    people = pd.DataFrame(fetch(stream_people(facts, activities=("A1",), days=days)))
    assert people["person_id"].is_unique
    counted = people.groupby("stream")[["is_visitor", "is_lead"]].sum()
    found = streams_of(streams, "A1")
    assert set(counted.index) <= set(found)
    for name, stream in found.items():
        own = tuple(counted.loc[name]) if name in counted.index else (0, 0)
        assert own == (stream.visitors, stream.leads), name


def test_another_campus_has_no_streams(store, journeys, facts_for, fetch):
    told(store, journeys, PEOPLE)
    head = facts_for("campus_head", ("south",))
    assert fetch(activity_streams(head, activities=("A1",))) == []
    assert fetch(stream_people(head, activities=("A1",))) == []


def test_the_gap_is_split_as_by_hand():
    """Direct: 100 × 0.2 × 0.1 = 2 expected, 200 × 0.1 × 0.3 = 6 came; see `test_lmdi`."""
    found = gap({DIRECT: Stream(100, 20, 2)}, {DIRECT: Stream(200, 20, 6)})
    assert (found.expected, found.actual, found.total) == (2, 6, 4)
    parts = dict(zip(found.parts["factor"], found.parts["leads"], strict=True))
    assert parts == pytest.approx({REACH: 2.523719, VISIT_RATE: -2.523719, SUBMIT_RATE: 4.0})
    assert list(found.parts["before"]) == pytest.approx([100, 0.2, 0.1])


def test_a_way_of_sharing_that_nobody_used_lacks_shares_not_rates():
    found = gap({"moments": Stream(10, 40, 8)}, {})
    parts = dict(zip(found.parts["factor"], found.parts["leads"], strict=True))
    assert parts == {SHARES: -8.0, VISITS_PER_SHARE: 0.0, SUBMIT_RATE: 0.0}


def test_leads_without_a_visit_are_a_part_of_their_own():
    found = gap({UNSEEN: Stream(0, 0, 3)}, {UNSEEN: Stream(0, 0, 5)})
    assert found.parts.to_dict("records") == [
        {"stream": UNSEEN, "factor": UNTRACED, "before": 3, "after": 5, "leads": 2}
    ]


@given(SIDE, SIDE)
def test_the_parts_add_up_to_the_gap_exactly(expected, actual):
    found = gap(expected, actual)
    sums = [sum(s.leads for s in side.values()) for side in (expected, actual)]
    assert found.total == sums[1] - sums[0]
    assert math.fsum(found.parts["leads"]) == found.total
    for column in ("factor", "stream"):
        assert math.fsum(found.by(column)["leads"]) == found.total


@given(SIDE)
def test_no_difference_has_no_parts(side):
    assert (gap(side, side).parts["leads"] == 0).all()


def test_usual_streams_are_the_mean_past_activity():
    rows = pd.DataFrame(
        {"activity_id": ["A", "B", "B", "X"], "stream": ["group", "group", DIRECT, "group"],
         "base": [10, 20, 100, 9], "visitors": [30, 50, 20, 9], "leads": [6, 10, 4, 9]}
    )  # fmt: skip
    assert usual_streams(rows, ["A", "B"]) == {
        "group": Stream(15, 40, 8), DIRECT: Stream(50, 10, 2),
    }  # fmt: skip


def test_planned_streams_are_due_by_phase_and_take_usual_visits_per_share():
    plan = pd.DataFrame(
        {"phase": ["launch", "middle"], "share_channel": ["group", "group"],
         "planned_visits": [40, 20], "planned_leads": [8, 4]}
    )  # fmt: skip
    found = planned_streams(
        plan, {"group": Stream(10, 25, 5)}, elapsed={"launch": 1.0, "middle": 0.5, "sprint": 0.0}
    )
    assert found == {"group": Stream(20, 50, 10)}
    assert planned_streams(plan, {}, elapsed={"launch": 1.0}) == {"group": Stream(40, 40, 8)}


def test_the_leads_of_all_streams_are_the_activitys_leads(institution):
    store = institution.store
    facts = Facts(Scope(user="t", role="manager", campuses=EVERY_CAMPUS, as_of=store.as_of))
    rows = store.fetch(activity_streams(facts, activities=(STALLED_ACTIVITY, "A00056")))
    counted = rows.groupby("activity_id")["leads"].sum()
    leads = facts.lead.filter(facts.lead.is_first)
    expected = store.fetch(leads.group_by("activity_id").aggregate(leads=leads.count()))
    expected = expected.set_index("activity_id")["leads"]
    for activity in (STALLED_ACTIVITY, "A00056"):
        assert counted[activity] == expected[activity]
    assert (rows["leads"] <= rows["visitors"]).sum() == len(rows) - (rows["stream"] == UNSEEN).sum()
