"""Lead conversion: which leads become paying students, and how soon?"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.clock import (
    at_least,
    first_leads,
    first_paid,
    first_trials,
    formal_lines,
    trial_lines,
    with_first_paid,
)
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units
from metrics.leads.new_leads import lead_units

ORDERS = ("leads", "orders", "order_lines")


def _converted(facts: Facts, lines: ir.Table, *, window_days: int, repeats: bool) -> ir.Table:
    window = ibis.interval(days=at_least("window_days", window_days))
    leads = facts.lead if repeats else first_leads(facts)
    leads = with_first_paid(leads, lines)
    in_window = leads.first_paid_at.between(leads.created_at, leads.created_at + window)
    return lead_units(
        leads,
        numerator=in_window.fill_null(False).cast("int64"),
        mature_at=leads.created_at + window,
    )


@metric(
    title="First-order conversion", kind="proportion", unit="ratio", grain="lead", sources=ORDERS
)  # fmt: skip
def first_order_conversion(
    facts: Facts, *, window_days: int = 30, repeats: bool = False
) -> ir.Table:
    """New leads with a first formal order within the window ÷ new leads at least that old.

    Trial and token-price orders do not convert a lead, and a refund later does not undo
    it. A lead younger than the window is immature: it can still convert, so it is not
    yet in the rate. A person counts once, by their first lead, so that converted leads
    are first-order persons.

    Parameters
    ----------
    window_days
        Days from the lead's creation, the end included, at least 1.
    repeats
        Count every lead row, as a CRM does: a person with two leads counts twice.

    Returns
    -------
    ibis Table
        One row per lead: its dimensions, ``numerator`` (0 or 1), ``denominator`` (1),
        ``mature_at`` (timestamp, UTC).

    Raises
    ------
    InvalidOption
        If ``window_days`` is less than 1.

    References
    ----------
    METRICS, "first-order conversion(W)".
    """
    return _converted(facts, formal_lines(facts), window_days=window_days, repeats=repeats)


@metric(
    title="Trial conversion", kind="proportion", unit="ratio", grain="lead", sources=ORDERS
)  # fmt: skip
def trial_conversion(facts: Facts, *, window_days: int = 30, repeats: bool = False) -> ir.Table:
    """New leads with a trial or token-price order within the window ÷ new leads that old.

    A step before the first formal order, not part of it: a lead that pays the full price
    without a trial is not in the numerator.

    Parameters
    ----------
    window_days
        Days from the lead's creation, the end included, at least 1.
    repeats
        Count every lead row: a person with two leads counts twice.

    Returns
    -------
    ibis Table
        One row per lead: ``numerator`` (0 or 1), ``denominator`` (1), ``mature_at``.

    Raises
    ------
    InvalidOption
        If ``window_days`` is less than 1.

    References
    ----------
    METRICS, "first-order conversion(W)".
    """
    return _converted(facts, trial_lines(facts), window_days=window_days, repeats=repeats)


@metric(
    title="Trial to paid", kind="proportion", unit="ratio", grain="person", sources=ORDERS
)  # fmt: skip
def trial_to_paid(facts: Facts, *, window_days: int = 30) -> ir.Table:
    """Persons with a formal order within the window after their first trial ÷ such persons.

    The cohort is of the trial's day, not the lead's; whoever had a formal order before
    the trial is not in it. A trial younger than the window is immature.

    Parameters
    ----------
    window_days
        Days from the first trial order, the end included, at least 1.

    Returns
    -------
    ibis Table
        One row per person with a trial order: campus and course line of the trial,
        channel of the first lead, ``numerator`` (0 or 1), ``denominator`` (1),
        ``mature_at``.

    Raises
    ------
    InvalidOption
        If ``window_days`` is less than 1.

    References
    ----------
    METRICS, "process".
    """
    window = ibis.interval(days=at_least("window_days", window_days))
    firsts = first_paid(formal_lines(facts))
    rows = first_trials(facts).left_join(firsts, "person_id").drop("person_id_right")
    rows = rows.filter(rows.first_paid_at.isnull() | (rows.first_paid_at >= rows.paid_at))
    in_window = rows.first_paid_at <= rows.paid_at + window
    return as_units(
        rows, grain="person", unit_id=rows.person_id, unit_on=rows.paid_on,
        numerator=in_window.fill_null(False).cast("int64"), denominator=ibis.literal(1),
        mature_at=rows.paid_at + window,
    )  # fmt: skip
