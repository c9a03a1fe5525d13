"""Pace against plan, run-rate forecasts to the end of day and month."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from data.errors import InvalidOption
from metrics.models.run_rate import HOLIDAY, WORKDAY_ADJUSTED, day_class, learn, part_of_day
from metrics.plans.pace import pace, pace_curve


def at(text):
    """A UTC instant without zone."""
    return datetime.fromisoformat(text)


def daily(start, values):
    days = [start + timedelta(days=n) for n in range(len(values))]
    return pd.DataFrame({"on": days, "value": values})


def every_day(start, end, value):
    """``value(day)`` for the days of a half-open range."""
    days = [start + timedelta(days=n) for n in range((end - start).days)]
    return pd.DataFrame({"on": days, "value": [value(day) for day in days]})


# 08:00 UTC on 2026-06-10, a Wednesday: 16:00 in Shanghai.
NOW = at("2026-06-10T08:00")


def weekend_heavy(day):
    return 30 if day.weekday() >= 5 else 10


def test_day_class_knows_holidays_and_worked_weekends():
    assert day_class(date(2026, 10, 1)) == HOLIDAY
    assert day_class(date(2026, 10, 4)) == HOLIDAY  # a Sunday inside National Day week
    assert day_class(date(2026, 10, 10)) == WORKDAY_ADJUSTED
    assert day_class(date(2026, 6, 10)) == 2


def test_plan_to_date_follows_the_weekdays_not_the_calendar():
    history = every_day(date(2026, 4, 1), date(2026, 6, 10), weekend_heavy)
    june = every_day(date(2026, 6, 1), date(2026, 7, 1), weekend_heavy)["value"]
    # The planned month is twice an usual one; the first 9 days hold 1 weekend of 4.
    row = pace(history, as_of=at("2026-06-09T16:00"), month_on=NOW.date(), plan=2 * june.sum())
    assert row.actual == sum(june[:9])
    assert row.plan_to_date == pytest.approx(2 * sum(june[:9]), rel=0.05)
    assert row.pace == pytest.approx(0.5, rel=0.05)


def test_month_end_goes_on_at_the_profile_of_the_weekdays():
    history = every_day(date(2026, 4, 6), date(2026, 6, 10), weekend_heavy)
    row = pace(history, as_of=at("2026-06-09T16:00"), month_on=NOW.date())
    whole = every_day(date(2026, 6, 1), date(2026, 7, 1), weekend_heavy)["value"].sum()
    assert row.month_end.value == pytest.approx(whole, rel=0.05)
    assert row.month_end.low < whole < row.month_end.high


def test_day_end_uses_the_hours_of_past_days():
    history = every_day(date(2026, 4, 1), date(2026, 6, 10), lambda day: 20)
    today = pd.DataFrame({"on": [date(2026, 6, 10)], "value": [5]})
    hours = pd.DataFrame(
        [(date(2026, 6, 3), 10, 5), (date(2026, 6, 3), 20, 15), (date(2026, 6, 10), 9, 5)],
        columns=["on", "hour", "value"],
    )
    row = pace(pd.concat([history, today]), as_of=NOW, month_on=NOW.date(), hourly=hours)
    # A quarter of a day has come by 16:00: three quarters of 20 are still to come.
    assert row.day_end.value == pytest.approx(5 + 15)
    even = pace(pd.concat([history, today]), as_of=NOW, month_on=NOW.date())
    assert even.day_end.value == pytest.approx(5 + 20 / 3)


def test_needed_per_day_shares_what_is_missing_over_the_days_left():
    history = every_day(date(2026, 4, 1), date(2026, 6, 10), lambda day: 10)
    row = pace(history, as_of=at("2026-06-09T16:00"), month_on=NOW.date(), plan=300)
    assert (row.actual, row.days_left) == (90, 21)
    assert row.needed_per_day == pytest.approx(10)
    reached = pace(history, as_of=at("2026-06-09T16:00"), month_on=NOW.date(), plan=50)
    assert reached.needed_per_day == 0


def test_a_month_that_is_over_has_its_actual_and_nothing_needed():
    history = every_day(date(2026, 4, 1), date(2026, 6, 10), lambda day: 10)
    row = pace(history, as_of=NOW, month_on=date(2026, 5, 1), plan=400)
    assert (row.actual, row.month_end.value, row.month_end.low) == (310, 310, 310)
    assert row.plan_to_date == pytest.approx(400)
    assert (row.days_left, row.needed_per_day, row.day_end) == (0, None, None)


def test_holidays_do_not_spoil_the_weekdays_they_fall_on():
    def value(day):
        return 0 if day_class(day) == HOLIDAY else 10

    history = every_day(date(2026, 8, 20), date(2026, 10, 12), value)
    profile = learn(
        dict(zip(history["on"], history["value"], strict=True)), until=date(2026, 10, 12)
    )
    assert profile.expected(date(2026, 10, 15)) == 10  # a Thursday, as 1 October was
    assert profile.mean[HOLIDAY] == 0


def test_too_little_history_gives_no_forecast_and_an_even_plan():
    row = pace(
        daily(date(2026, 6, 1), [10] * 9),
        as_of=at("2026-06-09T16:00"),
        month_on=NOW.date(),
        plan=300,
    )
    assert (row.month_end, row.day_end, row.projected, row.on_track) == (None, None, None, None)
    assert row.plan_to_date == pytest.approx(90)


def test_nothing_known_is_no_pace():
    empty = pd.DataFrame({"on": pd.to_datetime([]), "value": []})
    row = pace(empty, as_of=NOW, month_on=NOW.date())
    assert (row.actual, row.plan, row.pace, row.month_end) == (0, None, None, None)


def test_pace_does_not_read_days_after_the_as_of_time():
    history = every_day(date(2026, 4, 1), date(2026, 7, 1), weekend_heavy)
    cut = history[history["on"] <= date(2026, 6, 10)]
    later = pace(history, as_of=NOW, month_on=NOW.date(), plan=500)
    assert later == pace(cut, as_of=NOW, month_on=NOW.date(), plan=500)


def test_pace_does_not_depend_on_the_order_of_rows():
    history = every_day(date(2026, 4, 1), date(2026, 6, 11), weekend_heavy)
    mixed = history.sample(frac=1, random_state=1)
    assert pace(history, as_of=NOW, month_on=NOW.date()) == pace(
        mixed, as_of=NOW, month_on=NOW.date()
    )


def test_on_track_is_from_97_percent_of_the_plan():
    history = every_day(date(2026, 4, 1), date(2026, 6, 10), lambda day: 10)
    kwargs = {"as_of": at("2026-06-09T16:00"), "month_on": NOW.date()}
    assert pace(history, plan=309, **kwargs).on_track
    assert not pace(history, plan=311, **kwargs).on_track


@pytest.mark.parametrize("swings", [False, True])
def test_the_interval_covers_about_80_percent_of_months(swings):
    """Summers (no holidays) drawn at random: days alike, or weeks that rise and fall as one."""
    rng = np.random.default_rng(80)
    start = date(2026, 6, 22)
    hits = 0
    months = 200
    for _ in range(months):
        levels = np.repeat(rng.gamma(20, 1 / 20, 11) if swings else np.ones(11), 7)

        def value(day, levels=levels):
            return rng.poisson(weekend_heavy(day) * levels[(day - start).days])

        history = every_day(start, date(2026, 9, 1), value)
        row = pace(history, as_of=at("2026-08-17T16:00"), month_on=date(2026, 8, 1))
        august = history[(history["on"] >= date(2026, 8, 1))]["value"].sum()
        hits += row.month_end.low <= august <= row.month_end.high
    assert 0.72 <= hits / months <= 0.92


def test_pace_curve_ends_where_pace_says():
    history = every_day(date(2026, 4, 1), date(2026, 6, 11), weekend_heavy)
    # Nine of ten come before noon: by 16:00 little of the day is left.
    hours = pd.DataFrame({"on": [date(2026, 6, 3)] * 2, "hour": [11, 20], "value": [9, 1]})
    given = {"as_of": NOW, "month_on": NOW.date(), "plan": 600, "hourly": hours}
    row, curve = pace(history, **given), pace_curve(history, **given)
    assert len(curve) == 30
    last = curve.iloc[-1]
    assert (last["forecast"], last["low"], last["high"]) == pytest.approx(
        (row.month_end.value, row.month_end.low, row.month_end.high)
    )
    assert last["plan"] == pytest.approx(600)
    assert curve["actual"].max() == row.actual
    assert curve["actual"].notna().sum() == 10


def test_part_of_day_is_unknown_without_a_past():
    assert part_of_day([], 12) is None
    assert part_of_day([{0: 1, 12: 3}], 12.0) == 0.25


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"plan": -1}, "plan must be at least 0, got -1"),
        ({"level": 1}, "level must be between 0 and 1"),
    ],
)
def test_pace_rejects_options_out_of_bounds(option, message):
    with pytest.raises(InvalidOption, match=message):
        pace(daily(date(2026, 6, 1), [1]), as_of=NOW, month_on=NOW.date(), **option)
