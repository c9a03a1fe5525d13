"""Kaplan–Meier, by hand, against statsmodels and against a table in print."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from data.errors import InvalidOption
from metrics.models.kaplan_meier import kaplan_meier

# Freireich et al. (1963), as in Kalbfleisch & Prentice and in R's MASS::gehan: weeks of
# remission under 6-MP, a plus sign where the patient was still well.
REMISSION = [6, 6, 6, 7, 10, 13, 16, 22, 23]
STILL_WELL = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


def test_kaplan_meier_by_hand():
    """Four leads: called after 1 and 3 hours, open after 2 and 4."""
    found = kaplan_meier([1, 2, 3, 4], [True, False, True, False])
    assert found.times.tolist() == [1, 3]
    assert found.at_risk.tolist() == [4, 2]
    assert found.survival.tolist() == [0.75, 0.375]
    assert (found.n, found.happened, found.longest) == (4, 2, 4)


def test_kaplan_meier_of_the_remissions_is_the_published_table():
    times = REMISSION + STILL_WELL
    events = [True] * len(REMISSION) + [False] * len(STILL_WELL)
    found = kaplan_meier(times, events)
    assert found.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert found.survival == pytest.approx(
        [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4
    )
    assert found.quantile(0.5) == 23
    # Greenwood's error of 0.0764 at 6 weeks and of 0.1346 at 23, in the same table
    for week, share, error in ((6, 6 / 7, 0.0764), (23, 0.4482, 0.1346)):
        half = 1.959964 * error / (share * abs(np.log(share)))
        by_hand = (share ** np.exp(half), share ** np.exp(-half))
        assert found.interval(week) == pytest.approx(by_hand, abs=5e-4)


@pytest.mark.parametrize("seed", range(5))
def test_kaplan_meier_equals_statsmodels(seed):
    random = np.random.default_rng(seed)
    times = np.round(random.exponential(10, 400), 1)
    events = random.random(400) < 0.6
    times[0], events[0] = 99.0, False  # where all is over statsmodels gives no bounds
    weights = random.integers(1, 5, 400)
    found = kaplan_meier(times, events, weights=weights)
    # Repeated rows: with weights statsmodels takes another error than Greenwood's.
    oracle = SurvfuncRight(np.repeat(times, weights), np.repeat(events, weights).astype(int))
    assert found.times == pytest.approx(oracle.surv_times)
    assert found.survival == pytest.approx(oracle.surv_prob, abs=1e-12)
    assert found.at_risk == pytest.approx(oracle.n_risk)
    assert found.events == pytest.approx(oracle.n_events)
    for p in (0.1, 0.5, 0.75):
        assert found.quantile(p) == oracle.quantile(p)
        low, high = oracle.quantile_ci(p, method="cloglog")
        assert found.quantile_interval(p) == pytest.approx((low, high))


def test_weights_are_repeated_rows():
    plain = kaplan_meier([1, 1, 1, 2, 2], [True, True, False, True, True])
    packed = kaplan_meier([1, 1, 2], [True, False, True], weights=[2, 1, 2])
    assert plain.survival.tolist() == packed.survival.tolist()
    assert plain.at_risk.tolist() == packed.at_risk.tolist()


def test_those_still_open_are_not_dropped():
    """Dropping them would say that half are called within 2 hours; 4 of 8 are not at all."""
    called = kaplan_meier([1, 2, 3, 4, 9, 9, 9, 9], [True] * 4 + [False] * 4)
    assert called.at(9) == 0.5
    assert called.quantile(0.5) == 4
    assert np.isnan(called.quantile(0.75))


def test_beyond_what_was_watched_nothing_is_known():
    watched = kaplan_meier([1, 5], [True, False])
    assert watched.at(0.5) == 1
    assert watched.at(5) == 0.5
    assert np.isnan(watched.at(6))
    over = kaplan_meier([1, 5], [True, True])
    assert over.at(6) == 0
    assert np.isnan(over.interval(6)[0])


def test_the_order_of_rows_does_not_matter():
    random = np.random.default_rng(1)
    times, events = random.exponential(1, 50), random.random(50) < 0.5
    shuffled = random.permutation(50)
    one, other = kaplan_meier(times, events), kaplan_meier(times[shuffled], events[shuffled])
    assert one.survival.tolist() == other.survival.tolist()
    assert one.low.tolist() == other.low.tolist()


def test_nothing_watched_is_nothing_known():
    empty = kaplan_meier([], [])
    assert empty.n == 0
    assert np.isnan(empty.at(1))
    assert np.isnan(empty.quantile(0.5))


def test_what_it_refuses():
    with pytest.raises(InvalidOption, match="of one length, got 2, 1, 2"):
        kaplan_meier([1, 2], [True])
    with pytest.raises(InvalidOption, match="durations must be known and at least 0"):
        kaplan_meier([1, -2], [True, True])
    with pytest.raises(InvalidOption, match="weights must be known"):
        kaplan_meier([1.0], [True], weights=[np.nan])
    with pytest.raises(InvalidOption, match="p must lie between 0 and 1, got 1"):
        kaplan_meier([1.0], [True]).quantile(1)
