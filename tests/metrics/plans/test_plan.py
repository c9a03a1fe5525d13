from __future__ import annotations

from datetime import date

from data.scope import Filters, Period
from metrics.plans.plan import month_plan

MARCH = Filters(period=Period(start=date(2026, 3, 1), end=date(2026, 4, 1)))


def test_month_plan_adds_the_campuses_in_scope_and_keeps_to_the_month(
    journeys, facts, facts_for, fetch
):
    journeys(
        {
            "plan": [
                "2026-03-01 target new_leads 100 @north",
                "2026-03-01 target new_leads 50 @south",
                "2026-02-01 target new_leads 70 @north",
            ]
        },
        as_of="2026-03-10",
    )
    whole = fetch(month_plan(facts.filtered(MARCH), month_on=date(2026, 3, 1)))
    assert [(row.metric, row.value) for row in whole] == [("new_leads", 150)]
    north = fetch(
        month_plan(facts_for("campus_head", ("north",)).filtered(MARCH), month_on=date(2026, 3, 1))
    )
    assert [row.value for row in north] == [100]


def test_month_plan_has_no_row_where_nothing_was_planned(journeys, facts, fetch):
    journeys({"lin": ["2026-03-01 lead sem"]})
    assert fetch(month_plan(facts.filtered(MARCH), month_on=date(2026, 3, 1))) == []
