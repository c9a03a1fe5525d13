"""What the sample is built with: columns, days and hours."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import holidays
import numpy as np
import pytest

from data.errors import UnknownName
from data.sample import AS_OF
from data.sample.calendar import HOLIDAYS, TODAY, demand, time_of_day
from data.sample.columns import days, instants, labelled, money, numbered, rows

LAST_DAY = AS_OF.date()


def test_columns_build_exact_values_and_mark_what_is_missing():
    assert numbered("L", np.array([12, -1]), 4).to_pylist() == ["L0012", None]
    assert labelled(("a", "b"), np.array([1, -1, 0])).to_pylist() == ["b", None, "a"]
    assert [str(v) for v in money(np.array([990, 2**53 + 1])).to_pylist()] == [
        "9.90",
        "90071992547409.93",
    ]
    assert instants(np.array([0, -1])).to_pylist()[1] is None
    assert days(np.array([20_593, -1])).to_pylist() == [date(2026, 5, 20), None]
    assert (LAST_DAY - date(1970, 1, 1)).days == TODAY


def test_rows_refuses_a_column_the_contract_lacks():
    with pytest.raises(UnknownName, match="column of campuses must be a known name, got 'nam'"):
        rows("campuses", nam=["x"])


def test_holidays_cover_every_public_holiday_that_the_holidays_library_knows():
    spans = [
        {date(1970, 1, 1) + timedelta(days=day) for day in range(first, last + 1)}
        for first, last in HOLIDAYS
    ]
    covered = set().union(*spans)
    known = set(holidays.country_holidays("CN", years=(2025, 2026)))
    in_range = {day for day in known if date(2025, 5, 20) <= day <= LAST_DAY}
    assert in_range <= covered
    assert len(covered - in_range) <= 16  # weekends within the spans
    assert all(first[1] < second[0] for first, second in pairwise(HOLIDAYS))


def test_demand_peaks_in_summer_and_at_weekends_and_sums_to_one():
    share = demand()
    assert share.sum() == pytest.approx(1.0)
    first = date(2025, 5, 20)
    of = {first + timedelta(days=i): value for i, value in enumerate(share)}
    assert of[date(2026, 7, 18)] > 1.2 * of[date(2026, 7, 15)]  # Saturday, Wednesday
    july = sum(v for d, v in of.items() if (d.year, d.month) == (2026, 7))
    february = sum(v for d, v in of.items() if (d.year, d.month) == (2026, 2))
    assert july > 2 * february
    assert of[LAST_DAY] < of[date(2026, 11, 14)]


def test_time_of_day_favours_evenings_and_stops_today_at_the_as_of_hour():
    rng = np.random.default_rng(1)
    friday = time_of_day(rng, np.full(4_000, TODAY - 1)) // 3600
    assert ((friday >= 18) & (friday < 22)).mean() > 0.3
    today = time_of_day(rng, np.full(4_000, TODAY)) // 3600
    assert today.max() == 17
