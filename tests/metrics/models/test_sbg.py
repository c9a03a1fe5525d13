"""The shifted-beta-geometric model: the paper's figures, and no look beyond twice the history."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from data.errors import InvalidOption
from metrics.models.sbg import fit_sbg

# Fader & Hardie (2007), table 1: of 1000 "regular" customers, those left after each year.
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]


def fitted(left):
    return fit_sbg(left[:-1], left[1:])


def test_sbg_of_the_papers_customers_has_the_papers_parameters():
    found = fitted(REGULAR)
    assert (found.alpha, found.beta) == (
        pytest.approx(0.704, abs=5e-4), pytest.approx(1.182, abs=5e-4),
    )  # fmt: skip
    assert found.history == 7


@pytest.mark.realdata
def test_sbg_of_the_set_foretells_the_years_held_back(repo_datasets: Path):
    (path,) = (repo_datasets / "sbg_retention").glob("*.json")
    told = json.loads(path.read_text())
    left = [10 * share for share in told["regular"]]
    found = fitted(left[:8])
    published = told["published"]["fit_years_0_to_7"]["regular"]
    assert found.alpha == pytest.approx(published["alpha"], abs=1e-3)
    assert found.beta == pytest.approx(published["beta"], abs=1e-3)
    for year in range(8, 13):
        assert found.survival(year) == pytest.approx(left[year] / 1000, abs=0.005)


def test_sbg_recovers_its_own_shares():
    a, b, n = 2.0, 3.0, 1_000_000.0
    left = [n]
    for step in range(6):
        left.append(left[-1] * (b + step) / (a + b + step))
    found = fitted(left)
    assert (found.alpha, found.beta) == (pytest.approx(a, rel=1e-3), pytest.approx(b, rel=1e-3))
    assert found.rate(1) == pytest.approx(0.6, rel=1e-4)


def test_sbg_says_nothing_beyond_twice_the_history():
    found = fitted(REGULAR)
    assert 0 < found.survival(14) < found.survival(7)
    with pytest.raises(InvalidOption, match=r"between 1 and 14 \(2 times the history\), got 15"):
        found.survival(15)


def test_sbg_rejects_too_little_and_the_impossible():
    with pytest.raises(InvalidOption, match="two renewals at least, got 1"):
        fit_sbg([10], [5])
    with pytest.raises(InvalidOption, match="between 0 and at_risk"):
        fit_sbg([10, 5], [5, 6])


def test_sbg_takes_young_families_as_far_as_they_got():
    """More at risk of the first renewal than the second's survivors: nobody is lost by youth."""
    found = fit_sbg(np.array([2000, 466]), np.array([1250, 300]))
    assert found.rate(1) == pytest.approx(0.625, abs=0.01)
    assert found.rate(2) == pytest.approx(0.64, abs=0.01)
