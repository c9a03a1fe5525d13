"""Payback day and LTV to CAC."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from data.errors import InvalidOption
from data.scope import Filters, Period
from metrics.acquisition.cohort_value import ltv
from metrics.acquisition.cost import cac_media
from metrics.acquisition.payback import (
    cohort_cashflow,
    cohort_orders,
    ltv_to_cac,
    payback_curve,
    payback_day,
)

JANUARY = Filters(period=Period(start=date(2026, 1, 1), end=date(2026, 2, 1)))


def curve_of(tiny, as_of, filters=JANUARY, days=365):
    facts = tiny.facts(as_of)
    cashflow = tiny.fetch(cohort_cashflow(facts.filtered(filters), days=days))
    return payback_curve(
        cashflow, cohort_ends_on=filters.period.end, as_of_on=facts.scope.as_of_on, days=days
    )


def test_payback_is_the_first_day_the_cohort_has_earned_its_cost(tiny):
    tiny.spend("2026-01-01", "sem", 1000)
    tiny.spend("2026-02-10", "sem", 5000)
    tiny.tell(
        {
            "lin": ["2026-01-01 lead sem", "2026-01-11 order 600"],
            "wu": ["2026-01-20 lead sem", "2026-02-24 order 400", "2026-02-25 refund 300"],
            "xu": ["2026-02-02 lead sem", "2026-02-02 order 9000"],
        }
    )
    curve = curve_of(tiny, "2026-06-01")
    assert curve.loc[curve["day_no"] == 34, "revenue_cny"].item() == 600
    assert payback_day(curve) == 35
    assert curve["revenue_cny"].iloc[-1] == 700


def test_payback_counts_no_order_from_before_the_lead(tiny):
    tiny.spend("2026-01-01", "sem", 100)
    tiny.tell(
        {
            "wu": ["2026-01-10T04:00 lead sem", "2026-01-10T03:59:59.999999 order 5000",
                   "2025-12-01 order 3000"],
            "lin": ["2026-01-10T04:00 lead sem", "2026-01-10T04:00 order 70"],
            "xu": ["2026-01-10T04:00 lead sem", "2026-01-10T04:00:00.000001 order 7"],
        }
    )  # fmt: skip
    curve = curve_of(tiny, "2026-06-01")
    assert (curve["revenue_cny"].iloc[0], curve["revenue_cny"].iloc[-1]) == (77, 77)
    assert payback_day(curve) is None


def test_payback_counts_the_last_of_its_days_and_none_after(tiny):
    tiny.spend("2026-01-01", "sem", 1000)
    tiny.tell({"lin": ["2026-01-10 lead sem", "2026-02-09 order 300", "2026-02-10 order 5000"]})
    assert curve_of(tiny, "2026-06-01", days=30)["revenue_cny"].iloc[-1] == 300
    assert curve_of(tiny, "2026-06-01", days=31)["revenue_cny"].iloc[-1] == 5300


def test_payback_is_missing_while_it_is_not_reached(tiny):
    tiny.spend("2026-01-01", "sem", 1000)
    tiny.tell({"lin": ["2026-01-01 lead sem", "2026-01-11 order 999.99"]})
    assert payback_day(curve_of(tiny, "2026-06-01")) is None


def test_payback_does_not_read_days_the_youngest_lead_has_not_lived(tiny):
    tiny.spend("2026-01-01", "sem", 100)
    tiny.tell({"lin": ["2026-01-01 lead sem", "2026-01-31 order 900"]})
    assert curve_of(tiny, "2026-02-11")["day_no"].max() == 10
    assert payback_day(curve_of(tiny, "2026-02-11")) is None
    assert payback_day(curve_of(tiny, "2026-03-20")) == 30
    assert curve_of(tiny, "2026-01-15").empty


def test_payback_of_a_course_line_is_unknown_since_spend_is_booked_for_none(tiny):
    tiny.spend("2026-01-01", "sem", 100)
    tiny.tell({"lin": ["2026-01-01 lead sem", "2026-01-11 order 600"]})
    assert payback_day(curve_of(tiny, "2026-06-01")) == 10
    maths = Filters(period=JANUARY.period, course_lines=("maths",))
    curve = curve_of(tiny, "2026-06-01", maths)
    assert (curve["cost_cny"].max(), curve["revenue_cny"].max()) == (0, 600)
    assert payback_day(curve) is None


def test_payback_of_a_channel_that_cost_nothing_is_missing(tiny):
    tiny.tell({"lin": ["2026-01-01 lead organic", "2026-01-11 order 600"]})
    assert payback_day(curve_of(tiny, "2026-06-01")) is None


def test_payback_of_one_channel_by_filter_and_of_no_cohort(tiny):
    tiny.spend("2026-01-01", "sem", 100)
    tiny.spend("2026-01-01", "feed", 10_000)
    tiny.tell({"lin": ["2026-01-01 lead sem", "2026-01-03 order 600"]})
    sem = Filters(period=JANUARY.period, channels=("sem",))
    assert payback_day(curve_of(tiny, "2026-06-01", sem)) == 2
    assert payback_day(curve_of(tiny, "2026-06-01")) is None
    march = Filters(period=Period(start=date(2026, 3, 1), end=date(2026, 4, 1)))
    assert curve_of(tiny, "2026-06-01", march)["revenue_cny"].eq(0).all()


@pytest.mark.parametrize("day", [9, 10, 34, 35, 36, 60])
def test_the_orders_behind_a_day_add_up_to_its_revenue(tiny, day):
    tiny.tell(
        {
            "lin": ["2026-01-01 lead sem", "2026-01-11 order 600"],
            "wu": ["2026-01-20 lead sem", "2026-02-24 order 400", "2026-02-25 refund 300"],
            "xu": ["2026-02-02 lead sem", "2026-02-02 order 9000"],
            "he": ["2026-01-05 lead organic", "2026-01-06 order 70"],
        }
    )
    facts = tiny.facts("2026-06-01")
    cashflow = tiny.fetch(cohort_cashflow(facts.filtered(JANUARY)))
    curve = payback_curve(
        cashflow[cashflow["channel_id"] == "sem"], cohort_ends_on=JANUARY.period.end,
        as_of_on=facts.scope.as_of_on,
    ).set_index("day_no")  # fmt: skip
    rows = tiny.fetch(cohort_orders(facts.filtered(JANUARY), channels=("sem",), days=day))
    assert rows["net_cny"].sum() == curve.loc[day, "revenue_cny"]
    assert (rows["day_no"] <= day).all()


def test_payback_rejects_no_days(tiny):
    with pytest.raises(InvalidOption, match="days must be at least 1, got 0"):
        cohort_cashflow(tiny.facts("2026-06-01").filtered(JANUARY), days=0)


def test_ltv_to_cac_is_declared_from_the_two(tiny):
    tiny.spend("2026-01-01", "sem", 500)
    tiny.spend("2026-01-01", "feed", 0)
    tiny.tell(
        {
            "lin": ["2026-01-01 lead sem", "2026-01-05 order 3000"],
            "wu": ["2026-01-01 lead feed", "2026-01-05 order 800"],
        }
    )
    facts = tiny.facts("2026-06-01")
    by = ("channel_id",)
    table = ltv_to_cac(
        tiny.figures(ltv, facts, by=by, days=90, base="payer"),
        tiny.figures(cac_media, facts, by=by, window_days=90),
        by=by,
    ).set_index("channel_id")
    assert table.loc["sem", ["ltv", "cac", "value"]].tolist() == [3000, 500, 6]
    assert pd.isna(table.loc["feed", "value"])
    whole = ltv_to_cac(
        tiny.figures(ltv, facts, days=90, base="payer"),
        tiny.figures(cac_media, facts, window_days=90),
    )
    assert whole["value"].tolist() == [pytest.approx(1900 / 250)]


def test_the_interval_of_ltv_to_cac_holds_the_truth_19_times_in_20():
    """80 payers are to be had, each for 500 and worth 3000, give or take."""
    rng = np.random.default_rng(4)
    covered = 0
    for _ in range(400):
        worth = rng.gamma(4.0, 750.0, rng.poisson(80))
        n, cost = worth.size, 40_000.0
        ltv_half, cac_half = 1.96 * worth.std() / np.sqrt(n), 1.96 * cost / n / np.sqrt(n)
        sides = [
            pd.DataFrame({"value": [v], "low": [v - h], "high": [v + h], "n": n, "immature": 0})
            for v, h in ((worth.mean(), ltv_half), (cost / n, cac_half))
        ]
        (found,) = ltv_to_cac(*sides).to_dict("records")
        covered += found["low"] <= 6.0 <= found["high"]
    assert 0.92 <= covered / 400 <= 0.98
