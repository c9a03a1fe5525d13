"""Response time in business hours, conversion by delay, and time to the first order."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from data.errors import InvalidOption, UnknownName
from metrics.foundation.units import rollup, rows
from metrics.leads.response import (
    business_hours,
    conversion_by_response,
    response_time,
    time_to_convert,
)
from metrics.models.kaplan_meier import kaplan_meier

# Shanghai is eight hours ahead: 01:00 UTC is nine in the morning, 13:00 nine in the evening.


def units(fetch, facts, metric=response_time, **options):
    return {unit.unit_id.split("-")[0]: unit for unit in fetch(metric(facts, **options))}


def test_response_time_counts_business_hours_and_keeps_who_was_not_reached(facts, journeys, fetch):
    journeys(
        {
            # assigned at 10:00, reached at 10:30
            "lin": ["2026-01-05T01:50 lead sem assigned=2026-01-05T02:00",
                    "2026-01-05T02:30 followup effective"],
            # assigned at 20:00, not answering at 20:30, reached next day at 10:00
            "wang": ["2026-01-05T11:50 lead sem assigned=2026-01-05T12:00",
                     "2026-01-05T12:30 followup", "2026-01-06T02:00 followup effective"],
            # assigned at 8:00 before the doors open, reached at 9:15
            "zhao": ["2026-01-04T23:50 lead sem assigned=2026-01-05T00:00",
                     "2026-01-05T01:15 followup effective"],
            # assigned at 20:00, never reached; two days later at 10:00 it is now
            "qian": ["2026-01-05T11:50 lead sem assigned=2026-01-05T12:00"],
            # given to nobody: no clock of an assignment
            "sun": ["2026-01-05T02:00 lead sem"],
        },
        as_of="2026-01-07T02:00",
    )  # fmt: skip
    found = units(fetch, facts)
    amounts = {name: (unit.amount, unit.censored) for name, unit in found.items()}
    assert amounts == {
        "lin": (0.5, False), "wang": (2.0, False), "zhao": (0.25, False),
        "qian": (1 + 12 + 1, True),
    }  # fmt: skip
    figure = fetch(rollup(response_time(facts), kind="duration", as_of=facts.as_of))[0]
    assert (figure.value, figure.numerator, figure.denominator) == (0.5, 3, 4)


def test_response_time_from_creation_counts_the_unassigned_too(facts, journeys, fetch):
    called = ["2026-01-04T02:00 lead sem", "2026-01-04T03:00 followup effective"]
    journeys({"sun": ["2026-01-05T02:00 lead sem"], "wu": called}, as_of="2026-01-05T05:00")
    assert units(fetch, facts) == {}
    assert units(fetch, facts, since="created")["sun"].amount == 3


def test_response_time_round_the_clock(facts, journeys, fetch):
    told = ["2026-01-05T12:00 lead sem assigned=2026-01-05T12:00",
            "2026-01-06T02:00 followup effective"]  # fmt: skip
    journeys({"wang": told})
    assert units(fetch, facts, opens=0, closes=24)["wang"].amount == 14


def test_a_contact_before_the_assignment_is_an_answer_at_once(facts, journeys, fetch):
    told = ["2026-01-05T02:00 lead sem assigned=2026-01-05T04:00",
            "2026-01-05T03:00 followup effective"]  # fmt: skip
    journeys({"wang": told}, as_of="2026-01-05T05:00")
    assert units(fetch, facts)["wang"].amount == 0


def test_business_hours_agree_with_counting_minutes_one_by_one(store):
    random = np.random.default_rng(3)
    start = pd.Timestamp("2026-01-01") + pd.to_timedelta(random.integers(0, 9000, 60), unit="min")
    end = start + pd.to_timedelta(random.integers(0, 6000, 60), unit="min")
    with store.writing() as cursor:
        cursor.register("told", pa.table({"a": start, "b": end, "n": np.arange(60)}))
        cursor.execute("CREATE TABLE spans AS FROM told")
    spans = ibis.table({"a": "timestamp", "b": "timestamp", "n": "int64"}, name="spans")
    hours = business_hours(spans.a, spans.b, opens=9, closes=21)
    found = store.fetch(spans.select("n", hours=hours).order_by("n"))["hours"]
    for got, a, b in zip(found, start, end, strict=True):
        minutes = pd.date_range(a, b, freq="min", inclusive="left") + pd.Timedelta(hours=8)
        assert got == pytest.approx(((minutes.hour >= 9) & (minutes.hour < 21)).sum() / 60)


def test_the_median_in_the_store_is_kaplan_meiers(facts, journeys, fetch):
    random = np.random.default_rng(5)
    people = {}
    for n in range(60):
        told = ["2026-01-05T02:00 lead sem assigned=2026-01-05T02:00"]
        minute, hour = random.integers(0, 60), random.integers(2, 13)
        if n % 3:
            told.append(f"2026-01-05T{hour:02d}:{minute:02d} followup effective")
        people[f"p{n}"] = told
    journeys(people, as_of="2026-01-05T12:00")
    listed = fetch(rows(response_time(facts), as_of=facts.as_of))
    oracle = kaplan_meier([r.amount for r in listed], [not r.censored for r in listed])
    (figure,) = fetch(rollup(response_time(facts), kind="duration", as_of=facts.as_of))
    assert figure.value == oracle.quantile(0.5)
    low, high = oracle.quantile_interval(0.5)
    assert figure.low == low
    assert figure.high is None  # beyond what was watched
    assert np.isnan(high)
    by_campus = fetch(
        rollup(response_time(facts), kind="duration", as_of=facts.as_of, by=["campus_id"])
    )
    assert [(row.campus_id, row.value) for row in by_campus] == [("north", figure.value)]


def test_conversion_by_response_puts_each_lead_into_its_delay(facts, journeys, fetch):
    told = {
        "soon": ["2026-01-05T02:00 lead sem assigned=2026-01-05T02:00",
                 "2026-01-05T02:04 followup effective", "2026-01-20 order 5000"],
        "later": ["2026-01-05T02:00 lead sem assigned=2026-01-05T02:00",
                  "2026-01-05T04:00 followup effective"],
        "never": ["2026-01-05T02:00 lead sem assigned=2026-01-05T02:00",
                  "2026-01-05T04:00 followup"],
        "young": ["2026-02-20T02:00 lead sem assigned=2026-02-20T02:00",
                  "2026-02-20T02:04 followup effective", "2026-02-21 order 5000"],
        "slow": ["2026-01-05T02:00 lead sem assigned=2026-01-05T02:00",
                 "2026-01-05T02:20 followup effective", "2026-02-20 order 5000"],
    }  # fmt: skip
    journeys(told, as_of="2026-03-01T00:00")
    found = units(fetch, facts, conversion_by_response)
    assert {name: (unit.delay, int(unit.numerator)) for name, unit in found.items()} == {
        "soon": ("within_5_min", 1), "later": ("within_24_h", 0), "never": ("never", 0),
        "young": ("within_5_min", 1), "slow": ("within_30_min", 0),
    }  # fmt: skip
    by_delay = fetch(
        rollup(conversion_by_response(facts), kind="proportion", as_of=facts.as_of, by=["delay"])
    )
    assert {row.delay: (row.numerator, row.denominator, row.immature) for row in by_delay} == {
        "within_5_min": (1, 1, 1), "within_24_h": (0, 1, 0), "never": (0, 1, 0),
        "within_30_min": (0, 1, 0),
    }  # fmt: skip


def test_time_to_convert_leaves_out_who_had_paid_before(facts, journeys, fetch):
    journeys(
        {
            "lin": ["2026-01-01 lead sem", "2026-01-11 order 5000"],
            "wang": ["2026-01-01 lead sem"],
            "zhao": ["2025-12-01 order 5000", "2026-01-01 lead sem", "2026-01-02 order 900"],
        },
        as_of="2026-01-31T04:00",
    )
    found = units(fetch, facts, time_to_convert)
    assert {name: (unit.amount, unit.censored) for name, unit in found.items()} == {
        "lin": (10, False), "wang": (30, True),
    }  # fmt: skip


def test_a_consultant_sees_the_response_times_of_own_leads_alone(facts_for, journeys, fetch):
    journeys(
        {
            "lin": ["2026-01-05T02:00 lead sem owner=c1 assigned=2026-01-05T02:00"],
            "wang": ["2026-01-05T02:00 lead sem owner=c2 assigned=2026-01-05T02:00"],
            "wu": ["2026-01-04T02:00 lead sem owner=c2", "2026-01-04T03:00 followup effective"],
        }
    )
    own = facts_for("consultant", ("north",), "c1")
    assert set(units(fetch, own)) == {"lin"}


def test_what_response_time_refuses(facts):
    with pytest.raises(InvalidOption, match="opens must lie before closes"):
        response_time(facts, opens=21, closes=9)
    with pytest.raises(UnknownName, match="since"):
        response_time(facts, since="birth")
