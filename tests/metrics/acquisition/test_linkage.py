"""Linkage quality and over-claim."""

from metrics.acquisition.linkage import (
    leads_with_touch,
    orders_with_lead,
    over_claim,
    seats_with_enrolment,
    touches_with_cost,
)


def test_orders_with_lead_counts_orders_not_lines(tiny):
    tiny.tell(
        {
            "lin": [
                "2026-01-01 lead sem",
                "2026-01-02 order 5 order=O1",
                "2026-01-02 order 6 order=O1",
            ],
            "wu": ["2026-01-02 order 5", "2026-01-03 refund 5"],
        }
    )
    facts = tiny.facts("2026-06-01")
    row = tiny.figure(orders_with_lead, facts)
    assert (row.numerator, row.denominator) == (1, 2)
    listed = tiny.behind(orders_with_lead, facts)
    assert listed[listed["numerator"] == 0]["person_id"].tolist() == ["wu"]


def test_leads_with_touch(tiny):
    tiny.tell(
        {"lin": ["2025-12-31 touch sem", "2026-01-01 lead sem"], "wu": ["2026-01-02 lead sem"]}
    )
    assert tiny.figure(leads_with_touch, tiny.facts("2026-06-01")).value == 0.5


def test_touches_with_cost_leaves_out_channels_that_cost_nothing(tiny):
    tiny.spend("2026-01-01", "sem", 10)
    tiny.tell(
        {"lin": ["2026-01-01 touch sem", "2026-01-02 touch feed", "2026-01-03 touch organic"]}
    )
    row = tiny.figure(touches_with_cost, tiny.facts("2026-06-01"))
    assert (row.numerator, row.denominator) == (1, 2)


def test_seats_with_enrolment_does_not_trust_a_name_nobody_imported(tiny):
    tiny.tell(
        {
            "lin": [
                "2026-01-01 enrol E1",
                "2026-01-02 seat present enrolment=E1",
                "2026-01-09 seat present enrolment=E9",
            ],
            "wu": ["2026-01-16 seat present"],  # has none to take
        }
    )
    row = tiny.figure(seats_with_enrolment, tiny.facts("2026-06-01"))
    assert (row.numerator, row.denominator) == (1, 3)


def test_over_claim_is_never_added_across_platforms(tiny):
    tiny.spend("2026-01-01", "sem", 10, claimed_conversions=3)
    tiny.spend("2026-01-02", "feed", 10, claimed_conversions=5)
    tiny.tell(
        {
            "lin": ["2026-01-01 lead sem", "2026-01-02 order 5"],
            "wu": ["2026-01-01 lead sem", "2026-01-02 order 5"],
            "xu": ["2026-01-01 lead feed", "2026-01-02 order 5"],
            "yu": ["2026-01-01 lead organic", "2026-01-02 order 5"],
        }
    )
    facts = tiny.facts("2026-06-01")
    by_channel = tiny.figures(over_claim, facts, by=("channel_id",)).set_index("channel_id")
    assert by_channel["value"].to_dict() == {"sem": 1.5, "feed": 5}
    whole = tiny.figure(over_claim, facts)
    assert whole.value != whole.value
    assert whole.numerator != whole.numerator
