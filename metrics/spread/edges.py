"""Who arrived by whose share, and who has shared: what every figure of spread is made from."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from data.errors import UnknownName
from data.facts import Facts
from metrics.acquisition.cohort_value import cohort_revenue
from metrics.activities.cohort import SHARE, Activities, activity_cohort, activity_events, picked
from metrics.foundation.clock import at_least, formal_lines, with_first_paid

CONVERSIONS = ("lead", "share")
_EDGE = ("arrived_at", "sharer_person_id", "share_channel", "campus_id", "arrived_on")


def first_edges(
    facts: Facts, activities: Sequence[str] = (), *, among: ir.Table | None = None
) -> ir.Table:
    """One row per activity and person who came by a share: the first arrival.

    ``among`` (``activity_id``, ``person_id`` or one of them) gives only theirs. The columns
    are ``sharer_person_id``, ``share_channel``, ``campus_id``, ``arrived_at``, ``arrived_on``.
    Of arrivals at the same moment that by the lowest sharer counts.
    """
    edges = picked(facts.share_edge, activities)
    if among is not None:
        edges = edges.semi_join(among, list(among.columns))
    edges = edges.filter(edges.sharer_person_id != edges.person_id)
    whole = ibis.struct({name: edges[name] for name in _EDGE}).min()
    firsts = edges.group_by("activity_id", "person_id").aggregate(first=whole)
    return firsts.select("activity_id", "person_id", **{name: firsts.first[name] for name in _EDGE})


def sharers(facts: Facts, activities: Sequence[str] = ()) -> ir.Table:
    """One row per activity and person who shared: ``campus_id``, ``shared_at``, the first time.

    Who brought somebody has shared, even where the source has no event of it.
    """
    events = activity_events(facts, activities)
    shares = events.filter(events.name == SHARE).select(
        "activity_id", "person_id", "campus_id", shared_at="occurred_at"
    )
    edges = first_edges(facts, activities)
    brought = edges.select(
        "activity_id", "campus_id", person_id="sharer_person_id", shared_at="arrived_at"
    ).select("activity_id", "person_id", "campus_id", "shared_at")
    both = shares.union(brought)
    return both.group_by("activity_id", "person_id").aggregate(
        campus_id=both.campus_id.min(), shared_at=both.shared_at.min()
    )


def arrival_leads(facts: Facts, activities: Sequence[str] = ()) -> ir.Table:
    """First leads of an activity whose person came there by a share, with the edge."""
    leads = activity_cohort(facts, activities)
    edges = first_edges(facts, activities).select(
        "activity_id", "person_id", "sharer_person_id", "share_channel", "arrived_at"
    )
    joined = leads.inner_join(edges, ["activity_id", "person_id"])
    return joined


def lead_outcomes(facts: Facts, activities: Sequence[str] = (), *, days: int = 90) -> ir.Table:
    """One row per activity and person: the activity's new lead, and what came of it.

    ``lead_id``, ``campus_id``, ``lead_at``, ``lead_on``, ``ordered`` (1 with a first formal order
    within ``days``), ``net_cny`` (net revenue within ``days``).
    """
    window = ibis.interval(days=days)
    paid = with_first_paid(activity_cohort(facts, activities), formal_lines(facts))
    paid = paid.select(
        "activity_id", "person_id", "lead_id", "campus_id", lead_at="created_at",
        lead_on="created_on",
        ordered=paid.first_paid_at.between(paid.created_at, paid.created_at + window)
        .fill_null(False)
        .cast("int64"),
    )  # fmt: skip
    earned = picked(cohort_revenue(facts, days), activities).select("lead_id", "net_cny")
    return paid.inner_join(earned, "lead_id")


def share_cycles(facts: Facts, activities: Activities, cycle_days: int, converted: str) -> ir.Table:
    """Each sharer's invitees of one cycle; a sharer without any has one row without invitee."""
    if converted not in CONVERSIONS:
        raise UnknownName("conversion", converted, CONVERSIONS)
    window = ibis.interval(days=at_least("cycle_days", cycle_days))
    who = sharers(facts, activities)
    by_share = converted == "share"
    later = sharers(facts, activities) if by_share else activity_cohort(facts, activities)
    done = later.group_by("activity_id", "person_id").aggregate(
        converted_at=(later.shared_at if by_share else later.created_at).min()
    )
    edges = first_edges(facts, activities).left_join(done, ["activity_id", "person_id"])
    edges = edges.select(
        "activity_id", "arrived_at", "converted_at", invitee="person_id",
        person_id="sharer_person_id",
    )  # fmt: skip
    joined = who.left_join(edges, ["activity_id", "person_id"])
    ends = joined.shared_at + window
    invited = joined.arrived_at.notnull() & (joined.arrived_at <= ends)
    return joined.select(
        "activity_id", "person_id", "campus_id", "shared_at", "invitee",
        ends_at=ends,
        invited=invited.fill_null(False).cast("int64"),
        converted=(invited & (joined.converted_at <= ends)).fill_null(False).cast("int64"),
    )  # fmt: skip
