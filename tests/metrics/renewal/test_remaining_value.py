"""What families will still buy: histories by hand, the nearer model, words where too few."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from data.facts import Facts
from data.scope import Filters, Period
from metrics.renewal.remaining_value import (
    Window,
    history_counts,
    order_span,
    payer,
    payers,
    trial_payers,
    window_of,
)
from metrics.renewal.value_model import (
    ANY_TIME,
    BY_TERM,
    MOST_REPEATS,
    learn,
    trier,
    valued,
    valuer,
)

ANY = Filters(period=Period(start=date(2000, 1, 1), end=date(2000, 1, 2)))
TODAY = date(2026, 6, 30)


def told(tiny):
    tiny.tell(
        {
            "lin": [
                "2026-01-01 lead sem", "2026-01-05 order 3000", "2026-01-05 order 1000",
                "2026-03-20 order 2000", "2026-06-01 order 2600",
            ],
            "wu": ["2026-02-01 lead feed", "2026-02-02 trial 9", "2026-02-10 order 5000"],
            "qi": ["2026-02-03 trial 9"],
            "later": ["2026-07-10 order 5000"],
        }
    )  # fmt: skip
    return tiny.facts("2026-07-01")


def test_payers_count_days_with_a_formal_order(tiny):
    rows = tiny.fetch(payers(told(tiny).filtered(ANY), until=TODAY)).set_index("person_id")
    assert set(rows.index) == {"lin", "wu"}
    lin = rows.loc["lin"]
    assert (lin["orders"], lin["paid_cny"]) == (3, 8600.0)
    # 147 days to the last order, 176 until the end of June
    assert (lin["last_weeks"], lin["age_weeks"]) == (21, 25)
    assert (rows.loc["wu", "orders"], rows.loc["wu", "last_weeks"]) == (1, 0)


def test_payers_of_a_channel_and_of_a_course_line(tiny):
    facts = told(tiny)
    sem = Filters(period=ANY.period, channels=("sem",))
    assert tiny.fetch(payers(facts.filtered(sem), until=TODAY))["person_id"].tolist() == ["lin"]
    other = Filters(period=ANY.period, course_lines=("piano",))
    assert tiny.fetch(payers(facts.filtered(other), until=TODAY)).empty
    assert tiny.fetch(payer(facts, person_id="wu", until=TODAY))["orders"].tolist() == [1]


def test_history_counts_hold_people_gaps_and_values(tiny):
    rows = tiny.fetch(history_counts(told(tiny).filtered(ANY), until=date(2026, 5, 1), after=TODAY))
    found = {
        what: part.drop(columns="what").to_numpy().tolist() for what, part in rows.groupby("what")
    }
    # lin: two days by then, ten weeks apart, one more after it; wu: one
    assert found["people"] == [[1, 0, 11, 0, 1], [2, 10, 16, 1, 1]]
    # after the first order: lin's gap ended after 10 weeks, wu's is open for 11; then lin's 6
    assert found["gaps"] == [[1, 10, 0, 1, 1], [1, 11, 0, 0, 1], [2, 6, 0, 0, 1]]
    assert found["values"] == [[1, 5000, 0, 0, 1], [2, 3000, 0, 0, 1]]


def test_the_window_is_half_the_history_and_none_of_a_short_one(tiny):
    span = tiny.fetch(order_span(told(tiny)))
    assert window_of(span, TODAY) is None  # 25 weeks
    row = span.assign(first_on=date(2025, 1, 6), paid_cny=1000.0, refunded_cny=100.0)
    found = window_of(row, TODAY)
    assert found == Window(TODAY, 38, 0.9)
    assert found.split == TODAY - timedelta(weeks=38)
    assert window_of(row.assign(first_on=date(2015, 1, 6)), TODAY).weeks == 52
    assert window_of(row.assign(first_on=None), TODAY) is None


def test_too_few_who_bought_again_teach_nothing(tiny):
    facts = told(tiny)
    counts = tiny.fetch(history_counts(facts.filtered(ANY), until=TODAY, after=TODAY))
    rows = pa.Table.from_pandas(counts)
    found = learn(rows)
    assert (found.people, found.repeaters) == (2, 1)
    assert found.any_time is None
    assert found.by_term is None
    assert trier(13)(rows) == []


@pytest.fixture(scope="module")
def sample(institution):
    """The sample's store, facts, window and what it teaches."""
    store = institution.store
    facts = Facts(institution.accounts.viewer("manager").scope(store.as_of))
    window = window_of(store.fetch(order_span(facts)), facts.scope.as_of_on)
    learnt = store.fold(
        history_counts(facts.filtered(ANY), until=window.today, after=window.today), learn
    )
    return store, facts, window, learnt


def test_where_people_buy_by_the_term_the_model_of_terms_comes_near(sample):
    store, facts, window, _learnt = sample
    counts = history_counts(facts.filtered(ANY), until=window.split, after=window.today)
    best, other = store.fold(counts, trier(window.weeks))
    assert (best.name, other.name) == (BY_TERM, ANY_TIME)
    assert best.is_near
    assert not other.is_near  # buyers of terms do not buy at any time, and it shows
    assert best.came == other.came == (best.groups["came"] * best.groups["people"]).sum()
    # What came, counted by pandas from the orders themselves.
    lines = store.fetch(facts.order_line.filter(facts.order_line.is_formal))
    days = lines.assign(on=pd.to_datetime(lines["paid_on"])).drop_duplicates(["person_id", "on"])
    split = pd.Timestamp(window.split)
    known = set(days.loc[days["on"] <= split, "person_id"])
    later = days[(days["on"] > split) & days["person_id"].isin(known)]
    assert best.came == pytest.approx(len(later))


def test_the_payers_of_a_trials_groups_are_as_many_as_it_says(sample):
    store, facts, window, _learnt = sample
    counts = history_counts(facts.filtered(ANY), until=window.split, after=window.today)
    best = store.fold(counts, trier(window.weeks))[0]
    for row in best.groups.to_dict("records"):
        rows = store.fetch(
            trial_payers(
                facts, until=window.split, after=window.today, repeats=row["repeats"],
                or_more=row["repeats"] == MOST_REPEATS,
            )
        )  # fmt: skip
        assert rows["person_id"].is_unique
        assert len(rows) == row["people"]
        assert int(rows["later"].sum()) == pytest.approx(float(row["came"]) * row["people"])


def test_the_values_of_people_add_up_and_a_head_sees_only_their_own(sample, institution):
    store, facts, window, learnt = sample
    kernel = valuer(learnt, name=BY_TERM, weeks=window.weeks, kept=window.kept)
    found = store.fold(payers(facts.filtered(ANY), until=window.today), kernel)
    assert found.people == learnt.people
    assert len(found.top) == 200
    assert found.top["worth_cny"].is_monotonic_decreasing
    whole = valuer(learnt, name=BY_TERM, weeks=window.weeks, kept=window.kept, most=None)
    everybody = store.fold(payers(facts.filtered(ANY), until=window.today), whole).top
    assert everybody["worth_cny"].sum() == pytest.approx(found.worth_cny)
    own = Facts(institution.accounts.viewer("head_north").scope(store.as_of))
    theirs = store.fold(payers(own.filtered(ANY), until=window.today), whole).top
    assert 0 < len(theirs) < len(everybody)
    assert set(theirs["person_id"]) < set(everybody["person_id"])
    one = store.fetch(payer(facts, person_id=everybody["person_id"][0], until=window.today))
    alone = valued(one, learnt, name=BY_TERM, weeks=window.weeks, kept=window.kept)
    assert alone["worth_cny"].item() == pytest.approx(everybody["worth_cny"][0])


def test_who_waited_longer_than_anybody_ever_is_worth_nothing(sample):
    _store, _facts, window, learnt = sample
    gone = pd.DataFrame(
        {"orders": [1], "paid_cny": [5000.0], "last_weeks": [0], "age_weeks": [400]}
    )
    found = valued(gone, learnt, name=BY_TERM, weeks=window.weeks, kept=window.kept)
    assert found["worth_cny"].item() == 0.0
    assert np.isfinite(found["order_cny"]).all()
