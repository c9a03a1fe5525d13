"""The forecast: it learns only from before, says how it did, and is silent where it must."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from data.facts import Facts
from data.scope import Filters, Period
from metrics.renewal.features import intent_rows
from metrics.renewal.intent import LEAST_PAST, intent
from metrics.renewal.pool import renewal_pool


@pytest.fixture(scope="module")
def seen(institution):
    facts = Facts(institution.accounts.viewer("manager").scope(institution.store.as_of))
    day = facts.scope.as_of_on
    filters = Filters(period=Period(start=day, end=day))
    return institution.store, facts, filters


@pytest.fixture(scope="module")
def rows(seen):
    store, facts, filters = seen
    return store.fold(intent_rows(facts.filtered(filters)), lambda table: table)


@pytest.fixture(scope="module")
def found(rows):
    return intent(rows)


def test_the_pool_scored_is_the_pool_not_paid(seen, found):
    store, facts, _filters = seen
    pool = store.fetch(renewal_pool(facts))
    assert set(found.pool["enrolment_id"]) == set(pool.loc[pool["pipeline"] != "paid", "unit_id"])
    assert found.pool["chance"].between(0, 1).all()


def test_a_row_holds_nothing_that_came_later(seen, rows):
    """Features of the past are those a store that ends on that day would give."""
    store, _facts, _filters = seen
    frame = rows.to_pandas()
    past = frame[frame["is_past"] & (frame["days_left"] == 30)]
    row = past[past["talks"] > 1].sort_values("enrolment_id").iloc[7]
    talks = store.fetch(
        "SELECT count(*) AS n FROM fact_followup WHERE is_effective"
        f" AND person_id = '{row['person_id']}' AND happened_on <= '{row['seen_on']}'::DATE"
        f" AND happened_on > '{row['seen_on']}'::DATE - 60"
    )["n"].item()
    seats = store.fetch(
        "SELECT count(*) FILTER (attendance IN ('present', 'late')) AS n FROM fact_seat"
        f" WHERE enrolment_id = '{row['enrolment_id']}' AND held_on <= '{row['seen_on']}'::DATE"
        f" AND held_on > '{row['seen_on']}'::DATE - 60 AND lesson_state = 'marked'"
    )["n"].item()
    assert (row["talks"], row["attended"]) == (talks, seats)


def test_nobody_renewed_before_they_are_looked_at(rows):
    frame = rows.to_pandas()
    past = frame[frame["is_past"]]
    assert past["renewed"].isin([0, 1]).all()
    assert past.groupby("days_left").size().min() > 300
    assert frame.loc[~frame["is_past"], "renewed"].isna().all()


def test_the_forecast_is_better_than_luck_and_as_many_renew_as_it_says(found):
    tested = found.tested
    assert tested.roc.n >= 300
    assert tested.roc.low > 0.5
    assert tested.top > tested.share
    assert tested.expected == pytest.approx(tested.happened, rel=0.12)
    inside = (tested.bins["expected"] >= tested.bins["low"]) & (
        tested.bins["expected"] <= tested.bins["high"]
    )
    assert inside.sum() >= 3


def test_the_planted_channel_pulls_its_families_down(found):
    rates = found.pool.groupby("channel_id")["chance"].mean()
    assert rates.idxmin() == "feed_douyin"


def test_expected_renewals_are_the_sum_of_chances(found):
    total, low, high = found.expected(found.pool)
    assert total == pytest.approx(found.pool["chance"].sum())
    assert low < total < high


def test_shuffled_outcomes_leave_nothing_to_foretell(rows):
    # In one order: a store gives rows in any, and luck would be another each time.
    rows = rows.sort_by([("seen_on", "ascending"), ("enrolment_id", "ascending")])
    frame = rows.to_pandas()
    past = frame["is_past"].to_numpy()
    rng = np.random.default_rng(1)
    curves = []
    for _ in range(20):
        shuffled = frame["renewed"].to_numpy(copy=True)
        shuffled[past] = rng.permutation(shuffled[past])
        table = rows.set_column(
            rows.schema.get_field_index("renewed"), "renewed", pa.array(shuffled, from_pandas=True)
        )
        curves.append(intent(table).tested.roc)
    assert np.mean([curve.auc for curve in curves]) == pytest.approx(0.5, abs=0.03)
    # An interval of 95 % misses once in twenty.
    assert sum(not curve.low < 0.5 < curve.high for curve in curves) <= 3


def test_too_little_past_gives_everybody_the_mean(rows):
    frame = rows.to_pandas()
    past = frame.index[frame["is_past"]][: LEAST_PAST - 1]
    some = rows.take(sorted([*past, *frame.index[~frame["is_past"]]]))
    found = intent(some)
    assert (found.model, found.tested) == (None, None)
    assert found.pool["chance"].nunique() == 1
    total, low, high = found.expected(found.pool)
    assert low < total < high
