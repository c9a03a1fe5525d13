"""Downstream quality: attendance, refunds, renewals, referrals of a lead cohort's payers."""

import pytest

from data.errors import InvalidOption
from metrics.acquisition.downstream import (
    attendance_d90,
    referred_per_100,
    refund_rate,
    renewal_rate_of_cohort,
)

PAYER = ["2026-01-01 lead sem", "2026-01-05 order 5000", "2026-01-06 order 100"]


def test_attendance_d90_leaves_out_cancelled_and_unmarked_lessons(tiny):
    tiny.tell(
        {
            "lin": [
                *PAYER,
                "2026-01-10 seat present",
                "2026-01-17 seat late",
                "2026-01-24 seat leave",
                "2026-01-31 seat absent",
                "2026-02-07 seat unmarked",
                "2026-02-14 seat present lesson=cancelled",
                "2026-02-21 seat present lesson=unmarked",
                "2026-05-01 seat absent",
            ]
        }
    )
    row = tiny.figure(attendance_d90, tiny.facts("2026-06-01"))
    assert (row.numerator, row.denominator) == (2, 4)


def test_attendance_d90_of_a_young_payer_is_immature(tiny):
    tiny.tell({"lin": [*PAYER, "2026-01-10 seat present"]})
    row = tiny.figure(attendance_d90, tiny.facts("2026-02-01"))
    assert (row.denominator, row.immature) == (0, 1)


def test_refund_rate_counts_persons_not_refunds(tiny):
    tiny.tell(
        {
            "lin": [*PAYER, "2026-02-01 refund 10", "2026-02-02 refund 10"],
            "wu": [*PAYER, "2026-12-01 refund 10"],
            "xu": ["2026-01-01 lead sem"],
        }
    )
    row = tiny.figure(refund_rate, tiny.facts("2026-12-31"))
    assert (row.numerator, row.denominator) == (1, 2)


def test_renewal_rate_of_cohort_waits_30_days_after_the_end(tiny):
    tiny.tell(
        {
            "lin": [
                *PAYER,
                "2026-01-10 enrol E1 ends=2026-03-31",
                "2026-04-15 enrol E2 renews=E1 ends=2026-09-30",
            ],
            "wu": [
                *PAYER,
                "2026-01-10 enrol E3 ends=2026-03-31",
                "2026-05-15 enrol E4 renews=E3",
            ],
            "xu": [*PAYER, "2026-01-10 enrol E5 ends=2026-03-31 state=transferred"],
        }
    )
    row = tiny.figure(renewal_rate_of_cohort, tiny.facts("2026-06-01"))
    assert (row.numerator, row.denominator, row.immature) == (1, 2, 2)


def test_referred_per_100_counts_new_persons_introduced_after_paying(tiny):
    tiny.tell(
        {
            "lin": PAYER,
            "wu": PAYER,
            "a": ["2026-02-01 lead referral by=lin", "2026-02-09 lead referral by=wu"],
            "b": ["2026-02-01 lead referral by=lin"],
            "oneself": ["2026-02-03 lead referral device=lin-device by=lin"],
            "c": ["2026-01-02 lead referral by=wu"],
        }
    )
    facts = tiny.facts("2026-12-31")
    assert tiny.figure(referred_per_100, facts).value == 100
    sem = tiny.figures(referred_per_100, facts, by=("channel_id",))
    assert sem[["channel_id", "numerator", "denominator"]].values.tolist() == [["sem", 200, 2]]
    assert tiny.figure(referred_per_100, tiny.facts("2026-03-01")).immature == 2


@pytest.mark.parametrize("metric", [attendance_d90, refund_rate, referred_per_100])
def test_downstream_metrics_reject_no_days(tiny, metric):
    with pytest.raises(InvalidOption, match="days must be at least 1, got -1"):
        metric(tiny.facts("2026-06-01"), days=-1)
