"""Concentration: by hand, by independent formulas, and its interval's coverage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import InvalidOption
from metrics.foundation.concentration import concentration, gini, least_people, lorenz, top_share


def test_one_of_five_who_brings_80_of_100_is_twenty_eighty():
    found = concentration(np.array([5.0, 80, 5, 5, 5]), draws=0)
    assert (found.n, found.total, found.top_share, found.least_people) == (5, 100, 0.8, 0.2)
    assert found.gini == pytest.approx(0.6)
    assert found.verdict == "too_few"


def test_equal_amounts_have_no_concentration():
    equal = np.full(40, 3.0)
    found = concentration(equal)
    assert found.top_share == pytest.approx(0.2)
    assert found.low == found.high == pytest.approx(0.2)
    assert found.least_people == 0.8
    assert found.gini == pytest.approx(0)
    assert found.verdict == "does_not_hold"


def test_twenty_eighty_holds_from_half_of_the_total():
    half = np.r_[np.full(20, 4.0), np.full(80, 1.0)]
    assert top_share(half) == 0.5
    assert concentration(half).verdict == "holds"
    assert concentration(np.r_[np.full(20, 3.9), np.full(80, 1.0)]).verdict == "does_not_hold"


def test_a_top_that_cuts_a_person_takes_that_part_of_them():
    assert top_share(np.array([10.0, 0, 0, 0])) == pytest.approx(0.8)
    assert top_share(np.array([6.0, 3, 1]), top=0.5) == pytest.approx((6 + 1.5) / 10)


def test_nothing_brought_has_no_concentration():
    for empty in (np.array([]), np.zeros(50)):
        found = concentration(empty)
        assert np.isnan([found.top_share, found.low, found.gini, found.least_people]).all()
        assert found.verdict == "too_few"
        assert lorenz(empty)[0].size == 0


def test_negative_amounts_are_refused():
    with pytest.raises(InvalidOption, match=r"amounts must be at least 0, got -1\.0"):
        concentration(np.array([3.0, -1.0]))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30).filter(any))
def test_gini_is_half_the_mean_difference_over_the_mean(values):
    """Gini by its other definition: mean |x − y| over all ordered pairs ÷ (2 · mean)."""
    x = np.array(values, float)
    expected = np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean())
    assert gini(x) == pytest.approx(expected, abs=1e-12)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30).filter(any))
def test_least_people_is_what_adding_one_after_the_other_gives(values):
    taken, brought = 0, 0
    for value in sorted(values, reverse=True):
        if brought >= 0.8 * sum(values) - 1e-9:
            break
        taken, brought = taken + 1, brought + value
    assert least_people(np.array(values, float)) == pytest.approx(taken / len(values))


def test_the_lorenz_curve_passes_through_the_top_share_and_agrees_with_gini():
    values = np.random.default_rng(3).pareto(1.4, 5000)
    people, brought = lorenz(values, points=2001)
    assert (people[0], brought[0], people[-1], brought[-1]) == (0, 0, 1, 1)
    assert np.interp(0.2, people, brought) == pytest.approx(top_share(values))
    assert 2 * np.trapezoid(brought, people) - 1 == pytest.approx(gini(values), abs=1e-3)


def test_the_interval_is_that_of_a_plain_bootstrap_and_the_same_each_time():
    values = np.random.default_rng(4).geometric(0.3, 400).astype(float)
    found = concentration(values)
    rng = np.random.default_rng(9)
    shares = [top_share(rng.choice(values, values.size)) for _ in range(2000)]
    assert [found.low, found.high] == pytest.approx(np.quantile(shares, [0.025, 0.975]), abs=0.01)
    assert found.low < found.top_share < found.high
    assert concentration(values) == found


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    """Geometric amounts: the true top-fifth share comes from a sample of a million."""
    rng = np.random.default_rng(5)
    truth = top_share(rng.geometric(0.3, 1_000_000).astype(float))
    hit = 0
    for _ in range(200):
        found = concentration(rng.geometric(0.3, 300).astype(float), draws=200)
        hit += found.low <= truth <= found.high
    assert hit / 200 >= 0.88
