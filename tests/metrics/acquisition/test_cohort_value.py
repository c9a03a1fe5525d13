"""ROI, ROAS, period ROI and LTV of lead cohorts."""

from datetime import date

import numpy as np
import pytest

from data.errors import InvalidOption
from data.scope import Period
from metrics.acquisition.cohort_value import ltv, roas, roi, roi_period


def test_roi_is_of_the_lead_cohorts_first_days(tiny):
    tiny.spend("2026-01-01", "sem", 1000)
    tiny.tell(
        {
            "lin": [
                "2026-01-01 lead sem",
                "2026-01-20 order 5000",
                "2026-01-25 refund 2000",
                "2026-02-20 order 9000",
            ]
        }
    )
    facts = tiny.facts("2026-06-01")
    assert tiny.figure(roi, facts, days=30).value == 2
    assert tiny.figure(roas, facts, days=30).value == 3
    assert tiny.figure(roi, facts, days=90).value == 11


def test_return_on_spend_that_has_not_come_is_unknown(tiny):
    tiny.spend("2026-01-01", "sem", 1000)
    for day in ("2025-12-30", "2025-12-31"):  # it comes every day, until it does not
        tiny.spend(day, "sem", 0)
    tiny.tell(
        {
            "lin": ["2026-01-01 lead sem", "2026-01-01 order 2000"],
            "wu": ["2026-01-02 lead sem", "2026-01-03 order 9000"],
        }
    )
    facts = tiny.facts("2026-02-20")
    row = tiny.figure(roi, facts, days=30)
    assert (row.value, row.immature) == (1, 1)
    assert tiny.figure(roas, facts, days=30).value == 2
    assert tiny.figure(roi_period, facts).value == 1


def test_roi_leaves_out_young_leads_and_their_spend_together(tiny):
    tiny.spend("2026-01-01", "sem", 1000)
    tiny.spend("2026-02-20", "sem", 8000)
    tiny.tell(
        {
            "lin": ["2026-01-01 lead sem", "2026-01-20 order 2000"],
            "wu": ["2026-02-20 lead sem", "2026-02-21 order 9000"],
        }
    )
    row = tiny.figure(roi, tiny.facts("2026-03-01"), days=30)
    assert (row.value, row.denominator, row.immature) == (1, 1000, 1)


@pytest.mark.parametrize(("as_of", "mature"), [("2026-01-31T15:59", 0), ("2026-01-31T16:00", 1)])
def test_roi_matures_by_whole_days_so_that_spend_and_leads_are_one_cohort(tiny, as_of, mature):
    # The whole of 1 January in Shanghai is 30 days old at midnight after the 31st.
    tiny.spend("2026-01-01", "sem", 1000)
    tiny.tell({"lin": ["2026-01-01 lead sem", "2026-01-20 order 2000"]})
    row = tiny.figure(roi, tiny.facts(as_of), days=30)
    assert (row.denominator, row.numerator) == (1000 * mature, 1000 * mature)


def test_roi_without_spend_is_missing_not_infinite(tiny):
    tiny.tell({"lin": ["2026-01-01 lead organic", "2026-01-20 order 5000"]})
    row = tiny.figure(roi, tiny.facts("2026-06-01"), days=30)
    assert row.value != row.value


def test_roi_credits_the_channel_of_the_first_lead_once(tiny):
    tiny.spend("2026-01-01", "sem", 1000)
    tiny.spend("2026-01-03", "feed", 1000)
    tiny.tell({"lin": ["2026-01-01 lead sem", "2026-01-03 lead feed", "2026-01-20 order 5000"]})
    facts = tiny.facts("2026-06-01")
    by_channel = tiny.figures(roi, facts, by=("channel_id",), days=30)
    assert by_channel.set_index("channel_id")["value"].to_dict() == {"sem": 4, "feed": -1}
    assert tiny.figure(roi, facts, days=30).value == 1.5


def test_roi_counts_leads_not_spend_rows(tiny):
    for day in range(1, 8):
        tiny.spend(f"2026-01-0{day}", "sem", 100)
    tiny.tell({f"p{i}": ["2026-01-01 lead sem"] for i in range(3)})
    assert tiny.figure(roi, tiny.facts("2026-06-01"), days=30).n == 3


def test_roi_interval_covers_what_resampling_persons_gives(tiny):
    """The 95 % range of 2,000 resamples of the persons is near the linearised interval."""
    rng = np.random.default_rng(5)
    revenue = np.where(rng.random(300) < 0.3, rng.integers(2000, 9000, 300), 0)
    tiny.spend("2026-01-01", "sem", 100_000)
    tiny.tell(
        {
            f"p{i}": ["2026-01-01 lead sem", *([f"2026-01-09 order {amount}"] if amount else [])]
            for i, amount in enumerate(revenue)
        }
    )
    row = tiny.figure(roi, tiny.facts("2026-06-01"), days=30)
    # The number of leads varies too, so each resample draws a Poisson number of them.
    sums = [rng.choice(revenue, rng.poisson(300)).sum() for _ in range(2000)]
    low, high = np.quantile(np.array(sums) / 100_000 - 1, [0.025, 0.975])
    assert row.low == pytest.approx(low, abs=0.12)
    assert row.high == pytest.approx(high, abs=0.12)


def test_roi_rejects_no_days(tiny):
    with pytest.raises(InvalidOption, match="days must be at least 1, got 0"):
        roi(tiny.facts("2026-06-01"), days=0)


def test_roi_period_sets_revenue_paid_against_spend_of_the_same_days(tiny):
    tiny.spend("2026-01-15", "sem", 1000)
    tiny.tell(
        {
            "lin": ["2025-06-01 lead feed", "2026-01-20 order 3000", "2026-01-21 refund 500"],
            "wu": ["2026-01-01 lead sem", "2026-02-20 order 9000"],
        }
    )
    january = Period(start=date(2026, 1, 1), end=date(2026, 2, 1))
    row = tiny.figure(roi_period, tiny.facts("2026-06-01"), period=january)
    assert row.value == 1.5


def test_ltv_by_lead_and_by_payer_are_named_apart(tiny):
    tiny.tell(
        {
            "lin": ["2026-01-01 lead sem", "2026-01-20 order 5000", "2026-01-22 refund 1000"],
            "wu": ["2026-01-01 lead sem", "2026-01-02 trial 20"],
            "xu": ["2026-01-01 lead sem"],
            "yu": ["2026-05-30 lead sem"],
        }
    )
    facts = tiny.facts("2026-06-01")
    assert tiny.figure(ltv, facts, days=30).value == pytest.approx(4020 / 3)
    assert tiny.figure(ltv, facts, days=30).immature == 1
    assert tiny.figure(ltv, facts, days=30, base="payer").value == 4000


def test_ltv_rejects_another_base(tiny):
    with pytest.raises(InvalidOption, match="base must be one of lead, payer, got 'student'"):
        ltv(tiny.facts("2026-06-01"), base="student")


def test_revenue_ties_out_to_the_cent(tiny):
    tiny.spend("2026-01-01", "sem", 1)
    tiny.tell({f"p{i}": ["2026-01-01 lead sem", "2026-01-02 order 0.10"] for i in range(200)})
    assert tiny.figure(roas, tiny.facts("2026-06-01"), days=30).numerator == 20
