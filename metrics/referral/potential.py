"""Who would recommend if asked: pleased members who have brought nobody lately."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.active import ended_on
from metrics.foundation.clock import at_least
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units
from metrics.referral.rates import honest_referrals

PLEASED_NPS, PLEASED_RATING = 9.0, 4.5


@metric(
    title="Could recommend us", kind="count", unit="people", grain="person",
    sources=("enrolments", "feedback", "leads", "students"), better=0,
)  # fmt: skip
def referral_potential(facts: Facts, *, days: int = 180) -> ir.Table:
    """Members who said within the days that they are pleased, and have brought nobody in them.

    Pleased: an NPS of 9 and more or a rating of 4.5 and more, and no complaint since. A
    wish to recommend is not yet a recommendation: the figure says whom to ask.

    Parameters
    ----------
    days
        Days back from the as-of day, at least 1.

    Returns
    -------
    ibis Table
        One row per person, on the day of their last such answer: ``numerator`` 1.

    Raises
    ------
    InvalidOption
        If ``days`` is less than 1.
    """
    today = facts.today
    since = (today - ibis.interval(days=at_least("days", days))).cast("date")
    voices = facts.feedback
    voices = voices.filter(voices.given_on > since, voices.person_id.notnull())
    pleased = (voices.nps >= PLEASED_NPS) | (voices.rating >= PLEASED_RATING)
    said = voices.group_by("person_id").aggregate(
        said_at=voices.given_at.max(where=pleased.fill_null(False)),
        said_on=voices.given_on.max(where=pleased.fill_null(False)),
        complaints=voices.is_complaint.sum(),
    )
    said = said.filter(said.said_on.notnull(), said.complaints == 0)
    rows = facts.due
    rows = rows.filter(
        rows.state.fill_null("active") == "active", (ended_on(rows) > today).fill_null(True)
    )
    there = rows.group_by("person_id").aggregate(
        campus_id=rows.campus_id.min(), course_line=rows.course_line.min()
    )
    leads = honest_referrals(facts)
    lately = leads.filter(leads.created_on > since).select(person_id="introducer_person_id")
    rows = there.inner_join(said, "person_id").anti_join(lately.distinct(), "person_id")
    return as_units(
        rows, grain="person", unit_id=rows.person_id, unit_on=rows.said_on,
        numerator=ibis.literal(1), mature_at=rows.said_at,
    )  # fmt: skip
