"""Consultants against what their leads promised: the planted one is found, and nobody else."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy.stats import binomtest

from data.facts import Facts
from data.sample.truths import LUCKY_CONSULTANT
from data.scope import EVERY_CAMPUS, Filters, Period, Scope
from metrics.leads.fair_rate import ABOVE, BELOW, WITHIN, fairness, funnel_limits, ratio_interval
from metrics.leads.features import received_rows, training_rows
from metrics.leads.score import fit_lead_score

EVERY = Filters(period=Period(start=date(2024, 1, 1), end=date(2027, 1, 1)))
DAYS = 90


@pytest.fixture(scope="module")
def people(institution):
    """The sample's consultants, by the leads of 90 days."""
    store = institution.store
    facts = Facts(Scope(user="", role="analyst", campuses=EVERY_CAMPUS, as_of=store.as_of))
    score = store.fold(training_rows(facts.filtered(EVERY), window_days=DAYS), fit_lead_score)
    rows = received_rows(facts.filtered(EVERY), window_days=DAYS)
    return store.fold(rows, fairness(score)).set_index("owner_id")


def test_the_lucky_consultant_shines_by_his_leads_and_is_the_lowest_of_his_campus(people):
    own = people[people["campus_id"] == "C001"]
    lucky = own.loc[LUCKY_CONSULTANT]
    assert own["raw"].idxmax() == LUCKY_CONSULTANT
    assert own["ratio"].idxmin() == LUCKY_CONSULTANT
    assert lucky["ratio"] == pytest.approx(0.81, abs=0.04)
    assert lucky["high"] < 1
    assert lucky["verdict"] == BELOW


def test_his_colleagues_cannot_be_told_from_the_average(people):
    colleagues = people[people["campus_id"] == "C001"].drop(LUCKY_CONSULTANT)
    assert len(colleagues) >= 3
    assert (colleagues["low"] < 1).all()
    assert (colleagues["high"] > 1).all()
    assert set(colleagues["verdict"]) == {WITHIN}


def test_no_more_consultants_lie_outside_than_chance_puts_there(people):
    others = people.drop(LUCKY_CONSULTANT)
    outside = int(others["verdict"].isin([ABOVE, BELOW]).sum())
    assert binomtest(outside, len(others), 0.05, alternative="greater").pvalue > 0.05


def test_expected_of_all_is_about_what_all_observed(people):
    assert people["observed"].sum() == pytest.approx(people["expected"].sum(), rel=0.05)


def test_of_equal_chances_the_interval_is_wilsons():
    chances = np.full(200, 0.1)
    low, high = ratio_interval(26.0, chances)
    oracle = binomtest(26, 200).proportion_ci(method="wilson")
    assert (low * 0.1, high * 0.1) == pytest.approx((oracle.low, oracle.high), abs=1e-6)


def test_the_interval_holds_the_truth_19_times_of_20():
    random = np.random.default_rng(7)
    chances = random.beta(1, 9, 300)
    held = 0
    for _ in range(400):
        low, high = ratio_interval(float((random.random(300) < chances).sum()), chances)
        held += low <= 1 <= high
    assert held / 400 == pytest.approx(0.95, abs=0.03)


def test_nobody_converted_has_a_lowest_bound_of_nothing():
    low, high = ratio_interval(0.0, np.full(50, 0.1))
    assert low == 0
    assert high > 0.3


def test_limits_close_in_with_more_expected():
    limits = funnel_limits(100)
    assert limits["high"].is_monotonic_decreasing
    assert limits["low"].is_monotonic_increasing
    assert limits["expected"].iloc[-1] == 100
