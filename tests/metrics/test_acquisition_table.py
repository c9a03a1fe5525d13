"""Channels side by side: hand-made cohorts, an outside oracle, and the verdicts' traps."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from data.errors import InvalidOption
from data.scope import Period
from metrics.acquisition_table import (
    CHEAP_BUT_POOR,
    GOOD,
    POOR,
    SAME,
    SLOW,
    TOO_EARLY,
    TOO_FEW,
    against_rest,
    channel_verdicts,
    judged_cohort,
    paid_total,
    return_against_rest,
    shared_letters,
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


def test_against_rest_agrees_with_statsmodels_newcombe_interval():
    rows = rates(a=(56, 70, 0), b=(48, 80, 0))
    found = against_rest(rows).iloc[0]
    # Two groups: Bonferroni asks for 97.5 %.
    low, high = confint_proportions_2indep(56, 70, 48, 80, method="newcomb", alpha=0.025)
    assert (found["low"], found["high"]) == pytest.approx((low, high), abs=1e-12)
    assert found["difference"] == pytest.approx(0.2)


def test_return_against_rest_leaves_channels_without_cost_out():
    found = return_against_rest(returns(a=(300, 100, 0.4), b=(-50, 100, 0.4), word=(500, 0, 0)))
    assert found["difference"].tolist()[:2] == [3.5, -3.5]
    assert np.isnan(found["difference"].iloc[2])
    # Equal widths: the difference's is √2 times one's, and 97.5 % wide.
    half = 0.4 * np.sqrt(2) * 2.241402728 / 1.959963985
    assert found["high"].iloc[0] - 3.5 == pytest.approx(half)


def test_paid_total_leaves_revenue_without_cost_out():
    assert paid_total(returns(a=(300, 100, 0.4), b=(-50, 100, 0.4), word=(500, 0, 0))) == 1.25
    assert paid_total(returns(word=(500, 0, 0))) is None


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


def test_channel_verdicts_give_none_below_thirty_mature_leads():
    conversion = rates(a=(0, 29, 0), b=(0, 10, 40), c=(50, 100, 0), d=(51, 100, 0))
    found = channel_verdicts(conversion, conversion, key="channel_id").set_index("channel_id")
    assert found["verdict"].to_dict() == {"a": TOO_FEW, "b": TOO_EARLY, "c": SAME, "d": SAME}


def test_channel_verdicts_without_money_go_by_conversion():
    conversion = rates(a=(10, 500, 0), b=(100, 500, 0))
    found = channel_verdicts(conversion, conversion, key="channel_id").set_index("channel_id")
    assert found["verdict"].to_dict() == {"a": POOR, "b": GOOD}


def spans(**channels: tuple[float, float]) -> pd.DataFrame:
    """Intervals by channel, the value in the middle."""
    rows = [
        {"channel_id": name, "low": low, "high": high, "value": (low + high) / 2, "n": 100}
        for name, (low, high) in channels.items()
    ]
    return pd.DataFrame(rows)


def test_shared_letters_are_shared_exactly_where_intervals_overlap():
    table = spans(best=(5, 7), good=(4, 6), wide=(0, 6), poor=(-1, 1))
    assert shared_letters(table, key="channel_id") == {
        "best": "A", "good": "A", "wide": "AB", "poor": "B",
    }  # fmt: skip
    assert shared_letters(table, key="channel_id", better=-1)["poor"] == "A"


def test_shared_letters_agree_with_every_pair_on_random_intervals():
    rng = np.random.default_rng(3)
    lows = rng.uniform(0, 10, 12)
    drawn = {f"c{i}": (float(a), float(a + w)) for i, (a, w) in
             enumerate(zip(lows, rng.uniform(0.1, 4, 12), strict=True))}  # fmt: skip
    letters = shared_letters(spans(**drawn), key="channel_id")
    for one, (low, high) in drawn.items():
        for other, (other_low, other_high) in drawn.items():
            overlap = low <= other_high and other_low <= high
            assert bool(set(letters[one]) & set(letters[other])) == overlap


def test_shared_letters_leave_small_channels_out():
    assert shared_letters(spans(a=(1, 2)).assign(n=29), key="channel_id") == {}
