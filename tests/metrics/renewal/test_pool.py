"""Who falls due next, by how far the talk has come."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from data.errors import InvalidOption
from data.scope import Filters
from metrics.renewal.pool import pool_period, pool_table, renewal_month, renewal_pool
from tests.metrics.tiny_facts import twice_a_week

AS_OF = "2026-06-01"
LEAD = "2026-01-02 lead sem"


def told(tiny):
    tiny.tell(
        {
            "silent": ["2026-01-05 enrol A ends=2026-06-20 cny=5000"],
            "talk": [
                LEAD,
                "2026-01-05 enrol B ends=2026-06-20 cny=5000",
                "2026-05-10 followup effective",
            ],
            "paid": [
                "2026-01-05 enrol C ends=2026-06-20 cny=5000",
                "2026-05-20 enrol C2 renews=C ends=2027-01-01",
            ],
            "late": [
                LEAD,
                "2026-01-05 enrol D ends=2026-05-10 cny=5000",
                "2026-05-10 followup result=no_answer",
            ],
            "old": ["2026-01-05 enrol E ends=2026-04-30"],
            "gone": ["2026-01-05 enrol F ends=2026-06-20 state=stopped stopped=2026-03-01"],
            "far": ["2026-01-05 enrol G ends=2026-12-20"],
        }
    )
    for person, result, day, reason in (
        ("yes", "promised", "2026-05-20", None), ("no", "refused", "2026-05-20", "price"),
        ("again", "promised", "2026-05-21", None), ("early", "promised", "2026-03-01", None),
    ):  # fmt: skip
        name = person.upper()
        tiny.tell({person: [LEAD, f"2026-01-05 enrol {name} ends=2026-06-20 cny=5000"]})
        if person == "again":
            say(tiny, person, "refused", "2026-05-20", "time")
        say(tiny, person, result, day, reason)
    return tiny.facts(AS_OF)


def say(tiny, person, result, day, reason):
    why = f" reason={reason}" if reason else ""
    tiny.tell({person: [f"{day} followup effective result={result}{why}"]})


def test_renewal_pool_says_how_far_each_talk_is(tiny):
    rows = tiny.behind(renewal_pool, told(tiny)).set_index("person_id")
    assert rows["pipeline"].to_dict() == {
        "silent": "untouched", "talk": "talking", "paid": "paid", "late": "untouched",
        "yes": "promised", "no": "refused", "again": "promised", "early": "untouched",
    }  # fmt: skip
    assert rows["reason"].dropna().to_dict() == {"no": "price"}


def test_the_pools_table_adds_up_to_its_rows(tiny):
    facts = told(tiny)
    filters = Filters(period=pool_period(facts.scope.as_of_on))
    table = tiny.fetch(pool_table(facts.filtered(filters)))
    assert table["enrolments"].sum() == len(tiny.behind(renewal_pool, facts)) == 8
    assert table["due_cny"].sum() == 8 * 5000


def test_a_pack_in_use_falls_due_when_its_pace_uses_it_up(tiny):
    for person, left, last in (("soon", 8, "2026-05-30"), ("far", 60, "2026-05-30"),
                               ("away", 8, "2026-04-20"), ("gone", 8, "2026-05-30")):  # fmt: skip
        state = " state=stopped stopped=2026-05-31" if person == "gone" else ""
        seats = twice_a_week(person, lessons=4, last=last)
        tiny.tell({person: [f"2026-01-05 enrol {person} lessons={left + 4}{state}", *seats]})
    facts = tiny.facts(AS_OF)
    rows = tiny.behind(renewal_pool, facts).set_index("person_id")
    assert pd.to_datetime(rows["unit_on"]).dt.date.to_dict() == {"soon": date(2026, 6, 29)}
    filters = Filters(period=pool_period(facts.scope.as_of_on))
    june = tiny.fetch(
        renewal_month(facts.filtered(filters), start=date(2026, 6, 1), end=date(2026, 7, 1))
    )
    assert june["due"].item() == 1


def test_renewal_pool_rejects_no_days(tiny):
    with pytest.raises(InvalidOption, match="ahead_days must be at least 1, got 0"):
        renewal_pool(tiny.facts(AS_OF), ahead_days=0)


def test_the_months_plan_stands_beside_what_is_paid(tiny):
    facts = told(tiny)
    tiny.add("targets", campus_id="north", month_on=date(2026, 6, 1), metric="renewals", value=5.0)
    filters = Filters(period=pool_period(facts.scope.as_of_on))
    row = tiny.fetch(
        renewal_month(facts.filtered(filters), start=date(2026, 6, 1), end=date(2026, 7, 1))
    ).iloc[0]
    assert (row["due"], row["renewed"], row["plan"]) == (7, 1, 5)
