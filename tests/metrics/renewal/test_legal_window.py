"""The legal window by hand: what one charge may cover, how early the next may come."""

from __future__ import annotations

from datetime import date

import pytest

from data.errors import InvalidOption
from data.scope import Filters, Period
from metrics.renewal.legal_window import (
    charges_beyond_window,
    depletion_rows,
    renewals_before_window,
)
from tests.metrics.tiny_facts import twice_a_week


def test_charges_beyond_window_by_lessons_else_by_days(tiny):
    tiny.tell(
        {
            "ok": ["2026-01-01 enrol A lessons=60 ends=2026-12-31"],
            "much": ["2026-01-01 enrol B lessons=61 ends=2026-02-28"],
            "card": ["2026-01-01 enrol C lessons=0 ends=2026-04-03"],
            "long": ["2026-01-01 enrol D lessons=0 ends=2026-04-04"],
            "adult": ["2026-01-01 enrol E adult lessons=96 ends=2026-12-31"],
            "moved": ["2026-01-01 enrol F kind=transfer lessons=96 ends=2026-12-31"],
        }
    )
    facts = tiny.facts("2026-06-01")
    rows = tiny.behind(charges_beyond_window, facts).set_index("person_id")["numerator"]
    assert rows.astype(int).to_dict() == {"ok": 0, "much": 1, "card": 0, "long": 1}
    assert tiny.figure(charges_beyond_window, facts, most_lessons=59).numerator == 3
    with pytest.raises(InvalidOption, match="most_lessons must be at least 1, got 0"):
        charges_beyond_window(facts, most_lessons=0)


def test_renewals_before_window_need_both_to_be_early(tiny):
    for person, left, starts in (
        ("few", 20, "2026-09-01"), ("soon", 30, "2026-07-01"), ("early", 21, "2026-09-01"),
    ):  # fmt: skip
        name = person.upper()
        tiny.tell(
            {
                person: [
                    f"2026-01-01 enrol {name} lessons={left + 4}",
                    *twice_a_week(name, lessons=4, last="2026-06-04"),
                    *twice_a_week(name, lessons=2, last="2026-06-12"),  # after it was paid
                    f"{starts} enrol {name}2 renews={name} paid=2026-06-05",
                ]
            }
        )
    facts = tiny.facts("2026-12-31")
    rows = tiny.behind(renewals_before_window, facts).set_index("person_id")["numerator"]
    assert rows.astype(int).to_dict() == {"few": 0, "soon": 0, "early": 1}
    assert tiny.figure(renewals_before_window, facts, lessons_left=21).numerator == 0
    with pytest.raises(InvalidOption, match="days_before must be at least 0, got -1"):
        renewals_before_window(facts, days_before=-1)


def test_depletion_is_today_plus_what_is_left_by_pace(tiny):
    for person, name, last in (("lin", "A", "2026-05-30"), ("wu", "B", "2026-03-01")):
        seats = twice_a_week(name, lessons=20, last=last)
        tiny.tell({person: [f"2025-12-01 enrol {name} lessons=48 ends=2026-12-31", *seats]})
    period = Period(start=date(2026, 6, 1), end=date(2026, 6, 2))
    rows = tiny.fetch(depletion_rows(tiny.facts("2026-06-01").filtered(Filters(period=period))))
    lin, wu = rows.set_index("person_id").loc[["lin", "wu"]].to_dict("records")
    assert (lin["lessons_left"], lin["depletes_on"].date()) == (28, date(2026, 9, 7))
    assert lin["opens_on"].date() == date(2026, 6, 29)  # 8 lessons to 20 left, two a week
    assert str(wu["depletes_on"]) == "NaT"  # no lesson for 30 days: no pace
    assert wu["opens_on"].date() == date(2026, 11, 30)
