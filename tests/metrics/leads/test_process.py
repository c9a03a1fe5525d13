"""What is done with leads, told by days: given away, called, reached, invited, lost."""

from __future__ import annotations

import pytest

from data.errors import InvalidOption
from metrics.foundation.units import rollup
from metrics.leads.campus_visits import trial_attendance, visit_after_invite, visit_to_paid
from metrics.leads.pool import (
    overdue_leads,
    reactivation_rate,
    recycle_rate,
    standing_leads,
    unpaid_leads,
)
from metrics.leads.process import (
    effective_contact_rate,
    first_contact_rate,
    followups_per_lead,
    lost_leads,
    unassigned_rate,
)


@pytest.fixture
def figure(facts, fetch):
    def of(metric, **options):
        (row,) = fetch(rollup(metric(facts, **options), kind=metric.kind, as_of=facts.as_of))
        return row.numerator, row.denominator, row.immature

    return of


def test_unassigned_rate_counts_who_had_to_wait_for_an_owner(figure, journeys):
    journeys(
        {
            "quick": ["2026-01-01T02:00 lead sem assigned=2026-01-01T03:00"],
            "late": ["2026-01-01T02:00 lead sem assigned=2026-01-03T03:00"],
            "nobody": ["2026-01-01T02:00 lead sem"],
            "young": ["2026-01-04T20:00 lead sem"],
        },
        as_of="2026-01-05T00:00",
    )
    assert figure(unassigned_rate) == (2, 3, 1)
    assert figure(unassigned_rate, hours=72) == (1, 3, 1)


def test_contact_rates_tell_called_from_reached(figure, journeys):
    given = "2026-01-01T02:00 lead sem assigned=2026-01-01T03:00"
    journeys(
        {
            "reached": [given, "2026-01-01T04:00 followup effective"],
            "called": [given, "2026-01-01T04:00 followup", "2026-01-04 followup effective"],
            "ignored": [given],
            "nobody": ["2026-01-01T02:00 lead sem", "2026-01-01T04:00 followup effective"],
        },
        as_of="2026-01-10T00:00",
    )
    assert figure(first_contact_rate) == (2, 3, 0)
    assert figure(effective_contact_rate) == (1, 3, 0)
    assert figure(effective_contact_rate, hours=96) == (2, 3, 0)


def test_a_contact_counts_for_the_lead_it_names(figure, journeys):
    """A second lead of the same family is not reached by calls about the first."""
    journeys(
        {
            "lin": ["2026-01-01T02:00 lead sem assigned=2026-01-01T03:00",
                    "2026-01-01T04:00 followup effective",
                    "2026-02-01T02:00 lead feed assigned=2026-02-01T03:00"],
        },
        as_of="2026-02-10T00:00",
    )  # fmt: skip
    assert figure(effective_contact_rate) == (1, 2, 0)


def test_followups_per_lead_are_those_of_the_window(figure, journeys):
    journeys(
        {
            "lin": ["2026-01-01 lead sem", "2026-01-02 followup", "2026-01-30 followup effective",
                    "2026-02-15 followup"],
            "wang": ["2026-01-01 lead sem"],
            "young": ["2026-02-20 lead sem", "2026-02-21 followup"],
        },
        as_of="2026-03-01",
    )  # fmt: skip
    assert figure(followups_per_lead) == (2, 2, 1)


def test_invited_and_visited_and_paid(figure, journeys):
    journeys(
        {
            "came": ["2026-01-01 lead sem", "2026-01-02 followup effective result=invited",
                     "2026-01-10 followup effective result=visited", "2026-01-20 order 5000"],
            "late": ["2026-01-01 lead sem", "2026-01-02 followup effective result=invited",
                     "2026-01-30 followup effective result=visited"],
            "away": ["2026-01-01 lead sem", "2026-01-02 followup effective result=trial_booked"],
            "paid": ["2026-01-01 lead sem", "2026-01-03 order 5000",
                     "2026-01-10 followup effective result=visited"],
        },
        as_of="2026-04-01",
    )  # fmt: skip
    assert figure(visit_after_invite) == (1, 3, 0)
    assert figure(visit_after_invite, window_days=40) == (2, 3, 0)
    assert figure(visit_to_paid) == (1, 2, 0)


def test_trial_attendance_is_of_lessons_not_of_orders(figure, journeys):
    taste, full = "course=maths-trial", "course=maths-formal"
    journeys(
        {
            "came": ["2026-01-01 trial 9", f"2026-01-08 seat present {taste}"],
            "away": ["2026-01-01 trial 9", f"2026-01-08 seat absent {taste}"],
            "other": ["2026-01-01 trial 9", f"2026-01-08 seat present {full}"],
            "late": ["2026-01-01 trial 9", f"2026-03-08 seat late {taste}"],
        },
        as_of="2026-06-01",
    )
    assert figure(trial_attendance) == (1, 4, 0)


def test_lost_leads_keep_their_reason(facts, fetch, journeys):
    journeys(
        {
            "lin": ["2026-01-01 lead sem status=lost reason=price"],
            "wang": ["2026-01-01 lead sem status=lost"],
            "zhao": ["2026-01-01 lead sem status=new"],
        }
    )
    by_reason = fetch(
        rollup(lost_leads(facts), kind="count", as_of=facts.as_of, by=["lost_reason"])
    )
    assert {row.lost_reason: row.value for row in by_reason} == {"price": 1, None: 1}


def test_the_pool_tells_where_each_unpaid_lead_stands(facts, fetch, journeys):
    given = "2026-01-01T02:00 lead sem assigned=2026-01-01T03:00"
    journeys(
        {
            "alone": ["2026-01-09T20:00 lead sem"],
            "ignored": [given],
            "missed": [given, "2026-01-02 followup"],
            "silent": [given, "2026-01-02 followup effective"],
            "in-hand": [given, "2026-01-02 followup effective", "2026-01-09 followup"],
            "pool": [f"{given} status=recycled"],
            "gone": [f"{given} status=lost"],
            "paid": [given, "2026-01-05 order 5000"],
        },
        as_of="2026-01-10T00:00",
    )
    found = {row.lead_id.rpartition("-")[0]: (row.state, row.rung) for row in
             fetch(standing_leads(facts))}  # fmt: skip
    assert found == {
        "alone": ("unassigned", "in_time"), "ignored": ("not_called", "day_7"),
        "missed": ("not_reached", "day_7"), "silent": ("silent", None),
        "in-hand": ("in_hand", None), "pool": ("recycled", None), "gone": ("lost", None),
    }  # fmt: skip
    (unpaid,) = fetch(rollup(unpaid_leads(facts), kind="count", as_of=facts.as_of))
    (overdue,) = fetch(rollup(overdue_leads(facts), kind="count", as_of=facts.as_of))
    assert (unpaid.value, overdue.value) == (7, 2)


@pytest.mark.parametrize(
    ("waited", "rung"),
    [("2026-01-02T02:00", "in_time"), ("2026-01-03T03:00", "over_48h"),
     ("2026-01-04T03:00", "day_3"), ("2026-01-06T03:00", "day_5"), ("2026-01-08T03:00", "day_7")],
)  # fmt: skip
def test_the_ladder_of_waiting_has_its_rungs(facts, fetch, journeys, waited, rung):
    journeys({"lin": ["2026-01-01T02:00 lead sem assigned=2026-01-01T03:00"]}, as_of=waited)
    (row,) = fetch(standing_leads(facts))
    assert row.rung == rung


def test_old_leads_that_order_after_all(figure, journeys):
    journeys(
        {
            "soon": ["2026-01-01 lead sem", "2026-01-20 order 5000"],
            "after": ["2026-01-01 lead sem", "2026-03-20 order 5000"],
            "never": ["2026-01-01 lead sem"],
            "pool": ["2026-01-01 lead sem status=recycled"],
            "young": ["2026-05-20 lead sem"],
        },
        as_of="2026-06-01",
    )
    assert figure(reactivation_rate) == (1, 3, 1)
    assert figure(recycle_rate) == (1, 4, 1)


def test_what_the_process_figures_refuse(facts):
    with pytest.raises(InvalidOption, match="hours must be at least 1, got 0"):
        unassigned_rate(facts, hours=0)
    with pytest.raises(InvalidOption, match="cold_days must be at least 1, got 0"):
        reactivation_rate(facts, cold_days=0)
