"""Visits, dwell and those without a phone, by hand."""

from datetime import date

import pytest

from data.errors import InvalidOption
from data.scope import Filters, Period
from metrics.foundation.units import rollup
from metrics.visitors.visits import (
    dwell_per_visit,
    keen_without_phone,
    new_visitors,
    visitor_figures,
    visitor_to_lead,
    visitors,
    visits,
)
from tests.within import within

EVERY = (visits, dwell_per_visit, visitors, new_visitors, visitor_to_lead, keen_without_phone)
STORY = {
    # Three visits, no phone: keen.
    "anon": [
        "2026-03-01 visit sem dwell=60", "2026-03-02 visit sem dwell=60",
        "2026-03-10 visit sem dwell=60 activity=A",
    ],
    # One visit of two hours, counted 30 minutes: keen by dwell.
    "long": ["2026-03-03 visit sem dwell=7200"],
    # One short visit.
    "brief": ["2026-03-04 visit sem dwell=30"],
    # Comes, leaves a phone after two days.
    "lin": ["2026-03-05 visit sem dwell=90", "2026-03-07 lead sem"],
    # Was a lead before the first visit known: no part of the rate.
    "old": ["2026-02-01 lead sem", "2026-03-06 visit sem dwell=30"],
}  # fmt: skip


@pytest.fixture
def told(journeys, facts, fetch):
    journeys(STORY, as_of="2026-03-11")

    def figure(metric, **options):
        (row,) = fetch(rollup(metric(facts, **options), kind=metric.kind, as_of=facts.as_of))
        return row

    return figure


def test_visits_and_visitors_count_people_without_a_phone_too(told):
    assert told(visits).value == 7
    assert told(visitors).value == told(new_visitors).value == 5
    assert told(visits, activities=("A",)).value == told(visitors, activities=("A",)).value == 1


def test_dwell_is_capped_at_half_an_hour_a_session(told):
    row = told(dwell_per_visit)
    assert row.numerator == pytest.approx((3 * 60 + 1800 + 30 + 90 + 30) / 60)
    assert row.denominator == 7


def test_visitors_are_counted_on_the_day_last_seen_and_new_ones_on_the_first(facts, told, fetch):
    first_week = Period(start=date(2026, 3, 1), end=date(2026, 3, 8))
    for metric, expected in ((visitors, 4), (new_visitors, 5)):  # anon came again on the 10th
        units = within(metric(facts), period=first_week)
        (row,) = fetch(rollup(units, kind="count", as_of=facts.as_of))
        assert row.value == expected, metric.name


def test_visitor_to_lead_leaves_out_the_young_and_who_was_a_lead_before(told):
    row = told(visitor_to_lead, window_days=3)
    assert (row.numerator, row.denominator, row.immature) == (1, 4, 0)
    row = told(visitor_to_lead)  # 7 days: of the four, three are at least that old
    assert (row.numerator, row.denominator, row.immature) == (0, 3, 1)
    with pytest.raises(InvalidOption, match="window_days must be at least 1, got 0"):
        told(visitor_to_lead, window_days=0)


def test_keen_without_phone_came_often_or_stayed_long(told):
    assert told(keen_without_phone).value == 2
    assert told(keen_without_phone, least_visits=4).value == 1
    assert told(keen_without_phone, least_visits=4, least_minutes=31).value == 0
    with pytest.raises(InvalidOption, match="least_minutes must be at least 1, got 0"):
        told(keen_without_phone, least_minutes=0)


def test_figures_from_one_pass_are_the_metrics_own(facts, told, fetch):
    periods = {
        "now": Period(start=date(2026, 3, 4), end=date(2026, 3, 12)),
        "before": Period(start=date(2026, 3, 1), end=date(2026, 3, 4)),
    }
    filters = Filters(period=periods["now"], comparison=periods["before"])
    for activities in ((), ("A",)):
        rows = {
            (r.metric, r.part): r
            for r in fetch(visitor_figures(facts.filtered(filters), activities=activities))
        }
        for metric in EVERY:
            for part, period in periods.items():
                units = within(metric(facts, activities=activities), period=period)
                (own,) = fetch(rollup(units, kind=metric.kind, as_of=facts.as_of))
                found = rows[metric.name, part]
                expected = own.numerator, own.denominator, own.n, own.immature
                assert (
                    found.numerator, found.denominator, found.n, found.immature
                ) == expected, (metric.name, part, activities)  # fmt: skip


def test_a_campus_head_counts_the_own_campus_only(journeys, facts_for, fetch):
    journeys({"a": ["2026-03-01 visit sem"], "b": ["2026-03-01 visit sem @south"]})
    facts = facts_for("campus_head", ("south",))
    for metric in (visits, visitors, new_visitors):
        (row,) = fetch(rollup(metric(facts), kind="count", as_of=facts.as_of))
        assert row.value == 1
