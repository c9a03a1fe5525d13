"""Stop and refund rates at the month's end, by hand."""

from datetime import date

import pytest

from data.scope import Period
from metrics.service.stops import refund_rate_amount, refund_rate_persons, stop_rate

MARCH = Period(start=date(2026, 3, 1), end=date(2026, 4, 1))
APRIL = Period(start=date(2026, 4, 1), end=date(2026, 5, 1))
LATER = "2026-07-01"

TERMS = {
    "lin": ["2026-01-05 enrol E1 ends=2026-06-30"],
    "wu": ["2026-01-05 enrol E2 ends=2026-06-30 state=stopped stopped=2026-03-20"],
    "xu": ["2026-01-05 enrol E3 ends=2026-03-25"],
    "he": ["2026-01-05 enrol E4 ends=2026-06-30 state=transferred stopped=2026-03-31"],
    "ma": ["2026-04-02 enrol E5"],
}


def month(tiny, metric, period, as_of=LATER):
    (row,) = tiny.figures(metric, tiny.facts(as_of), period=period).itertuples()
    return row


def test_stop_rate_is_a_state_at_the_months_end(tiny):
    tiny.tell(TERMS)
    march, april = month(tiny, stop_rate, MARCH), month(tiny, stop_rate, APRIL)
    # Lin and Wu run at the end of March, Xu's term is over, He went elsewhere that day.
    assert (march.numerator, march.denominator) == (1, 2)
    # Wu is still stopped in April; Ma, without an end, runs.
    assert (april.numerator, april.denominator) == (1, 3)


def test_stop_rate_sees_the_running_month_on_the_as_of_day(tiny):
    tiny.tell(TERMS)
    early = month(tiny, stop_rate, MARCH, as_of="2026-03-19")
    assert (early.numerator, early.denominator) == (0, 4)


def test_refund_rate_counts_persons_once_a_month(tiny):
    tiny.tell(TERMS)
    tiny.tell({"wu": ["2026-03-21 refund 100", "2026-03-22 refund 50"]})
    tiny.tell({"zhu": ["2026-03-09 refund 10"]})  # a term before our records
    row = month(tiny, refund_rate_persons, MARCH)
    assert (row.numerator, row.denominator) == (2, 5)
    assert month(tiny, refund_rate_persons, APRIL).numerator == 0


def test_refund_rate_by_persons_takes_an_order_for_no_refund(tiny):
    tiny.tell(TERMS)
    tiny.tell(
        {
            "lin": ["2026-03-10 order 500", "2026-03-11 trial 9"],
            "wu": ["2026-02-28T15:59:59.999999 refund 1"],  # the last instant of February
            "xu": ["2026-02-28T16:00 refund 1"],  # midnight in Shanghai: March
            "he": ["2026-03-31T15:59:59.999999 refund 1"],
            "ma": ["2026-03-31T16:00 refund 1"],
        }
    )
    row = month(tiny, refund_rate_persons, MARCH)
    assert (row.numerator, row.denominator) == (2, 4)  # xu and he of lin, wu, xu and he


def test_refund_rate_by_amount_stands_over_what_was_left_at_the_opening(tiny):
    bought = "lessons=10 cny=1000 ends=2026-06-30"
    tiny.tell(
        {
            "he": [f"2026-01-05 enrol E2 {bought} state=stopped stopped=2026-02-10"],
            "xu": [f"2026-03-05 enrol E3 {bought} paid=2026-03-02"],
            "lin": [
                f"2026-01-05 enrol E1 {bought} paid=2026-01-03",
                *(f"2026-02-{day:02d} seat present enrolment=E1 consumed=1" for day in (1, 8, 15)),
                "2026-03-03 seat present enrolment=E1 consumed=1",
            ],
            "wu": ["2026-03-21 refund 70"],
        }
    )
    row = month(tiny, refund_rate_amount, MARCH)
    # Only E1 had a balance on 1 March: 7 of 10 lessons; E2 was stopped, E3 not yet bought.
    assert (row.numerator, row.denominator) == (70, 700)
    assert row.value == pytest.approx(0.1)
    assert month(tiny, refund_rate_amount, APRIL).denominator == 600 + 1000


def test_a_teacher_is_given_no_figure_made_of_money(tiny):
    tiny.tell(TERMS)
    teacher = tiny.facts(LATER, role="teacher", staff_id="T1")
    assert tiny.figure(refund_rate_persons, teacher).denominator == 0
