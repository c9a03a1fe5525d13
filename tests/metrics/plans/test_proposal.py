"""Proposals of plans: usual days of the month, and the season of a year ago."""

from datetime import date, timedelta

import pandas as pd
import pytest

from metrics.plans.proposal import (
    month_days,
    plan_table,
    proposals,
    run_rate_total,
    season,
    year_before,
)


def days(first: str, last: str, value=lambda day: 1.0, campus="north"):
    span = pd.date_range(first, last, freq="D")
    return pd.DataFrame(
        {"campus_id": campus, "on": span.date, "value": [value(d.date()) for d in span]}
    )


def weekly(day: date) -> float:
    return 10.0 if day.weekday() >= 5 else 4.0


def test_run_rate_total_counts_the_months_own_weekdays():
    """June 2027 has no fixed holiday before the 9th known by rule; its weekends count as such."""
    history = {d: weekly(d) for d in days("2026-01-05", "2026-03-15")["on"]}
    total = run_rate_total(history, month_on=date(2026, 3, 1), until=date(2026, 3, 16))
    # learned before 1 March: Spring Festival's days are none of the usual ones
    assert total is not None
    by_hand = sum(weekly(d) for d in month_days(date(2026, 3, 1)))
    assert total == pytest.approx(by_hand, rel=0.12)


def test_nothing_is_proposed_from_less_than_two_weeks():
    few = days("2026-10-25", "2026-11-02")
    assert proposals(few, month_on=date(2026, 12, 1), as_of_on=date(2026, 11, 3)) == {}


def test_the_season_is_last_years_month_over_what_its_run_rate_had_said():
    """A year ago 2 a day before December and 3 a day in it: half as much again."""
    known = days("2025-10-01", "2025-11-30", lambda d: 2.0)["value"].tolist()
    known += [3.0] * 31
    start = date(2025, 10, 1)
    history = {start + timedelta(n): v for n, v in enumerate(known)}
    found = season(history, month_on=date(2026, 12, 1), until=date(2026, 11, 21))
    assert found == pytest.approx(1.5)


def test_the_season_is_bounded_and_one_where_last_year_is_unknown():
    history = {date(2025, 10, 1) + timedelta(n): 1.0 if n < 61 else 50.0 for n in range(92)}
    assert season(history, month_on=date(2026, 12, 1), until=date(2026, 11, 21)) == 2.0
    recent = {date(2026, 9, 1) + timedelta(n): 1.0 for n in range(80)}
    assert season(recent, month_on=date(2026, 12, 1), until=date(2026, 11, 21)) == 1.0


def test_each_campus_has_its_own_run_rate_and_the_season_of_all():
    daily = pd.concat(
        [
            days("2026-08-01", "2026-11-20", lambda _d: 3.0, "north"),
            days("2026-08-01", "2026-11-20", lambda _d: 1.0, "south"),
        ]
    )
    found = proposals(daily, month_on=date(2026, 12, 1), as_of_on=date(2026, 11, 21))
    assert found["north"].value == pytest.approx(3 * found["south"].value)
    assert found["south"].value == pytest.approx(31)
    assert found["north"].season == found["south"].season == 1.0


def test_the_day_that_is_not_over_teaches_nothing():
    daily = days("2026-08-01", "2026-11-20", lambda _d: 2.0)
    late = pd.concat([daily, days("2026-11-21", "2026-11-25", lambda _d: 900.0)])
    given = {"month_on": date(2026, 12, 1), "as_of_on": date(2026, 11, 21)}
    assert proposals(late, **given)["north"] == proposals(daily, **given)["north"]


def test_plan_table_puts_plan_last_year_actual_and_proposal_side_by_side():
    daily = pd.concat(
        [days("2025-08-01", "2026-11-20", lambda _d: 2.0),
         days("2025-08-01", "2026-11-20", lambda _d: 1.0, "south")]
    )  # fmt: skip
    targets = pd.DataFrame({"campus_id": ["north"], "value": [70.0]})
    table = plan_table(
        daily, targets, ["north", "south", "west"], month_on=date(2026, 11, 1),
        as_of_on=date(2026, 11, 21),
    ).set_index("campus_id")  # fmt: skip
    assert table.loc["north", ["plan", "last_year", "actual"]].tolist() == [70, 60, 40]
    assert table.loc["north", "proposal"] == pytest.approx(60)
    assert pd.isna(table.loc["south", "plan"])
    assert table.loc["west", ["last_year", "actual"]].tolist() == [0, 0]
    assert pd.isna(table.loc["west", "proposal"])


def test_plan_table_knows_no_past_before_the_first_day_nor_a_month_to_come():
    daily = days("2026-08-01", "2026-11-20")
    none = pd.DataFrame({"campus_id": [], "value": []})
    table = plan_table(
        daily, none, ["north"], month_on=date(2026, 12, 1), as_of_on=date(2026, 11, 21)
    )
    assert table[["plan", "last_year", "actual"]].isna().all(axis=None)
    assert table["proposal"].notna().all()


def test_a_leap_day_has_a_day_a_year_before():
    assert year_before(date(2028, 2, 29)) == date(2027, 2, 28)
    assert year_before(date(2026, 11, 1)) == date(2025, 11, 1)
    assert len(month_days(date(2028, 2, 10))) == 29
