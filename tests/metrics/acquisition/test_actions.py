"""What to do about channels: amounts by hand, and no advice that nothing carries."""

from __future__ import annotations

import pandas as pd
import pytest

from metrics.acquisition.actions import budget_move, doubled_channels

VERDICTS = pd.DataFrame(
    {
        "channel_id": ["xhs", "feed", "word"],
        "verdict": ["same", "cheap_but_poor", "good"],
    }
)
RETURNS = pd.DataFrame(
    {
        "channel_id": ["xhs", "feed"],
        "value": [2.5, -0.4],
        "low": [1.0, -0.9],
        "high": [4.0, 0.1],
        "n": [200, 300],
    }
)
SPEND = pd.DataFrame({"channel_id": ["xhs", "feed"], "value": [20_000.0, 50_000.0]})


def test_budget_move_takes_a_fifth_of_the_smaller_spend_and_counts_both_sides():
    move = budget_move(VERDICTS, RETURNS, SPEND)
    assert move is not None
    assert (move.source, move.target, move.amount_cny) == ("feed", "xhs", 4000.0)
    assert move.gain_cny == pytest.approx(4000 * 2.9)
    assert (move.low_cny, move.high_cny) == pytest.approx((4000 * 0.9, 4000 * 4.9))


def test_budget_move_advises_nothing_without_a_poor_channel_and_a_surely_better_one():
    without_poor = VERDICTS[VERDICTS["channel_id"] != "feed"]
    assert budget_move(without_poor, RETURNS, SPEND) is None
    assert budget_move(VERDICTS, RETURNS.assign(low=-0.95), SPEND) is None
    assert budget_move(VERDICTS, RETURNS.assign(n=29), SPEND) is None
    assert budget_move(VERDICTS, RETURNS, SPEND[SPEND["channel_id"] == "feed"]) is None


def test_doubled_channels_are_those_above_the_rest_with_enough_leads():
    duplicates = pd.DataFrame(
        {
            "channel_id": ["a", "b", "few", "free"],
            "numerator": [30.0, 20.0, 9.0, 60.0],
            "denominator": [120.0, 1000.0, 10.0, 100.0],
            "value": [0.25, 0.02, 0.9, 0.6],
            "n": [120, 1000, 10, 100],
        }
    )
    price = pd.DataFrame({"channel_id": ["a", "b", "few", "free"], "value": [90.0, 80, 70, 0]})
    found = doubled_channels(duplicates, price)
    assert found["channel_id"].tolist() == ["a"]
    assert found["worth_cny"].item() == 2700.0
