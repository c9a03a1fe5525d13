"""The logit on levels against statsmodels, and what the ridge is for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from statsmodels.discrete.discrete_model import Logit

from data.errors import InvalidOption
from metrics.models.level_logit import fit_logit, sigmoid


def drawn(seed=0, n=3000):
    random = np.random.default_rng(seed)
    codes = [random.integers(0, 4, n), random.integers(0, 3, n)]
    odds = -1.5 + np.array([0, 0.8, -0.5, 0.2])[codes[0]] + np.array([0, -1.0, 0.4])[codes[1]]
    return codes, [4, 3], random.random(n) < sigmoid(odds)


def test_without_a_ridge_it_is_statsmodels_logit():
    codes, levels, happened = drawn()
    fit = fit_logit(codes, levels, happened, ridge=1e-7)
    dummies = [codes[f] == level for f in (0, 1) for level in range(1, levels[f])]
    design = np.column_stack([np.ones(happened.size), *dummies]).astype(float)
    oracle = Logit(happened.astype(float), design).fit(disp=0)
    assert sigmoid(fit.log_odds(codes)) == pytest.approx(oracle.predict(), abs=1e-6)
    differences = [w - w[0] for w in fit.weights]
    assert np.concatenate([d[1:] for d in differences]) == pytest.approx(
        oracle.params[1:], abs=1e-4
    )


def test_with_a_ridge_it_is_the_penalised_maximum():
    codes, levels, happened = drawn(seed=1, n=400)
    fit = fit_logit(codes, levels, happened, ridge=3.0)
    design = np.column_stack(
        [np.ones(happened.size)] + [codes[f] == level for f in (0, 1) for level in range(levels[f])]
    ).astype(float)

    def loss(theta):
        eta = design @ theta
        return np.logaddexp(0, eta).sum() - happened @ eta + 1.5 * (theta[1:] ** 2).sum()

    oracle = minimize(loss, np.zeros(8), method="BFGS", options={"gtol": 1e-8}).x
    ours = np.concatenate([[fit.intercept], *fit.weights])
    assert ours == pytest.approx(oracle, abs=1e-4)


def test_expected_and_observed_are_equal_in_all():
    codes, levels, happened = drawn(seed=2)
    fit = fit_logit(codes, levels, happened, ridge=5.0)
    assert sigmoid(fit.log_odds(codes)).sum() == pytest.approx(happened.sum(), abs=1e-6)


def test_a_level_on_which_everybody_bought_stays_finite():
    code = np.repeat([0, 1], 50)
    happened = code == 1
    fit = fit_logit([code], [2], happened, ridge=1.0)
    chances = sigmoid(fit.log_odds([np.array([0, 1])]))
    assert 0 < chances[0] < 0.2
    assert 0.8 < chances[1] < 1


def test_a_level_without_rows_has_no_weight():
    codes, levels, happened = drawn(seed=3)
    fit = fit_logit(codes, [6, 3], happened)
    assert fit.weights[0][4:].tolist() == [0, 0]
    assert levels == [4, 3]


def test_where_it_starts_does_not_matter():
    codes, levels, happened = drawn(seed=4)
    cold = fit_logit(codes, levels, happened)
    other = fit_logit(codes, levels, ~happened)
    warm = fit_logit(codes, levels, happened, start=other)
    assert warm.intercept == pytest.approx(cold.intercept, abs=1e-6)


def test_what_it_refuses():
    codes, levels, happened = drawn()
    with pytest.raises(InvalidOption, match="both outcomes must occur"):
        fit_logit(codes, levels, np.zeros(happened.size, dtype=bool))
    with pytest.raises(InvalidOption, match="ridge must be more than 0, got 0"):
        fit_logit(codes, levels, happened, ridge=0)
