"""A gap's parts add to the gap, whatever the factors are."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import InvalidOption
from metrics.foundation.lmdi import log_mean, product_parts, rounded, settled

FACTOR = st.one_of(st.just(0.0), st.floats(1e-6, 1e6))
PAIRS = st.lists(st.tuples(FACTOR, FACTOR), min_size=1, max_size=5)


def test_product_parts_are_those_of_the_worked_example():
    """By hand: 100 × 0.2 × 0.1 = 2 leads become 200 × 0.1 × 0.3 = 6.

    L = (6 − 2) ÷ ln(6 ÷ 2) = 4 ÷ 1.098612 = 3.640957; the parts are L·ln 2 = 2.523719,
    L·ln ½ = −2.523719 and L·ln 3 = 4.
    """
    parts = product_parts([100, 0.2, 0.1], [200, 0.1, 0.3])
    assert parts == pytest.approx([2.523719, -2.523719, 4.0], abs=1e-6)
    assert log_mean(2, 6) == pytest.approx(3.640957, abs=1e-6)


def test_product_parts_are_those_of_an_independent_integral():
    """Along the path on which every factor grows at an even rate (Montgomery), part k is
    the integral of the product times the growth of k."""
    before, after = [3.0, 0.4, 7.0], [5.0, 0.9, 2.0]
    steps = 200_000
    rates = [math.log(a / b) for b, a in zip(before, after, strict=True)]
    start, growth = math.prod(before), sum(rates)
    mean = sum(start * math.exp(growth * (n + 0.5) / steps) for n in range(steps)) / steps
    assert product_parts(before, after) == pytest.approx([mean * r for r in rates], rel=1e-8)


@given(PAIRS)
def test_the_parts_of_a_gap_add_up_to_it_exactly(pairs):
    before, after = [b for b, _a in pairs], [a for _b, a in pairs]
    gap = math.prod(after) - math.prod(before)
    assert math.fsum(product_parts(before, after)) == gap


@given(PAIRS)
def test_a_factor_that_did_not_change_explains_next_to_nothing(pairs):
    before, after = [1.7, *(b for b, _a in pairs)], [1.7, *(a for _b, a in pairs)]
    parts = product_parts(before, after)
    size = max(abs(part) for part in parts)
    assert abs(parts[0]) <= 1e-9 * size


@given(PAIRS)
def test_going_back_takes_the_parts_back(pairs):
    before, after = [b for b, _a in pairs], [a for _b, a in pairs]
    there, back = product_parts(before, after), product_parts(after, before)
    size = max(map(abs, there)) or 1.0
    assert [x + y for x, y in zip(there, back, strict=True)] == pytest.approx(
        [0.0] * len(there), abs=1e-9 * size
    )


def test_a_factor_that_was_nothing_carries_the_whole_gap():
    assert product_parts([0, 0.5, 0.2], [40, 0.6, 0.25]) == [6.0, 0.0, 0.0]
    assert product_parts([0, 0.0, 0.2], [40, 0.6, 0.25]) == [3.0, 3.0, 0.0]
    assert product_parts([40, 0.6, 0.25], [0, 0.6, 0.25]) == [-6.0, 0.0, 0.0]
    assert product_parts([0, 5.0], [7.0, 0]) == [0.0, 0.0]


def test_the_limit_is_where_small_numbers_lead():
    """The value with 1e-200 in place of 0 (Ang & Liu) is near the limit."""
    tiny = 1e-200
    weight = (6.0 - tiny * 0.1) / math.log(6.0 / (tiny * 0.1))
    near = [weight * math.log(40 / tiny), weight * math.log(0.6 / 0.5)]
    assert near[0] == pytest.approx(6.0, rel=0.01)
    assert near[1] == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf])
def test_product_parts_refuse_what_is_no_amount(bad):
    with pytest.raises(InvalidOption, match="at least 0"):
        product_parts([1.0, bad], [1.0, 1.0])


def test_product_parts_refuse_factors_that_do_not_pair_up():
    with pytest.raises(InvalidOption, match="pair up, got 1 and 2"):
        product_parts([1.0], [1.0, 2.0])


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_the_logarithmic_mean_lies_between_the_geometric_and_the_arithmetic(a, b):
    mean = log_mean(a, b)
    assert math.sqrt(a * b) * (1 - 1e-9) <= mean <= (a + b) / 2 * (1 + 1e-9)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_rounded_parts_add_up_to_the_rounded_total(parts):
    total = math.fsum(parts)
    shown = rounded(parts, total)
    assert sum(shown) == round(total)
    assert all(abs(x - y) <= 1 + 1e-6 for x, y in zip(shown, parts, strict=True))


def test_settled_puts_what_is_left_on_the_largest():
    assert settled([1.0, 5.0, 2.0], 9.0) == [1.0, 6.0, 2.0]
    assert settled([], 0.0) == []
