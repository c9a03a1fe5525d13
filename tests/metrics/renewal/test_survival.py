"""Times to renewal and to stop: what is open is kept; real contracts against statsmodels."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from data.facts import Facts
from data.scope import Filters, Period
from metrics.models.kaplan_meier import kaplan_meier
from metrics.renewal.survival import (
    curves,
    repeated,
    term_counts,
    timed_rows,
    times_to_renewal,
    times_to_stop,
)

YEAR = Filters(period=Period(start=date(2026, 1, 1), end=date(2027, 1, 1)))


def told(tiny):
    tiny.tell(
        {
            "early": ["2026-01-05 enrol A ends=2026-06-20", "2026-05-21 enrol A2 renews=A"],
            "never": ["2026-01-05 enrol B ends=2026-06-20"],
            "open": ["2026-01-05 enrol C ends=2026-08-10"],
            "gone": ["2026-01-05 enrol D ends=2026-06-20 state=stopped stopped=2026-02-04"],
        }
    )
    return tiny.facts("2026-08-01")


def test_times_to_renewal_count_from_sixty_days_before_the_end(tiny):
    rows = tiny.fetch(times_to_renewal(told(tiny).filtered(YEAR), segment="campus_id"))
    found = {(r.days, bool(r.happened)): r.n for r in rows.itertuples()}
    # the renewal after 30 days, never watched to 90, the open one for 51 so far
    assert found == {(30, True): 1, (90, False): 1, (51, False): 1}


def test_times_to_stop_count_from_the_start(tiny):
    rows = tiny.fetch(times_to_stop(told(tiny).filtered(YEAR), segment="campus_id"))
    found = {(r.days, bool(r.happened)): r.n for r in rows.itertuples()}
    # A2 runs for 72 days, C for 208; A and B ended after 166
    assert found == {(30, True): 1, (166, False): 2, (208, False): 1, (72, False): 1}


def test_term_counts_are_of_settled_terms(tiny):
    facts = told(tiny)
    rows = tiny.fetch(term_counts(facts.filtered(YEAR)))
    assert rows[["term_no", "at_risk", "renewed"]].values.tolist() == [[1, 3, 1]]
    assert repeated(rows) is None


def test_the_planted_channel_renews_last(institution):
    store = institution.store
    facts = Facts(institution.accounts.viewer("manager").scope(store.as_of))
    expr = times_to_renewal(facts.filtered(YEAR), segment="channel_id")
    found = store.fold(expr, curves)
    assert len(found) == 6
    assert all(curve.n >= 30 for curve in found)
    model = repeated(store.fetch(term_counts(facts.filtered(YEAR))))
    assert 0.55 < model.rate(1) < 0.7


@pytest.mark.parametrize(
    ("outcome", "times"), [("renewal", times_to_renewal), ("stop", times_to_stop)]
)
def test_as_many_rows_stand_behind_a_curve_as_it_rests_on(institution, outcome, times):
    store = institution.store
    facts = Facts(institution.accounts.viewer("manager").scope(store.as_of))
    for curve in store.fold(times(facts.filtered(YEAR), segment="campus_id"), curves)[:2]:
        rows = store.fetch(
            timed_rows(
                facts.filtered(YEAR), outcome=outcome, segment="campus_id", group=curve.segment
            )
        )
        assert len(rows) == curve.n
        assert set(rows["campus_id"]) == {curve.segment}
        assert rows["happened"].sum() > 0


@pytest.fixture(scope="module")
def contracts(repo_dataset) -> pd.DataFrame:
    return pd.read_csv(repo_dataset("telco_churn") / "Telco-Customer-Churn.csv")


@pytest.mark.realdata
def test_contracts_churn_as_known_and_survive_as_statsmodels_says(contracts):
    churned = (contracts["Churn"] == "Yes").to_numpy()
    assert churned.mean() == pytest.approx(0.2654, abs=5e-5)
    months = contracts["tenure"].to_numpy(dtype=float)
    ours = kaplan_meier(months, churned)
    theirs = SurvfuncRight(months[months > 0], churned[months > 0].astype(int))
    for month in (1, 6, 12, 24, 48, 60):
        place = np.searchsorted(theirs.surv_times, month, side="right") - 1
        assert ours.at(month) == pytest.approx(theirs.surv_prob[place], abs=2e-4), month


@pytest.mark.realdata
def test_longer_contracts_are_renewed_more(contracts):
    left = {}
    for kind, part in contracts.groupby("Contract"):
        churned = (part["Churn"] == "Yes").to_numpy()
        left[kind] = kaplan_meier(part["tenure"].to_numpy(dtype=float), churned).at(24)
    assert left["Month-to-month"] < left["One year"] < left["Two year"]
    assert left["Two year"] > 0.99
