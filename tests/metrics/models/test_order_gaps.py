"""Gaps between orders: by hand, against simulated terms, and no look beyond twice the history."""

from __future__ import annotations

import numpy as np
import pytest

from data.errors import InvalidOption
from metrics.models.order_gaps import OrderGaps, fit_order_gaps


def test_order_gaps_by_hand():
    # Of four first orders one is followed after a week, one after three; two still wait.
    found = fit_order_gaps(
        [True, True, True], [1, 3, 3], [True, True, False], weights=[1.0, 1.0, 2.0]
    )
    assert found.history == 4
    assert found.first.tolist() == [0.0, 0.25, 0.0, pytest.approx(1 / 3)]
    assert found.later.tolist() == found.first.tolist()  # nothing is known of later ones
    # Who has waited two weeks: in the next two comes one with a chance of a third.
    assert found.expected([0], [0], [2], ahead=2)[0] == pytest.approx(1 / 3)
    # From the order: a quarter in week 1 and then again a quarter of them in week 3, or else
    # a third of the rest in week 3.
    expected = 0.25 * (1 + 0.25) + 0.75 / 3
    assert found.expected([0], [0], [0], ahead=4)[0] == pytest.approx(expected)


def test_order_gaps_expect_what_simulated_terms_bring():
    rng = np.random.default_rng(5)
    # A term lasts 18 to 22 weeks; seven of ten go on after it, each time.
    gaps = [[] for _ in range(6_000)]
    for own in gaps:
        while rng.random() < 0.7 and sum(own) < 200:
            own.append(int(rng.integers(18, 23)))
    start = rng.integers(0, 60, len(gaps))
    is_first, waited, happened, repeats, last, later = [], [], [], [], [], []
    for own, begun in zip(gaps, start, strict=True):
        at = np.cumsum([begun, *own])
        past = at[at <= 60]
        repeats.append(past.size - 1)
        last.append(past[-1] - begun)
        later.append(((at > 60) & (at <= 90)).sum())
        for k in range(past.size):
            ended = k + 1 < past.size
            is_first.append(k == 0)
            happened.append(ended)
            waited.append((past[k + 1] if ended else 60) - past[k])
    found = fit_order_gaps(is_first, waited, happened, weights=np.ones(len(waited)))
    expected = found.expected(repeats, last, 60 - start, ahead=30)
    assert expected.sum() == pytest.approx(np.sum(later), rel=0.03)


def test_order_gaps_say_nothing_beyond_twice_the_history():
    found = OrderGaps(np.array([0.1] * 10), np.array([0.1] * 10), 10)
    assert found.expected([1], [0], [12], ahead=10)[0] == 0.0  # no wait so long was ever seen
    with pytest.raises(InvalidOption, match="between 1 and 10"):
        found.expected([1], [0], [1], ahead=11)


def test_order_gaps_refuse_what_cannot_be():
    with pytest.raises(InvalidOption, match="got none"):
        fit_order_gaps([True], [3], [False], weights=[1.0])
    with pytest.raises(InvalidOption, match="one length"):
        fit_order_gaps([True, False], [3], [True], weights=[1.0])
