"""Plans of activities: spread over days, due by now, held against what came."""

import pandas as pd
import pytest

from metrics.activities.plan import channel_estimates, elapsed, phase_gaps, planned_by_day


def plan(**leads: int) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"phase": phase, "share_channel": "group", "planned_visits": n * 4, "planned_leads": n}
            for phase, n in leads.items()
        ]
    )


def test_a_phases_leads_are_spread_evenly_over_its_days():
    daily = planned_by_day(plan(launch=20, middle=9, sprint=8), 7)
    assert daily == [10, 10, 3, 3, 3, 4, 4]


def test_what_is_planned_for_a_phase_without_days_is_not_lost():
    daily = planned_by_day(plan(launch=20, middle=6, sprint=4), 3)
    assert daily == [12, 12, 6]


def test_elapsed_is_the_part_of_each_phase_that_is_over():
    assert elapsed(8, 3) == {"launch": 1.0, "middle": 0.25, "sprint": 0.0}
    assert elapsed(2, 1) == {"launch": 0.5, "middle": 1.0, "sprint": 1.0}


def test_phase_gaps_hold_only_days_that_are_over_against_the_plan():
    gaps = phase_gaps(plan(launch=20, middle=9, sprint=8), [12, 6, 1], 7).set_index("phase")
    assert gaps.loc["launch", ["due", "actual", "gap"]].tolist() == [20, 18, -2]
    assert gaps.loc["launch", "gap_share"] == pytest.approx(-0.1)
    assert gaps.loc["middle", ["planned", "due", "actual", "over"]].tolist() == [9, 3, 1, 1]
    assert gaps.loc["sprint", ["due", "actual", "over"]].tolist() == [0, 0, 0]
    assert pd.isna(gaps.loc["sprint", "gap_share"])


def test_channel_estimates_keep_what_nobody_planned():
    actual = pd.DataFrame(
        {"stream": ["group", "direct"], "visitors": [30.0, 8.0], "leads": [6.0, 2.0]}
    )
    table = channel_estimates(
        plan(launch=10, middle=8), actual, part={"launch": 1.0, "middle": 0.5}
    ).set_index("stream")
    assert table.loc["group", ["planned_visits", "planned_leads", "gap"]].tolist() == [56, 14, -8]
    assert table.loc["direct", ["planned_leads", "leads", "gap"]].tolist() == [0, 2, 2]
    assert pd.isna(table.loc["direct", "gap_share"])
