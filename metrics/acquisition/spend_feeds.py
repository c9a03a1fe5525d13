"""Spend that has not arrived: while a channel's feed is late its cost is unknown, not zero."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.clock import day_start_at
from metrics.renewal.due import NEVER

GRACE = 2.0  # a source is late after this many of its usual gaps
LEAST_HOURS = 24.0  # no source is late within a day
STOPPED_DAYS = 90  # a channel silent for longer spends no more


def late_feeds(facts: Facts) -> ir.Table:
    """The channels whose spend has been silent for longer than usual.

    A channel that has not spent for a quarter has stopped, and is not late.

    Returns
    -------
    ibis Table
        ``channel_id`` and ``spend_until`` (UTC): the end of the last day whose spend came.
    """
    feeds = facts.freshness
    feeds = feeds.filter(feeds.source.startswith("spend:"))
    wait = ibis.greatest(feeds.usual_hours * GRACE, ibis.literal(LEAST_HOURS)) * 3600
    silent = facts.as_of.epoch_seconds() - feeds.last_at.epoch_seconds()
    late = feeds.filter(feeds.usual_hours.notnull(), silent > wait, silent <= STOPPED_DAYS * 86_400)
    return late.select(channel_id=late.source.substr(len("spend:")), spend_until=late.last_at)


def once_spend_is_known(facts: Facts, units: ir.Table) -> ir.Table:
    """The units of a figure over spend, those without their cost immature.

    A lead or a payer of a day whose spend has not come is not set against the spend of
    other days: a late feed must not make its channel look cheap.
    """
    late = late_feeds(facts)
    joined = units.left_join(late, "channel_id").drop("channel_id_right")
    unknown = (day_start_at(joined.unit_on) >= joined.spend_until).fill_null(False)
    never = ibis.literal(NEVER).cast("timestamp(6)")
    return joined.mutate(mature_at=ibis.ifelse(unknown, never, joined.mature_at)).drop(
        "spend_until"
    )
