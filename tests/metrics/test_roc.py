"""The area under the curve: pairs by hand, and DeLong's interval in another form."""

from __future__ import annotations

import numpy as np
import pytest

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
