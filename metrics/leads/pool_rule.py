"""What a rule of the common pool would move: leads that their owner neither calls nor wins."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.clock import at_least
from metrics.foundation.registry import metric
from metrics.leads.new_leads import lead_units
from metrics.leads.pool import standing_leads

IDLE_DAYS, DEAL_DAYS = 15, 180
# Why a lead moves, the first that holds; those that stay have none.
CAUSES = ("no_contact", "no_deal")


@metric(
    title="Owned leads that a pool rule moves", kind="proportion", unit="ratio", grain="lead",
    sources=("leads", "followups", "orders", "order_lines"), better=-1,
)  # fmt: skip
def pool_rule(facts: Facts, *, idle_days: int = IDLE_DAYS, deal_days: int = DEAL_DAYS) -> ir.Table:
    """Open leads that go back by days without a contact or an order ÷ open leads with an owner.

    A simulation: nothing is moved. Open are unpaid leads that somebody was given and that
    are neither lost nor in the pool. The first clock runs from the last contact, reached or
    not, else from the assignment; the second from the assignment.

    Parameters
    ----------
    idle_days
        Days without any contact after which a lead goes back, at least 1.
    deal_days
        Days from the assignment without a formal order, at least 1.

    Returns
    -------
    ibis Table
        One row per open lead, by the day it came: ``numerator`` 1 where the rule moves it,
        ``denominator`` 1, ``cause`` (of `CAUSES`; missing where it stays), ``owner_id``,
        ``state``.

    Raises
    ------
    InvalidOption
        If a number of days is less than 1.

    References
    ----------
    METRICS, "pool rule".
    """
    idle = ibis.interval(days=at_least("idle_days", idle_days))
    deal = ibis.interval(days=at_least("deal_days", deal_days))
    owned = facts.lead.owner_id.notnull() & (facts.lead.assigned_at <= facts.as_of)
    leads = standing_leads(facts, owned.fill_null(False))
    leads = leads.filter(~leads.state.isin(["unassigned", "recycled", "lost"]))
    # TRICKY: one engine's greatest() is missing where one side is, the other's is not.
    called = leads.last_contact_at.fill_null(leads.assigned_at)
    since = ibis.ifelse(called > leads.assigned_at, called, leads.assigned_at)
    cause = ibis.cases(
        (since <= facts.as_of - idle, "no_contact"),
        (leads.assigned_at <= facts.as_of - deal, "no_deal"),
        else_=ibis.null("string"),
    )
    leads = leads.mutate(cause=cause)
    return lead_units(
        leads, numerator=leads.cause.notnull().cast("int64"), mature_at=leads.created_at,
        cause=leads.cause, owner_id=leads.owner_id, state=leads.state,
    )  # fmt: skip
