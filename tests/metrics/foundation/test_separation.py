"""Ranks, bands that cannot be separated, shrinkage."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import betabinom
from statsmodels.stats.proportion import proportion_confint

from data.errors import InvalidOption
from metrics.foundation.separation import ranked
from metrics.models.shrinkage import beta_binomial, shrunk_means, shrunk_rates


def rates(**figures):
    rows = []
    for name, (successes, trials) in figures.items():
        low, high = proportion_confint(successes, trials, method="wilson")
        rows.append((name, successes, trials, successes / trials, low, high, trials))
    names = ["channel_id", "numerator", "denominator", "value", "low", "high", "n"]
    return pd.DataFrame(rows, columns=names)


def test_groups_with_overlapping_intervals_cannot_be_separated():
    table = ranked(rates(sem=(300, 1000), feed=(290, 1000), street=(50, 1000)), kind="proportion")
    assert table["channel_id"].tolist() == ["sem", "feed", "street"]
    assert table["band"].tolist() == [1, 1, 2]
    assert table["separated"].tolist() == [False, False, True]


def test_bands_reach_through_a_group_in_between():
    table = ranked(rates(a=(330, 1000), b=(290, 1000), c=(250, 1000)), kind="proportion")
    low, high = table["low"], table["high"]
    assert high[2] < low[0]  # the ends do not overlap each other
    assert table["band"].tolist() == [1, 1, 1]


def test_fewer_than_30_units_give_no_rank():
    table = ranked(rates(sem=(300, 1000), lucky=(5, 6)), kind="proportion")
    lucky = table.set_index("channel_id").loc["lucky"]
    assert pd.isna(lucky["rank"])
    assert pd.isna(lucky["band"])
    assert table["channel_id"].tolist()[-1] == "lucky"


def test_a_small_group_does_not_lead_by_luck():
    groups = {f"c{i}": (200 + i, 1000) for i in range(8)}
    table = ranked(rates(**groups, lucky=(13, 40)), kind="proportion").set_index("channel_id")
    assert table.loc["lucky", "value"] == table["value"].max()
    assert table.loc["lucky", "shrunk"] < 0.25


def test_less_is_better_turns_the_ranks():
    figures = rates(sem=(300, 1000), street=(50, 1000))
    assert ranked(figures, kind="proportion", better=-1)["channel_id"].tolist() == ["street", "sem"]


def test_a_ratio_is_ranked_by_its_intervals():
    figures = pd.DataFrame(
        {
            "channel_id": ["a", "b", "c"], "numerator": 0.0, "denominator": 0.0,
            "value": [3.0, 2.9, 0.5], "low": [2.5, 2.0, 0.4], "high": [3.5, 3.8, 0.6], "n": 100,
        }
    )  # fmt: skip
    table = ranked(figures, kind="ratio")
    assert table["band"].tolist() == [1, 1, 2]


def test_missing_values_have_no_rank():
    figures = rates(sem=(300, 1000), street=(50, 1000))
    figures.loc[1, ["value", "low", "high"]] = np.nan
    assert ranked(figures, kind="proportion")["rank"].isna().tolist() == [False, True]


def test_no_groups_are_no_ranks():
    assert ranked(rates(a=(1, 2)).head(0), kind="proportion").empty


def test_ranked_does_not_depend_on_the_order_of_rows():
    figures = rates(a=(330, 1000), b=(290, 1000), c=(50, 1000), d=(2, 9))
    mixed = figures.iloc[[2, 0, 3, 1]].reset_index(drop=True)
    one, other = (
        ranked(f, kind="proportion").set_index("channel_id").sort_index() for f in (figures, mixed)
    )
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)


def test_beta_binomial_finds_the_prior_that_made_the_groups():
    rng = np.random.default_rng(12)
    trials = rng.integers(50, 400, 800)
    successes = rng.binomial(trials, rng.beta(6, 24, 800))
    a, b = beta_binomial(successes.astype(float), trials.astype(float))
    assert a / (a + b) == pytest.approx(0.2, abs=0.01)
    assert a + b == pytest.approx(30, rel=0.15)


def test_beta_binomial_is_a_maximum_of_scipys_likelihood():
    successes, trials = np.array([3.0, 40, 12, 9]), np.array([30.0, 100, 80, 20])
    a, b = beta_binomial(successes, trials)
    best = betabinom.logpmf(successes, trials, a, b).sum()
    for da, db in ((1.05, 1), (0.95, 1), (1, 1.05), (1, 0.95), (1.05, 1.05), (0.95, 0.95)):
        assert betabinom.logpmf(successes, trials, a * da, b * db).sum() <= best + 1e-6


def test_shrunk_rates_go_all_the_way_where_groups_are_alike():
    found = shrunk_rates(np.array([20.0, 30, 25]), np.array([100.0, 150, 125]))
    assert found.value == pytest.approx([0.2, 0.2, 0.2], abs=1e-4)


def test_one_group_is_not_drawn_anywhere():
    found = shrunk_rates(np.array([20.0]), np.array([100.0]))
    assert found.value.tolist() == [0.2]
    assert (found.low[0], found.high[0]) == pytest.approx(
        proportion_confint(20, 100, method="jeffreys")
    )


def test_shrunk_means_done_by_hand():
    """Two figures 0 and 4 with errors 1: spread 8 − 1 = 7, so 7/8 of each distance is kept."""
    found = shrunk_means(np.array([0.0, 4.0, np.nan]), np.array([1.0, 1.0, 1.0]))
    assert found.value[:2] == pytest.approx([2 - 2 * 7 / 8, 2 + 2 * 7 / 8])
    assert np.isnan(found.value[2])


@pytest.mark.parametrize(
    ("option", "message"),
    [({"better": 0}, "better must be 1 or -1"), ({"least": 0}, "least must be at least 1, got 0")],
)
def test_ranked_rejects_options_out_of_bounds(option, message):
    with pytest.raises(InvalidOption, match=message):
        ranked(rates(a=(1, 2)), kind="proportion", **option)
