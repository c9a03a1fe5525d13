"""From an invitation by a member to the first order: how many of those invited get there."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.clock import cohort_mature_at, formal_lines, trial_lines
from metrics.foundation.registry import table
from metrics.referral.rates import honest_referrals

FUNNEL_STEPS = ("invited", "lead", "trial", "paid")
STEP_DAYS = 60  # all steps within so many days of the invitation


def _invited(facts: Facts, days: int) -> ir.Table:
    """One row per person invited in the period, with the steps they took as yes or no."""
    lines = formal_lines(facts)
    members = lines.group_by(sharer_person_id=lines.person_id).aggregate(since=lines.paid_at.min())
    shares = facts.share_edge.inner_join(members, "sharer_person_id")
    shares = shares.filter(shares.arrived_at >= shares.since)
    named = honest_referrals(facts)
    invited = shares.select("person_id", "campus_id", at="arrived_at", on="arrived_on").union(
        named.select("person_id", "campus_id", at="created_at", on="created_on")
    )
    invited = invited.group_by("person_id").aggregate(
        at=invited["at"].min(), invited_on=invited["on"].min(), campus_id=invited.campus_id.min()
    )
    first = lines.group_by("person_id").aggregate(paid_at=lines.paid_at.min())
    trials = trial_lines(facts)
    tried = trials.group_by("person_id").aggregate(tried_at=trials.paid_at.min())
    leads = facts.lead.filter(facts.lead.is_first).select("person_id", lead_at="created_at")
    rows = invited
    for part in (leads, tried, first):
        rows = rows.left_join(part, "person_id").drop("person_id_right")
    invited_at = rows["at"]
    # Who was a member already, or a lead before, was not brought by the invitation.
    rows = rows.filter(
        (rows.paid_at >= invited_at).fill_null(True), (rows.lead_at >= invited_at).fill_null(True)
    )
    rows = rows.filter(facts.period.hold(rows.invited_on))
    end = rows["at"] + ibis.interval(days=days)
    is_lead = (rows.lead_at <= end).fill_null(False)
    is_paid = is_lead & (rows.paid_at <= end).fill_null(False)
    return rows.mutate(
        mature=cohort_mature_at(rows.invited_on, days) <= facts.as_of,
        invited=ibis.literal(True), lead=is_lead,
        trial=is_paid | (is_lead & (rows.tried_at <= end).fill_null(False)), paid=is_paid,
    )  # fmt: skip


@table(grain="period")
def referral_funnel(facts: Facts, *, days: int = STEP_DAYS) -> ir.Table:
    """How many persons invited in the period took each step within the days, in one row.

    Invited: arrived through the share of somebody who had paid, or left a lead that names
    one. A family that pays without a trial has passed that step too. ``immature`` were
    invited too lately to count.

    Returns
    -------
    ibis Table
        ``invited``, ``lead``, ``trial``, ``paid``, ``immature``.
    """
    rows = _invited(facts, days)
    return rows.aggregate(
        **{
            step: (rows.mature & rows[step]).sum().fill_null(0).cast("float64")
            for step in FUNNEL_STEPS
        },
        immature=(~rows.mature).sum().fill_null(0).cast("float64"),
    )


@table(grain="person")
def invited_at_step(facts: Facts, *, step: str, days: int = STEP_DAYS) -> ir.Table:
    """The persons behind a step of `referral_funnel`: exactly as many, the newest first."""
    rows = _invited(facts, days)
    rows = rows.filter(rows.mature, rows[step])
    return rows.select(
        "person_id", "campus_id", "invited_on", "lead_at", "tried_at", "paid_at"
    ).order_by(ibis.desc("invited_on"), "person_id")
