"""What the renewal screen says of its figures, and the days it judges."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from components.screens.renewal.answer import below_the_rest
from components.screens.renewal.calendar import calendar_finding, refusals
from components.screens.renewal.cards import monthly
from components.screens.renewal.expansion import retained
from components.screens.renewal.rates import bridge_finding
from components.screens.renewal.reading import judged_months
from components.screens.renewal.worklist import why
from data.scope import Period
from metrics.foundation.units import Z95


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "en")


def test_days_that_ended_a_month_ago_are_judged_as_they_are():
    period = Period(start=date(2026, 8, 5), end=date(2026, 10, 1))
    assert judged_months(period, date(2026, 11, 21)) == period


def test_days_too_young_give_way_to_the_last_whole_months_that_are_settled():
    november = Period(start=date(2026, 11, 1), end=date(2026, 11, 22))
    assert judged_months(november, date(2026, 11, 21)) == Period(
        start=date(2026, 7, 1), end=date(2026, 10, 1)
    )
    year = Period(start=date(2026, 1, 1), end=date(2026, 11, 22))
    assert judged_months(year, date(2026, 11, 21)) == Period(
        start=date(2025, 11, 1), end=date(2026, 10, 1)
    )


def groups(**parts):
    rows = []
    for name, (renewed, due) in parts.items():
        p = renewed / due
        half = Z95 * (p * (1 - p) / due) ** 0.5
        rows.append(
            {"channel_id": name, "numerator": renewed, "denominator": due, "value": p, "n": due,
             "low": p - half, "high": p + half}
        )  # fmt: skip
    return pd.DataFrame(rows)


def test_the_lowest_group_is_named_only_where_chance_does_not_explain_it():
    far = below_the_rest(groups(a=(5, 60), b=(60, 100), c=(120, 200)), "channel_id")
    assert (far.group, far.n, far.rest) == ("a", 60, 0.6)
    assert below_the_rest(groups(a=(33, 60), b=(60, 100), c=(120, 200)), "channel_id") is None


def test_a_small_group_is_never_the_worst():
    assert below_the_rest(groups(a=(0, 29), b=(60, 100)), "channel_id") is None


def test_a_months_rate_is_a_ratio_of_sums():
    days = pd.DataFrame(
        {
            "unit_on": [date(2026, 1, 1), date(2026, 1, 9), date(2026, 2, 1)],
            "numerator": [1.0, 0.0, 0.0], "denominator": [1.0, 3.0, 0.0],
        }
    )  # fmt: skip
    january, february = monthly(days)
    assert january == 0.25
    assert pd.isna(february)


def pool(*rows):
    return pd.DataFrame(rows, columns=["week_on", "pipeline", "reason", "enrolments", "due_cny"])


def test_the_calendar_names_the_heaviest_unpaid_week():
    found = pool(
        (date(2026, 11, 23), "untouched", None, 3, 900.0),
        (date(2026, 11, 30), "paid", None, 50, 9000.0),
        (date(2026, 12, 7), "talking", None, 4, 500.0),
    )
    assert (
        calendar_finding(found) == "The heaviest week begins on 7 Dec: 4 not yet paid, worth ¥500"
    )
    assert "is paid" in calendar_finding(found[found["pipeline"] == "paid"])


def test_refusals_come_most_frequent_first():
    found = pool(
        (date(2026, 11, 23), "refused", "time", 1, 1.0),
        (date(2026, 11, 23), "refused", "price", 3, 1.0),
        (date(2026, 11, 30), "refused", "time", 1, 1.0),
        (date(2026, 11, 30), "talking", None, 9, 1.0),
    )
    assert refusals(found).values.tolist() == [["price", 3.0], ["time", 2.0]]


def test_the_bridge_names_its_largest_part():
    parts = pd.DataFrame({"name": ["a", "b"], "change": [0.02, -0.05]})
    assert bridge_finding(0.62, 0.59, parts) == "From 62% to 59%: most by “b”"


def test_why_points_up_or_down():
    assert why("rating", 1.0) == "↑ rates us well"
    assert why("rating", -1.0) == "↓ rates us low"
    assert why("days_left", 1.0) == "—"


def test_retention_without_an_opening_is_missing():
    assert retained(pd.Series({"opening": 0.0, "closing": 0.0})) is None
    assert retained(pd.Series({"opening": 200.0, "closing": 150.0})) == 0.75
