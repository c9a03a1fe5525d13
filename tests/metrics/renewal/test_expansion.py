"""Further subjects and what the families are worth, by hand."""

from __future__ import annotations

from datetime import date

import pytest

from data.errors import InvalidOption, UnknownName
from data.facts import Facts
from data.scope import Filters, Period
from metrics.renewal.expansion import (
    expansion_eligible,
    expansion_rate,
    next_subjects,
    retention_rows,
    retention_sums,
)

MARCH = Period(start=date(2026, 3, 1), end=date(2026, 4, 1))


def told(tiny):
    tiny.tell(
        {
            "adds": [
                "2026-01-10 enrol A ends=2026-12-31",
                "2026-03-10 enrol A2 ends=2026-12-31 line=art",
            ],
            "renews": ["2026-01-10 enrol B ends=2026-03-20", "2026-03-10 enrol B2 renews=B"],
            "stays": ["2026-01-10 enrol C ends=2026-12-31"],
            "comes": ["2026-03-10 enrol D ends=2026-12-31"],
            "gone": ["2026-01-10 enrol E ends=2026-02-20"],
        }
    )
    return tiny.facts("2026-04-15")


def test_expansion_rate_counts_those_there_at_the_start_who_add_a_subject(tiny):
    row = tiny.figure(expansion_rate, told(tiny), period=MARCH)
    assert (row.numerator, row.denominator) == (1, 3)


def test_expansion_rate_of_the_running_month_is_immature(tiny):
    april = Period(start=date(2026, 4, 1), end=date(2026, 5, 1))
    row = tiny.figure(expansion_rate, told(tiny), period=april)
    assert (row.denominator, row.immature) == (0, 4)  # adds, renews, stays, comes


def test_expansion_eligible_has_one_subject_and_is_settled(tiny):
    rows = tiny.behind(expansion_eligible, told(tiny))
    assert rows["person_id"].tolist() == ["stays"]
    with pytest.raises(InvalidOption, match="settled_days must be at least 1, got 0"):
        expansion_eligible(tiny.facts("2026-04-15"), settled_days=0)


def test_a_second_child_of_the_family_adds_no_subject(tiny):
    tiny.tell(
        {
            "family": [
                "2026-01-10 enrol A ends=2026-12-31 student=elder",
                "2026-03-10 enrol B ends=2026-12-31 student=younger line=art",
            ]
        }
    )
    facts = tiny.facts("2026-05-15")
    row = tiny.figure(expansion_rate, facts, period=MARCH)
    assert (row.numerator, row.denominator) == (0, 1)
    april = Period(start=date(2026, 4, 1), end=date(2026, 5, 1))
    assert tiny.figure(expansion_rate, facts, period=april).denominator == 2
    assert len(tiny.behind(expansion_eligible, facts)) == 2  # each child has one subject
    assert tiny.fetch(next_subjects(facts.filtered(Filters(period=MARCH)))).empty


def test_next_subjects_of_one_line_are_held_against_all(tiny):
    for n in range(3):
        tiny.tell({f"a{n}": [f"2026-01-01 enrol A{n}", f"2026-01-11 enrol B{n} line=art"]})
    tiny.tell({"y": ["2026-01-01 enrol Y line=art", "2026-01-31 enrol Z line=chess"]})
    tiny.tell({"w": ["2026-01-01 enrol V line=chess", "2026-01-31 enrol W"]})
    facts = tiny.facts("2026-04-15")
    whole = tiny.fetch(next_subjects(facts.filtered(Filters(period=MARCH))))
    maths = tiny.fetch(
        next_subjects(facts.filtered(Filters(period=MARCH, course_lines=("maths",))))
    )
    assert maths.to_dict("records") == whole[whole["subject"] == "maths"].to_dict("records")
    assert maths["lift"].tolist() == [pytest.approx(1 / (3 / 5))]
    assert maths["had"].tolist() == [4]  # three that began with it, and one who came to it


def test_next_subjects_give_support_lift_and_days(tiny):
    for n in range(3):
        tiny.tell({f"a{n}": [f"2026-01-01 enrol A{n}", f"2026-01-11 enrol B{n} line=art"]})
    tiny.tell({"m": ["2026-01-01 enrol M"], "x": ["2026-01-01 enrol X line=art"]})
    tiny.tell({"y": ["2026-01-01 enrol Y line=art", "2026-01-31 enrol Z line=chess"]})
    rows = tiny.fetch(next_subjects(tiny.facts("2026-04-15").filtered(Filters(period=MARCH))))
    first = rows.iloc[0]
    assert (first["subject"], first["next_subject"], first["students"]) == ("maths", "art", 3)
    assert (first["had"], first["support"], first["median_days"]) == (4, 0.75, 10)
    assert first["lift"] == pytest.approx((3 / 3) / (3 / 4))
    assert rows["students"].sum() == 4


def test_retention_adds_up_to_the_cent(tiny):
    tiny.tell(
        {
            "more": [
                "2026-01-01 enrol A ends=2026-12-27 cny=3600",  # 360 days: 300 a month
                "2026-03-10 enrol A2 ends=2026-07-08 cny=400 line=art",  # 120 days: 100 a month
            ],
            "less": [
                "2026-01-01 enrol B ends=2026-03-20 cny=780",  # 78 days: 300 a month
                "2026-03-15 enrol B2 ends=2026-07-13 cny=400",
            ],
            "gone": ["2026-01-01 enrol C ends=2026-03-20 cny=780"],
            "new": ["2026-03-10 enrol D ends=2026-07-08 cny=400"],
        }
    )
    sums = tiny.fetch(
        retention_sums(tiny.facts("2026-04-15").filtered(Filters(period=MARCH)))
    ).iloc[0]
    assert (sums["persons"], sums["stayed"], sums["opening"]) == (3, 2, 900)
    assert (sums["expansion"], sums["contraction"], sums["churn"]) == (100, 200, 300)
    assert (sums["closing"], sums["fresh"]) == (500, 100)


def test_who_is_worth_as_much_as_before_neither_expands_nor_contracts(tiny):
    tiny.tell(
        {
            "same": ["2026-01-01 enrol A ends=2026-12-27 cny=3600"],
            "more": [
                "2026-01-01 enrol B ends=2026-12-27 cny=3600",
                "2026-03-10 enrol B2 ends=2026-07-08 cny=0.04 line=art",  # a cent a month
            ],
            "less": [
                "2026-01-01 enrol C ends=2026-12-27 cny=3600",
                "2026-01-01 enrol C2 ends=2026-03-20 cny=0.04 line=art",
            ],
        }
    )
    facts = tiny.facts("2026-04-15").filtered(Filters(period=MARCH))
    behind = {
        part: tiny.fetch(retention_rows(facts, part=part))["person_id"].to_list()
        for part in ("expansion", "contraction", "churn")
    }
    assert behind == {"expansion": ["more"], "contraction": ["less"], "churn": []}


def test_the_persons_behind_a_part_of_retention_add_up_to_it(institution):
    store = institution.store
    facts = Facts(institution.accounts.viewer("manager").scope(store.as_of))
    filters = Filters(period=Period(start=date(2026, 1, 1), end=date(2026, 4, 1)))
    sums = store.fetch(retention_sums(facts.filtered(filters))).iloc[0]
    for part, sign in (("expansion", 1), ("contraction", -1), ("churn", -1)):
        rows = store.fetch(retention_rows(facts.filtered(filters), part=part))
        assert len(rows)
        assert rows["person_id"].is_unique
        assert sign * rows["change"].sum() == pytest.approx(sums[part], abs=0.005), part
        assert (rows["closing"] - rows["opening"] - rows["change"]).abs().max() < 1e-6
    assert (rows["closing"] == 0).all()  # of those who left
    for part in ("opening", "closing"):
        rows = store.fetch(retention_rows(facts.filtered(filters), part=part))
        assert rows[part].sum() == pytest.approx(sums[part], abs=0.005)
    with pytest.raises(UnknownName, match="part"):
        retention_rows(facts.filtered(filters), part="fresh")


def test_retention_parts_add_up_on_the_sample(institution):
    store = institution.store
    facts = Facts(institution.accounts.viewer("manager").scope(store.as_of))
    for month in range(1, 10):
        period = Period(start=date(2026, month, 1), end=date(2026, month + 1, 1))
        s = store.fetch(retention_sums(facts.filtered(Filters(period=period)))).iloc[0]
        left = s["opening"] + s["expansion"] - s["contraction"] - s["churn"]
        assert left == pytest.approx(s["closing"], abs=0.005), period
        assert s["opening"] > 0
        assert s["churn"] > 0
