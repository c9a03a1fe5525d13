from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from data.errors import InvalidOption
from data.scope import Filters, Period
from metrics.plans.today import hour_curve, leads_by_hour, so_far

MARCH = Filters(period=Period(start=date(2026, 3, 1), end=date(2026, 4, 1)))


def test_leads_by_hour_reads_the_as_of_day_and_the_same_weekdays_before(journeys, facts, fetch):
    journeys(
        {
            # 28 March 2026 is a Saturday; 02:30 UTC is 10:30 in Shanghai.
            "lin": ["2026-03-28T02:30 lead sem"],
            "wang": ["2026-03-28T02:40 lead feed"],
            "zhao": ["2026-03-21T13:00 lead sem"],
            "qian": ["2026-03-27T02:30 lead sem"],  # a Friday
        },
        as_of="2026-03-28T04:00",
    )
    found = fetch(leads_by_hour(facts.filtered(MARCH), weeks=4))
    assert [(row.created_on.isoformat(), row.created_hour, row.leads) for row in found] == [
        ("2026-03-21", 21, 1),
        ("2026-03-28", 10, 2),
    ]


def test_an_hour_under_way_is_compared_with_as_much_of_it_on_the_days_before(
    journeys, facts, fetch
):
    journeys(
        {
            "lin": ["2026-03-28T02:05 lead sem"],  # 10:05 in Shanghai
            "wang": ["2026-03-21T01:30 lead feed"],
            "zhao": ["2026-03-21T02:04 lead sem"],
            "qian": ["2026-03-21T02:30 lead sem"],  # after this time of day
            "sun": ["2026-03-14T13:00 lead sem"],
        },
        as_of="2026-03-28T02:10",
    )
    hours = pd.DataFrame(
        [row._asdict() for row in fetch(leads_by_hour(facts.filtered(MARCH)))]
    )  # fmt: skip
    assert so_far(hours, today=date(2026, 3, 28), weeks=2) == [1, 2, 0]
    assert hours["leads"].sum() == 5


def test_leads_by_hour_counts_a_person_once_and_keeps_to_the_channels(journeys, facts, fetch):
    journeys(
        {
            "lin": ["2026-03-28T01:00 lead sem", "2026-03-28T02:00 lead feed"],
            "wang": ["2026-03-28T01:30 lead feed"],
        },
        as_of="2026-03-28T04:00",
    )
    only_sem = Filters(period=MARCH.period, channels=("sem",))
    assert sum(row.leads for row in fetch(leads_by_hour(facts.filtered(MARCH)))) == 2
    assert sum(row.leads for row in fetch(leads_by_hour(facts.filtered(only_sem)))) == 1


@pytest.mark.parametrize("weeks", [0, 13])
def test_leads_by_hour_refuses_weeks_outside_its_bounds(facts, weeks):
    with pytest.raises(InvalidOption, match=f"weeks must be from 1 to 12, got {weeks}"):
        leads_by_hour(facts.filtered(MARCH), weeks=weeks)


def test_hour_curve_adds_up_and_leaves_the_hours_to_come_open():
    hours = pd.DataFrame(
        [
            (date(2026, 3, 28), 9, 2),
            (date(2026, 3, 28), 10, 1),
            (date(2026, 3, 21), 9, 4),
            (date(2026, 3, 14), 20, 2),
        ],
        columns=["created_on", "created_hour", "leads"],
    )
    curve = hour_curve(hours, today=date(2026, 3, 28), now_hour=10, weeks=2).set_index("hour")
    assert list(curve["today"].loc[[8, 9, 10]]) == [0, 2, 3]
    assert np.isnan(curve["today"].loc[11])
    assert curve["usual"].loc[10] == 2  # (4 + 0) / 2
    assert (curve["low"].loc[10], curve["high"].loc[10]) == (0, 4)
    assert curve["usual"].loc[23] == 3


def test_hour_curve_takes_a_weekday_without_a_lead_as_none():
    nothing = pd.DataFrame({"created_on": [], "created_hour": [], "leads": []})
    curve = hour_curve(nothing, today=date(2026, 3, 28), now_hour=5)
    assert curve["usual"].sum() == 0
    assert curve["today"].notna().sum() == 6
