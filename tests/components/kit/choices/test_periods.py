"""Which days a preset means, and which it is compared with."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.kit.choices.periods import (
    COMPARISONS,
    CUSTOM,
    EVERYTHING,
    NO_COMPARISON,
    PRESETS,
    comparison_of,
    period_of,
)
from data.errors import UnknownName
from data.scope import Period

TODAY = date(2026, 11, 21)  # a Saturday


def days(start: str, end: str) -> Period:
    """First and last day as a half-open period."""
    last = date.fromisoformat(end)
    return Period(start=date.fromisoformat(start), end=date.fromordinal(last.toordinal() + 1))


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("today", days("2026-11-21", "2026-11-21")),
        ("yesterday", days("2026-11-20", "2026-11-20")),
        ("last_7", days("2026-11-14", "2026-11-20")),  # finished days only
        ("last_30", days("2026-10-22", "2026-11-20")),
        ("last_90", days("2026-08-23", "2026-11-20")),
        ("this_month", days("2026-11-01", "2026-11-21")),
        ("last_month", days("2026-10-01", "2026-10-31")),
        ("this_year", days("2026-01-01", "2026-11-21")),
    ],
)
def test_period_of_preset_counts_from_the_as_of_day(preset, expected):
    assert period_of(preset, TODAY) == expected


def test_period_of_custom_range_takes_both_ends():
    picked = (date(2026, 3, 9), date(2026, 3, 1))
    assert period_of(CUSTOM, TODAY, picked) == days("2026-03-01", "2026-03-09")


def test_period_of_half_picked_range_is_its_first_day():
    assert period_of(CUSTOM, TODAY, (date(2026, 3, 1),)) == days("2026-03-01", "2026-03-01")
    assert period_of(CUSTOM, TODAY, ()) == period_of("this_month", TODAY)


@pytest.mark.parametrize(
    ("kind", "preset", "expected"),
    [
        ("previous", "this_month", days("2026-10-01", "2026-10-21")),
        ("previous", "last_month", days("2026-09-01", "2026-09-30")),
        ("previous", "this_year", days("2025-01-01", "2025-11-21")),
        ("previous", "last_7", days("2026-11-07", "2026-11-13")),
        ("previous", "today", days("2026-11-20", "2026-11-20")),
        ("year", "this_month", days("2025-11-01", "2025-11-21")),
        ("weekdays", "today", days("2026-11-14", "2026-11-14")),
        ("weekdays", "last_30", days("2026-09-17", "2026-10-16")),  # 35 days back
    ],
)
def test_comparison_of_preset(kind, preset, expected):
    assert comparison_of(kind, preset, period_of(preset, TODAY)) == expected


def test_comparison_with_none_is_none():
    assert comparison_of(NO_COMPARISON, "today", period_of("today", TODAY)) is None


def test_custom_comparison_is_of_the_days_picked_and_until_then_the_previous():
    month = period_of("this_month", TODAY)
    picked = (date(2026, 6, 30), date(2026, 6, 1))
    assert comparison_of(CUSTOM, "this_month", month, picked) == days("2026-06-01", "2026-06-30")
    assert comparison_of(CUSTOM, "this_month", month) == days("2026-10-01", "2026-10-21")


def test_comparison_with_last_year_survives_the_leap_day():
    leap = days("2028-02-29", "2028-02-29")
    assert comparison_of("year", CUSTOM, leap) == days("2027-02-28", "2027-02-28")


def test_comparison_with_a_shorter_month_ends_on_its_last_day():
    period = period_of("this_month", date(2026, 3, 31))
    assert comparison_of("previous", "this_month", period) == days("2026-02-01", "2026-02-28")


def test_unknown_names_are_refused():
    with pytest.raises(UnknownName, match="preset must be a known name, got 'last_8'"):
        period_of("last_8", TODAY)
    with pytest.raises(UnknownName, match="comparison must be a known name, got 'yeer'"):
        comparison_of("yeer", "today", period_of("today", TODAY))


@given(
    st.dates(date(2016, 1, 1), date(2035, 12, 31)),
    st.sampled_from([p for p in PRESETS if p not in (CUSTOM, EVERYTHING)]),
    st.sampled_from([c for c in COMPARISONS if c not in (NO_COMPARISON, CUSTOM)]),
)
def test_compared_days_come_before_and_are_never_more_than_a_month_longer(today, preset, kind):
    period = period_of(preset, today)
    before = comparison_of(kind, preset, period)
    assert before is not None
    assert before.start < period.start
    assert before.end <= period.end
    assert before.days >= 1
    assert abs(before.days - period.days) <= 3
    if kind == "weekdays":
        assert before.days == period.days
        assert before.start.weekday() == period.start.weekday()
        assert before.end <= period.start


def test_all_days_begin_with_what_is_known_and_are_compared_with_nothing():
    today = date(2026, 7, 1)
    every = period_of("all", today, first=date(2025, 1, 2))
    assert (every.start, every.end) == (date(2025, 1, 2), date(2026, 7, 2))
    assert comparison_of("previous", "all", every) is None
    assert period_of("all", today).start == date(2026, 1, 1)
