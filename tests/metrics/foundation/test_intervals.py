"""Bounds of shares and counts against statsmodels and by hand; of columns as of arrays."""

from __future__ import annotations

import ibis
import numpy as np
import pytest
from scipy.stats import chi2
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from metrics.foundation.intervals import Z95, byar, count_bounds, newcombe, share_bounds, wilson

SHARES = ((0, 12), (3, 12), (12, 12), (32, 40), (1, 100_000))


@pytest.mark.parametrize(("x", "n"), SHARES)
def test_bounds_of_a_share_are_wilsons(x, n):
    assert share_bounds(x, n) == pytest.approx(proportion_confint(x, n, method="wilson"), abs=1e-12)


def test_wider_bounds_are_wilsons_at_their_own_level():
    expected = proportion_confint(32, 40, alpha=0.01, method="wilson")
    assert share_bounds(32, 40, 2.5758293035489004) == pytest.approx(expected, abs=1e-12)


def test_a_share_of_nothing_has_no_bounds():
    low, high = share_bounds([0, 3], [0, 12])
    assert np.isnan([low[0], high[0]]).all()
    assert not np.isnan([low[1], high[1]]).any()


def test_bounds_of_a_count_are_near_the_exact_ones():
    counts = np.array([5, 12, 100, 4000])
    low, high = count_bounds(counts)
    assert low == pytest.approx(chi2.ppf(0.025, 2 * counts) / 2, rel=0.01)
    assert high == pytest.approx(chi2.ppf(0.975, 2 * counts + 2) / 2, rel=0.01)


def test_none_seen_has_no_lower_bound_but_an_upper_one():
    low, high = count_bounds(0)
    assert low == 0
    assert high == pytest.approx(-np.log(0.025), rel=0.02)


@pytest.mark.parametrize(("x", "n"), SHARES)
def test_a_query_and_an_array_have_the_same_bounds(x, n):
    share, of = ibis.literal(x / n), ibis.literal(float(n))
    low, high = wilson(share, of)
    more = byar(ibis.literal(x + 1.0), Z95)
    row = ibis.struct({"low": low, "high": high, "more": more})
    found = ibis.duckdb.connect().to_pyarrow(row).as_py()
    assert np.clip([found["low"], found["high"]], 0, 1).tolist() == pytest.approx(
        share_bounds(x, n), abs=1e-12
    )
    assert found["more"] == pytest.approx(count_bounds(x)[1])


def test_the_interval_of_a_difference_is_newcombes():
    """As statsmodels has it, for pairs with and without a zero."""
    for x1, n1, x2, n2 in ((56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 20)):
        expected = confint_proportions_2indep(x1, n1, x2, n2, method="newcomb", compare="diff")
        _difference, low, high = newcombe(x1, n1, x2, n2)
        assert (low, high) == pytest.approx(expected, abs=1e-9)
