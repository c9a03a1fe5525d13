"""Shares that look made: many arrivals in an hour by one sharer, and arrivals that do nothing."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.activities.cohort import Activities, arrivals
from metrics.foundation.clock import at_least, hour_of
from metrics.foundation.registry import table

BURST = 10  # arrivals of one sharer within one clock hour
EMPTY_SECONDS = 3.0  # dwell below which an arrival only opened the page
EMPTY_SHARE = 0.5
LEAST_ARRIVALS = 5  # from which a share of empty ones says something


@table(grain="sharer and hour")
def suspicious_sharers(
    facts: Facts, *, activities: Activities = (), burst: int = BURST
) -> ir.Table:
    """Sharers with a burst of arrivals, or whose arrivals mostly do nothing.

    No proof: a post in a large group brings a burst as well. One's own click on one's own
    share and a later click on another's are no arrivals at all, so they credit nobody.

    Returns
    -------
    ibis Table
        ``activity_id``, ``sharer_person_id``, ``arrivals``, ``busiest_hour`` (arrivals in
        it), ``empty`` (arrivals of one view and under 3 seconds), ``is_burst``,
        ``is_empty``; the busiest first.
    """
    at_least("burst", burst)
    came = arrivals(facts, activities)
    came = came.filter(came.sharer_person_id.notnull(), came.sharer_person_id != came.person_id)
    nothing = (came.views <= 1) & (came.dwell_seconds < EMPTY_SECONDS)
    came = came.mutate(hour=hour_of(came.arrived_at), nothing=nothing.cast("int64"))
    hours = came.group_by("activity_id", "sharer_person_id", "arrived_on", "hour").aggregate(
        n=came.count(), empty=came.nothing.sum()
    )
    sums = hours.group_by("activity_id", "sharer_person_id").aggregate(
        arrivals=hours.n.sum(), busiest_hour=hours.n.max(), empty=hours.empty.sum()
    )
    judged = sums.mutate(
        is_burst=sums.busiest_hour >= burst,
        is_empty=(sums.arrivals >= LEAST_ARRIVALS)
        & (sums.empty.cast("float64") >= EMPTY_SHARE * sums.arrivals),
    )
    found = judged.filter(judged.is_burst | judged.is_empty)
    return found.order_by(ibis.desc("busiest_hour"), "activity_id", "sharer_person_id")
