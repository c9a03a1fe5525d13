"""People who visited, summed once: visits, dwell, depth, first and last time."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from data.scope import Period
from metrics.activity_cohort import Activities, dwell_of, picked
from metrics.cohort import at_least


def visitor_sums(
    facts: Facts, *, activities: Activities = (), seen: Period | None = None
) -> ir.Table:
    """One row per person who ever visited: visits, dwell, depth, first and last time.

    Parameters
    ----------
    activities
        Only people who visited one of these; all their visits are summed.
    seen
        Only people with a visit in these days; all their visits are summed. Whoever was
        first or last seen in these days is among them.

    Returns
    -------
    ibis Table
        ``person_id``, ``visits``, ``dwell_seconds``, ``pages``, ``first_at``,
        ``first_on``, ``last_at``, ``last_on``; ``campus_id`` and ``channel_id`` of the
        first visit.
    """
    rows = facts.visit
    if activities:
        came = picked(facts.visit, activities)
        rows = rows.semi_join(came.select("person_id").distinct(), "person_id")
    if seen is not None:
        on = facts.visit.started_on
        then = facts.visit.filter(on >= seen.start, on < seen.end)
        rows = rows.semi_join(then.select("person_id").distinct(), "person_id")
    names = ("started_at", "visit_id", "campus_id", "channel_id", "started_on")
    first = ibis.struct({name: rows[name] for name in names}).min()
    sums = rows.group_by("person_id").aggregate(
        first=first, last_at=rows.started_at.max(), last_on=rows.started_on.max(),
        visits=rows.count(), dwell_seconds=dwell_of(rows).sum(),
        pages=rows.pages.fill_null(0).sum(),
    )  # fmt: skip
    return sums.select(
        "person_id", "last_at", "last_on", "visits", "dwell_seconds", "pages",
        campus_id=sums.first.campus_id, channel_id=sums.first.channel_id,
        first_at=sums.first.started_at, first_on=sums.first.started_on,
    )  # fmt: skip


def reachable(facts: Facts) -> ir.Table:
    """Persons with a phone that the viewer may know of, one row each: ``person_id``."""
    return facts.person.filter(facts.person.phone.notnull()).select("person_id").distinct()


def keen_people(
    facts: Facts, sums: ir.Table, *, least_visits: int = 3, least_minutes: int = 10
) -> ir.Table:
    """Of `visitor_sums` those without a phone who came often or stayed long."""
    at_least("least_visits", least_visits)
    at_least("least_minutes", least_minutes)
    keen = sums.filter(
        (sums.visits >= least_visits) | (sums.dwell_seconds >= float(least_minutes * 60))
    )
    return keen.anti_join(reachable(facts), "person_id")
