"""Visits: how many people come, how long they stay, how many leave a phone.

Figures of people are units over `visitor_sums` and `first_visits`; `visitor_figures` rolls
up several of them at once.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.activities.cohort import Activities, dwell_of, picked
from metrics.foundation.clock import at_least, first_leads
from metrics.foundation.registry import metric, table
from metrics.foundation.units import as_units, rollup
from metrics.visitors.sums import first_visits, keen_people, visitor_sums

TO_LEAD_DAYS = 7  # most leads are left at the first visit
_EVENTS = ("events",)


@metric(title="Visits", kind="count", unit="events", grain="visit", sources=_EVENTS)
def visits(facts: Facts, *, activities: Activities = ()) -> ir.Table:
    """Sessions of people who can be told apart: events until 30 minutes of silence.

    Visitors without a phone are in it, known by their device.

    Parameters
    ----------
    activities
        Activities to read; none reads visits of any, and of none.

    Returns
    -------
    ibis Table
        One row per visit; ``numerator`` 1.

    References
    ----------
    METRICS, "visits, dwell".
    """
    rows = _visits(facts, activities)
    return as_units(
        rows, grain="visit", unit_id=rows.visit_id, unit_on=rows.started_on,
        numerator=ibis.literal(1), mature_at=rows.started_at, activity_id=rows.activity_id,
    )  # fmt: skip


@metric(title="Dwell per visit", kind="ratio", unit="minutes", grain="visit", sources=_EVENTS)
def dwell_per_visit(facts: Facts, *, activities: Activities = ()) -> ir.Table:
    """Minutes of dwell ÷ visits, a session counted with 30 minutes at most.

    A page left open overnight is 30 minutes; a visit without a known dwell counts as 0.

    Parameters
    ----------
    activities
        Activities to read; none reads visits of any, and of none.

    Returns
    -------
    ibis Table
        One row per visit: ``numerator`` minutes, ``denominator`` 1.

    References
    ----------
    METRICS, "visits, dwell".
    """
    rows = _visits(facts, activities)
    # Hundredths of a minute by whole numbers: engines round a half of a float differently.
    tenths = (dwell_of(rows) * 10).round().cast("int64")
    hundredths = ((tenths * 10 + 30) // 60).cast("int64")
    return as_units(
        rows, grain="visit", unit_id=rows.visit_id, unit_on=rows.started_on,
        numerator=hundredths.cast("float64") / 100, denominator=ibis.literal(1),
        mature_at=rows.started_at, activity_id=rows.activity_id,
    )  # fmt: skip


def _visits(facts: Facts, activities: Activities) -> ir.Table:
    return picked(facts.visit, activities) if activities else facts.visit


@metric(title="Visitors", kind="count", unit="people", grain="person", sources=_EVENTS)
def visitors(facts: Facts, *, activities: Activities = ()) -> ir.Table:
    """Distinct persons who visited, each on the day they were last seen.

    Of a period that ends now these are all who came in it. Of an earlier one they are
    those who came then and have not come since.

    Parameters
    ----------
    activities
        Only people who visited one of these activities; none reads everybody.

    Returns
    -------
    ibis Table
        One row per person; ``numerator`` 1.

    References
    ----------
    METRICS, "visits, dwell".
    """
    return _people(visitor_sums(facts, activities=activities), "last")


@metric(title="New visitors", kind="count", unit="people", grain="person", sources=_EVENTS)
def new_visitors(facts: Facts, *, activities: Activities = ()) -> ir.Table:
    """Distinct persons by the day of their first visit ever.

    Parameters
    ----------
    activities
        Only people who visited one of these activities; none reads everybody.

    Returns
    -------
    ibis Table
        One row per person; ``numerator`` 1.

    References
    ----------
    METRICS, "visits, dwell".
    """
    return _people(first_visits(facts, activities=activities), "first")


@metric(
    title="Visitor to lead", kind="proportion", unit="ratio", grain="person",
    sources=("events", "leads"),
)  # fmt: skip
def visitor_to_lead(
    facts: Facts, *, activities: Activities = (), window_days: int = TO_LEAD_DAYS
) -> ir.Table:
    """New visitors who left a lead within the window ÷ new visitors at least that old.

    Who left a lead before the first visit known is out: the visit did not bring it.

    Parameters
    ----------
    activities
        Only people who visited one of these activities; none reads everybody.
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
    came = first_visits(facts, activities=activities)
    return _to_lead(facts, came, at_least("window_days", window_days))


@metric(
    title="Keen visitors without a phone", kind="count", unit="people", grain="person",
    sources=("events", "leads"),
)  # fmt: skip
def keen_without_phone(
    facts: Facts, *, activities: Activities = (), least_visits: int = 3, least_minutes: int = 10
) -> ir.Table:
    """Distinct persons without a phone with so many visits or so long a dwell, by last day seen.

    Either is enough. Nobody can call them: somebody upstream may.

    Parameters
    ----------
    activities
        Only people who visited one of these activities; none reads everybody.
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
    sums = visitor_sums(facts, activities=activities)
    keen = keen_people(facts, sums, least_visits=least_visits, least_minutes=least_minutes)
    return _people(keen, "last")


def _people(sums: ir.Table, seen: str) -> ir.Table:
    """A unit a person, by the day of the visit that was "first" or "last"."""
    return as_units(
        sums, grain="person", unit_id=sums.person_id, unit_on=sums[f"{seen}_on"],
        numerator=ibis.literal(1), mature_at=sums[f"{seen}_at"],
    )  # fmt: skip


def _to_lead(facts: Facts, came: ir.Table, window_days: int) -> ir.Table:
    window = ibis.interval(days=window_days)
    leads = first_leads(facts).select("person_id", "created_at")
    rows = came.left_join(leads, "person_id").drop("person_id_right")
    rows = rows.filter((rows.created_at >= rows.first_at).fill_null(True))
    return as_units(
        rows, grain="person", unit_id=rows.person_id, unit_on=rows.first_on,
        numerator=(rows.created_at <= rows.first_at + window).fill_null(False).cast("int64"),
        denominator=ibis.literal(1), mature_at=rows.first_at + window,
    )  # fmt: skip


@table(grain="group")
def visitor_figures(facts: Facts, *, activities: Activities = ()) -> ir.Table:
    """The figures of this module's metrics, for the period and the one compared with.

    Each equals the metric's own figure; they share what they read.

    Returns
    -------
    ibis Table
        `rollup`'s columns with ``metric`` and ``part`` ("now" or "before").
    """
    parts = {"now": facts.period} | ({"before": facts.compared} if facts.compares else {})
    seen = facts.both_periods
    sums = visitor_sums(facts, activities=activities, seen=seen)
    came = first_visits(facts, activities=activities, seen=seen)
    units = {
        visitors: _people(sums, "last"),
        new_visitors: _people(came, "first"),
        visitor_to_lead: _to_lead(facts, came, TO_LEAD_DAYS),
        keen_without_phone: _people(keen_people(facts, sums), "last"),
        visits: visits.units(facts, activities=activities),
        dwell_per_visit: dwell_per_visit.units(facts, activities=activities),
    }
    rolled = [
        rollup(
            facts.picked(rows, on="unit_on", days=days, course_lines=False),
            kind=metric.kind, as_of=facts.as_of,
        ).mutate(metric=ibis.literal(metric.name), part=ibis.literal(part))
        for metric, rows in units.items()
        for part, days in parts.items()
    ]  # fmt: skip
    return ibis.union(*rolled)
