"""A channel against the others: an outside oracle, hand-made returns, letters by pairs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from metrics.acquisition.contrast import (
    against_rest,
    paid_total,
    return_against_rest,
    shared_letters,
)
from tests.metrics.acquisition.test_verdicts import rates, returns


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
