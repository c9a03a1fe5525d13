"""What a visit tells of those before it, against all visits summed."""

from __future__ import annotations

from datetime import date
from functools import cache

import pandas as pd
import pytest

from data.facts import Facts
from data.scope import EVERY_CAMPUS, Filters, Period, Scope, local_day
from metrics.visitors.sums import first_visits, visitor_sums
from tests.journeys import moment
from tests.metrics.random_facts import CAMPUSES, random_store

EARLIER, LATER = "2026-03-01T10:00", "2026-10-01T10:00"
SCOPES = (EVERY_CAMPUS, ("north",), CAMPUSES)


def viewer(campuses, as_of):
    return Facts(Scope(user="test", role="manager", campuses=campuses, as_of=moment(as_of)))


@cache
def every_visit():
    return random_store().fetch("FROM fact_visit")


def known(campuses, as_of):
    """The visits a viewer knows of."""
    visits = every_visit()
    if campuses != EVERY_CAMPUS:
        visits = visits[visits["campus_id"].isin(campuses)]
    return visits[visits["started_at"] <= pd.Timestamp(moment(as_of))].sort_values("started_at")


def plain(visits):
    """Every visit of each person, summed: the plain way."""
    people = visits.groupby("person_id")
    first = visits.drop_duplicates("person_id").set_index("person_id")
    return pd.DataFrame(
        {
            "visits": people.size(), "pages": people["pages"].sum(),
            "dwell_seconds": people["dwell_seconds"].sum(),
            "last_at": people["started_at"].max(), "last_on": people["started_on"].max(),
            "first_at": first["started_at"], "first_on": first["started_on"],
            "campus_id": first["campus_id"], "channel_id": first["channel_id"],
        }
    )  # fmt: skip


def told(function, campuses, as_of, **options):
    """The function's rows by person, as the viewer gets them."""
    rows = random_store().fetch(function(viewer(campuses, as_of), **options))
    return rows.set_index("person_id").sort_index()


@pytest.mark.parametrize("as_of", [EARLIER, LATER])
@pytest.mark.parametrize("campuses", SCOPES)
def test_latest_visits_tell_what_all_visits_sum_to(campuses, as_of):
    expected = plain(known(campuses, as_of))
    assert expected["visits"].max() > 2
    for function in (visitor_sums, first_visits):
        rows = told(function, campuses, as_of)
        pd.testing.assert_frame_equal(rows, expected[list(rows)], check_dtype=False)


def test_people_of_several_campuses_are_summed_over_those_in_scope():
    every, north = (told(visitor_sums, campuses, LATER) for campuses in SCOPES[:2])
    at_both = known(EVERY_CAMPUS, LATER).groupby("person_id")["campus_id"].nunique() > 1
    assert at_both.sum() > 10
    both = north.index.intersection(at_both[at_both].index)
    assert (every["visits"][both] > north["visits"][both]).all()


def test_only_people_first_or_last_seen_in_the_days_are_told():
    days = Period(start=date(2026, 2, 1), end=date(2026, 4, 1))
    seen = viewer(EVERY_CAMPUS, LATER).filtered(Filters(period=days)).period
    for function, day in ((visitor_sums, "last_on"), (first_visits, "first_on")):
        every = told(function, EVERY_CAMPUS, LATER)
        inside = (every[day] >= days.start) & (every[day] < days.end)
        assert 0 < inside.sum() < len(every)
        pd.testing.assert_frame_equal(
            told(function, EVERY_CAMPUS, LATER, seen=seen), every[inside], check_dtype=False
        )


def test_people_of_an_activity_bring_all_their_visits():
    visits = known(EVERY_CAMPUS, LATER)
    of = visits[visits["activity_id"] == "A1"]["person_id"].unique()
    expected = plain(visits[visits["person_id"].isin(of)])
    rows = told(visitor_sums, EVERY_CAMPUS, LATER, activities=("A1",))
    pd.testing.assert_frame_equal(rows, expected[list(rows)], check_dtype=False)


def test_visits_at_two_campuses_are_told_apart_and_together(journeys, facts_for, fetch):
    journeys(
        {
            "lin": [
                "2026-03-01T10:00 visit sem dwell=60",
                "2026-03-02T10:00 visit feed dwell=30 @south",
                "2026-03-05T10:00 visit organic dwell=10 page=/b",
            ],
            "wu": ["2026-03-03T10:00 visit feed dwell=5"],
        }
    )  # fmt: skip
    seen = {}
    for campuses in (EVERY_CAMPUS, ("north",), ("south",), ("north", "south")):
        role = "manager" if campuses == EVERY_CAMPUS else "campus_head"
        rows = fetch(visitor_sums(facts_for(role, campuses)))
        seen[campuses] = sorted(
            (
                r.visits,
                r.dwell_seconds,
                r.pages,
                r.campus_id,
                r.channel_id,
                local_day(r.first_at).day,
            )
            for r in rows
        )
    wu, lin = (1, 5.0, 1, "north", "feed", 3), (3, 100.0, 3, "north", "sem", 1)
    assert seen[EVERY_CAMPUS] == seen["north", "south"] == [wu, lin]
    assert seen["north",] == [wu, (2, 70.0, 2, "north", "sem", 1)]
    assert seen["south",] == [(1, 30.0, 1, "south", "feed", 2)]
