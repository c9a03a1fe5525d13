"""The lesson-by-lesson curve names what is planted, and nothing that luck makes."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from data.errors import InvalidOption
from data.facts import Facts
from data.sample.truths import DROP_COURSE, DROP_LESSON
from data.scope import EVERY_CAMPUS, Filters, Period, Scope
from metrics.foundation.units import rollup
from metrics.service.attendance import attendance_strict
from metrics.service.lesson_curve import lesson_curve, lesson_drops, named_drops
from tests.within import within

YEAR = Filters(period=Period(start=date(2025, 11, 22), end=date(2026, 11, 22)))
EVER = Filters(period=Period(start=date(2025, 5, 1), end=date(2026, 11, 22)))


@pytest.fixture(scope="module")
def sample_facts(institution):
    return Facts(
        Scope(
            user="test", role="manager", campuses=EVERY_CAMPUS, as_of=institution.store.as_of
        )
    )  # fmt: skip


@pytest.fixture(scope="module")
def curves(institution, sample_facts):
    return {
        name: institution.store.fetch(lesson_curve(sample_facts.filtered(filters)))
        for name, filters in (("year", YEAR), ("ever", EVER))
    }


def curve_of(rng, *, lessons=48, classes=40, seats=11, rate=0.9, spread=0.0, dip=None):
    """A course whose classes differ by ``spread`` in log-odds from day to day."""
    rows = []
    for number in range(1, lessons + 1):
        odds = np.log(rate / (1 - rate)) + rng.normal(0, spread, classes)
        odds -= dip[1] if dip and number == dip[0] else 0.0
        came = rng.binomial(seats, 1 / (1 + np.exp(-odds)))
        rows.append(
            {
                "course_id": "K", "lesson_no": number, "numerator": came.sum(),
                "denominator": seats * classes, "n_lessons": classes, "xx": (came**2).sum(),
                "xy": (came * seats).sum(), "yy": seats**2 * classes,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize("when", ["year", "ever"])
def test_the_planted_drop_is_the_only_one_named(curves, when):
    drops = lesson_drops(curves[when])
    named = named_drops(drops)
    assert named[["course_id", "lesson_no"]].values.tolist() == [[DROP_COURSE, DROP_LESSON]]
    row = named.iloc[0]
    assert row["rate"] == pytest.approx(0.63, abs=0.01)
    assert 0.87 < row["around_low"] < row["around_high"] < 0.95
    assert row["drop_low"] > 0.15


def test_the_curve_is_the_metric_cut_by_lesson(institution, sample_facts, curves):
    units = within(attendance_strict(sample_facts), period=YEAR.period)
    figures = rollup(
        units, kind="proportion", as_of=sample_facts.as_of, by=("course_id", "lesson_no")
    )
    expected = institution.store.fetch(figures).set_index(["course_id", "lesson_no"])
    found = curves["year"].set_index(["course_id", "lesson_no"])
    assert len(found) > 500
    for column in ("numerator", "denominator"):
        assert (found[column].astype(float) == expected.loc[found.index, column]).all()


def test_no_lesson_is_named_where_children_of_a_class_only_stay_away_together():
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(60):
        curve = curve_of(rng, spread=0.7)
        alarms += len(named_drops(lesson_drops(curve, least_drop=0.0001, alpha=0.05)))
    # 60 courses of 48 lessons each: at most 5 % of the families may alarm, bar luck.
    assert alarms <= 60 * 0.05 + 3 * np.sqrt(60 * 0.05 * 0.95)


def test_a_drop_of_a_quarter_is_found_nearly_always():
    rng = np.random.default_rng(4)
    found = 0
    for _ in range(20):
        named = named_drops(lesson_drops(curve_of(rng, spread=0.5, dip=(9, 1.5))))
        found += named["lesson_no"].tolist() == [9]
    assert found >= 19


def test_p_values_are_adjusted_as_by_statsmodels():
    drops = lesson_drops(curve_of(np.random.default_rng(5), dip=(7, 0.8)))
    error = (drops["drop_high"] - drops["drop_low"]) / (2 * norm.ppf(0.975))
    raw = norm.sf(drops["drop"] / error)
    expected = multipletests(raw, method="holm")[1]
    np.testing.assert_allclose(drops["p"], expected, atol=1e-12)


def test_lessons_with_few_seats_are_neither_tested_nor_neighbours():
    curve = curve_of(np.random.default_rng(6), lessons=5)
    few = curve["lesson_no"] == 3
    curve.loc[few, ["numerator", "denominator"]] = [10, 299]
    drops = lesson_drops(curve)
    assert drops.loc[few, "drop"].isna().all()
    second = drops[drops["lesson_no"] == 2].iloc[0]
    others = curve[curve["lesson_no"].isin([1, 4, 5])]
    assert second["around"] == pytest.approx(
        others["numerator"].sum() / others["denominator"].sum()
    )


def test_lesson_drops_reject_options_out_of_bounds():
    curve = curve_of(np.random.default_rng(7), lessons=5)
    with pytest.raises(InvalidOption, match="least_seats must be at least 1, got 0"):
        lesson_drops(curve, least_seats=0)
    with pytest.raises(InvalidOption, match=r"least_drop and alpha must be in \(0, 1\)"):
        lesson_drops(curve, alpha=1.0)
