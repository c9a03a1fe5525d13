"""Today against the same weekdays: how the day runs, hour by hour."""

from __future__ import annotations

from datetime import timedelta

import ibis
import ibis.expr.types as ir

from data.errors import InvalidOption
from data.facts import Facts
from data.scope import Filters


def same_weekdays(facts: Facts, weeks: int) -> list[object]:
    """The as-of day and the same weekday of the weeks before it, newest first."""
    today = facts.scope.as_of_on
    return [today - timedelta(days=7 * week) for week in range(weeks + 1)]


def leads_by_hour(facts: Facts, filters: Filters, *, weeks: int = 4) -> ir.Table:
    """New leads of the as-of day and of the same weekday in the weeks before, by hour.

    The as-of day is unfinished: its hours after the as-of time have no row.

    Parameters
    ----------
    facts
        The viewer's facts.
    filters
        Channels and course lines apply; the period does not.
    weeks
        How many weeks back, 1 to 12.

    Returns
    -------
    ibis Table
        ``created_on`` (local day), ``created_hour`` (0 to 23), ``leads`` (persons).

    Raises
    ------
    InvalidOption
        If ``weeks`` is outside its bounds.
    """
    if not 1 <= weeks <= 12:
        raise InvalidOption(f"weeks must be from 1 to 12, got {weeks}")
    lead = facts.lead
    lead = lead.filter(lead.is_first, lead.created_on.isin(same_weekdays(facts, weeks)))
    if filters.channels:
        lead = lead.filter(lead.channel_id.isin(filters.channels))
    if filters.course_lines:
        lead = lead.filter(lead.course_line.isin(filters.course_lines))
    return (
        lead.group_by("created_on", "created_hour")
        .aggregate(leads=ibis._.count())
        .order_by("created_on", "created_hour")
    )
