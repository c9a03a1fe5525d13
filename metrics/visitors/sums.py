"""People who visited, summed once: visits, dwell, depth, first and last time."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Days, Facts
from metrics.activities.cohort import Activities, picked
from metrics.foundation.clock import at_least

_SUMS = ("visits", "pages", "dwell_seconds")


def visitor_sums(
    facts: Facts, *, activities: Activities = (), seen: Days | None = None
) -> ir.Table:
    """One row per person who ever visited: visits, dwell, depth, first and last time.

    Each visit tells of those before it at its campus, so the latest of each campus are
    read; only who visited several campuses is summed.

    Parameters
    ----------
    activities
        Only people who visited one of these; all their visits are summed.
    seen
        Only people last seen in these days; all their visits are summed.

    Returns
    -------
    ibis Table
        ``person_id``, ``visits``, ``dwell_seconds``, ``pages``, ``last_at``, ``last_on``;
        ``first_at``, ``campus_id`` and ``channel_id`` of the first visit.
    """
    rows = _of_activities(facts, activities)
    latest = rows.filter((rows.next_at > facts.as_of).fill_null(True))
    latest = latest.select(
        "person_id", "campus_id", "first_at", "is_elsewhere", channel_id="first_channel_id",
        visits="visit_no", pages="pages_so_far", dwell_seconds="dwell_seconds_so_far",
        last_at="started_at", last_on="started_on",
    )  # fmt: skip
    at_one, at_several = _apart(latest)
    together = at_several.group_by("person_id").aggregate(
        first=_first(at_several, "first_at", "campus_id", "channel_id"),
        last_at=at_several.last_at.max(), last_on=at_several.last_on.max(),
        **{name: at_several[name].sum().cast(at_several[name].type()) for name in _SUMS},
    )  # fmt: skip
    return _both(at_one, together, "last_on", seen)


def first_visits(
    facts: Facts, *, activities: Activities = (), seen: Days | None = None
) -> ir.Table:
    """One row per person who ever visited: when and how they first came.

    Parameters
    ----------
    activities
        Only people who visited one of these; any visit of theirs is the first.
    seen
        Only people first seen in these days.

    Returns
    -------
    ibis Table
        ``person_id``, ``campus_id``, ``channel_id``, ``first_at``, ``first_on``.
    """
    rows = _of_activities(facts, activities)
    rows = rows.filter(rows.visit_no == 1).select(
        "person_id", "campus_id", "channel_id", "is_elsewhere", first_at="started_at",
        first_on="started_on",
    )  # fmt: skip
    at_one, at_several = _apart(rows)
    together = at_several.group_by("person_id").aggregate(
        first=_first(at_several, "first_at", "first_on", "campus_id", "channel_id")
    )
    return _both(at_one, together, "first_on", seen)


def _of_activities(facts: Facts, activities: Activities) -> ir.Table:
    """Every visit of those who visited one of the activities; of all where none is named."""
    if not activities:
        return facts.visit
    came = picked(facts.visit, activities)
    return facts.visit.semi_join(came.select("person_id").distinct(), "person_id")


def _apart(rows: ir.Table) -> tuple[ir.Table, ir.Table]:
    """Rows of people known at one campus only, one a person, and of the others."""
    at_several = rows.is_elsewhere
    return (
        rows.filter(~at_several).drop("is_elsewhere"), rows.filter(at_several).drop("is_elsewhere")
    )  # fmt: skip


def _first(rows: ir.Table, *names: str) -> ir.StructValue:
    """These columns of the earliest row; the first name is its time."""
    return ibis.struct({name: rows[name] for name in names}).min()


def _both(at_one: ir.Table, together: ir.Table, day: str, seen: Days | None) -> ir.Table:
    """Both kinds of people, with what is in ``first`` beside the rest, of some days or of all."""
    rows = together.select(
        **{
            name: together[name] if name in together.columns else together.first[name]
            for name in at_one.columns
        }
    )
    if seen is None:
        return at_one.union(rows)
    # Before they come together, so that a store reads only these days.
    parts = [part.filter(seen.hold(part[day])) for part in (at_one, rows)]
    return parts[0].union(parts[1])


def reachable(facts: Facts) -> ir.Table:
    """Persons with a phone that the viewer may know of, a row per campus: ``person_id``."""
    return facts.person.filter(facts.person.phone.notnull()).select("person_id")


def eager_people(sums: ir.Table, *, least_visits: int = 3, least_minutes: int = 10) -> ir.Table:
    """Of `visitor_sums` those who came often or stayed long."""
    at_least("least_visits", least_visits)
    at_least("least_minutes", least_minutes)
    return sums.filter(
        (sums.visits >= least_visits) | (sums.dwell_seconds >= float(least_minutes * 60))
    )


def keen_people(facts: Facts, sums: ir.Table, **least: int) -> ir.Table:
    """Of `eager_people`, which takes the thresholds, those without a phone."""
    return eager_people(sums, **least).anti_join(reachable(facts), "person_id")
