"""New leads, lead rows, duplicates, validity, unmapped channels."""

from datetime import date

import pytest
from statsmodels.stats.proportion import proportion_confint

from data.errors import InvalidOption
from data.scope import Period
from metrics.leads.new_leads import (
    duplicate_rate,
    new_leads,
    raw_leads,
    unmapped_lead_share,
    valid_lead_rate,
)


def test_new_leads_counts_a_person_once_by_the_first_lead(tiny):
    tiny.tell(
        {"lin": ["2026-01-01 lead sem", "2026-01-05 lead feed"], "wu": ["2026-01-06 lead feed"]}
    )
    facts = tiny.facts("2026-02-01")
    counted = tiny.figures(new_leads, facts, by=("channel_id",)).set_index("channel_id")
    assert counted["value"].to_dict() == {"sem": 1, "feed": 1}
    assert tiny.figure(raw_leads, facts).value == 3
    assert tiny.figure(duplicate_rate, facts).value == pytest.approx(1 / 3)


def test_new_leads_of_a_period_leave_out_a_person_known_before_it(tiny):
    tiny.tell(
        {"lin": ["2025-12-31 lead sem", "2026-01-05 lead feed"], "wu": ["2026-01-31 lead feed"]}
    )
    january = Period(start=date(2026, 1, 1), end=date(2026, 2, 1))
    facts = tiny.facts("2026-02-01")
    assert tiny.figure(new_leads, facts, period=january).value == 1
    assert tiny.figure(raw_leads, facts, period=january).value == 2


def test_new_leads_fall_on_the_local_day_not_the_utc_day(tiny):
    # 17:00 UTC on 31 December is 01:00 on 1 January in Shanghai.
    tiny.tell({"lin": ["2025-12-31T17:00 lead sem"]})
    january = Period(start=date(2026, 1, 1), end=date(2026, 2, 1))
    assert tiny.figure(new_leads, tiny.facts("2026-02-01"), period=january).value == 1


def test_new_leads_interval_is_byars(tiny):
    """Breslow & Day (1987), vol. II, table 2.11: 10 deaths have 95 % limits 4.79 and 18.39."""
    tiny.tell({f"p{i}": ["2026-01-01 lead sem"] for i in range(10)})
    row = tiny.figure(new_leads, tiny.facts("2026-02-01"))
    assert (row.value, round(row.low, 2), round(row.high, 2)) == (10, 4.79, 18.39)


def test_valid_lead_rate_waits_for_the_judgement(tiny):
    tiny.tell(
        {
            "lin": ["2026-01-01 lead sem"],
            "wu": ["2026-01-01 lead sem unreachable"],
            "xu": ["2026-01-09 lead sem unreachable"],
        }
    )
    row = tiny.figure(valid_lead_rate, tiny.facts("2026-01-10"))
    assert (row.numerator, row.denominator, row.immature, row.value) == (1, 2, 1, 0.5)
    assert tiny.figure(valid_lead_rate, tiny.facts("2026-01-10"), judged_hours=24).denominator == 3


def test_valid_lead_rate_interval_is_wilsons(tiny):
    leads = ["2026-01-01 lead sem unreachable"] * 7 + ["2026-01-01 lead sem"] * 33
    tiny.tell({f"p{i}": [lead] for i, lead in enumerate(leads)})
    row = tiny.figure(valid_lead_rate, tiny.facts("2026-02-01"))
    low, high = proportion_confint(33, 40, method="wilson")
    assert (row.low, row.high) == pytest.approx((low, high))


def test_valid_lead_rate_of_nobody_is_missing_not_zero(tiny):
    row = tiny.figure(valid_lead_rate, tiny.facts("2026-01-10"))
    assert row.denominator == 0
    assert row.value != row.value


def test_valid_lead_rate_rejects_no_hours(tiny):
    with pytest.raises(InvalidOption, match="judged_hours must be at least 1, got 0"):
        valid_lead_rate(tiny.facts("2026-01-10"), judged_hours=0)


def test_unmapped_lead_share_counts_a_lead_without_channel(tiny):
    tiny.tell(
        {"lin": ["2026-01-01 lead -"], "wu": ["2026-01-01 lead tv"], "xu": ["2026-01-01 lead sem"]}
    )
    figures = tiny.figures(unmapped_lead_share, tiny.facts("2026-01-10"), by=("channel_id",))
    assert figures["numerator"].sum() == 2
    assert figures["channel_id"].isna().sum() == 1
