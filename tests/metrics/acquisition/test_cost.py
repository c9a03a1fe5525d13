"""Spend, CPL, CPVL, CAC."""

from datetime import date, timedelta

import pytest

from data.errors import InvalidOption
from data.scope import Filters, Period
from metrics.acquisition.cost import (
    cac_full,
    cac_media,
    cpl,
    cpvl,
    spend_total,
    unmapped_spend_share,
)
from metrics.foundation.units import rollup
from metrics.leads.new_leads import new_leads


def test_spend_total_adds_days_and_knows_no_interval(tiny):
    tiny.spend("2026-01-01", "sem", "100.10")
    tiny.spend("2026-01-02", "sem", "0.20")
    tiny.spend("2026-02-01", "sem", 999)
    january = Period(start=date(2026, 1, 1), end=date(2026, 2, 1))
    row = tiny.figure(spend_total, tiny.facts("2026-03-01"), period=january)
    assert row.value == pytest.approx(100.30)
    assert row.low != row.low


def test_spend_of_today_counts_and_of_tomorrow_does_not(tiny):
    tiny.spend("2026-01-01", "sem", 100)
    tiny.spend("2026-01-02", "sem", 100)
    # 15:59 UTC is a minute before midnight in Shanghai.
    assert tiny.figure(spend_total, tiny.facts("2026-01-01T15:59")).value == 100
    assert tiny.figure(spend_total, tiny.facts("2026-01-01T16:00")).value == 200


def test_unmapped_spend_share_weighs_by_money(tiny):
    tiny.spend("2026-01-01", "sem", 75)
    tiny.spend("2026-01-01", "tv", 25)
    assert tiny.figure(unmapped_spend_share, tiny.facts("2026-03-01")).value == 0.25


def test_cpl_is_the_ratio_of_sums_not_the_mean_of_ratios(tiny):
    tiny.spend("2026-01-01", "sem", 300)
    tiny.spend("2026-01-01", "feed", 100)
    tiny.tell(
        {f"p{i}": ["2026-01-01 lead sem"] for i in range(3)} | {"q": ["2026-01-01 lead feed"]}
    )
    facts = tiny.facts("2026-03-01")
    assert tiny.figure(cpl, facts).value == 100
    by_channel = tiny.figures(cpl, facts, by=("channel_id",)).set_index("channel_id")["value"]
    assert by_channel.to_dict() == {"sem": 100, "feed": 100}
    tiny.spend("2026-01-01", "feed", 400)
    assert tiny.figure(cpl, facts).value == 200  # a mean of ratios would say 300


def late_sem(tiny, *, last: str = "2026-01-10", days: int = 9, every: int = 1) -> None:
    """`sem`'s spend came every so many days and is silent since; other channels' goes on."""
    for channel, day, step in (("sem", last, every), ("feed", "2026-01-20", 1)):
        tiny.spend(day, channel, 300)
        for before in range(step, days + 1, step):
            tiny.spend(str(date.fromisoformat(day) - timedelta(days=before)), channel, 0)
    tiny.tell(
        {f"p{i}": ["2026-01-10T15:00 lead sem"] for i in range(3)}
        | {f"q{i}": ["2026-01-10T16:30 lead sem", "2026-01-12 order 900"] for i in range(9)}
        | {"r": ["2026-01-20 lead feed", "2026-01-20 order 900"]}
    )


def test_leads_whose_channels_spend_is_late_do_not_make_it_look_cheap(tiny):
    late_sem(tiny)
    found = tiny.figures(cpl, tiny.facts("2026-01-21"), by=("channel_id",))
    sem = found.set_index("channel_id").loc["sem"]
    # Nine leads came after the last day whose spend is known, in Shanghai's days.
    assert (sem["numerator"], sem["denominator"], sem["value"]) == (300, 3, 100)
    assert sem["immature"] == 9
    assert found.set_index("channel_id").loc["feed", "value"] == 300
    assert tiny.figure(cpl, tiny.facts("2026-01-21")).value == 150
    assert tiny.figure(cpvl, tiny.facts("2026-01-25")).value == 150


def test_payers_whose_channels_spend_is_late_are_immature_too(tiny):
    late_sem(tiny)
    row = tiny.figure(cac_media, tiny.facts("2026-01-21"))
    assert (row.value, row.denominator, row.immature) == (600, 1, 9)


def test_a_day_without_spend_is_late_only_when_the_feed_is_usually_quicker(tiny):
    late_sem(tiny, days=21, every=7)  # booked once a week
    assert tiny.figure(cpl, tiny.facts("2026-01-21")).denominator == 13
    assert tiny.figure(cpl, tiny.facts("2026-01-25")).denominator == 4


def test_a_channel_that_stopped_spending_long_ago_waits_for_nothing(tiny):
    late_sem(tiny, last="2025-10-10")
    assert tiny.figure(cpl, tiny.facts("2026-01-05")).immature == 0
    assert tiny.figure(cpl, tiny.facts("2026-01-21")).denominator == 13


def test_cost_of_one_course_line_is_unknown_not_nothing(tiny):
    tiny.spend("2026-01-01", "sem", 300)
    tiny.tell(
        {
            "lin": [
                "2026-01-01 lead sem id=L1",
                "2026-01-02 followup lead=L1",
                "2026-01-05 order 900",
            ]
        }
    )
    facts = tiny.facts("2026-03-01")
    year = Period(start=date(2026, 1, 1), end=date(2027, 1, 1))
    maths = facts.filtered(Filters(period=year, course_lines=("maths",)))
    for metric in (cpl, cac_full):
        assert tiny.figure(metric, facts).value > 0
        units = maths.picked(metric(facts))
        (row,) = tiny.fetch(rollup(units, kind=metric.kind, as_of=facts.as_of)).itertuples()
        assert row.value != row.value, "spend is booked for no course line"
    leads = tiny.fetch(maths.picked(new_leads(facts)))
    assert len(leads) == 1


def test_cpl_does_not_multiply_spend_by_leads(tiny):
    tiny.spend("2026-01-01", "sem", 100)
    tiny.tell(
        {"lin": ["2026-01-01 lead sem", "2026-01-02 lead sem"], "wu": ["2026-01-01 lead sem"]}
    )
    row = tiny.figure(cpl, tiny.facts("2026-03-01"))
    assert (row.numerator, row.denominator, row.value) == (100, 2, 50)


def test_cpl_interval_is_the_poisson_one_for_given_spend(tiny):
    tiny.spend("2026-01-01", "sem", 4000)
    tiny.tell({f"p{i}": ["2026-01-01 lead sem"] for i in range(400)})
    row = tiny.figure(cpl, tiny.facts("2026-03-01"))
    # Delta method: spend ÷ Poisson(400): 10 ± 1.96 × 10 ÷ √400.
    assert (row.low, row.high) == pytest.approx((10 - 0.98, 10 + 0.98), abs=1e-3)


def test_cpl_without_leads_is_missing(tiny):
    tiny.spend("2026-01-01", "sem", 100)
    row = tiny.figure(cpl, tiny.facts("2026-03-01"))
    assert row.value != row.value


def test_cpl_of_a_role_that_may_not_read_spend_is_missing_not_zero(tiny):
    tiny.spend("2026-01-01", "sem", 100)
    tiny.tell({"lin": ["2026-01-01 lead sem owner=amy"]})
    facts = tiny.facts("2026-03-01", role="consultant", staff_id="amy")
    row = tiny.figure(cpl, facts)
    assert row.value != row.value
    assert tiny.behind(cpl, facts).empty


def test_cpvl_leaves_out_spend_of_days_not_yet_judged(tiny):
    tiny.spend("2026-01-01", "sem", 100)
    tiny.spend("2026-01-09", "sem", 900)
    tiny.tell(
        {
            "lin": ["2026-01-01 lead sem"],
            "wu": ["2026-01-01 lead sem unreachable"],
            "xu": ["2026-01-09 lead sem"],
        }
    )
    row = tiny.figure(cpvl, tiny.facts("2026-01-10"))
    assert (row.value, row.immature) == (100, 1)


def test_cac_media_counts_first_order_persons_by_order_date(tiny):
    tiny.spend("2026-01-10", "sem", 1000)
    tiny.tell(
        {
            "lin": ["2025-12-01 lead sem", "2026-01-05 order 900", "2026-01-06 order 900"],
            "wu": ["2025-11-01 lead feed", "2025-12-05 order 900", "2026-01-06 order 900"],
            "xu": ["2026-01-07 order 900"],
        }
    )
    january = Period(start=date(2026, 1, 1), end=date(2026, 2, 1))
    facts = tiny.facts("2026-03-01")
    row = tiny.figure(cac_media, facts, period=january)
    assert (row.denominator, row.value, row.n) == (2, 500, 2)
    by_channel = tiny.figures(cac_media, facts, by=("channel_id",), period=january)
    assert by_channel.set_index("channel_id")["value"]["sem"] == 1000


def test_cac_media_with_a_window_is_of_the_lead_cohort(tiny):
    tiny.spend("2026-01-01", "sem", 1000)
    tiny.spend("2026-02-20", "sem", 5000)
    tiny.tell(
        {
            "lin": ["2026-01-01 lead sem", "2026-01-05 order 900"],
            "wu": ["2026-01-01 lead sem", "2026-02-25 order 900"],
            "xu": ["2026-02-20 lead sem", "2026-02-21 order 900"],
        }
    )
    row = tiny.figure(cac_media, tiny.facts("2026-03-01"), window_days=30)
    assert (row.value, row.immature) == (1000, 1)


def test_cac_full_adds_rewards_and_follow_ups_to_spend(tiny):
    tiny.spend("2026-01-01", "sem", 1000)
    tiny.tell(
        {
            "lin": [
                "2026-01-01 lead sem id=L1",
                "2026-01-02 followup lead=L1",
                "2026-01-03 followup lead=L1",
                "2026-01-05 order 900",
                "2026-01-06 reward 70 lead=L1",
            ]
        }
    )
    facts = tiny.facts("2026-03-01")
    row = tiny.figure(cac_full, facts, followup_cny=15.0)
    assert (row.value, row.n) == (1100, 1)
    (sem,) = tiny.figures(cac_full, facts, by=("channel_id",)).itertuples()
    assert (sem.channel_id, sem.value) == ("sem", 1100)
    assert tiny.figure(cac_full, facts, window_days=3).value != 1100


def test_cac_full_charges_no_contact_with_somebody_who_is_a_customer_already(tiny):
    tiny.spend("2026-01-01", "sem", 1000)
    tiny.tell(
        {
            "lin": [
                "2026-01-01 lead sem id=L1",
                "2026-01-02 followup lead=L1",
                "2026-01-03 trial 9.9",
                "2026-01-04 followup lead=L1",
                "2026-01-05 order 900",
                "2026-01-06 followup lead=L1",
                "2026-02-06 followup lead=L1",
            ],
            "wu": ["2026-01-01 lead sem id=L2", "2026-01-09 followup lead=L2"],
        }
    )
    facts = tiny.facts("2026-04-01")
    # Two before the order and one with somebody who never bought: 45, not 75.
    assert tiny.figure(cac_full, facts, followup_cny=15.0).value == 1045
    assert tiny.figure(cac_full, facts, followup_cny=15.0, window_days=60).value == 1045


def test_cac_full_rejects_a_negative_cost(tiny):
    with pytest.raises(InvalidOption, match="followup_cny must be at least 0, got -1"):
        cac_full(tiny.facts("2026-03-01"), followup_cny=-1)
