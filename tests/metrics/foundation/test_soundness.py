"""What must hold for every metric, filed by invariant.

Each test runs over the whole registry on one random institution, so that a metric added
tomorrow is held to the same.
"""

from datetime import date
from functools import cache

import ibis
import numpy as np
import pandas as pd
import pytest

from data.facts import FACTS
from data.scope import EVERY_CAMPUS, ROLES, Filters, Period
from metrics import load_all
from metrics.acquisition.attribution import attribution_touches, converting_touches
from metrics.acquisition.payback import cohort_cashflow
from metrics.foundation.registry import REGISTRY
from metrics.foundation.units import rollup, rows
from metrics.leads.funnel import funnel_top, lead_funnel, lead_steps
from metrics.service.league import league_rows
from metrics.service.lesson_curve import lesson_curve
from metrics.service.quality_tree import quality_rows
from metrics.service.tiers import tier_rows
from tests.metrics.random_facts import known_at, only, random_rows, random_store
from tests.metrics.tiny_facts import moment

load_all()
NAMES = sorted(name for name, metric in REGISTRY.items() if metric.kind != "duration")
AS_OF = "2026-08-15T10:00"
EVERY_METRIC = pytest.mark.parametrize("name", NAMES)
ROWS = random_rows()


@cache
def store(which):
    """The institution whole, shuffled, of one campus, cut at a time, or without a row."""
    made = {
        "whole": lambda: random_store(ROWS),
        "shuffled": lambda: random_store(ROWS, shuffle=5),
        "north": lambda: random_store(only(ROWS, "north")),
        "then": lambda: random_store(known_at(ROWS, pd.Timestamp(moment(AS_OF)))),
        "empty": lambda: random_store({}),
    }
    return made[which]()


@cache
def units_sql(name, campuses=EVERY_CAMPUS, as_of=AS_OF, role="manager", staff_id=""):
    facts = store("whole").facts(as_of, campuses=campuses, role=role, staff_id=staff_id)
    return ibis.to_sql(REGISTRY[name](facts), dialect="duckdb")


@cache
def units_of(name, which="whole", campuses=EVERY_CAMPUS, as_of=AS_OF):
    """The metric's units as an Arrow table."""
    sql = units_sql(name, campuses, as_of)
    return store(which).connection.sql(sql).to_arrow_table()


@cache
def rollup_sql(schema, kind, by, as_of):
    instant = ibis.literal(moment(as_of), "timestamp(6)")
    return ibis.to_sql(rollup(ibis.table(schema, name="units"), kind=kind, as_of=instant, by=by))


@cache
def rows_sql(schema, as_of):
    instant = ibis.literal(moment(as_of), "timestamp(6)")
    return ibis.to_sql(rows(ibis.table(schema, name="units"), as_of=instant))


def over(units, sql):
    """SQL over units that are already there."""
    connection = store("empty").connection
    connection.register("units", units)
    return connection.execute(sql).df()


def figures(name, units, by=(), as_of=AS_OF):
    schema = ibis.Schema.from_pyarrow(units.schema)
    return over(units, rollup_sql(schema, REGISTRY[name].kind, by, as_of))


def comparable(units):
    frame = units.to_pandas().astype({"numerator": float, "denominator": float})
    return frame.sort_values(list(frame.columns), ignore_index=True)


@EVERY_METRIC
def test_every_metric_has_units_to_be_tested_on(name):
    units = units_of(name).to_pandas()
    assert len(units)
    assert (units["mature_at"] <= moment(AS_OF)).any()
    assert not units["mature_at"].isna().any()
    assert not units["numerator"].isna().any()
    assert not units["denominator"].isna().any()


@EVERY_METRIC
def test_a_unit_counts_once(name):
    units = units_of(name).to_pandas()
    assert not units.duplicated(["grain", "unit_id"]).any()


@EVERY_METRIC
def test_parts_add_up_to_the_whole(name):
    units = units_of(name)
    (whole,) = figures(name, units).itertuples()
    if np.isnan(whole.numerator):  # never added across its parts
        return
    for by in ("campus_id", "channel_id", "unit_on", "grain"):
        parts = figures(name, units, by=(by,))
        assert parts["numerator"].sum() == pytest.approx(whole.numerator, abs=1e-6)
        assert parts["denominator"].sum() == pytest.approx(whole.denominator, abs=1e-6)
        assert parts["immature"].sum() == whole.immature


@EVERY_METRIC
def test_a_value_is_the_ratio_of_sums(name):
    parts = figures(name, units_of(name), by=("channel_id",))
    if REGISTRY[name].kind in ("count", "sum"):
        expected = parts["numerator"]
    else:
        expected = parts["numerator"] / parts["denominator"].where(parts["denominator"] != 0)
    pd.testing.assert_series_equal(parts["value"], expected, check_names=False)
    inside = parts.dropna(subset=["value", "low", "high"])
    assert (inside["low"] <= inside["value"] + 1e-9).all()
    assert (inside["high"] >= inside["value"] - 1e-9).all()


@EVERY_METRIC
def test_a_proportion_lies_between_zero_and_one(name):
    if REGISTRY[name].kind != "proportion":
        return
    units = units_of(name).to_pandas()
    assert units["numerator"].isin([0, 1]).all()
    assert units["denominator"].isin([0, 1]).all()
    assert (units["numerator"] <= units["denominator"]).all()


@EVERY_METRIC
def test_the_rows_behind_a_number_add_up_to_it(name):
    units = units_of(name)
    (whole,) = figures(name, units).itertuples()
    if np.isnan(whole.numerator):
        return
    listed = over(units, rows_sql(ibis.Schema.from_pyarrow(units.schema), AS_OF))
    mature = listed[listed["is_mature"]]
    assert float(mature["numerator"].sum()) == pytest.approx(whole.numerator, abs=1e-6)
    assert float(mature["denominator"].sum()) == pytest.approx(whole.denominator, abs=1e-6)


@EVERY_METRIC
def test_young_units_take_no_part(name):
    units = units_of(name)
    frame = units.to_pandas()
    mature = frame[frame["mature_at"] <= moment(AS_OF)]
    (whole,) = figures(name, units).itertuples()
    if np.isnan(whole.numerator):
        return
    assert whole.numerator == pytest.approx(float(mature["numerator"].sum()), abs=1e-6)
    assert whole.denominator == pytest.approx(float(mature["denominator"].sum()), abs=1e-6)


@EVERY_METRIC
def test_the_order_of_rows_does_not_matter(name):
    pd.testing.assert_frame_equal(
        comparable(units_of(name)), comparable(units_of(name, which="shuffled"))
    )


@EVERY_METRIC
def test_an_old_figure_asked_for_again_comes_out_the_same(name):
    """What was loaded after the as-of time does not change what was known then."""
    pd.testing.assert_frame_equal(
        comparable(units_of(name)), comparable(units_of(name, which="then"))
    )


@EVERY_METRIC
def test_another_campus_is_never_in_it(name):
    """With the other campus's rows and without them, the units are the same."""
    seen = units_of(name, campuses=("north",))
    alone = units_of(name, which="north", campuses=("north",))
    pd.testing.assert_frame_equal(comparable(seen), comparable(alone))
    assert set(seen["campus_id"].to_pylist()) <= {"north", None}


@EVERY_METRIC
def test_an_empty_scope_has_no_units(name):
    assert units_of(name, campuses=()).num_rows == 0


@EVERY_METRIC
def test_nothing_loaded_is_no_units_and_no_rate(name):
    units = units_of(name, which="empty")
    assert units.num_rows == 0
    (whole,) = figures(name, units).itertuples()
    if REGISTRY[name].kind in ("proportion", "ratio"):
        assert np.isnan(whole.value)


@EVERY_METRIC
def test_a_role_gets_no_figure_from_facts_it_may_not_read(name):
    for role in ("consultant", "teacher"):
        hidden = {FACTS[fact].table for fact in ROLES[role].hidden_facts}
        if any(f'"{table}"' in units_sql(name) for table in hidden):
            barred = units_sql(name, ("north",), AS_OF, role, "owner-1")
            assert store("whole").connection.sql(barred).to_arrow_table().num_rows == 0


@pytest.mark.spark
@EVERY_METRIC
def test_every_metric_compiles_for_spark(name):
    pytest.importorskip("pyspark")
    assert ibis.pyspark.name == "pyspark"  # naming it loads what its compiler reads
    facts = store("whole").facts(AS_OF)
    figure = rollup(REGISTRY[name](facts), kind=REGISTRY[name].kind, as_of=facts.as_of)
    assert "SELECT" in ibis.to_sql(figure, dialect="pyspark")


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
    expr = function(store("whole").facts(AS_OF), Filters(period=period))
    assert "SELECT" in ibis.to_sql(expr, dialect="pyspark")


@EVERY_METRIC
def test_every_metric_says_what_it_is(name):
    metric = REGISTRY[name]
    assert metric.title
    assert metric.definition.endswith(".")
    assert metric.sources
