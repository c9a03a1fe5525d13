"""Who took part in an activity, how keenly, and whom they brought."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.activities.cohort import activity_cohort, arrivals, share_origin
from metrics.foundation.clock import formal_lines, with_first_paid
from metrics.foundation.registry import table

# Points of the heat score: each thing, up to a most; together 100.
HEAT = {"views": (4, 20), "minutes": (1, 15), "shares": (5, 10), "brought": (2, 40)}
LEAD_POINTS = 15


@table(grain="person")
def participants(facts: Facts, *, activity: str) -> ir.Table:
    """Everybody seen on an activity or who left a lead in it, the keenest first.

    ``heat`` is 0 to 100: page views (4 each, at most 20), minutes on the pages (1 each,
    at most 15), shares (5 each, at most 10), visitors brought (2 each, at most 40), a
    lead (15).

    Returns
    -------
    ibis Table
        ``person_id``, ``campus_id``, ``name``, ``phone``, ``stage`` (as the role may see
        them), ``arrived_at``, ``share_channel``, ``views``, ``dwell_seconds``,
        ``shares``, ``brought`` (visitors), ``brought_leads``, ``is_lead``,
        ``has_paid``, ``heat``.
    """
    only = (activity,)
    people = _people(facts, only)
    people = people.mutate(heat=_heat(people))
    who = facts.person.select("person_id", "campus_id", "name", "phone", "stage")
    named = people.left_join(who, ["person_id", "campus_id"])
    named = named.drop("person_id_right", "campus_id_right")
    return named.order_by(ibis.desc("heat"), ibis.desc("brought_leads"), "person_id")


_COUNTS = ("views", "shares", "dwell_seconds", "brought", "brought_leads", "leads", "paid")


def _people(facts: Facts, only: tuple[str, ...]) -> ir.Table:
    """One row per person: what they did, whether they left a lead, whom they brought."""
    came = arrivals(facts, only)
    leads = with_first_paid(activity_cohort(facts, only), formal_lines(facts))
    has_paid = (leads.first_paid_at >= leads.created_at).fill_null(False)
    edges = share_origin(facts, only)
    edges = edges.left_join(leads.select("person_id", was_lead=1), "person_id")
    edges = edges.drop("person_id_right")
    parts = _counted(
        came, campus_id=came.campus_id, at=came.arrived_at, share_channel=came.share_channel,
        views=came.views, shares=came.shares, dwell_seconds=came.dwell_seconds,
    ).union(
        _counted(
            leads, campus_id=leads.campus_id, at=leads.created_at, leads=ibis.literal(1),
            paid=has_paid,
        ),
        _counted(
            edges, person_id=edges.sharer_person_id, brought=ibis.literal(1),
            brought_leads=edges.was_lead.fill_null(0),
        ),
    )  # fmt: skip
    sums = parts.group_by("person_id").aggregate(
        campus_id=parts.campus_id.min(), arrived_at=parts["at"].min(),
        share_channel=parts.share_channel.min(), **{name: parts[name].sum() for name in _COUNTS},
    )  # fmt: skip
    seen = sums.filter(sums.arrived_at.notnull())
    return seen.mutate(is_lead=seen.leads > 0, has_paid=seen.paid > 0).drop("leads", "paid")


def _counted(
    rows: ir.Table,
    *,
    person_id: ir.Value | None = None,
    campus_id: ir.Value | None = None,
    at: ir.Value | None = None,
    share_channel: ir.Value | None = None,
    **counts: ir.Value,
) -> ir.Table:
    text, nothing = ibis.null("string"), ibis.literal(0.0)
    return rows.select(
        person_id=rows.person_id if person_id is None else person_id,
        campus_id=text if campus_id is None else campus_id,
        at=ibis.null("timestamp(6)") if at is None else at,
        share_channel=text if share_channel is None else share_channel,
        **{name: counts.get(name, nothing).cast("float64") for name in _COUNTS},
    )


def _heat(people: ir.Table) -> ir.Value:
    figures = {
        "views": people.views, "minutes": people.dwell_seconds / 60, "shares": people.shares,
        "brought": people.brought,
    }  # fmt: skip
    points = people.is_lead.cast("float64") * LEAD_POINTS
    for name, (each, most) in HEAT.items():
        points = points + ibis.least(figures[name].cast("float64") * each, float(most))
    return points.round(1)
