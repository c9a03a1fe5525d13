"""The prepaid balance by hand, and that it rolls forward without a cent lost."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from data.facts import Facts
from data.scope import Period
from metrics.foundation.units import rollup
from metrics.renewal.prepaid import MOVEMENTS, prepaid_change, roll_forward
from tests.within import within


def told(tiny):
    tiny.tell(
        {
            "lin": [
                "2026-01-01 enrol A lessons=3 cny=100 ends=2026-03-31",
                "2026-02-01 seat present enrolment=A",
                "2026-02-08 seat absent enrolment=A consumed=0",
            ],
            "wu": [
                "2026-01-01 enrol B lessons=10 cny=1000 ends=2026-12-31 state=refunded"
                " stopped=2026-02-20 back=2026-02-25 back_cny=850",
                "2026-02-05 seat present enrolment=B",
            ],
            "xu": ["2026-02-10 enrol C kind=transfer lessons=10 cny=500 ends=2026-12-31"],
        }
    )
    return tiny.facts("2026-06-01")


def months(tiny, facts, *bounds):
    edges = [date.fromisoformat(day) for day in bounds]
    found = []
    for start, end in pairwise(edges):
        before, during = (
            tiny.figures(prepaid_change, facts, by=("movement",), period=Period(start=a, end=b))
            for a, b in ((date(2000, 1, 1), start), (start, end))
        )
        found.append(roll_forward(before, during))
    return found


def test_the_balance_rolls_forward_by_its_movements(tiny):
    january, february, march = months(
        tiny, told(tiny), "2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"
    )
    assert (january.opening, january.movements["charged"], january.closing) == (0, 1100, 1100)
    assert february.opening == 1100
    assert february.movements == {
        "charged": 0, "moved_in": 500, "taught": -133.33, "refunded": -850, "released": -50,
    }  # fmt: skip
    assert february.closing == pytest.approx(566.67)
    assert march.movements["released"] == pytest.approx(-66.67)  # lin's two unused lessons
    assert march.closing == 500


def test_each_month_opens_with_what_the_one_before_closed_with(institution):
    store = institution.store
    facts = Facts(institution.accounts.viewer("manager").scope(store.as_of))

    def by_movement(start, end):
        units = within(prepaid_change(facts), period=Period(start=start, end=end))
        return store.fetch(rollup(units, kind="sum", as_of=facts.as_of, by=["movement"]))

    closing = None
    for month in range(6, 11):
        start, end = date(2026, month, 1), date(2026, month + 1, 1)
        found = roll_forward(by_movement(date(2000, 1, 1), start), by_movement(start, end))
        assert found.closing == pytest.approx(found.opening + sum(found.movements.values()))
        assert closing is None or found.opening == pytest.approx(closing, abs=0.005)
        assert set(found.movements) == set(MOVEMENTS)
        assert found.closing > 0
        closing = found.closing


def test_no_family_is_owed_less_than_nothing_and_who_has_ended_nothing(institution):
    store = institution.store
    facts = Facts(institution.accounts.viewer("manager").scope(store.as_of))
    units = prepaid_change(facts)
    sums = store.fetch(
        units.group_by("person_id").aggregate(owed=units.numerator.sum().cast("float64"))
    )
    assert (sums["owed"] >= 0).all()
    running = set(
        store.fetch("SELECT DISTINCT person_id FROM fact_due WHERE state = 'active'")["person_id"]
    )
    ended = sums[~sums["person_id"].isin(running)]
    assert len(ended) > 500
    assert (ended["owed"] == 0).all()
