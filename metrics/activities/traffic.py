"""Traffic of activities: page views, visitors, shares and leads."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.activities.cohort import (
    PAGE_VIEW,
    SHARE,
    Activities,
    activity_cohort,
    activity_events,
    share_origin,
)
from metrics.foundation.clock import hour_of
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units

_EVENTS = ("events", "activities")


def _event_units(events: ir.Table) -> ir.Table:
    return as_units(
        events, grain="event", unit_id=events.event_id, unit_on=events.occurred_on,
        numerator=ibis.literal(1), mature_at=events.occurred_at, activity_id=events.activity_id,
        hour=hour_of(events.occurred_at),
    )  # fmt: skip


@metric(
    title="Activity page views", kind="count", unit="events", grain="event", sources=_EVENTS
)  # fmt: skip
def activity_views(facts: Facts, *, activities: Activities = ()) -> ir.Table:
    """Page views on activities (PV).

    One person who looks five times counts five times: see "Activity visitors".

    Parameters
    ----------
    activities
        Activities to read; none reads all.

    Returns
    -------
    ibis Table
        One row per page view, with ``activity_id`` and local ``hour``;
        ``numerator`` 1.

    References
    ----------
    METRICS, "PV, UV, shares, leads, orders".
    """
    events = activity_events(facts, activities)
    return _event_units(events.filter(events.name == PAGE_VIEW))


@metric(
    title="Activity shares", kind="count", unit="events", grain="event", sources=_EVENTS
)  # fmt: skip
def activity_shares(facts: Facts, *, activities: Activities = ()) -> ir.Table:
    """Share events on activities.

    A share that nobody followed counts too.

    Parameters
    ----------
    activities
        Activities to read; none reads all.

    Returns
    -------
    ibis Table
        One row per share, with ``activity_id`` and local ``hour``;
        ``numerator`` 1.

    References
    ----------
    METRICS, "PV, UV, shares, leads, orders".
    """
    events = activity_events(facts, activities)
    return _event_units(events.filter(events.name == SHARE))


@metric(
    title="Activity visitors", kind="count", unit="people", grain="person", sources=_EVENTS
)  # fmt: skip
def activity_visitors(
    facts: Facts, *, activities: Activities = (), daily: bool = False
) -> ir.Table:
    """Distinct persons seen on an activity (UV), each on the day of their first arrival there.

    Parameters
    ----------
    activities
        Activities to read; none reads all.
    daily
        Count a person once each day instead: right for one day, too many for several.

    Returns
    -------
    ibis Table
        One row per activity and person (and day), with ``activity_id`` and local ``hour``;
        ``numerator`` 1.

    References
    ----------
    METRICS, "PV, UV, shares, leads, orders".
    """
    events = activity_events(facts, activities)
    key = ["activity_id", "person_id", *(["occurred_on"] if daily else [])]
    first = {"campus_id": events.campus_id.min(), "first_at": events.occurred_at.min()}
    if not daily:
        first["occurred_on"] = events.occurred_on.min()
    came = events.group_by(key).aggregate(**first)
    name = came.activity_id.concat(":", came.person_id)
    if daily:
        name = name.concat(":", came.occurred_on.cast("string"))
    return as_units(
        came, grain="person", unit_id=name, unit_on=came.occurred_on, numerator=ibis.literal(1),
        mature_at=came.first_at, activity_id=came.activity_id, hour=hour_of(came.first_at),
    )  # fmt: skip


@metric(
    title="Activity leads", kind="count", unit="leads", grain="lead",
    sources=("leads", "activities"),
)  # fmt: skip
def activity_leads(facts: Facts, *, activities: Activities = (), origin: bool = False) -> ir.Table:
    """New leads that activities brought: persons whose first lead ever is of the activity.

    Somebody who already was a lead is no new one; see the share of new participants.

    Parameters
    ----------
    activities
        Activities to read; none reads all.
    origin
        Tell by which way of sharing each came.

    Returns
    -------
    ibis Table
        One row per lead: ``activity_id``, ``hour`` (local, 0 to 23), ``share_channel``
        (missing where they came by no share, and without ``origin``); ``numerator`` 1.

    References
    ----------
    METRICS, "PV, UV, shares, leads, orders".
    """
    leads = activity_cohort(facts, activities)
    channel: ir.Value = ibis.null("string")
    if origin:
        leads = leads.left_join(share_origin(facts, activities), ["activity_id", "person_id"])
        leads = leads.drop("activity_id_right", "person_id_right")
        channel = leads.share_channel
    return as_units(
        leads, grain="lead", unit_id=leads.lead_id, unit_on=leads.created_on,
        numerator=ibis.literal(1), mature_at=leads.created_at, activity_id=leads.activity_id,
        hour=leads.created_hour, share_channel=channel,
    )  # fmt: skip
