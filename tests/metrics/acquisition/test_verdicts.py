"""Channels side by side: hand-made cohorts, an outside oracle, and the verdicts' traps."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from data.errors import InvalidOption
from data.scope import Period
from metrics.acquisition.verdicts import (
    CHEAP_BUT_POOR,
    GOOD,
    POOR,
    SAME,
    SLOW,
    TOO_EARLY,
    TOO_FEW,
    channel_verdicts,
    judged_cohort,
    side_by_side,
)

TODAY = date(2026, 11, 21)


def rates(**channels: tuple[int, int, int]) -> pd.DataFrame:
    """A proportion by channel: converted, mature, immature."""
    rows = [
        {
            "channel_id": name, "numerator": float(x), "denominator": float(n),
            "value": x / n if n else np.nan, "low": np.nan, "high": np.nan, "n": n,
            "immature": young,
        }
        for name, (x, n, young) in channels.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def returns(**channels: tuple[float, float, float]) -> pd.DataFrame:
    """ROI by channel: revenue less cost, cost, half width of the interval."""
    rows = [
        {
            "channel_id": name, "numerator": x, "denominator": d, "value": x / d if d else np.nan,
            "low": x / d - half if d else np.nan, "high": x / d + half if d else np.nan,
            "n": 10, "immature": 0,
        }
        for name, (x, d, half) in channels.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_judged_cohort_keeps_a_period_that_is_mostly_old_enough():
    quarter = Period(start=date(2026, 8, 1), end=date(2026, 11, 1))
    assert judged_cohort(quarter, as_of_on=TODAY, window_days=30) == quarter


def test_judged_cohort_moves_a_young_period_back_to_the_newest_old_enough_quarter():
    month = Period(start=date(2026, 11, 1), end=date(2026, 11, 22))
    judged = judged_cohort(month, as_of_on=TODAY, window_days=30)
    assert judged == Period(start=date(2026, 7, 24), end=date(2026, 10, 22))
    # The last day, 21 October, is over by 22 October and 30 days old on 21 November.
    assert (TODAY - judged.end).days == 30


def test_judged_cohort_is_as_long_as_the_window_it_waited_for():
    month = Period(start=date(2026, 11, 1), end=date(2026, 11, 22))
    judged = judged_cohort(month, as_of_on=TODAY, window_days=180)
    assert judged == Period(start=date(2025, 11, 26), end=date(2026, 5, 25))


def test_what_waits_for_nothing_is_of_the_days_picked_and_no_others():
    today = Period(start=TODAY, end=TODAY + timedelta(days=1))
    assert judged_cohort(today, as_of_on=TODAY, window_days=0) == today
    quarter = judged_cohort(today, as_of_on=TODAY, window_days=1)
    assert (quarter.days, quarter.end) == (90, TODAY - timedelta(days=1))


def test_judged_cohort_refuses_a_negative_window():
    with pytest.raises(InvalidOption, match="window_days must be at least 0, got -1"):
        judged_cohort(Period(start=TODAY, end=TODAY), as_of_on=TODAY, window_days=-1)


def test_side_by_side_keeps_channels_of_any_metric_and_names_the_missing_one():
    wide = side_by_side(
        {
            "leads": rates(sem=(5, 5, 0)),
            "spend": rates(feed=(7, 7, 0)).assign(channel_id=[None]),
        },
        key="channel_id",
        keys=["poster"],
    ).set_index("channel_id")
    assert sorted(wide.index) == ["", "poster", "sem"]
    assert wide.loc["sem", "leads_numerator"] == 5
    assert np.isnan(wide.loc["poster", "leads"])
    assert wide.loc["", "spend_n"] == 7


def test_channel_verdicts_name_the_cheap_channel_that_returns_less_than_the_others():
    conversion = rates(feed=(20, 1000, 0), sem=(100, 500, 0), word=(60, 200, 0))
    found = channel_verdicts(
        conversion,
        conversion,
        key="channel_id",
        money=returns(feed=(-700, 1000, 0.1), sem=(4000, 2000, 0.2), word=(900, 0, 0)),
        price=returns(feed=(10, 1, 0), sem=(90, 1, 0)),
    ).set_index("channel_id")
    assert found["verdict"].to_dict() == {"feed": CHEAP_BUT_POOR, "sem": GOOD, "word": GOOD}
    assert found["basis"].to_dict() == {"feed": "money", "sem": "money", "word": "conversion"}


def test_channel_verdicts_never_call_a_slow_channel_poor():
    quick = rates(lecture=(10, 500, 0), sem=(100, 500, 0))
    catching_up = rates(lecture=(95, 500, 0), sem=(110, 500, 0))
    unfinished = rates(lecture=(1, 5, 495), sem=(2, 5, 495))
    by_90_days = channel_verdicts(quick, catching_up, key="channel_id")
    assert by_90_days.set_index("channel_id")["verdict"]["lecture"] == SLOW
    not_yet = channel_verdicts(quick, unfinished, key="channel_id")
    assert not_yet.set_index("channel_id")["verdict"]["lecture"] == TOO_EARLY


def test_channel_verdicts_blame_nobody_by_the_return_of_the_first_days():
    quick = rates(lecture=(10, 500, 0), sem=(100, 500, 0))
    catching_up = rates(lecture=(95, 500, 0), sem=(110, 500, 0))
    money = returns(lecture=(-900, 1000, 0.05), sem=(2000, 1000, 0.2))

    def verdict(days: int, late: pd.DataFrame) -> str:
        found = channel_verdicts(quick, late, key="channel_id", money=money, return_days=days)
        return found.set_index("channel_id")["verdict"]["lecture"]

    assert verdict(30, catching_up) == SLOW
    assert verdict(180, catching_up) == POOR
    assert verdict(30, quick) == POOR


def test_channel_verdicts_call_nobody_slow_who_only_lacks_leads_to_be_called_poor():
    quick = rates(feed=(5, 1000, 0), sem=(100, 1000, 0))
    fewer = rates(feed=(3, 60, 0), sem=(8, 80, 0))
    found = channel_verdicts(quick, fewer, key="channel_id").set_index("channel_id")
    assert not found["is_slow"]["feed"]
    assert found["verdict"]["feed"] == SAME
    paid = returns(feed=(-900, 1000, 0.05), sem=(2000, 1000, 0.2))
    blamed = channel_verdicts(quick, quick, key="channel_id", money=paid)
    assert not blamed.set_index("channel_id")["is_slow"]["feed"]


def test_channel_verdicts_give_none_below_thirty_mature_leads():
    conversion = rates(a=(0, 29, 0), b=(0, 10, 40), c=(50, 100, 0), d=(51, 100, 0))
    found = channel_verdicts(conversion, conversion, key="channel_id").set_index("channel_id")
    assert found["verdict"].to_dict() == {"a": TOO_FEW, "b": TOO_EARLY, "c": SAME, "d": SAME}


def test_channel_verdicts_without_money_go_by_conversion():
    conversion = rates(a=(10, 500, 0), b=(100, 500, 0))
    found = channel_verdicts(conversion, conversion, key="channel_id").set_index("channel_id")
    assert found["verdict"].to_dict() == {"a": POOR, "b": GOOD}
