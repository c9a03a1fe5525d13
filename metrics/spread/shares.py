"""Shares: who came by them, what came of it, and whether the loop feeds itself."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.activities.cohort import Activities
from metrics.foundation.clock import at_least, day_of
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units
from metrics.spread.edges import arrival_leads, first_edges, lead_outcomes, share_cycles

CYCLE_DAYS = 7
_EVENTS = ("events", "activities")
_LEADS = ("events", "leads", "activities")
_MONEY = (*_LEADS, "orders", "order_lines")


@metric(
    title="Arrivals by share", kind="count", unit="people", grain="person", sources=_EVENTS
)  # fmt: skip
def share_arrivals(facts: Facts, *, activities: Activities = ()) -> ir.Table:
    """Distinct persons who first arrived on an activity by somebody's share (UV brought).

    Only the first arrival counts: a later click on another share brings nobody. A person
    in two activities counts in both.

    Parameters
    ----------
    activities
        Activities to read; none reads all.

    Returns
    -------
    ibis Table
        One row per activity and person, with ``activity_id``, ``sharer_person_id`` and
        ``share_channel``; ``numerator`` 1.

    References
    ----------
    METRICS, "share tree".
    """
    edges = first_edges(facts, activities)
    return as_units(
        edges, grain="person", unit_id=edges.activity_id.concat(":", edges.person_id),
        unit_on=edges.arrived_on, numerator=ibis.literal(1), mature_at=edges.arrived_at,
        activity_id=edges.activity_id, sharer_person_id=edges.sharer_person_id,
        share_channel=edges.share_channel,
    )  # fmt: skip


@metric(
    title="Leads by share", kind="count", unit="leads", grain="lead", sources=_LEADS
)  # fmt: skip
def share_leads(facts: Facts, *, activities: Activities = ()) -> ir.Table:
    """New leads of activities whose person came there by somebody's share.

    A part of "Activity leads": those who came by a share.

    Parameters
    ----------
    activities
        Activities to read; none reads all.

    Returns
    -------
    ibis Table
        One row per lead, with ``activity_id``, ``sharer_person_id`` and
        ``share_channel``; ``numerator`` 1.

    References
    ----------
    METRICS, "share tree".
    """
    leads = arrival_leads(facts, activities)
    return as_units(
        leads, grain="lead", unit_id=leads.lead_id, unit_on=leads.created_on,
        numerator=ibis.literal(1), mature_at=leads.created_at, activity_id=leads.activity_id,
        sharer_person_id=leads.sharer_person_id, share_channel=leads.share_channel,
    )  # fmt: skip


@metric(
    title="Revenue by share", kind="sum", unit="cny", grain="lead", sources=_MONEY
)  # fmt: skip
def share_revenue(facts: Facts, *, activities: Activities = (), days: int = 90) -> ir.Table:
    """Net revenue, in their first days, of the leads that came to activities by a share.

    Paid − refunded of each lead's person; a young lead has earned only what it has so far.

    Parameters
    ----------
    activities
        Activities to read; none reads all.
    days
        Days from each lead, at least 1.

    Returns
    -------
    ibis Table
        One row per lead, with ``activity_id`` and ``sharer_person_id``; ``numerator`` net
        revenue in CNY.

    Raises
    ------
    InvalidOption
        If ``days`` is less than 1.

    References
    ----------
    METRICS, "share tree".
    """
    found = lead_outcomes(facts, activities, days=at_least("days", days))
    edges = first_edges(facts, activities).select("activity_id", "person_id", "sharer_person_id")
    rows = found.inner_join(edges, ["activity_id", "person_id"])
    return as_units(
        rows, grain="lead", unit_id=rows.lead_id, unit_on=rows.lead_on,
        numerator=rows.net_cny, mature_at=rows.lead_at, activity_id=rows.activity_id,
        sharer_person_id=rows.sharer_person_id,
    )  # fmt: skip


def _per_sharer(
    facts: Facts, activities: Activities, cycle_days: int, converted: str, *, of: str
) -> ir.Table:
    rows = share_cycles(facts, activities, cycle_days, converted)
    sums = rows.group_by("activity_id", "person_id").aggregate(
        campus_id=rows.campus_id.min(), shared_at=rows.shared_at.min(),
        ends_at=rows.ends_at.min(), counted=rows[of].sum(),
    )  # fmt: skip
    return as_units(
        sums, grain="person", unit_id=sums.activity_id.concat(":", sums.person_id),
        unit_on=day_of(sums.shared_at), numerator=sums.counted, denominator=ibis.literal(1),
        mature_at=sums.ends_at, activity_id=sums.activity_id,
    )  # fmt: skip


@metric(title="K-factor", kind="ratio", unit="times", grain="person", sources=_LEADS)
def k_factor(
    facts: Facts,
    *,
    activities: Activities = (),
    cycle_days: int = CYCLE_DAYS,
    converted: str = "lead",
) -> ir.Table:
    """Invitees who converted within one cycle ÷ sharers at least that old: K = i × c.

    The cycle runs from a sharer's first share in the activity. Sharers younger than the
    cycle are immature. Above 1 each sharer brings more than one who converts; only with
    conversion to sharing does that feed itself.

    Parameters
    ----------
    activities
        Activities to read; none reads all.
    cycle_days
        Days from a sharer's first share, the end included, at least 1.
    converted
        What an invitee must do in the same cycle: ``lead`` or ``share``.

    Returns
    -------
    ibis Table
        One row per activity and sharer, with ``activity_id``: ``numerator`` converted
        invitees, ``denominator`` 1, ``mature_at`` the cycle's end.

    Raises
    ------
    InvalidOption
        If ``cycle_days`` is less than 1.
    UnknownName
        If ``converted`` is neither of the two.

    References
    ----------
    METRICS, "R_g, K".
    """
    return _per_sharer(facts, activities, cycle_days, converted, of="converted")


@metric(title="Invitees per sharer", kind="ratio", unit="times", grain="person", sources=_EVENTS)
def invitees_per_sharer(
    facts: Facts, *, activities: Activities = (), cycle_days: int = CYCLE_DAYS
) -> ir.Table:
    """Distinct persons who first arrived within one cycle ÷ sharers at least that old: i.

    Parameters
    ----------
    activities
        Activities to read; none reads all.
    cycle_days
        Days from a sharer's first share, the end included, at least 1.

    Returns
    -------
    ibis Table
        One row per activity and sharer, with ``activity_id``: ``numerator`` invitees,
        ``denominator`` 1, ``mature_at`` the cycle's end.

    Raises
    ------
    InvalidOption
        If ``cycle_days`` is less than 1.

    References
    ----------
    METRICS, "R_g, K".
    """
    return _per_sharer(facts, activities, cycle_days, "share", of="invited")


@metric(title="Invitee conversion", kind="proportion", unit="ratio", grain="person", sources=_LEADS)
def invitee_conversion(
    facts: Facts,
    *,
    activities: Activities = (),
    cycle_days: int = CYCLE_DAYS,
    converted: str = "lead",
) -> ir.Table:
    """Invitees who converted within the sharer's cycle ÷ invitees of cycles that are over: c.

    By the day of the sharer's first share, so that i × c = K over any days.

    Parameters
    ----------
    activities
        Activities to read; none reads all.
    cycle_days
        Days from a sharer's first share, the end included, at least 1.
    converted
        What an invitee must do in the same cycle: ``lead`` or ``share``.

    Returns
    -------
    ibis Table
        One row per invitee, with ``activity_id``: ``numerator`` 0 or 1, ``denominator``
        1, ``mature_at`` the end of the sharer's cycle.

    Raises
    ------
    InvalidOption
        If ``cycle_days`` is less than 1.
    UnknownName
        If ``converted`` is neither of the two.

    References
    ----------
    METRICS, "R_g, K".
    """
    rows = share_cycles(facts, activities, cycle_days, converted)
    rows = rows.filter(rows.invited == 1)
    rows = rows.mutate(sharer_person_id=rows.person_id).drop("person_id")
    rows = rows.rename(person_id="invitee")
    return as_units(
        rows, grain="person", unit_id=rows.activity_id.concat(":", rows.person_id),
        unit_on=day_of(rows.shared_at), numerator=rows.converted, denominator=ibis.literal(1),
        mature_at=rows.ends_at, activity_id=rows.activity_id,
        sharer_person_id=rows.sharer_person_id,
    )  # fmt: skip
