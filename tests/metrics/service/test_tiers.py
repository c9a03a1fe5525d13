"""Tiers by the rules, one by one."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from data.errors import InvalidOption
from data.facts import Facts
from data.scope import EVERY_CAMPUS, Filters, Period, Scope
from metrics.renewal.legal_window import depletion_rows
from metrics.service.completion_tiers import completion_tiers
from metrics.service.misses import misses_running
from metrics.service.student_tiers import ABSENT, student_tiers
from metrics.service.tiers import TIERS, attendance_states, tier_rows

ANY = Filters(period=Period(start=date(2026, 1, 1), end=date(2026, 1, 2)))
ENROLLED = "2026-01-01 enrol E1 ends=2026-12-31 lessons=48"


def taught(*attendance, first=date(2026, 1, 5), every=7, enrolment="E1", more=""):
    """One seat after another, a week apart."""
    return [
        f"{first + timedelta(days=every * i)} seat {said} enrolment={enrolment} consumed=1 {more}"
        for i, said in enumerate(attendance)
    ]


def states(tiny, as_of, **options):
    rows = tier_rows(tiny.facts(as_of).filtered(ANY), **options)
    return attendance_states(tiny.arrow(rows))


def tier_on(tiny, as_of, **options):
    """The tier of the one enrolment on the as-of day."""
    found = states(tiny, as_of, **options).found
    last = found[found["checkpoint"] == found["checkpoint"].max()]
    return TIERS[int(last["tier"].iloc[-1])]


@pytest.mark.parametrize(
    ("seats", "tier"),
    [
        (["present"] * 6, "healthy"),
        (["present"] * 5 + ["absent"], "watch"),
        (["present"] * 4 + ["absent", "absent"], "at_risk"),
        (["present"] * 3 + ["absent"] * 3, "about_to_leave"),
        (["present"] * 3 + ["absent", "leave", "absent", "unmarked", "absent"], "about_to_leave"),
        (["present"] * 3 + ["absent", "leave", "absent"], "at_risk"),
        (["present", "absent", "absent", "absent", "late"], "returned"),
        (["present", *["absent"] * 3, *["present"] * 4], "returned"),
        (["present", *["absent"] * 3, *["present"] * 5], "healthy"),
        (["present", *["absent"] * 3, "present", "absent", "absent"], "at_risk"),
        (["leave"] * 4, "healthy"),
    ],
)
def test_a_tier_follows_from_the_run_of_misses(tiny, seats, tier):
    tiny.tell({"lin": [ENROLLED, *taught(*seats, every=3)]})
    last = date(2026, 1, 5) + timedelta(days=3 * (len(seats) - 1))
    assert tier_on(tiny, f"{last}T14:00") == tier


def test_cancelled_and_unmarked_lessons_neither_break_nor_lengthen_a_run(tiny):
    tiny.tell(
        {
            "lin": [
                ENROLLED,
                *taught("present", "absent", "absent", every=3),
                "2026-01-14 seat absent enrolment=E1 lesson=cancelled",
                "2026-01-15 seat present enrolment=E1 lesson=cancelled",
                "2026-01-16 seat absent enrolment=E1 lesson=unmarked",
            ]
        }
    )
    assert tier_on(tiny, "2026-01-17") == "at_risk"


@pytest.mark.parametrize(("said", "tier"), [("absent", "about_to_leave"), ("leave", "healthy")])
def test_a_lesson_made_up_is_finished_and_was_missed_all_the_same(tiny, said, tier):
    tiny.tell(
        {
            "lin": [
                ENROLLED,
                *taught(*["present"] * 3),
                *(
                    f"2026-01-{day} seat {said} enrolment=E1 consumed=1 made_up=2026-01-{day + 1}"
                    for day in (26, 28, 30)
                ),
            ]
        }
    )
    found = states(tiny, "2026-02-01").found
    now = found[found["checkpoint"] == found["checkpoint"].max()].iloc[-1]
    assert TIERS[int(now["tier"])] == tier
    seen = (now["run"], now["held"], now["attended"], now["misses"], now["leaves"])
    assert seen == ((3, 6, 3, 3, 0) if said == "absent" else (0, 3, 3, 0, 3))
    assert now["finished"] == 6


def test_leave_counts_as_a_miss_where_the_institution_says_so(tiny):
    tiny.tell({"lin": [ENROLLED, *taught("present", "absent", "leave", "absent", every=3)]})
    assert tier_on(tiny, "2026-01-15") == "at_risk"
    assert tier_on(tiny, "2026-01-15", leave="miss") == "about_to_leave"


def test_lost_is_30_days_without_a_lesson_while_enrolled(tiny):
    tiny.tell({"lin": [ENROLLED, *taught("present")]})
    assert tier_on(tiny, "2026-02-03") == "healthy"
    assert tier_on(tiny, "2026-02-04") == "lost"


def test_a_class_on_holiday_or_a_long_approved_leave_loses_nobody(tiny):
    tiny.tell({"lin": [ENROLLED, *taught("present", "leave", "leave", "leave", "leave", "leave")]})
    assert tier_on(tiny, "2026-02-12") == "healthy"
    tiny.tell(
        {
            "wu": [
                "2026-01-01 enrol E2 ends=2026-12-31",
                *taught("present", enrolment="E2"),
                *taught(
                    "unmarked", first=date(2026, 1, 20), enrolment="E2", more="lesson=cancelled"
                ),
            ]
        }
    )
    assert tier_on(tiny, "2026-02-12") == "healthy"


def test_a_student_who_attends_ever_less_is_at_risk_without_two_misses_running(tiny):
    every_other = ["present"] * 12 + ["absent", "present"] * 3 + ["absent"]
    tiny.tell({"lin": [ENROLLED, *taught(*every_other, every=2)]})
    assert tier_on(tiny, "2026-02-13") == "at_risk"


def test_who_has_stopped_or_ended_has_no_tier_and_who_waits_has_none_yet(tiny):
    tiny.tell(
        {
            "lin": [
                "2026-01-01 enrol E1 ends=2026-12-31 state=stopped stopped=2026-01-20",
                *taught("present"),
            ],
            "wu": ["2026-01-01 enrol E2 ends=2026-01-15", *taught("present", enrolment="E2")],
            "xu": ["2026-01-01 enrol E3 ends=2026-12-31"],
        }
    )
    found = states(tiny, "2026-01-21")
    assert found.found.loc[found.found["checkpoint"] == len(found.days) - 1].empty
    # A stop that lies ahead is not known: on 15 January both are still there.
    before = states(tiny, "2026-01-15")
    assert (before.found["checkpoint"] == len(before.days) - 1).sum() == 2


def test_a_stop_whose_day_nobody_noted_is_left_out(tiny):
    tiny.tell({"lin": ["2026-01-01 enrol E1 ends=2026-12-31 state=stopped", *taught("present")]})
    assert states(tiny, "2026-01-21").enrolments.empty


def test_where_everybody_still_waits_for_a_first_lesson_nobody_has_a_tier(tiny):
    tiny.tell({"lin": [ENROLLED], "wu": ["2026-01-01 enrol E2 ends=2026-12-31"]})
    rows = tier_rows(tiny.facts("2026-01-12").filtered(ANY))
    found = student_tiers(tiny.arrow(rows))
    assert found.now.empty
    assert {"tier_name", "days_since", "left", "depletes_on"} <= set(found.now)
    assert set(found.counts().values()) == {0}


def test_a_student_has_the_graver_of_two_enrolments(tiny):
    tiny.tell(
        {
            "lin": [
                ENROLLED,
                "2026-01-01 enrol E2 ends=2026-12-31",
                *taught("present", "present", "present", every=3),
                *taught("absent", "absent", "absent", every=3, enrolment="E2"),
            ]
        }
    )
    rows = tier_rows(tiny.facts("2026-01-12").filtered(ANY))
    found = student_tiers(tiny.arrow(rows))
    assert found.now[["enrolment_id", "tier_name"]].values.tolist() == [["E2", "about_to_leave"]]
    assert found.counts()["about_to_leave"] == 1


def test_the_moves_of_a_week_add_up_to_the_students_of_both_ends(tiny):
    tiny.tell(
        {
            "lin": [ENROLLED, *taught("present", "absent", "absent", every=4)],
            "wu": ["2026-01-01 enrol E2 ends=2026-12-31", *taught("present", enrolment="E2")],
            "xu": ["2026-01-01 enrol E3 ends=2026-01-14", *taught("present", enrolment="E3")],
        }
    )
    rows = tier_rows(tiny.facts("2026-01-17").filtered(ANY))
    found = student_tiers(tiny.arrow(rows))
    week = len(found.days) - 2
    moves = found.moves(week)
    assert found.days[-2:] == [date(2026, 1, 11), date(2026, 1, 17)]
    cells = {(r["before"], r["after"]): r["n"] for r in moves.to_dict("records")}
    assert cells == {
        ("watch", "at_risk"): 1, ("healthy", "healthy"): 1, ("healthy", "gone"): 1,
    }  # fmt: skip
    for (before, after), n in cells.items():
        assert len(found.moved(week, before, after)) == n
    assert (found.tiers[:, week] != ABSENT).sum() == moves.loc[moves["before"] != "new", "n"].sum()


def test_velocity_tells_when_lessons_end(tiny):
    twice = [day for week in range(6) for day in (5 + 7 * week, 8 + 7 * week)]
    seats = [
        f"{date(2026, 1, 1) + timedelta(days=d - 1)} seat present enrolment=E1 consumed=1"
        for d in twice
    ]
    tiny.tell({"lin": ["2026-01-01 enrol E1 ends=2026-12-31 lessons=20", *seats]})
    rows = tier_rows(tiny.facts("2026-02-15").filtered(ANY))
    row = student_tiers(tiny.arrow(rows)).now.iloc[0]
    assert (row["consumed"], row["left"]) == (12, 8)
    assert row["velocity"] == pytest.approx(2)
    assert row["depletes_on"].date() == date(2026, 2, 15) + timedelta(weeks=4)
    rows = tier_rows(tiny.facts("2026-04-15").filtered(ANY))  # 56 days without a lesson
    row = student_tiers(tiny.arrow(rows)).now.iloc[0]
    assert row["velocity"] == 0
    assert pd.isna(row["depletes_on"])


def test_a_child_runs_out_on_one_day_on_every_screen(institution):
    """The fold over seats and the fact of what falls due agree, child by child."""
    store = institution.store
    scope = Scope(user="test", role="manager", campuses=EVERY_CAMPUS, as_of=store.as_of)
    facts = Facts(scope)
    paces = store.fold(tier_rows(facts), completion_tiers).set_index("enrolment_id")
    due = store.fetch(depletion_rows(facts.filtered(ANY), limit=100_000)).set_index("enrolment_id")
    both = paces.join(due, how="inner", suffixes=("", "_due"))
    assert len(both) > 100
    assert both["left"].tolist() == both["lessons_left"].tolist()
    days = [both[name].astype("datetime64[us]") for name in ("depletes_on", "depletes_on_due")]
    assert days[0].notna().any()
    pd.testing.assert_series_equal(*days, check_names=False)


def test_the_metric_of_misses_running_agrees_with_the_kernel(tiny):
    rng = np.random.default_rng(9)
    said = ["present", "late", "absent", "leave", "unmarked"]
    tiny.tell(
        {
            f"p{i}": [
                f"2026-01-01 enrol E{i} ends=2026-12-31",
                *taught(*rng.choice(said, 9, p=[0.3, 0.1, 0.4, 0.1, 0.1]), enrolment=f"E{i}"),
            ]
            for i in range(60)
        }
    )
    found = states(tiny, "2026-04-01")
    last = found.found[found.found["checkpoint"] == len(found.days) - 1]
    run = dict(zip(found.enrolments["enrolment_id"].iloc[last["enrolment"]], last["run"],
                   strict=True))  # fmt: skip
    for misses in (1, 2, 3):
        rows = tiny.behind(misses_running, tiny.facts("2026-04-01"), misses=misses)
        told = dict(zip(rows["unit_id"], rows["numerator"].astype(int), strict=True))
        assert told == {key: int(run[key] >= misses) for key in told}
        assert 0 < sum(told.values()) < len(told) > 55


def test_the_order_of_rows_and_the_way_they_are_parted_do_not_matter(tiny):
    rng = np.random.default_rng(8)
    people = {
        f"p{i}": [
            f"2026-01-01 enrol E{i} ends=2026-12-31 lessons=48",
            *taught(
                *rng.choice(["present", "absent", "leave"], 12, p=[0.6, 0.3, 0.1]), every=3,
                enrolment=f"E{i}",
            ),
        ]
        for i in range(20)
    }  # fmt: skip
    tiny.tell(people)
    table = tiny.arrow(tier_rows(tiny.facts("2026-02-15").filtered(ANY)))
    whole = student_tiers(table)
    shuffled = student_tiers(table.take(pa.array(rng.permutation(table.num_rows))))
    assert whole.counts() == shuffled.counts()
    ids = np.array(table["enrolment_id"].to_pylist())
    first = np.isin(ids, [f"E{i}" for i in range(9)])
    parts = [student_tiers(table.filter(pa.array(mask))) for mask in (first, ~first)]
    for week in range(len(whole.days)):
        added = {t: sum(part.counts(week)[t] for part in parts) for t in TIERS}
        assert added == whole.counts(week)


def test_tier_rows_reject_options_out_of_bounds(tiny):
    with pytest.raises(InvalidOption, match="weeks must be at least 1, got 0"):
        tier_rows(tiny.facts("2026-01-17").filtered(ANY), weeks=0)
    with pytest.raises(InvalidOption, match="leave must be neutral or miss, got 'late'"):
        tier_rows(tiny.facts("2026-01-17").filtered(ANY), leave="late")
