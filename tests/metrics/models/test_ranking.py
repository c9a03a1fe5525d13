"""Brier, calibration and lift, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.models.ranking import brier, calibration, lift

SCORE = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0])
WON = np.array([1, 1, 0, 1, 0, 0, 0, 1, 0, 0], dtype=bool)


def test_lift_by_hand():
    """Ten leads, four buyers: the first two hold two of them, the first three no more."""
    found = lift(SCORE, WON, shares=(0.2, 0.3, 0.5)).set_index("share")
    assert found["found"].tolist() == [2, 2, 3]
    assert found["captured"].tolist() == [0.5, 0.5, 0.75]
    assert found["lift"].tolist() == pytest.approx([2.5, (2 / 3) / 0.4, 1.5])


def test_calibration_by_hand():
    found = calibration(SCORE, WON, groups=2)
    assert found["n"].tolist() == [5, 5]
    assert found["expected"].tolist() == pytest.approx([0.2, 0.7])
    assert found["observed"].tolist() == pytest.approx([0.2, 0.6])
    assert (found["low"] < found["observed"]).all()
    assert (found["high"] > found["observed"]).all()


def test_brier_by_hand():
    assert brier(np.array([1.0, 0.5, 0.0]), np.array([True, True, False])) == pytest.approx(
        0.25 / 3
    )


def test_a_score_of_chance_has_no_lift():
    random = np.random.default_rng(0)
    won = random.random(20_000) < 0.1
    found = lift(random.random(20_000), won)
    assert found["lift"].to_numpy() == pytest.approx(1, abs=0.1)


def test_without_a_buyer_there_is_nothing_to_capture():
    found = lift(SCORE, np.zeros(10, dtype=bool))
    assert found["captured"].isna().all()
    assert found["lift"].isna().all()
