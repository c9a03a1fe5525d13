"""The usual curve and the forecast, against curves whose end is known."""

import math

import numpy as np
import pytest
from scipy.stats import t as student

from data.errors import InvalidOption
from metrics.models.activity_curve import backtest, band, day_shares, final_leads

USUAL = [29, 25, 10, 10, 10, 10, 17, 19]


def drawn(rng, days, size=100.0, noise=0.15):
    """A curve of the usual form: launch, middle, sprint, with noise."""
    weights = np.array([2.9, 2.5, *[1.0] * (days - 4), 1.7, 1.9])
    return list(weights * rng.lognormal(0, noise, days) * size / weights.sum())


def test_day_shares_lie_on_another_length_with_their_own_middle():
    """Seven middle days in place of four at the same level: a larger middle, same ends."""
    shares = day_shares([USUAL] * 3, 11)
    expected = np.array([29, 25, *[10] * 7, 17, 19]) / 160
    assert shares == pytest.approx(np.tile(expected, (3, 1)))


def test_day_shares_add_up_to_one_and_keep_their_own_curve():
    rng = np.random.default_rng(3)
    past = [drawn(rng, days) for days in (8, 9, 12, 10)]
    shares = day_shares(past, 9)
    assert shares.sum(axis=1) == pytest.approx(np.ones(4))
    assert shares[1] == pytest.approx(np.array(past[1]) / sum(past[1]))


def test_two_activities_or_four_days_teach_nothing():
    assert day_shares([USUAL, USUAL], 8) is None
    assert day_shares([USUAL, USUAL, [5, 4, 3, 2], [0] * 8], 8) is None
    assert day_shares([USUAL] * 3, 4) is None


def test_a_middle_without_a_lead_stays_empty():
    shares = day_shares([[20, 10, 0, 0, 0, 5, 5]] * 3, 9)
    assert shares[0] == pytest.approx(np.array([20, 10, 0, 0, 0, 0, 0, 5, 5]) / 40)


def test_band_is_the_median_and_the_outer_tenths():
    shares = day_shares([USUAL, USUAL, [40, 25, 10, 10, 10, 10, 17, 19]], 8)
    found = band(shares)
    assert found.activities == 3
    assert found.middle[0] == pytest.approx(29 / 130)
    assert found.low[0] == pytest.approx(np.quantile([29 / 130, 29 / 130, 40 / 141], 0.1))


def test_final_leads_divide_by_what_others_had_at_this_age():
    """54 of 130 were there after two days: 27 leads so far end at 65, without a spread."""
    found = final_leads(27, 2, day_shares([USUAL] * 5, 8))
    assert (found.value, found.low, found.high) == pytest.approx((65, 65, 65))
    assert found.activities == 5


def test_final_leads_have_the_prediction_interval_of_a_log_normal():
    """The oracle: t quantile × spread × √(1 + 1/n) on the logarithms."""
    shares = day_shares([drawn(np.random.default_rng(n), 9) for n in range(7)], 9)
    logs = np.log(shares[:, :3].sum(axis=1))
    half = student.ppf(0.9, 6) * logs.std(ddof=1) * math.sqrt(1 + 1 / 7)
    found = final_leads(40, 3, shares)
    middle = 40 / math.exp(logs.mean())
    assert found.value == pytest.approx(middle)
    assert found.low == pytest.approx(middle * math.exp(-half))
    assert found.high == pytest.approx(middle * math.exp(half))


def test_an_end_is_never_below_what_has_come():
    shares = day_shares([drawn(np.random.default_rng(n), 9) for n in range(5)], 9)
    found = final_leads(90, 9, shares)
    assert found.value == pytest.approx(90)
    assert found.low >= 90


def test_nothing_is_forecast_from_nothing():
    shares = day_shares([USUAL] * 3, 8)
    assert final_leads(0, 3, shares) is None
    assert final_leads(10, 0, shares) is None
    late = day_shares([[0, 0, 9, 9, 9, 9, 9, 9]] * 3, 8)
    assert final_leads(4, 2, late) is None
    with pytest.raises(InvalidOption, match="level must be between 0 and 1, got 1"):
        final_leads(4, 2, shares, level=1)


def test_the_interval_holds_as_often_as_it_says():
    rng = np.random.default_rng(11)
    past = {
        kind: [drawn(rng, int(rng.integers(8, 13)), size=5000) for _n in range(25)]
        for kind in ("game", "lecture")
    }
    found = backtest(past)
    assert found.activities == 50
    assert found.share == pytest.approx(0.8, abs=0.06)


def test_a_backtest_without_enough_activities_says_nothing():
    assert backtest({"game": [USUAL] * 3}).share is None
    assert backtest({}).forecasts == 0
