"""What the next thousand yuan of a channel would bring."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from statsmodels.genmod.families import Poisson
from statsmodels.genmod.generalized_linear_model import GLM

from data.errors import InvalidOption
from metrics.acquisition.marginal import (
    BEYOND_OBSERVED,
    SPEND_TOO_EVEN,
    TOO_FEW_PAYERS,
    TOO_FEW_WEEKS,
    by_week,
    marginal_return,
)


def weeks_of(spend, gained):
    days = pd.date_range("2026-01-05", periods=len(spend), freq="7D")
    return pd.DataFrame({"week_on": days, "spend_cny": spend, "gained": gained})


SPEND = np.array([9000, 12000, 4000, 6000, 15000, 8000, 11000, 5000, 7000, 10000, 6500, 9500.0])


def test_marginal_return_of_a_known_curve():
    row = marginal_return(weeks_of(SPEND, 3 * np.sqrt(SPEND)))
    now = SPEND[-4:].mean()
    assert row.elasticity == pytest.approx(0.5, abs=1e-6)
    assert row.gain == pytest.approx(3 * (np.sqrt(now + 1000) - np.sqrt(now)), rel=1e-6)
    assert row.low < row.gain < row.high


def test_the_curve_is_statsmodels_quasi_poisson():
    gained = np.random.default_rng(2).negative_binomial(9, 9 / (9 + 3 * np.sqrt(SPEND)))
    row = marginal_return(weeks_of(SPEND, gained))
    design = np.column_stack([np.ones(SPEND.size), np.log(SPEND)])
    glm = GLM(gained, design, family=Poisson()).fit(scale="X2")
    now = SPEND[-4:].mean()
    ahead = np.exp(
        glm.predict(np.array([[1, np.log(now)], [1, np.log(now + 1000)]]), which="linear")
    )
    assert row.elasticity == pytest.approx(glm.params[1])
    assert row.gain == pytest.approx(ahead[1] - ahead[0])
    slope = np.array([row.gain, ahead[1] * np.log(now + 1000) - ahead[0] * np.log(now)])
    error = np.sqrt(slope @ glm.cov_params() @ slope)
    assert row.high - row.gain == pytest.approx(norm.ppf(0.9) * error, rel=1e-6)


def test_the_interval_holds_the_true_gain_about_80_percent_of_the_time():
    rng = np.random.default_rng(9)
    now = SPEND[-4:].mean()
    true = 3 * (np.sqrt(now + 1000) - np.sqrt(now))
    hits = 0
    for _ in range(150):
        row = marginal_return(weeks_of(SPEND, rng.poisson(3 * np.sqrt(SPEND))))
        hits += row.low <= true <= row.high
    assert 0.70 <= hits / 150 <= 0.90


def test_more_than_proportional_is_not_believed():
    row = marginal_return(weeks_of(SPEND, SPEND**2 / 1e6))
    assert row.elasticity == 1
    assert row.gain == pytest.approx(1000 * (SPEND**2 / 1e6).sum() / SPEND.sum())


def test_no_response_is_a_gain_of_nothing_not_a_loss():
    row = marginal_return(weeks_of(SPEND, 1e6 / SPEND))
    assert (row.elasticity, row.gain, row.low) == (0, 0, 0)


@pytest.mark.parametrize(
    ("weeks", "step", "refusal"),
    [
        (weeks_of(SPEND[:7], SPEND[:7] / 100), 1000, TOO_FEW_WEEKS),
        (weeks_of(SPEND, SPEND * 0), 1000, TOO_FEW_PAYERS),
        (weeks_of(SPEND * 0 + 9000, SPEND / 100), 1000, SPEND_TOO_EVEN),
        (weeks_of(SPEND, SPEND / 100), 8000, BEYOND_OBSERVED),
        (weeks_of(SPEND[:0], SPEND[:0]), 1000, TOO_FEW_WEEKS),
    ],
)
def test_marginal_return_refuses_what_cannot_be_said(weeks, step, refusal):
    row = marginal_return(weeks, step_cny=step)
    assert (row.refusal, row.gain, row.low, row.high) == (refusal, None, None, None)


def test_weeks_without_spend_are_not_weeks_of_the_curve():
    spend = np.concatenate([SPEND, np.zeros(5)])
    row = marginal_return(weeks_of(spend, 3 * np.sqrt(spend)))
    assert row.weeks == len(SPEND)


def test_by_week_keeps_whole_weeks_from_monday():
    days = pd.date_range("2026-01-07", "2026-01-20")  # Wednesday to Tuesday
    spend = pd.DataFrame({"unit_on": days, "numerator": 10.0})
    payers = pd.DataFrame({"unit_on": [days[6]], "numerator": [2.0]})
    table = by_week(spend, payers)
    assert table["week_on"].dt.date.astype(str).tolist() == ["2026-01-12"]
    assert table[["spend_cny", "gained"]].values.tolist() == [[70, 2]]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"step_cny": 0}, "step_cny must be more than 0"),
        ({"level": 1}, "level must be between 0 and 1"),
    ],
)
def test_marginal_return_rejects_options_out_of_bounds(option, message):
    with pytest.raises(InvalidOption, match=message):
        marginal_return(weeks_of(SPEND, SPEND), **option)
