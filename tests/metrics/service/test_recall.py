"""Alarms, calls and what became of them; and enrolments against their plan."""

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from metrics.service.completion_tiers import completion_tiers
from metrics.service.recall import alarm_spells, is_contacted, recall, service_contacts
from metrics.service.tiers import tier_rows
from tests.metrics.service.test_tiers import ANY, ENROLLED, taught


def folded(tiny, as_of, kernel, **options):
    return kernel(tiny.arrow(tier_rows(tiny.facts(as_of).filtered(ANY), **options)))


@pytest.mark.parametrize(
    ("called", "hit"),
    [
        ("2026-01-11T15:59:59.999999", False),  # the day of the alarm is not over in Shanghai
        ("2026-01-11T16:00", True),
        ("2026-01-13T16:00", True),  # 48 hours after, the end included
        ("2026-01-13T16:00:00.000001", False),
    ],
)
def test_a_contact_counts_from_the_end_of_the_alarms_day_for_48_hours(called, hit):
    spells = pd.DataFrame({"person_id": ["lin", "wu"], "alarm_on": [date(2026, 1, 11)] * 2})
    contacts = pd.DataFrame({"person_id": ["lin"], "at": pd.to_datetime([called])})
    assert is_contacted(spells, contacts).tolist() == [hit, False]


# Misses on 7, 9 and 11 January: about to leave on Sunday the 11th.
AWAY = ["2026-01-05 seat present enrolment=E1"] + [
    f"2026-01-{day:02d} seat absent enrolment=E1" for day in (7, 9, 11)
]
BACK = ["2026-01-23 seat present enrolment=E1"]
STAYS = taught(*["present"] * 6, first=date(2026, 1, 26))


def test_a_spell_begins_once_and_tells_whether_the_student_came_back_and_stayed(tiny):
    tiny.tell(
        {
            "lin": [ENROLLED, *AWAY, *BACK, *STAYS],
            "wu": [
                "2026-01-01 enrol E2 ends=2026-12-31",
                *(entry.replace("E1", "E2") for entry in AWAY),
            ],
        }
    )
    spells = folded(tiny, "2026-03-01", alarm_spells, weeks=26).set_index("enrolment_id")
    assert spells.loc["E1", "alarm_on"] == spells.loc["E2", "alarm_on"] == date(2026, 1, 11)
    assert spells["has_returned"].to_dict() == {"E1": True, "E2": False}
    assert spells["is_active"].to_dict() == {"E1": True, "E2": False}
    assert spells["is_mature"].all()
    found = recall(spells.reset_index(), pd.DataFrame({"person_id": [], "at": []}))
    assert (found.mature, found.returned, found.active, found.contacted) == (2, 1, 1, 0)
    assert np.isnan(found.difference)


def test_a_young_spell_is_not_judged(tiny):
    tiny.tell({"lin": [ENROLLED, *AWAY]})
    spells = folded(tiny, "2026-01-25", alarm_spells, weeks=26)
    assert spells["is_mature"].tolist() == [False]
    assert recall(spells, pd.DataFrame({"person_id": [], "at": []})).mature == 0


def test_who_comes_after_the_fourteenth_day_has_not_returned_in_time(tiny):
    tiny.tell({"lin": [ENROLLED, *AWAY, "2026-01-26 seat present enrolment=E1", *STAYS[1:]]})
    spells = folded(tiny, "2026-03-01", alarm_spells, weeks=26)
    assert spells["has_returned"].tolist() == [False]


def test_a_call_counts_within_48_hours_of_the_end_of_the_alarms_day():
    spells = pd.DataFrame({"person_id": ["a"] * 1 + ["b", "c", "d"], "alarm_on": date(2026, 1, 11)})
    contacts = pd.DataFrame(
        {
            "person_id": ["a", "b", "c", "d"],
            "at": [
                datetime.fromisoformat(text)
                for text in (
                    "2026-01-11T16:00", "2026-01-13T16:00", "2026-01-13T16:01", "2026-01-11T15:59",
                )
            ],
        }
    )  # fmt: skip
    assert is_contacted(spells, contacts).tolist() == [True, True, False, False]


def test_called_and_not_called_are_compared_where_there_are_enough():
    rng = np.random.default_rng(6)
    count = 200
    spells = pd.DataFrame(
        {
            "person_id": [f"p{i}" for i in range(count)], "alarm_on": date(2026, 1, 11),
            "has_returned": np.r_[rng.random(100) < 0.7, rng.random(100) < 0.3],
            "is_active": True, "is_mature": True,
        }
    )  # fmt: skip
    contacts = pd.DataFrame(
        {"person_id": [f"p{i}" for i in range(100)], "at": datetime.fromisoformat("2026-01-12")}
    )
    found = recall(spells, contacts)
    assert (found.contacted, found.mature) == (100, 200)
    assert found.returned == found.returned_contacted + found.returned_others
    assert found.low > 0.1
    assert found.difference == pytest.approx(
        (found.returned_contacted - found.returned_others) / 100
    )


def test_contacts_are_of_families_with_a_formal_enrolment(tiny):
    tiny.tell(
        {
            "lin": [
                "2025-12-20 lead sem",
                ENROLLED,
                "2026-01-12 followup effective",
                "2026-01-13 followup",
            ],
            "wu": ["2025-12-20 lead sem", "2026-01-12 followup effective"],
        }
    )
    found = tiny.fetch(service_contacts(tiny.facts("2026-03-01")))
    assert found["person_id"].tolist() == ["lin"]
    teacher = tiny.facts("2026-03-01", role="teacher", staff_id="T1")
    assert tiny.fetch(service_contacts(teacher)).empty


def test_pace_is_judged_by_a_straight_plan(tiny):
    """50 days of a term of 100 have passed: 10 of 20 lessons are planned."""

    def term(key, came, missed=0, until="2026-02-24"):
        last = date.fromisoformat(until)
        return [
            f"2026-01-05 enrol {key} ends=2026-04-15 lessons=20",
            *taught("present", first=date(2026, 1, 5), enrolment=key),
            *taught(*["present"] * (came - 1), first=date(2026, 1, 6), every=1, enrolment=key)[
                : came - 2
            ],
            *taught("present", first=last, enrolment=key),
        ]  # fmt: skip

    tiny.tell(
        {
            "lin": term("E1", 10), "wu": term("E2", 8), "xu": term("E3", 7),
            "he": term("E4", 10, until="2026-01-26"),
        }
    )  # fmt: skip
    found = folded(tiny, "2026-02-24", completion_tiers).set_index("enrolment_id")
    assert found["planned"].round(6).eq(10).all()
    assert found["finished"].to_dict() == {"E1": 10, "E2": 8, "E3": 7, "E4": 10}
    assert found["pace"].to_dict() == {
        "E1": "ahead", "E2": "on_pace", "E3": "behind", "E4": "stalled",
    }  # fmt: skip
    assert found.index[0] == "E3"
    assert found["ends_on"].eq(date(2026, 4, 15)).all()


def test_a_lesson_made_up_in_time_counts_for_the_pace_as_for_completion(tiny):
    def term(key, made_up):
        return [
            f"2026-01-05 enrol {key} ends=2026-04-15 lessons=20",
            *taught(*["present"] * 7, first=date(2026, 1, 5), every=1, enrolment=key),
            *taught("absent", "absent", first=date(2026, 2, 1), enrolment=key,
                    more=f"made_up={made_up}"),
            *taught("leave", "present", first=date(2026, 2, 17), enrolment=key),
        ]  # fmt: skip

    tiny.tell({"lin": term("E1", "2026-02-09"), "wu": term("E2", "2026-02-27")})
    found = folded(tiny, "2026-02-24", completion_tiers).set_index("enrolment_id")
    assert found["finished"].to_dict() == {"E1": 10, "E2": 8}  # wu's are not made up yet
    assert found["pace"].to_dict() == {"E1": "ahead", "E2": "on_pace"}
    later = folded(tiny, "2026-03-10", completion_tiers).set_index("enrolment_id")
    assert later["finished"].to_dict() == {"E1": 10, "E2": 8}  # and were too late
