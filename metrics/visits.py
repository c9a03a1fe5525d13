"""Visits: how many people come, how long they stay, how many leave a phone."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.cohort import at_least, first_leads
from metrics.registry import metric
from metrics.units import as_units

LONGEST_DWELL = 1800.0  # seconds of one session
_EVENTS = ("events",)


def dwell_of(visits: ir.Table) -> ir.FloatingValue:
    """A visit's seconds, 0 where nothing is known, 30 minutes at most."""
    return ibis.least(visits.dwell_seconds.fill_null(0.0), ibis.literal(LONGEST_DWELL))


@metric(title="Visits", kind="count", unit="events", grain="visit", sources=_EVENTS)
def visits(facts: Facts) -> ir.Table:
    """Sessions of people who can be told apart: events until 30 minutes of silence.

    Visitors without a phone are in it, known by their device.

    Parameters
    ----------
    facts
        The viewer's facts; rows outside the scope do not exist here.

    Returns
    -------
    ibis Table
        One row per visit; ``numerator`` 1.

    References
    ----------
    METRICS, "visits, dwell".
    """
    rows = facts.visit
    return as_units(
        rows, grain="visit", unit_id=rows.visit_id, unit_on=rows.started_on,
        numerator=ibis.literal(1), mature_at=rows.started_at, activity_id=rows.activity_id,
    )  # fmt: skip


@metric(title="Dwell per visit", kind="ratio", unit="minutes", grain="visit", sources=_EVENTS)
def dwell_per_visit(facts: Facts) -> ir.Table:
    """Minutes of dwell ÷ visits, a session counted with 30 minutes at most.

    A page left open overnight is 30 minutes; a visit without a known dwell counts as 0.

    Parameters
    ----------
    facts
        The viewer's facts; rows outside the scope do not exist here.

    Returns
    -------
    ibis Table
        One row per visit: ``numerator`` minutes, ``denominator`` 1.

    References
    ----------
    METRICS, "visits, dwell".
    """
    rows = facts.visit
    return as_units(
        rows, grain="visit", unit_id=rows.visit_id, unit_on=rows.started_on,
        numerator=(dwell_of(rows) / 60).round(2), denominator=ibis.literal(1),
        mature_at=rows.started_at, activity_id=rows.activity_id,
    )  # fmt: skip


def visitor_sums(facts: Facts) -> ir.Table:
    """One row per person who ever visited: visits, dwell, depth, first and last time.

    ``campus_id`` and ``channel_id`` are of the first visit.
    """
    rows = facts.visit
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


@metric(title="Visitors", kind="count", unit="people", grain="person", sources=_EVENTS)
def visitors(facts: Facts) -> ir.Table:
    """Distinct persons who visited, each on the day they were last seen.

    Of a period that ends now these are all who came in it. Of an earlier one they are
    those who came then and have not come since.

    Parameters
    ----------
    facts
        The viewer's facts; rows outside the scope do not exist here.

    Returns
    -------
    ibis Table
        One row per person; ``numerator`` 1.

    References
    ----------
    METRICS, "visits, dwell".
    """
    rows = visitor_sums(facts)
    return as_units(
        rows, grain="person", unit_id=rows.person_id, unit_on=rows.last_on,
        numerator=ibis.literal(1), mature_at=rows.last_at,
    )  # fmt: skip


@metric(title="New visitors", kind="count", unit="people", grain="person", sources=_EVENTS)
def new_visitors(facts: Facts) -> ir.Table:
    """Distinct persons by the day of their first visit ever.

    Parameters
    ----------
    facts
        The viewer's facts; rows outside the scope do not exist here.

    Returns
    -------
    ibis Table
        One row per person; ``numerator`` 1.

    References
    ----------
    METRICS, "visits, dwell".
    """
    rows = visitor_sums(facts)
    return as_units(
        rows, grain="person", unit_id=rows.person_id, unit_on=rows.first_on,
        numerator=ibis.literal(1), mature_at=rows.first_at,
    )  # fmt: skip


@metric(
    title="Visitor to lead", kind="proportion", unit="ratio", grain="person",
    sources=("events", "leads"),
)  # fmt: skip
def visitor_to_lead(facts: Facts, *, window_days: int = 30) -> ir.Table:
    """New visitors who left a lead within the window ÷ new visitors at least that old.

    Who left a lead before the first visit known is out: the visit did not bring it.

    Parameters
    ----------
    facts
        The viewer's facts; rows outside the scope do not exist here.
    window_days
        Days from the first visit, the end included, at least 1.

    Returns
    -------
    ibis Table
        One row per person, by the day of the first visit: ``numerator`` 0 or 1,
        ``denominator`` 1.

    Raises
    ------
    InvalidOption
        If ``window_days`` is less than 1.

    References
    ----------
    METRICS, "visits, dwell".
    """
    window = ibis.interval(days=at_least("window_days", window_days))
    leads = first_leads(facts).select("person_id", "created_at")
    rows = visitor_sums(facts).left_join(leads, "person_id").drop("person_id_right")
    rows = rows.filter((rows.created_at >= rows.first_at).fill_null(True))
    return as_units(
        rows, grain="person", unit_id=rows.person_id, unit_on=rows.first_on,
        numerator=(rows.created_at <= rows.first_at + window).fill_null(False).cast("int64"),
        denominator=ibis.literal(1), mature_at=rows.first_at + window,
    )  # fmt: skip


def reachable(facts: Facts) -> ir.Table:
    """Persons with a phone that the viewer may know of, one row each: ``person_id``."""
    return facts.person.filter(facts.person.phone.notnull()).select("person_id").distinct()


@metric(
    title="Keen visitors without a phone", kind="count", unit="people", grain="person",
    sources=("events", "leads"),
)  # fmt: skip
def keen_without_phone(facts: Facts, *, least_visits: int = 3, least_minutes: int = 10) -> ir.Table:
    """Distinct persons without a phone with so many visits or so long a dwell, by last day seen.

    Either is enough. Nobody can call them: somebody upstream may.

    Parameters
    ----------
    facts
        The viewer's facts; rows outside the scope do not exist here.
    least_visits
        Visits that are enough, at least 1.
    least_minutes
        Minutes of dwell in all that are enough, at least 1.

    Returns
    -------
    ibis Table
        One row per person; ``numerator`` 1.

    Raises
    ------
    InvalidOption
        If a threshold is less than 1.

    References
    ----------
    METRICS, "interest score", "reachable upstream".
    """
    keen = keen_people(facts, least_visits=least_visits, least_minutes=least_minutes)
    return as_units(
        keen, grain="person", unit_id=keen.person_id, unit_on=keen.last_on,
        numerator=ibis.literal(1), mature_at=keen.last_at,
    )  # fmt: skip


def keen_people(facts: Facts, *, least_visits: int = 3, least_minutes: int = 10) -> ir.Table:
    """`visitor_sums` of those without a phone who came often or stayed long."""
    at_least("least_visits", least_visits)
    at_least("least_minutes", least_minutes)
    sums = visitor_sums(facts)
    keen = sums.filter(
        (sums.visits >= least_visits) | (sums.dwell_seconds >= float(least_minutes * 60))
    )
    return keen.anti_join(reachable(facts), "person_id")
