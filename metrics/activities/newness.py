"""Who takes part in activities: people who never met us before, or old acquaintances?"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.activities.cohort import Activities, activity_events, picked
from metrics.foundation.clock import day_start_at
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units


@metric(
    title="New participants", kind="proportion", unit="ratio", grain="person",
    sources=("events", "leads", "orders", "order_lines", "seats", "activities"), better=0,
)  # fmt: skip
def activity_new_share(facts: Facts, *, activities: Activities = ()) -> ir.Table:
    """Participants without a lead, order, lesson or visit before the activity began ÷ all.

    A participant is whoever was seen on the activity or left a lead in it. Somebody who
    came to an earlier activity without leaving a phone is known by the device, and old.

    Parameters
    ----------
    activities
        Activities to read; none reads all.

    Returns
    -------
    ibis Table
        One row per activity and person, with ``activity_id``: ``numerator`` 1 where new,
        ``denominator`` 1.

    References
    ----------
    METRICS, "new / old".
    """
    events = activity_events(facts, activities)
    seen = events.select(
        "activity_id", "person_id", "campus_id", at=events.occurred_at, on=events.occurred_on
    )
    leads = picked(facts.lead, activities)
    left = leads.select(
        "activity_id", "person_id", "campus_id", at=leads.created_at, on=leads.created_on
    )
    both = seen.union(left)
    came = both.group_by("activity_id", "person_id").aggregate(
        campus_id=both.campus_id.min(), first_at=both["at"].min(), first_on=both["on"].min()
    )
    known = picked(facts.activity, activities).select("activity_id", "starts_on")
    came = came.inner_join(known, "activity_id")
    who = came.select("person_id").distinct()
    pasts = [
        rows.semi_join(who, "person_id").select("person_id", at=rows[column])
        for rows, column in (
            (facts.lead, "created_at"), (facts.order_line, "paid_at"), (facts.seat, "starts_at"),
            (facts.visit, "started_at"),
        )
    ]  # fmt: skip
    past = pasts[0].union(*pasts[1:])
    first = past.group_by("person_id").aggregate(known_at=past["at"].min())
    came = came.left_join(first, "person_id").drop("person_id_right")
    began = day_start_at(came.starts_on)
    is_old = (came.known_at < began).fill_null(False)
    return as_units(
        came, grain="person", unit_id=came.activity_id.concat(":", came.person_id),
        unit_on=came.first_on, numerator=(~is_old).cast("int64"), denominator=ibis.literal(1),
        mature_at=came.first_at, activity_id=came.activity_id,
    )  # fmt: skip
