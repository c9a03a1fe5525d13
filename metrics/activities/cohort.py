"""People and events of activities: what every figure of an activity is made from."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.clock import first_leads

Activities = tuple[str, ...]  # to be read; none reads all
DIRECT = "direct"  # came by no share
UNSEEN = "unseen"  # left a lead and no trace on the activity's pages
PAGE_VIEW, SHARE = "page_view", "share"
LONGEST_DWELL = 1800.0  # seconds of one session


def dwell_of(rows: ir.Table) -> ir.FloatingValue:
    """Seconds of each row's dwell, 0 where nothing is known, 30 minutes at most."""
    return ibis.least(rows.dwell_seconds.fill_null(0.0), ibis.literal(LONGEST_DWELL))


def picked(rows: ir.Table, activities: Sequence[str]) -> ir.Table:
    """The rows of some activities; none given keeps those of any."""
    if activities:
        return rows.filter(rows.activity_id.isin(sorted(activities)))
    return rows.filter(rows.activity_id.notnull())


def activity_cohort(facts: Facts, activities: Sequence[str] = ()) -> ir.Table:
    """First leads that an activity brought: each person in one activity at most."""
    return picked(first_leads(facts), activities)


def activity_events(facts: Facts, activities: Sequence[str] = ()) -> ir.Table:
    """Events on an activity by people who can be told apart."""
    return picked(facts.activity_event, activities)


def arrivals(facts: Facts, activities: Sequence[str] = ()) -> ir.Table:
    """One row per activity and person: how the person first came, and what they did there.

    Returns
    -------
    ibis Table
        ``activity_id``, ``person_id``, ``campus_id``, ``arrived_at``, ``arrived_on``,
        ``views``, ``shares`` (events), ``dwell_seconds``, ``share_channel`` (missing
        where they came by no share), ``sharer_person_id``.
    """
    events = activity_events(facts, activities)
    is_view, is_share = events.name == PAGE_VIEW, events.name == SHARE
    came = events.group_by("activity_id", "person_id").aggregate(
        campus_id=events.campus_id.min(),
        arrived_at=events.occurred_at.min(),
        arrived_on=events.occurred_on.min(),
        views=is_view.cast("int64").sum(),
        shares=is_share.cast("int64").sum(),
        dwell_seconds=dwell_of(events).sum(),
    )
    edges = share_origin(facts, activities)
    joined = came.left_join(edges, ["activity_id", "person_id"])
    return joined.drop("activity_id_right", "person_id_right")


def share_origin(facts: Facts, activities: Sequence[str] = ()) -> ir.Table:
    """One row per activity and person who came by a share: by whose, and how it was shared."""
    edges = picked(facts.share_edge, activities)
    return edges.group_by("activity_id", "person_id").aggregate(
        share_channel=edges.share_channel.min(), sharer_person_id=edges.sharer_person_id.min()
    )
