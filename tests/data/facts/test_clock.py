"""The day of an instant is cut by the clock of the row's campus."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from data.facts.build import QUERIES, rebuild
from data.stores.duck import DuckDBStore
from tests.conftest import Journeys
from tests.journeys import KEY, Story, moment

ZONES = {"urumqi": "Asia/Urumqi", "york": "America/New_York"}


def wind(store: DuckDBStore, **zones: str | None) -> None:
    """Give campuses their zone, as an import of the list of campuses does."""
    with store.writing() as cursor:
        for campus_id, zone in zones.items():
            cursor.execute(
                "UPDATE campuses SET timezone = ? WHERE campus_id = ?", [zone, campus_id]
            )
        rebuild(cursor, {"campuses"}, KEY)


def asked(store: DuckDBStore, sql: str) -> list[tuple[Any, ...]]:
    return store.cursor().execute(sql).fetchall()


def contents(store: DuckDBStore) -> dict[str, list[tuple[Any, ...]]]:
    return {q.table: asked(store, f"FROM {q.table} ORDER BY {q.order}") for q in QUERIES}


@pytest.mark.parametrize(
    ("campus", "instant", "expected"),
    [
        # Midnight in Shanghai is at 16:00 UTC, in Urumqi at 18:00.
        ("north", "2026-05-31T15:59", (date(2026, 5, 31), 23)),
        ("north", "2026-05-31T16:00", (date(2026, 6, 1), 0)),
        ("urumqi", "2026-05-31T16:00", (date(2026, 5, 31), 22)),
        ("urumqi", "2026-05-31T17:59", (date(2026, 5, 31), 23)),
        ("urumqi", "2026-05-31T18:00", (date(2026, 6, 1), 0)),
        # In New York at 05:00, and at 04:00 in summer: from 8 March to 1 November 2026.
        ("york", "2026-03-08T04:59", (date(2026, 3, 7), 23)),
        ("york", "2026-03-08T05:00", (date(2026, 3, 8), 0)),
        ("york", "2026-03-08T06:59", (date(2026, 3, 8), 1)),
        ("york", "2026-03-08T07:00", (date(2026, 3, 8), 3)),
        ("york", "2026-03-09T03:59", (date(2026, 3, 8), 23)),
        ("york", "2026-03-09T04:00", (date(2026, 3, 9), 0)),
        ("york", "2026-11-01T03:59", (date(2026, 10, 31), 23)),
        ("york", "2026-11-01T04:00", (date(2026, 11, 1), 0)),
        ("york", "2026-11-02T04:59", (date(2026, 11, 1), 23)),
        ("york", "2026-11-02T05:00", (date(2026, 11, 2), 0)),
    ],
)
def test_lead_falls_on_the_day_and_hour_of_its_campus(
    store: DuckDBStore, journeys: Journeys, campus: str, instant: str, expected: tuple[date, int]
) -> None:
    journeys({"lin": [f"{instant} lead sem @{campus}"]})
    wind(store, **ZONES)
    assert asked(store, "SELECT created_on, created_hour FROM fact_lead") == [expected]


EVERYTHING = [
    "2026-01-01T00:00 child @{campus}",
    "2026-01-01T00:00 enrol E1 sale=1 @{campus}",
    "{at} lead sem @{campus}",
    "{at} lead street @{campus}",
    "{at} click sem @{campus}",
    "{at} view / activity=A @{campus}",
    "{at} followup @{campus}",
    "{at} order 5000 @{campus}",
    "{at} refund 1000 state=refunded @{campus}",
    "{at} seat present @{campus}",
    "{at} feedback 5 @{campus}",
    "{at} reward 20 @{campus}",
]
# Every column of facts that is cut from an instant, by that instant.
CUT = {
    "fact_lead": ("created_at", "created_on"),
    "fact_touch": ("touched_at", "touched_on"),
    "fact_visit": ("started_at", "started_on"),
    "fact_event": ("occurred_at", "occurred_on"),
    "fact_activity_event": ("occurred_at", "occurred_on"),
    "fact_followup": ("happened_at", "happened_on"),
    "fact_order_line": ("paid_at", "paid_on"),
    "fact_seat": ("starts_at", "held_on"),
    "fact_feedback": ("given_at", "given_on"),
    "fact_reward": ("granted_at", "granted_on"),
}


@pytest.mark.parametrize("at", ["2026-05-31T15:59", "2026-05-31T17:00", "2026-07-01T03:59"])
def test_every_fact_goes_by_the_clock_of_its_campus(
    store: DuckDBStore, journeys: Journeys, at: str
) -> None:
    journeys(
        {
            f"p-{campus}": [entry.format(at=at, campus=campus) for entry in EVERYTHING]
            for campus in ("north", "urumqi", "york")
        }
    )
    wind(store, **ZONES)
    clocks = {campus: ZoneInfo(zone) for campus, zone in ZONES.items()}
    clocks["north"] = ZoneInfo("Asia/Shanghai")
    for table, (instant, day) in CUT.items():
        rows = asked(store, f"SELECT campus_id, {instant}, {day} FROM {table}")
        assert {row[0] for row in rows} == set(clocks), table
        for campus, happened, on in rows:
            expected = happened.replace(tzinfo=ZoneInfo("UTC")).astimezone(clocks[campus]).date()
            assert on == expected, (table, campus)


def test_no_day_cut_from_an_instant_is_left_out_above() -> None:
    pairs = {
        (query.table, column)
        for query in QUERIES
        for column, kind in query.columns.items()
        if kind == "date" and f"{column.removesuffix('_on')}_at" in query.columns
    }
    # Both are tried in their own tests below or copied from facts that are.
    copied = {("fact_referral", "created_on"), ("fact_share_edge", "arrived_on")}
    assert pairs | {("fact_seat", "held_on")} == {(t, on) for t, (_, on) in CUT.items()} | copied


def test_share_edge_and_due_go_by_the_clock_of_their_campus(
    store: DuckDBStore, journeys: Journeys
) -> None:
    journeys(
        {
            "ann": ["2026-05-01T00:00 share s1 activity=A @york"],
            "bob": [
                "2026-06-01T03:00 view / activity=A from=s1 @york",
                "2026-05-02T00:00 child @york",
                "2026-06-01T03:00 order 5000 id=O1 @york",
                "2026-06-01T03:00 enrol E1 sale=O1 ends=2026-09-01 @york",
                "2026-06-03T03:00 refund 1000 of=O1 state=refunded @york",
            ],
        }
    )
    wind(store, **ZONES)
    assert asked(store, "SELECT arrived_on FROM fact_share_edge") == [(date(2026, 5, 31),)]
    paid = "SELECT paid_on, refunded_on FROM fact_due"
    assert asked(store, paid) == [(date(2026, 5, 31), date(2026, 6, 2))]
    wind(store, york=None)
    assert asked(store, "SELECT arrived_on FROM fact_share_edge") == [(date(2026, 6, 1),)]
    assert asked(store, paid) == [(date(2026, 6, 1), date(2026, 6, 3))]


def test_lesson_of_a_class_without_a_campus_goes_by_its_students_clock(
    store: DuckDBStore, journeys: Journeys
) -> None:
    journeys({"lin": ["2026-01-01 child @york", "2026-06-01T03:00 seat present @york"]})
    with store.writing() as cursor:
        cursor.execute("UPDATE classes SET campus_id = NULL")
        rebuild(cursor, {"classes"}, KEY)
    wind(store, **ZONES)
    assert asked(store, "SELECT campus_id, held_on FROM fact_seat") == [("york", date(2026, 5, 31))]


@pytest.mark.parametrize("zone", [None, "", " ", "Asia/Shanghai", "Mars/Olympus"])
def test_campus_without_a_known_zone_has_the_institutions_clock(
    store: DuckDBStore, journeys: Journeys, zone: str | None
) -> None:
    journeys({"lin": ["2026-05-31T16:00 lead sem"]})
    wind(store, north=zone)
    assert asked(store, "SELECT created_on FROM fact_lead") == [(date(2026, 6, 1),)]


def test_rows_without_a_campus_have_the_institutions_clock(
    store: DuckDBStore, journeys: Journeys
) -> None:
    journeys({"lin": ["2026-05-31T16:00 lead sem"]})
    with store.writing() as cursor:
        cursor.execute("UPDATE leads SET campus_id = NULL")
        rebuild(cursor, {"leads"}, KEY)
    wind(store, north="America/New_York")
    assert asked(store, "SELECT created_on FROM fact_lead") == [(date(2026, 6, 1),)]


def test_events_that_arrive_later_are_cut_as_in_a_whole_rebuild(store: DuckDBStore) -> None:
    story = Story()
    story.tell({f"p-{c}": [f"2026-05-01 lead sem @{c}"] for c in ("north", *ZONES)})
    with store.writing() as cursor:
        story.flush(cursor)
        for campus, zone in ZONES.items():
            cursor.execute("UPDATE campuses SET timezone = ? WHERE campus_id = ?", [zone, campus])
        rebuild(cursor, None, KEY)
    for number, at in enumerate(["2026-05-31T15:59", "2026-05-31T17:00", "2026-06-01T03:30"]):
        for campus in ("north", *ZONES):
            story.add(
                "events", event_id=f"e{number}{campus}", name="ad_click", channel_id="sem",
                occurred_at=moment(at), campus_id=campus, device_id=f"p-{campus}-device",
                activity_id="A", page="/",
            )  # fmt: skip
        with store.writing() as cursor:
            story.flush(cursor)
            rebuild(cursor, {"events"}, KEY)
    live = contents(store)
    days = asked(store, "SELECT campus_id, list_sort(list(DISTINCT occurred_on)) FROM fact_event"
                 " GROUP BY ALL ORDER BY ALL")  # fmt: skip
    last, first = date(2026, 5, 31), date(2026, 6, 1)
    assert days == [("north", [last, first]), ("urumqi", [last, first]), ("york", [last])]
    with store.writing() as cursor:
        rebuild(cursor, None, KEY)
    assert contents(store) == live


def test_a_changed_zone_cuts_every_day_anew_as_a_whole_rebuild_does(
    store: DuckDBStore, journeys: Journeys
) -> None:
    at = "2026-05-31T17:00"
    journeys({"lin": [entry.format(at=at, campus="york") for entry in EVERYTHING]})
    before = contents(store)
    wind(store, york="America/New_York")
    changed = contents(store)
    assert {t for t in changed if changed[t] != before[t]} >= set(CUT)
    with store.writing() as cursor:
        rebuild(cursor, None, KEY)
    assert contents(store) == changed
