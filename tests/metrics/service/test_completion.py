"""Completion of lessons and courses, and what was consumed."""

from metrics.service.completion import consumption_rate, course_completion, lesson_completion

LATER = "2026-06-01"


def attended(days, enrolment="E1", came="present"):
    return [f"2026-01-{day:02d} seat {came} enrolment={enrolment}" for day in days]


def test_lesson_completion_goes_by_what_was_watched_where_it_is_measured(tiny):
    tiny.tell(
        {
            "lin": [
                "2026-01-01 seat present",
                "2026-01-02 seat present watched=0.79",
                "2026-01-03 seat late watched=0.8",
                "2026-01-04 seat absent watched=0.9",
                "2026-01-05 seat absent",
                "2026-01-06 seat leave watched=0.1",
            ]
        }
    )
    row = tiny.figure(lesson_completion, tiny.facts(LATER))
    assert (row.numerator, row.denominator) == (3, 5)


def test_course_completion_needs_four_fifths_of_the_lessons_bought(tiny):
    tiny.tell(
        {
            "lin": ["2026-01-01 enrol E1 ends=2026-03-01 lessons=10", *attended(range(1, 9))],
            "wu": [
                "2026-01-01 enrol E2 ends=2026-03-01 lessons=10",
                *attended(range(1, 8), "E2"),
                "2026-01-20 seat absent enrolment=E2 made_up=2026-01-25",
            ],
            "xu": [
                "2026-01-01 enrol E3 ends=2026-03-01 lessons=10",
                *attended(range(1, 8), "E3"),
            ],
        }
    )
    row = tiny.figure(course_completion, tiny.facts(LATER))
    assert (row.numerator, row.denominator) == (2, 3)


def test_a_stop_is_not_complete_and_waits_for_the_end_of_the_term(tiny):
    stopped = "2026-01-01 enrol E1 ends=2026-03-01 lessons=8 state=refunded stopped=2026-02-20"
    tiny.tell({"lin": [stopped, *attended(range(1, 9))]})
    young = tiny.figure(course_completion, tiny.facts("2026-02-25"))
    assert (young.denominator, young.immature) == (0, 1)
    old = tiny.figure(course_completion, tiny.facts(LATER))
    assert (old.numerator, old.denominator) == (0, 1)


def test_an_enrolment_that_moved_is_judged_where_it_went(tiny):
    tiny.tell(
        {
            "lin": [
                "2026-01-01 enrol E1 ends=2026-03-01 lessons=10 state=transferred",
                "2026-02-01 enrol E2 ends=2026-03-01 lessons=1",
                *attended([5], "E2"),
            ]
        }
    )
    row = tiny.figure(course_completion, tiny.facts(LATER))
    assert (row.numerator, row.denominator) == (1, 1)


def test_an_enrolment_without_end_or_lessons_is_never_judged(tiny):
    without = ["2026-01-01 enrol E1 lessons=10", "2026-01-01 enrol E2 ends=2026-03-01 lessons=-"]
    tiny.tell({"lin": without})
    row = tiny.figure(course_completion, tiny.facts("2030-01-01"))
    assert (row.denominator, row.immature) == (0, 2)


def test_consumption_counts_what_was_charged_over_what_was_held(tiny):
    tiny.tell(
        {
            "lin": [
                "2026-01-01 seat present consumed=2",
                "2026-01-02 seat absent consumed=1",
                "2026-01-03 seat leave consumed=0",
                "2026-01-04 seat unmarked lesson=unmarked consumed=0",
                "2026-01-05 seat unmarked lesson=cancelled consumed=0",
                "2026-05-31 seat unmarked lesson=unmarked consumed=0",
            ]
        }
    )
    row = tiny.figure(consumption_rate, tiny.facts(LATER))
    assert (row.numerator, row.denominator, row.immature) == (3, 4, 1)
