"""Alarmed students called or not, like with like: by hand, against a regression, and by chance."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from data.errors import InvalidOption
from metrics.service.save_effect import matched, save_cost, save_effect

ALARM = date(2026, 3, 1)


def spells(*groups: tuple[str, bool, int, int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Spells and contacts of groups: tier, whether called, how many, how many stayed."""
    rows, calls = [], []
    for tier, called, n, stayed in groups:
        for i in range(n):
            person = f"P{len(rows)}"
            rows.append(
                {
                    "person_id": person, "tier_name": tier, "alarm_on": ALARM,
                    "has_returned": i < stayed, "is_active": i < stayed, "is_mature": True,
                }
            )  # fmt: skip
            if called:
                calls.append(
                    {
                        "person_id": person,
                        "at": pd.Timestamp("2026-03-02 04:00"),
                        "seconds": 600 * (i % 2),
                    }
                )
    return pd.DataFrame(rows), pd.DataFrame(calls, columns=["person_id", "at", "seconds"])


TOLD = (
    ("about_to_leave", True, 60, 42), ("about_to_leave", False, 40, 20),
    ("lost", True, 20, 6), ("lost", False, 80, 8),
)  # fmt: skip


def test_groups_and_the_matched_difference_by_hand():
    found = save_effect(*spells(*TOLD))
    groups = found.groups.set_index(["tier_name", "called"])
    assert groups.loc[("lost", True), ["n", "active"]].tolist() == [20, 0.3]
    # Weights 24 and 16: (24 · 0.2 + 16 · 0.2) ÷ 40. All together 48/80 − 28/120 would be 0.37:
    # the grave were called less.
    assert found.active.value == pytest.approx(0.2)
    assert found.active.is_proven
    assert (found.active.called, found.active.others) == (80, 120)
    assert (found.contacts, found.timed, found.seconds) == (80, 40, 24_000.0)


def test_the_matched_difference_is_a_regressions_within_tiers():
    rng = np.random.default_rng(4)
    tier = rng.choice(["about_to_leave", "lost"], 900)
    called = rng.random(900) < np.where(tier == "lost", 0.2, 0.6)
    stays = rng.random(900) < np.where(tier == "lost", 0.2, 0.5) + 0.15 * called
    frame = pd.DataFrame({"tier_name": tier, "called": called, "is_active": stays})
    found = matched(frame, "is_active")
    fit = smf.ols("y ~ c + C(tier_name)", frame.assign(y=stays * 1.0, c=called * 1.0)).fit(
        cov_type="HC1"
    )
    assert found.value == pytest.approx(fit.params["c"], abs=1e-9)
    low, high = fit.conf_int().loc["c"]
    assert (found.low, found.high) == (pytest.approx(low, abs=0.01), pytest.approx(high, abs=0.01))


def test_where_calls_do_nothing_a_saving_is_rarely_proven():
    rng = np.random.default_rng(9)
    proven = 0
    for _case in range(200):
        called = rng.random(300) < 0.4
        frame = pd.DataFrame(
            {
                "tier_name": rng.choice(["about_to_leave", "lost"], 300), "called": called,
                "is_active": rng.random(300) < 0.4,
            }
        )  # fmt: skip
        proven += matched(frame, "is_active").is_proven
    assert proven <= 12  # of a one-sided 2.5 %: five expected


def test_a_tier_that_holds_one_side_only_tells_nothing():
    found = save_effect(*spells(("about_to_leave", True, 90, 80), ("lost", False, 90, 5)))
    assert np.isnan(found.active.value)
    assert (found.active.called, found.active.others) == (0, 0)
    assert not found.active.is_proven


def test_young_alarms_and_late_calls_count_for_nothing():
    told, calls = spells(*TOLD)
    told.loc[:9, "is_mature"] = False
    calls["at"] = pd.Timestamp("2026-03-04 04:00")  # three days later
    found = save_effect(told, calls)
    assert len(found.spells) == 190
    assert not found.spells["called"].any()
    assert found.contacts == 0


def test_a_saved_student_costs_hours_and_yuan():
    found = save_effect(*spells(*TOLD))
    # 40 calls of ten minutes on record, 40 of a quarter of an hour
    cost = save_cost(found, minutes=15, hourly_cny=60)
    assert cost.hours == pytest.approx(40 / 6 + 10)
    assert cost.saved[0] == pytest.approx(16)  # a fifth of the 80 called
    assert cost.hours_each[0] == pytest.approx(cost.hours / 16)
    assert cost.cny_each[0] == pytest.approx(cost.hours * 60 / 16)
    assert cost.hours_each[1] < cost.hours_each[0] < cost.hours_each[2]
    unknown = save_cost(found, minutes=15, hourly_cny=None)
    assert np.isnan(unknown.cny_each[0])
    assert unknown.hours == cost.hours


def test_without_a_proven_saving_no_cost_is_told():
    even = (("lost", True, 60, 30), ("lost", False, 60, 30))
    cost = save_cost(save_effect(*spells(*even)), minutes=15, hourly_cny=60)
    assert np.isnan([*cost.saved, *cost.hours_each, *cost.cny_each]).all()
    assert cost.cny > 0
    with pytest.raises(InvalidOption, match="minutes must be above 0"):
        save_cost(save_effect(*spells(*even)), minutes=0, hourly_cny=60)
