"""What must hold for every metric, filed by invariant.

Each test runs over the whole registry on one random institution, so that a metric added
tomorrow is held to the same. What does not apply to a kind of metric is not asked of it.
"""

from datetime import date
from functools import cache

import ibis
import numpy as np
import pandas as pd
import pytest

from data.facts import FACTS
from data.scope import ROLES, Filters, Period
from metrics.acquisition.attribution import attribution_touches, converting_touches
from metrics.acquisition.payback import cohort_cashflow
from metrics.foundation.registry import REGISTRY
from metrics.foundation.units import GROUPS
from metrics.leads.funnel import funnel_top, lead_funnel, lead_steps
from metrics.service.league import league_rows
from metrics.service.lesson_curve import lesson_curve
from metrics.service.quality_tree import quality_rows
from metrics.service.tiers import tier_rows
from tests.journeys import moment
from tests.metrics.random_units import (
    AS_OF,
    FILTERS,
    PAIRS,
    comparable,
    cursor,
    figures,
    mature_units,
    placed,
    rows_behind,
    units_of,
    units_sql,
    viewer,
)

NAMES = sorted(REGISTRY)
STAFF = {"consultant": "owner-0", "teacher": "teacher-0"}
APART = {"over_claim"}  # what one platform claims is never added to what another does
ADDED = [name for name in NAMES if name not in APART]
EVERY_METRIC = pytest.mark.parametrize("name", NAMES)
EVERY_SUM = pytest.mark.parametrize("name", ADDED)
GROUPINGS = [*((name,) for name in GROUPS), *PAIRS]


@EVERY_METRIC
def test_every_metric_has_units_to_be_tested_on(name):
    units = units_of(name).to_pandas()
    assert (units["mature_at"] <= moment(AS_OF)).any()
    assert units["numerator"].astype(float).abs().sum() > 0
    assert not units[["mature_at", "numerator", "denominator"]].isna().any(axis=None)


@EVERY_METRIC
def test_a_unit_counts_once(name):
    units = units_of(name).to_pandas()
    assert not units.duplicated(["grain", "unit_id"]).any()


def test_only_what_platforms_claim_is_kept_apart():
    assert {name for name in NAMES if "apart" in units_of(name).column_names} == APART


@EVERY_SUM
def test_parts_add_up_to_the_whole_over_every_grouping(name):
    (whole,) = figures(name).itertuples()
    for by in GROUPINGS:
        parts = figures(name, by=by)
        assert not parts.duplicated(list(by)).any(), by
        for part in ("numerator", "denominator", "immature"):
            assert parts[part].sum() == pytest.approx(getattr(whole, part), abs=1e-6), (by, part)


@pytest.mark.parametrize(
    ("name", "by"),
    [(name, ("channel_id",)) for name in NAMES]
    + [(name, pair) for name in ADDED for pair in PAIRS],
)
def test_a_figure_is_that_of_its_mature_units_and_lies_in_its_interval(name, by):
    kind = REGISTRY[name].kind
    parts = figures(name, by=by).set_index(list(by))
    _, mature = mature_units(name)
    sums = mature.groupby(list(by), dropna=False)[["numerator", "denominator"]].sum()
    whole = parts.dropna(subset=["numerator"])
    assert len(whole)
    for part in sums:
        expected = sums[part].reindex(whole.index, fill_value=0.0)
        np.testing.assert_allclose(whole[part], expected, atol=1e-6)
    if kind in ("count", "sum"):
        pd.testing.assert_series_equal(whole["value"], whole["numerator"], check_names=False)
    elif kind != "duration":
        ratio = whole["numerator"] / whole["denominator"].where(whole["denominator"] != 0)
        pd.testing.assert_series_equal(whole["value"], ratio, check_names=False)
    for bound, sign in (("low", -1), ("high", 1)):
        known = whole.dropna(subset=["value", bound])
        assert (sign * (known[bound] - known["value"]) >= -1e-9).all(), bound


@EVERY_SUM
@pytest.mark.parametrize("chosen", range(len(FILTERS)))
def test_a_filter_keeps_what_it_names_and_the_rows_behind_add_up(name, chosen):
    expected, mature = mature_units(name, chosen)
    (whole,) = figures(name, chosen=chosen).itertuples()
    listed = rows_behind(name, chosen)
    behind = listed[listed["is_mature"]]
    for part in ("numerator", "denominator"):
        assert getattr(whole, part) == pytest.approx(mature[part].sum(), abs=1e-6)
        assert float(behind[part].sum()) == pytest.approx(getattr(whole, part), abs=1e-6)
    young = expected[expected["mature_at"] > moment(AS_OF)]
    assert len(listed) - len(behind) == len(young)
    given = young["grain"].isin(["spend", "cost"]) & (REGISTRY[name].kind != "duration")
    assert whole.immature == len(young) - given.sum()


@pytest.mark.parametrize("name", [n for n in NAMES if REGISTRY[n].kind == "proportion"])
def test_a_proportion_lies_between_zero_and_one(name):
    units = units_of(name).to_pandas()
    assert units["numerator"].isin([0, 1]).all()
    assert units["denominator"].isin([0, 1]).all()
    assert (units["numerator"] <= units["denominator"]).all()


@pytest.mark.parametrize("name", [n for n in NAMES if REGISTRY[n].kind == "duration"])
def test_a_duration_is_watched_until_it_ends_or_is_cut_off(name):
    units = units_of(name).to_pandas()
    assert (units["amount"] >= 0).all()
    assert (units["censored"] == (units["numerator"] == 0)).all()
    assert (units["denominator"] == 1).all()


@EVERY_METRIC
def test_neither_the_order_of_rows_nor_the_number_of_threads_matters(name):
    pd.testing.assert_frame_equal(
        comparable(units_of(name)), comparable(units_of(name, which="shuffled"))
    )


@EVERY_METRIC
def test_an_old_figure_asked_for_again_comes_out_the_same(name):
    """What was loaded after the as-of time does not change what was known then."""
    known = comparable(units_of(name, which="known"))
    pd.testing.assert_frame_equal(comparable(units_of(name)), known)
    assert len(known)


@EVERY_METRIC
def test_another_campus_is_never_in_it(name):
    """With the other campus's rows and without them, the units are the same."""
    seen = units_of(name, campuses=("north",))
    assert seen.num_rows
    alone = units_of(name, which="north", campuses=("north",))
    pd.testing.assert_frame_equal(comparable(seen), comparable(alone))
    assert set(seen["campus_id"].to_pylist()) <= {"north", None}


@EVERY_METRIC
def test_an_empty_scope_has_no_units(name):
    assert units_of(name, campuses=()).num_rows == 0


@EVERY_METRIC
def test_nothing_loaded_is_no_units_and_no_rate(name):
    assert placed(name, which="nothing").num_rows == 0
    (whole,) = figures(name, which="nothing").itertuples()
    assert whole.value == 0 if REGISTRY[name].kind in ("count", "sum") else np.isnan(whole.value)


@cache
def own_people(role):
    """Whom a staff member's own leads or classes are about, and by whom they came."""
    facts = viewer(("north",), role, STAFF[role])
    own = facts.lead if role == "consultant" else facts.enrolment
    came_by = facts.share_edge.select(person_id="sharer_person_id")
    sql = ibis.to_sql(own.select("person_id").union(came_by), dialect="duckdb")
    return {person for (person,) in cursor().execute(sql).fetchall()}


@EVERY_METRIC
@pytest.mark.parametrize("role", STAFF)
def test_a_role_gets_no_figure_from_facts_it_may_not_read_nor_of_others_people(name, role):
    hidden = {FACTS[fact].table for fact in ROLES[role].hidden_facts}
    told = cursor().sql(units_sql(name, ("north",), role, STAFF[role])).to_arrow_table()
    if any(f'"{table}"' in units_sql(name) for table in hidden):
        assert told.num_rows == 0
    assert set(told["campus_id"].to_pylist()) <= {"north", None}
    assert set(told["person_id"].to_pylist()) <= own_people(role) | {None}


@pytest.mark.spark
@pytest.mark.parametrize(
    "function",
    [
        attribution_touches,
        converting_touches,
        cohort_cashflow,
        lead_steps,
        lead_funnel,
        funnel_top,
        lesson_curve,
        tier_rows,
        quality_rows,
        league_rows,
    ],
)
def test_every_function_over_facts_compiles_for_spark(function):
    pytest.importorskip("pyspark")
    assert ibis.pyspark.name == "pyspark"
    period = Period(start=date(2026, 1, 1), end=date(2026, 2, 1))
    expr = function(viewer().filtered(Filters(period=period)))
    assert "SELECT" in ibis.to_sql(expr, dialect="pyspark")


@EVERY_METRIC
def test_every_metric_says_what_it_is(name):
    metric = REGISTRY[name]
    assert metric.title
    assert metric.definition.endswith(".")
    assert metric.sources
