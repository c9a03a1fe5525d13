"""The work list: sorted by expected value, cut into tiers by capacity, each with its reasons."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from data.errors import InvalidOption
from metrics.leads.features import CATEGORIES, NUMBERS
from metrics.leads.rules import RULES, Rule, points
from metrics.leads.score import fit_lead_score
from metrics.leads.worklist import MOST_LISTED, scorer, tier
from tests.metrics.leads.test_score import leads

AS_OF = datetime(2026, 6, 1)  # noqa: DTZ001


def open_leads(channels, *, ages=None, states=None, rungs=None, seen=None):
    n = len(channels)
    columns = {name: ["same"] * n for name in CATEGORIES} | {name: [2.0] * n for name in NUMBERS}
    columns |= {
        "channel_id": channels, "lead_id": [f"L{i:05d}" for i in range(n)],
        "properties": pa.nulls(n, pa.string()),
        "created_at": [AS_OF - timedelta(days=age) for age in (ages or [1] * n)],
        "state": states or ["in_hand"] * n,
        "rung": pa.array(rungs or [None] * n, pa.string()),
    }  # fmt: skip
    if seen is not None:
        columns["last_seen_at"] = [AS_OF - timedelta(days=days) for days in seen]
    return pa.table(columns)


@pytest.fixture(scope="module")
def score():
    return fit_lead_score(leads())


def test_the_list_is_sorted_by_expected_value(score):
    work = scorer(score, as_of=AS_OF)(open_leads(["poor", "good", "poor", "good"]))
    assert work.rows["lead_id"].tolist() == ["L00001", "L00003", "L00000", "L00002"]
    assert work.rows["rank"].tolist() == [1, 2, 3, 4]
    assert work.rows["expected_cny"].tolist() == pytest.approx(
        (work.rows["score"] * 1000).tolist(), abs=0.01
    )
    assert work.expected_cny == pytest.approx(work.rows["expected_cny"].sum(), abs=0.02)
    assert work.running[-1] == pytest.approx(work.expected_cny)
    assert work.expected_orders == pytest.approx(work.rows["score"].sum())


def test_each_lead_has_its_reasons_strongest_first(score):
    work = scorer(score, as_of=AS_OF)(open_leads(["poor", "good"]))
    good, poor = work.rows["reasons"]
    assert (good[0].name, poor[0].name) == ("source", "source")
    assert good[0].amount > 0 > poor[0].amount


def test_an_older_lead_is_worth_less_than_its_like(score):
    work = scorer(score, as_of=AS_OF)(open_leads(["good", "good"], ages=[20, 1]))
    assert work.rows["lead_id"].tolist() == ["L00001", "L00000"]


def test_those_who_wait_are_listed_beyond_the_first(score):
    n = MOST_LISTED + 300
    states = ["in_hand"] * (n - 2) + ["unassigned"] * 2
    rungs = [None] * (n - 2) + ["day_7", "in_time"]
    channels = ["good"] * (n - 2) + ["poor"] * 2
    work = scorer(score, as_of=AS_OF)(open_leads(channels, states=states, rungs=rungs))
    assert (work.leads, work.overdue, work.unassigned) == (n, 1, 2)
    assert len(work.rows) == MOST_LISTED + 2
    assert work.rows["rank"].tolist()[-2:] == [n - 1, n]


def test_tiers_follow_what_can_be_called():
    assert [tier(rank, 10) for rank in (1, 10, 11, 60, 61, 260, 261)] == [
        "A", "A", "B", "B", "C", "C", "D",
    ]  # fmt: skip


def test_old_leads_are_ordered_by_when_the_family_was_last_seen(score):
    kernel = scorer(score, as_of=AS_OF, revival=True)
    work = kernel(open_leads(["good", "good", "poor"], ages=[90, 90, 90], seen=[14, 0, 0]))
    assert work.rows["lead_id"].tolist()[0] == "L00001"
    one, half = work.rows.set_index("lead_id")["score"].loc[["L00001", "L00000"]]
    assert half == pytest.approx(one / 2)


def test_kernels_are_named_after_what_they_hold(score):
    other = fit_lead_score(leads(seed=9))
    names = {
        scorer(score, as_of=AS_OF).__qualname__,
        scorer(other, as_of=AS_OF).__qualname__,
        scorer(score, as_of=AS_OF, revival=True).__qualname__,
        scorer(score, as_of=AS_OF, rules=RULES[:2]).__qualname__,
    }
    assert len(names) == 4
    assert scorer(score, as_of=AS_OF).__qualname__ in names


def test_with_too_few_conversions_points_order_the_list():
    few = fit_lead_score(leads(400, rate=0.1))
    table = open_leads(["good", "good"])
    table = table.set_column(
        table.schema.get_field_index("is_referred"), "is_referred", pa.array(["no", "yes"])
    )
    work = scorer(few, as_of=AS_OF)(table)
    assert not work.is_model
    assert work.rows["lead_id"].tolist() == ["L00001", "L00000"]
    assert "is_referred" in [reason.name for reason in work.rows["reasons"][0]]
    assert work.rows["expected_cny"].isna().all()


def test_nobody_to_call_is_an_empty_list(score):
    work = scorer(score, as_of=AS_OF)(open_leads(["good"]).slice(0, 0))
    assert (work.leads, len(work.rows), work.expected_cny) == (0, 0, 0)


def test_engagement_halves_every_fourteen_days():
    rules = (Rule(name="visits_before", points=10, most=90, is_engagement=True),)
    table = open_leads(["good", "good"])
    now, later = points(table, age_days=np.array([0.0, 14.0]), rules=rules)[0]
    assert now == pytest.approx(10 * (20 + 10) / 100)
    assert later == pytest.approx(now / 2)


def test_points_stop_at_their_limit_and_are_never_negative():
    rules = (Rule(name="pages_before", points=10, most=15, is_engagement=True),)
    _total, given = points(open_leads(["good"]), age_days=np.zeros(1), rules=rules)
    assert given["pages_before"].tolist() == [15]
    with pytest.raises(InvalidOption, match="at least 0, got less for pages_before"):
        points(open_leads(["good"]), age_days=np.zeros(1), rules=(
            Rule(name="pages_before", points=-1, most=15),))  # fmt: skip
