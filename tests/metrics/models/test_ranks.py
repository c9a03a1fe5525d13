"""Ranks and their correlation against scipy, and whether the interval holds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata, spearmanr

from metrics.models.ranks import rank_correlation, ranks


def test_equal_values_share_the_mean_of_their_ranks():
    assert ranks([3, 1, 3, 2]).tolist() == [3.5, 1, 3.5, 2]
    drawn = np.random.default_rng(1).integers(0, 9, 200)
    assert ranks(drawn).tolist() == rankdata(drawn).tolist()


def test_the_correlation_of_tied_values_is_spearmans():
    rng = np.random.default_rng(2)
    x = rng.integers(0, 6, 80)
    y = x + rng.integers(0, 6, 80)
    found = rank_correlation(x, y)
    assert found.value == pytest.approx(spearmanr(x, y).statistic, abs=1e-12)
    assert -1 <= found.low < found.value < found.high <= 1


def test_the_interval_of_a_correlation_holds_the_truth_19_times_in_20():
    """Of two normals correlated r, Spearman's is 6 ÷ π × arcsin(r ÷ 2)."""
    rng = np.random.default_rng(3)
    truth, covered = 6 / np.pi * np.arcsin(0.6 / 2), 0
    for _ in range(400):
        x = rng.normal(size=60)
        found = rank_correlation(x, 0.6 * x + 0.8 * rng.normal(size=60))
        covered += found.low <= truth <= found.high
    assert 0.92 <= covered / 400 <= 0.98


@pytest.mark.parametrize(("x", "y"), [([1, 2, 3], [1, 2, 3]), ([1, 1, 1, 1], [1, 2, 3, 4])])
def test_where_nothing_varies_or_too_little_is_seen_nothing_is_told(x, y):
    found = rank_correlation(x, y)
    assert np.isnan([found.value, found.low, found.high]).all()


def test_a_perfect_agreement_has_an_interval():
    found = rank_correlation(np.arange(40), np.arange(40))
    assert found.value == pytest.approx(1)
    assert 0.99 < found.low <= found.high <= 1
