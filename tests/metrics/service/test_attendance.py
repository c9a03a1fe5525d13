"""Attendance by three definitions, the roll's coverage, and the bridge between them."""

from datetime import date

import pytest

from data.errors import InvalidOption
from data.scope import Period
from metrics.service.attendance import (
    attendance_made_up,
    attendance_net,
    attendance_strict,
    roll_call_coverage,
)
from metrics.service.attendance_bridge import attendance_bridge

LESSONS = [
    "2026-01-03 seat present",
    "2026-01-10 seat late",
    "2026-01-17 seat leave made_up=2026-01-31",
    "2026-01-24 seat absent made_up=2026-02-08",
    "2026-01-31 seat absent",
    "2026-02-07 seat unmarked",
    "2026-02-14 seat present lesson=unmarked",
    "2026-02-21 seat present lesson=cancelled",
]
LATER = "2026-03-15"


def test_attendance_strict_expects_marked_seats_and_counts_leave_as_missed(tiny):
    tiny.tell({"lin": LESSONS})
    row = tiny.figure(attendance_strict, tiny.facts(LATER))
    assert (row.numerator, row.denominator) == (2, 5)


def test_attendance_net_takes_leave_out_of_what_is_expected(tiny):
    tiny.tell({"lin": LESSONS})
    row = tiny.figure(attendance_net, tiny.facts(LATER))
    assert (row.numerator, row.denominator) == (2, 4)


def test_attendance_made_up_takes_the_fourteenth_day_and_not_the_fifteenth(tiny):
    tiny.tell({"lin": LESSONS})
    row = tiny.figure(attendance_made_up, tiny.facts(LATER))
    assert (row.numerator, row.denominator) == (3, 5)
    assert tiny.figure(attendance_made_up, tiny.facts(LATER), days=15).numerator == 4


def test_attendance_made_up_waits_for_those_who_came_too(tiny):
    tiny.tell({"lin": LESSONS})
    row = tiny.figure(attendance_made_up, tiny.facts("2026-01-24"))
    # Only the lesson of 3 January is 14 whole days old.
    assert (row.numerator, row.denominator, row.immature) == (1, 1, 3)


def test_a_make_up_that_lies_ahead_is_not_known_yet(tiny):
    tiny.tell({"lin": ["2026-01-03 seat absent made_up=2026-01-10"]})
    facts = tiny.facts("2026-01-08")
    assert tiny.behind(attendance_made_up, facts)["numerator"].tolist() == [0]


def test_roll_call_coverage_waits_two_days_and_leaves_cancelled_lessons_out(tiny):
    tiny.tell({"lin": LESSONS})
    row = tiny.figure(roll_call_coverage, tiny.facts("2026-02-15"))
    assert (row.numerator, row.denominator, row.immature) == (5, 6, 1)
    assert tiny.figure(roll_call_coverage, tiny.facts(LATER)).denominator == 7


def test_trial_lessons_are_no_part_of_the_service(tiny):
    tiny.add("courses", course_id="K9", name="trial", course_line="maths", type="trial")
    tiny.add("courses", course_id="K1", name="term", course_line="maths", type="formal")
    tiny.tell({"lin": ["2026-01-03 seat absent course=K9", "2026-01-10 seat present course=K1"]})
    assert tiny.figure(attendance_strict, tiny.facts(LATER)).denominator == 1


def test_attendance_of_a_period_goes_by_the_day_of_the_lesson(tiny):
    tiny.tell({"lin": LESSONS})
    period = Period(start=date(2026, 1, 10), end=date(2026, 1, 17))
    (row,) = tiny.figures(attendance_strict, tiny.facts(LATER), period=period).itertuples()
    assert (row.numerator, row.denominator) == (1, 1)


def test_a_teacher_sees_the_own_classes_only(tiny):
    tiny.tell(
        {
            "lin": ["2026-01-01 enrol E1 teacher=T1", "2026-01-03 seat present"],
            "wu": ["2026-01-01 enrol E2 teacher=T2", "2026-01-03 seat present"],
            "xu": ["2026-01-01 enrol E3 class_teacher=T1", "2026-01-03 seat absent"],
        }
    )
    own = tiny.facts(LATER, role="teacher", staff_id="T1")
    row = tiny.figure(attendance_strict, own)
    assert (row.numerator, row.denominator) == (1, 2)
    assert not tiny.figure(attendance_strict, tiny.facts(LATER, campuses=("south",))).denominator


def test_the_bridge_between_the_rates_adds_up_exactly(tiny):
    tiny.tell({"lin": LESSONS, "wu": LESSONS[:3], "xu": ["2026-03-10 seat absent"]})
    facts = tiny.facts(LATER)
    strict, net, made_up = (
        tiny.figure(metric, facts)._asdict()
        for metric in (attendance_strict, attendance_net, attendance_made_up)
    )
    settled = tiny.figure(attendance_strict, facts, days_old=14)._asdict()
    assert (settled["denominator"], strict["denominator"]) == (8, 9)
    parts = attendance_bridge(strict, net, settled, made_up).set_index("part")
    for target, rate in (("net", net), ("made_up", made_up)):
        change = parts.loc[parts["to"] == target, "change"].sum()
        assert strict["value"] + change == pytest.approx(rate["value"], abs=1e-12)
    assert parts["seats"].to_dict() == {"leave": 2, "young": 1, "made_up": 2}
    # 4 of 9 came; of the 8 old enough 4; two more made up: 6 of 8.
    assert parts.loc["young", "change"] == pytest.approx(4 / 8 - 4 / 9)
    assert parts.loc["made_up", "change"] == pytest.approx(6 / 8 - 4 / 8)


def test_the_bridge_is_empty_where_nothing_is_old_enough():
    some, none = {"numerator": 1, "denominator": 2}, {"numerator": 0, "denominator": 0}
    assert attendance_bridge(some, some, none, none).empty


@pytest.mark.parametrize(
    ("metric", "options", "words"),
    [
        (attendance_strict, {"days_old": -1}, "days_old must be at least 0, got -1"),
        (attendance_made_up, {"days": 0}, "days must be at least 1, got 0"),
        (roll_call_coverage, {"hours": 0}, "hours must be at least 1, got 0"),
    ],
)
def test_attendance_refuses_windows_out_of_bounds(tiny, metric, options, words):
    with pytest.raises(InvalidOption, match=words):
        metric(tiny.facts(LATER), **options)
