"""How interested a visitor is, and by whom somebody without a phone can be reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

from data.facts import Facts
from metrics.activities.cohort import dwell_of
from metrics.foundation.clock import first_leads
from metrics.foundation.registry import table
from metrics.spread.edges import first_edges
from metrics.visitors.sums import eager_people, keen_people, reachable, visitor_sums

HALF_LIFE_DAYS = 14
OLDEST_DAYS = 6 * HALF_LIFE_DAYS  # an older visit counts less than 1/64: it is left out
# Part → (points it can give, how much of it gives half of them).
PARTS: Mapping[str, tuple[float, float]] = {
    "visits": (40.0, 3.0),
    "dwell_minutes": (40.0, 10.0),
    "pages": (20.0, 10.0),
}
BANDS = (20, 40, 60)  # scores at which a band ends
FARTHEST = 20  # steps up; share trees are seldom deeper than 7


def interest(facts: Facts, *, as_of_days_ago: int = 0, of: ir.Table | None = None) -> ir.Table:
    """Every visitor's interest score, 0 to 100, with its parts, at the end of a local day.

    Each visit counts half as much every 14 days. A part gives points × x ÷ (x + half),
    where x is what has not decayed: much more of the same gives less and less, and the
    parts add up to the score exactly. Who has not come for 84 days has no row: their
    score is below 2.

    Parameters
    ----------
    as_of_days_ago
        Judge by what was known so many days before the as-of day; 0 is now.
    of
        Only these people (``person_id``).

    Returns
    -------
    ibis Table
        ``person_id``, ``score``, ``visits_points``, ``dwell_minutes_points``,
        ``pages_points``.

    References
    ----------
    METRICS, "interest score".
    """
    day = _days_ago(facts, as_of_days_ago)
    on = facts.visit.started_on
    rows = facts.visit.filter(on <= day, on > _days_ago(facts, as_of_days_ago + OLDEST_DAYS))
    if of is not None:
        rows = rows.semi_join(of.select("person_id"), "person_id")
    age = day.delta(rows.started_on, unit="day").cast("float64")
    weight = ibis.literal(0.5).pow(age / HALF_LIFE_DAYS)
    amounts = {
        "visits": weight, "dwell_minutes": weight * dwell_of(rows) / 60,
        "pages": weight * rows.pages.fill_null(0),
    }  # fmt: skip
    sums = rows.group_by("person_id").aggregate(
        **{name: amount.sum() for name, amount in amounts.items()}
    )
    points = {
        f"{name}_points": sums[name] / (sums[name] + half) * most
        for name, (most, half) in PARTS.items()
    }
    scored = sums.select("person_id", **points)
    score = sum((scored[name] for name in points), ibis.literal(0.0))
    return scored.mutate(score=score)


def _days_ago(facts: Facts, days: int) -> ir.DateValue:
    return (facts.today - ibis.interval(days=days)).cast("date")


def band_of(score: ir.Value) -> ir.Value:
    """The band of a score: how many of `BANDS` it has reached."""
    return sum(((score >= float(edge)).cast("int64") for edge in BANDS), ibis.literal(0, "int64"))


@table(grain="score band")
def band_outcomes(facts: Facts, *, horizon_days: int = 30) -> ir.Table:
    """What became of visitors without a lead, by their score a while ago: ``horizon_days``.

    Only what was known then decides the score and who had no lead. The rate is of people
    whose horizon is over.

    Returns
    -------
    ibis Table
        ``band``, ``people``, ``leads`` (left one within the horizon).
    """
    day = _days_ago(facts, horizon_days)
    then = interest(facts, as_of_days_ago=horizon_days)
    leads = first_leads(facts).select("person_id", "created_on")
    rows = then.left_join(leads, "person_id").drop("person_id_right")
    rows = rows.filter((rows.created_on > day).fill_null(True))
    rows = rows.mutate(band=band_of(rows.score), left=rows.created_on.notnull().cast("int64"))
    return rows.group_by("band").aggregate(people=rows.count(), leads=rows["left"].sum())


@table(grain="institution")
def lead_worth(facts: Facts, *, days: int = 90) -> ir.Table:
    """What a lead brings: ``leads`` of the year before the last ``days``, ``net_cny`` in those.

    Missing revenue (a role that sees no orders) is a sum of nothing: ``net_cny`` missing.
    """
    leads = first_leads(facts)
    leads = leads.filter(
        leads.created_on >= _days_ago(facts, days + 365), leads.created_on < _days_ago(facts, days)
    )
    lines = facts.order_line.select("person_id", "paid_at", "net_cny")
    paid = lines.inner_join(leads.select("person_id", "created_at"), "person_id")
    paid = paid.filter(
        paid.paid_at.between(paid.created_at, paid.created_at + ibis.interval(days=days))
    )
    return leads.aggregate(leads=leads.count()).cross_join(
        paid.aggregate(net_cny=paid.net_cny.sum().cast("float64"))
    )


@table(grain="person")
def scored_visitors(
    facts: Facts, *, most: int = 200, activity: str = "", keen_only: bool = False
) -> ir.Table:
    """The visitors last seen in a period, the most interested first, with their true count.

    Parameters
    ----------
    most
        Rows to give; ``total`` tells how many there are.
    activity
        Only people who visited this activity.
    keen_only
        Only people without a phone who came often or stayed long (`keen_people`).

    Returns
    -------
    ibis Table
        ``person_id``, ``campus_id``, ``channel_id`` (of the first visit), ``visits``,
        ``dwell_seconds``, ``pages``, ``first_at``, ``last_at``, ``has_phone``, the score
        and its points, ``band``, ``total``.
    """
    chosen = (activity,) if activity else ()
    people = facts.picked(visitor_sums(facts, activities=chosen, seen=facts.period))
    # Who has a phone is asked once: scoring some more people costs less.
    points = interest(facts, of=eager_people(people) if keen_only else people)
    if keen_only:
        people = keen_people(facts, people)
    scored = people.left_join(points, "person_id").drop("person_id_right")
    scored = scored.mutate(
        **{name: scored[name].fill_null(0.0) for name in points.columns if name != "person_id"}
    )
    if keen_only:  # nobody of them has a phone
        scored = scored.mutate(has_phone=ibis.literal(False))
    else:
        known = reachable(facts).distinct().mutate(has_phone=ibis.literal(True))
        scored = scored.left_join(known, "person_id").drop("person_id_right")
        scored = scored.mutate(has_phone=scored.has_phone.fill_null(False))
    scored = scored.mutate(
        band=band_of(scored.score), total=scored.person_id.count().over(ibis.window())
    )
    return scored.order_by(ibis.desc("score"), "person_id").limit(most)


@table(grain="visitor and sharer")
def upstream_edges(facts: Facts, *, people: tuple[str, ...]) -> ir.Table:
    """Every first arrival by a share in the activities to which some people came so.

    Returns
    -------
    ibis Table
        ``activity_id``, ``person_id``, ``sharer_person_id``, ``arrived_at``,
        ``sharer_has_phone``, ``sharer_name``, ``sharer_phone``, ``sharer_stage`` (missing
        where the viewer may not know the sharer).
    """
    edges = facts.share_edge
    wanted = edges.filter(edges.person_id.isin(people), edges.sharer_person_id != edges.person_id)
    near = first_edges(facts, among=wanted.select("activity_id").distinct())
    known = facts.person.semi_join(near, facts.person.person_id == near.sharer_person_id)
    who = known.group_by("person_id").aggregate(
        sharer_name=known.name.max(), sharer_phone=known.phone.max(),
        sharer_stage=known.stage.max(),
    )  # fmt: skip
    joined = near.left_join(who, near.sharer_person_id == who.person_id)
    return joined.select(
        "activity_id", "person_id", "sharer_person_id", "arrived_at", "sharer_name",
        "sharer_phone", "sharer_stage", sharer_has_phone=joined.sharer_phone.notnull(),
    )  # fmt: skip


@dataclass(frozen=True)
class Chain:
    """The sharers above a person, the nearest first, up to the first who has a phone.

    ``distance`` is their number: 1 where the direct sharer can be asked. ``reached`` tells
    whether the last one has a phone.
    """

    activity_id: str
    people: tuple[str, ...]
    reached: bool

    @property
    def distance(self) -> int:
        """Steps to the last of the chain."""
        return len(self.people)


def upstream_chains(edges: pd.DataFrame, people: tuple[str, ...]) -> dict[str, Chain]:
    """Each person's shortest chain to somebody with a phone, of equals the latest.

    Who came by no share has none; who has only chains that end without a phone has the
    shortest of those.

    Parameters
    ----------
    edges
        Of `upstream_edges`.
    """
    columns = ("activity_id", "person_id", "sharer_person_id", "sharer_has_phone")
    by = {
        (activity, person): (sharer, has_phone)
        for activity, person, sharer, has_phone in zip(
            *(edges[name].tolist() for name in columns), strict=True
        )
    }
    wanted = edges[edges["person_id"].isin(people)].sort_values("arrived_at", ascending=False)
    found: dict[str, Chain] = {}
    for activity, person in zip(wanted["activity_id"], wanted["person_id"], strict=True):
        chain = _climb(by, activity, person)
        held = found.get(person)
        rank = (not chain.reached, chain.distance)
        if held is None or rank < (not held.reached, held.distance):
            found[person] = chain
    return found


def _climb(by: Mapping[tuple[str, str], tuple[str, bool]], activity: str, person: str) -> Chain:
    way: list[str] = []
    node, reached = person, False
    while (activity, node) in by and not reached and len(way) < FARTHEST:
        node, reached = by[activity, node]
        if node in way or node == person:  # a circle cannot come from facts, but from files
            break
        way.append(node)
    return Chain(activity, tuple(way), reached)
