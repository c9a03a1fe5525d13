"""The area under the curve: pairs by hand, and DeLong's interval in another form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from data.errors import InvalidOption
from metrics.models.roc import discrimination


def test_discrimination_counts_pairs():
    """Of six pairs four are in order and one is tied: 4.5 ÷ 6."""
    found = discrimination([1, 1, 0, 0, 0], [0.9, 0.4, 0.5, 0.4, 0.1])
    assert found.auc == pytest.approx(4.5 / 6)


def test_discrimination_is_delongs_by_the_slow_way():
    rng = np.random.default_rng(3)
    y = rng.random(150) < 0.4
    x = np.round(rng.normal(y * 0.8, 1.0), 1)
    cases, others = x[y], x[~y]
    psi = (cases[:, None] > others[None, :]) + 0.5 * (cases[:, None] == others[None, :])
    variance = psi.mean(1).var(ddof=1) / len(cases) + psi.mean(0).var(ddof=1) / len(others)
    found = discrimination(y, x)
    assert found.auc == pytest.approx(psi.mean(), abs=1e-12)
    half = 1.959963984540054 * np.sqrt(variance)
    assert (found.low, found.high) == (
        pytest.approx(psi.mean() - half), pytest.approx(psi.mean() + half),
    )  # fmt: skip


def test_discrimination_of_one_class_is_missing():
    found = discrimination([1, 1], [0.2, 0.3])
    assert np.isnan([found.auc, found.low, found.high]).all()


def test_discrimination_rejects_unlike_lengths():
    with pytest.raises(InvalidOption, match="length of happened"):
        discrimination([1, 0], [0.2])


def test_auc_counts_pairs_and_ties_half():
    rng = np.random.default_rng(2)
    score, happened = rng.integers(0, 6, 200) / 5, rng.random(200) < 0.3
    pairs = [
        (a > b) + (a == b) / 2 for a in score[happened] for b in score[~happened]
    ]  # fmt: skip
    found = discrimination(happened, score)
    assert found.auc == pytest.approx(np.mean(pairs), abs=1e-12)
    assert 0 <= found.low < found.auc < found.high <= 1
    assert np.isnan(discrimination(np.zeros(200, bool), score).auc)


def test_the_interval_of_the_auc_holds_the_truth_19_times_in_20():
    """Two normal scores a standard deviation apart have an AUC of Φ(1 ÷ √2)."""
    rng = np.random.default_rng(3)
    happened = np.arange(260) < 60
    truth = norm.cdf(1 / 2**0.5)
    covered = 0
    for _ in range(400):
        found = discrimination(happened, happened + rng.normal(size=260))
        covered += found.low <= truth <= found.high
    assert 0.92 <= covered / 400 <= 0.98
