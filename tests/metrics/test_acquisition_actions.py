"""What to do about channels: amounts by hand, and no advice that nothing carries."""

from __future__ import annotations

import pandas as pd
import pytest

from metrics.acquisition_actions import budget_move, doubled_channels

VERDICTS = pd.DataFrame(
    {
        "channel_id": ["xhs", "feed", "word"],
        "verdict": ["same", "cheap_but_poor", "good"],
    }
)
RETURNS = pd.DataFrame(
    {"channel_id": ["xhs", "feed"], "low": [1.0, -0.9], "high": [4.0, 0.1], "n": [200, 300]}
)
SPEND = pd.DataFrame({"channel_id": ["xhs", "feed"], "value": [20_000.0, 50_000.0]})


def cost(**channels: tuple[float, float, float]) -> pd.DataFrame:
    rows = [(name, *figures) for name, figures in channels.items()]
    return pd.DataFrame(rows, columns=["channel_id", "value", "low", "high"])


def test_budget_move_takes_a_fifth_of_the_smaller_spend_and_counts_both_sides():
    costs = cost(xhs=(500, 400, 800), feed=(2000, 1600, 4000))
    move = budget_move(VERDICTS, RETURNS, SPEND, costs)
    assert move is not None
    assert (move.source, move.target, move.amount_cny) == ("feed", "xhs", 4000.0)
    assert move.gain == pytest.approx(4000 / 500 - 4000 / 2000)
    assert move.low == pytest.approx(4000 / 800 - 4000 / 1600)
    assert move.high == pytest.approx(4000 / 400 - 4000 / 4000)


def test_budget_move_advises_nothing_without_a_poor_channel_and_a_surely_better_one():
    costs = cost(xhs=(500, 400, 800), feed=(2000, 1600, 4000))
    without_poor = VERDICTS[VERDICTS["channel_id"] != "feed"]
    assert budget_move(without_poor, RETURNS, SPEND, costs) is None
    assert budget_move(VERDICTS, RETURNS.assign(low=-0.95), SPEND, costs) is None
    assert budget_move(VERDICTS, RETURNS.assign(n=29), SPEND, costs) is None
    assert budget_move(VERDICTS, RETURNS, SPEND[SPEND["channel_id"] == "feed"], costs) is None


def test_budget_move_advises_nothing_where_it_would_lose_orders():
    dear = cost(xhs=(2000, 1600, 4000), feed=(500, 400, 800))
    assert budget_move(VERDICTS, RETURNS, SPEND, dear) is None


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
