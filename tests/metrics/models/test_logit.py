"""The logistic regression against statsmodels, and where one column tells all."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from metrics.models.logit import fit_logit


def rows(n=400, seed=5):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3)) * [1.0, 5.0, 0.2]
    chance = 1 / (1 + np.exp(-(0.3 + x @ [0.8, -0.1, 2.0])))
    return x, (rng.random(n) < chance).astype(float)


def test_fit_logit_is_statsmodels_with_the_priors_rows():
    x, y = rows()
    found = fit_logit(x, y)
    scaled = (x - x.mean(0)) / x.std(0)
    prior = np.column_stack([np.zeros(3), np.eye(3)])
    design = np.vstack([np.column_stack([np.ones(len(y)), scaled]), prior, prior])
    outcome = np.r_[y, np.ones(3), np.zeros(3)]
    weights = np.r_[np.ones(len(y)), np.full(6, 0.5)]
    fit = sm.GLM(outcome, design, family=sm.families.Binomial(), freq_weights=weights).fit()
    assert found.weights == pytest.approx(fit.params, abs=1e-7)
    assert found.covariance == pytest.approx(fit.cov_params(), abs=1e-7)


def test_fit_logit_stays_finite_where_a_column_separates():
    y = np.r_[np.ones(20), np.zeros(20)]
    x = np.column_stack([y, np.tile([0.0, 1.0], 20), np.zeros(40)])
    found = fit_logit(x, y)
    assert np.isfinite(found.weights).all()
    assert found.weights[1] > 1
    assert found.weights[3] == pytest.approx(0, abs=1e-9)  # a column of one value says nothing


def test_expected_covers_what_happens():
    x, y = rows(seed=8)
    found = fit_logit(x, y)
    inside = 0
    for seed in range(20, 60):
        others, happened = rows(seed=seed)
        total, low, high = found.expected(others)
        assert low < total < high
        inside += low <= happened.sum() <= high
    assert inside >= 34  # 95 % of forty, give or take
