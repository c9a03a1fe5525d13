"""What a person has brought: own money and lessons, people referred, visitors reached."""

from __future__ import annotations

from collections.abc import Callable

import ibis.expr.types as ir
import pandas as pd

from data.facts import Facts
from metrics.foundation.registry import table
from metrics.referral.rates import honest_referrals

_GENERATIONS = 50  # first arrivals form no circle; referrals entered by hand may


@table(grain="person")
def contribution(facts: Facts, *, person_id: str) -> ir.Table:
    """A person's own money, lessons and shares, and what they brought directly, one row.

    Returns
    -------
    ibis Table
        ``net_cny`` (paid − refunded), ``orders`` (formal), ``first_paid_at`` (UTC, of
        these), ``lessons`` (consumed), ``shares``, ``visitors`` (distinct people who first
        arrived through a share of theirs), ``referred`` (new people who name them as
        introducer, as in `metrics.referral.rates.honest_referrals`),
        ``referred_payers`` and ``referred_net_cny`` of these, ``rewards_cny``.
        Zeros where there is nothing; only what the viewer may see is counted.
    """
    lines = facts.order_line.filter(facts.order_line.person_id == person_id)
    seats = facts.seat.filter(facts.seat.person_id == person_id)
    shares = facts.event.filter(facts.event.person_id == person_id)
    edges = facts.share_edge.filter(facts.share_edge.sharer_person_id == person_id)
    rewards = facts.reward.filter(facts.reward.person_id == person_id)
    named = honest_referrals(facts)
    brought = named.filter(named.introducer_person_id == person_id).select("person_id").distinct()
    paid = facts.order_line.semi_join(brought, "person_id")
    tables = (
        lines.aggregate(
            net_cny=lines.net_cny.sum().fill_null(0),
            orders=lines.order_id.nunique(where=lines.is_formal),
            first_paid_at=lines.paid_at.min(where=lines.is_formal),
        ),
        seats.aggregate(lessons=seats.consumed_lessons.sum().fill_null(0.0)),
        shares.aggregate(shares=shares.share_id.nunique()),
        edges.aggregate(visitors=edges.person_id.nunique()),
        brought.aggregate(referred=brought.person_id.nunique()),
        paid.aggregate(
            referred_payers=paid.person_id.nunique(where=paid.is_formal),
            referred_net_cny=paid.net_cny.sum().fill_null(0),
        ),
        rewards.aggregate(rewards_cny=rewards.cost_cny.sum().fill_null(0)),
    )
    first, *others = tables
    for other in others:
        first = first.cross_join(other)
    return first


def share_children(facts: Facts, *, parents: tuple[str, ...]) -> ir.Table:
    """First arrivals through the shares of some nodes: ``parent``, ``child``, ``person_id``.

    A node is ``activity_id/person_id``, since a share tree belongs to an activity; a
    parent without activity (``person_id`` alone) stands for all of theirs.
    """
    edges = facts.share_edge
    node = edges.activity_id.fill_null("") + "/" + edges.sharer_person_id
    found = edges.filter(node.isin(parents) | edges.sharer_person_id.isin(parents))
    return found.select(
        parent=found.sharer_person_id,
        child=found.activity_id.fill_null("") + "/" + found.person_id,
        person_id=found.person_id,
    ).distinct()


def introduced(facts: Facts, *, parents: tuple[str, ...]) -> ir.Table:
    """New people who name some people as introducer: ``parent``, ``child``, ``person_id``."""
    named = honest_referrals(facts)
    named = named.filter(named.introducer_person_id.isin(parents))
    return named.select(
        parent=named.introducer_person_id, child=named.person_id, person_id=named.person_id
    ).distinct()


def descendants(
    children: Callable[[tuple[str, ...]], pd.DataFrame], person_id: str
) -> tuple[int, int]:
    """Distinct people below a person, and how many generations.

    ``children`` gives the next generation of some nodes, as `share_children` and
    `introduced` do. A circle is walked once; the person is never below themselves.
    """
    people: set[str] = set()
    seen = {person_id}
    parents: tuple[str, ...] = (person_id,)
    for depth in range(_GENERATIONS):
        found = children(parents)
        new = sorted(set(found["child"]) - seen)
        if not new:
            return len(people - {person_id}), depth
        seen.update(new)
        people.update(found["person_id"])
        parents = tuple(new)
    return len(people - {person_id}), _GENERATIONS
