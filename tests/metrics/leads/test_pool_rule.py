"""What a pool rule would move: by hand, its traps, and whose leads a viewer sees."""

from __future__ import annotations

import pandas as pd
import pytest

from data.errors import InvalidOption
from metrics.leads.pool_rule import pool_rule

AS_OF = "2026-07-01T04:00"  # noon in Shanghai


def told(journeys):
    journeys(
        {
            "called": ["2026-05-01 lead sem owner=c1 assigned=2026-05-01T05:00",
                       "2026-06-20 followup"],
            "idle": ["2026-05-01 lead sem owner=c1 assigned=2026-05-01T05:00",
                     "2026-06-16 followup effective"],  # 15 days to the hour
            "fresh": ["2026-06-25 lead sem owner=c2 assigned=2026-06-25T05:00"],
            "never": ["2026-06-01 lead sem owner=c2 assigned=2026-06-01T05:00"],
            "old": ["2025-12-01 lead sem owner=c2 assigned=2025-12-01T05:00",
                    "2026-06-30 followup effective"],
            "paid": ["2026-01-01 lead sem owner=c1 assigned=2026-01-01T05:00",
                     "2026-01-09 order 5000"],
            "lost": ["2026-01-01 lead sem owner=c1 assigned=2026-01-01T05:00 status=lost"],
            "pool": ["2026-01-01 lead sem owner=c1 assigned=2026-01-01T05:00 status=recycled"],
            "nobody": ["2026-01-01 lead sem"],
        },
        as_of=AS_OF,
    )  # fmt: skip


def moved(fetch, facts, **options):
    rows = fetch(pool_rule(facts, **options))
    return sorted((row.owner_id, row.cause) for row in rows if row.numerator)


def test_the_rule_moves_who_was_not_called_and_who_did_not_buy(facts, journeys, fetch):
    told(journeys)
    rows = fetch(pool_rule(facts))
    assert len(rows) == 5  # neither paid, lost, in the pool, nor nobody's
    assert moved(fetch, facts) == [("c1", "no_contact"), ("c2", "no_contact"), ("c2", "no_deal")]
    assert moved(fetch, facts, idle_days=16, deal_days=300) == [("c2", "no_contact")]
    assert len(moved(fetch, facts, idle_days=1)) == 5
    assert all((row.cause is None) == (row.numerator == 0) for row in rows)


def test_a_stricter_rule_never_moves_fewer(facts, journeys, fetch):
    told(journeys)
    by_days = pd.Series({d: len(moved(fetch, facts, idle_days=d)) for d in (5, 10, 20, 40)})
    assert by_days.is_monotonic_decreasing


def test_a_consultant_sees_the_own_leads_and_a_head_the_campus(facts_for, journeys, fetch):
    told(journeys)
    own = facts_for("consultant", ("north",), "c1")
    assert moved(fetch, own) == [("c1", "no_contact")]
    assert moved(fetch, facts_for("campus_head", ("south",))) == []


def test_what_the_rule_refuses(facts):
    with pytest.raises(InvalidOption, match="idle_days must be at least 1"):
        pool_rule(facts, idle_days=0)
    with pytest.raises(InvalidOption, match="deal_days must be at least 1"):
        pool_rule(facts, deal_days=0)
