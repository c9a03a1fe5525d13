"""What families bought so far, in the few numbers from which the rest is expected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from data.facts import Facts
from metrics.foundation.clock import first_sources, formal_lines
from metrics.foundation.registry import table

MOST_WEEKS = 52  # farther ahead nothing is told, however long the history
LEAST_WEEKS = 13


@table(grain="institution")
def order_span(facts: Facts) -> ir.Table:
    """One row: of all formal orders ``first_on``, ``lines``, ``paid_cny``; ``refunded_cny``."""
    lines = facts.order_line
    paid = lines.net_cny.sum(where=lines.is_formal).cast("float64")
    refunded = -lines.net_cny.sum(where=lines.kind == "refund").cast("float64")
    return lines.aggregate(
        first_on=lines.paid_on.min(where=lines.is_formal),
        lines=lines.is_formal.sum().fill_null(0),
        paid_cny=paid.fill_null(0.0),
        refunded_cny=refunded.fill_null(0.0),
    )


@dataclass(frozen=True)
class Window:
    """How far ahead values are told: as far as they could be tested, half the history at most.

    Learnt until ``split`` and tested on the ``weeks`` from then to ``today``; then learnt
    until today and told for as many weeks ahead. ``kept`` is the share of what was paid
    that was not paid back.
    """

    today: date
    weeks: int
    kept: float

    @property
    def split(self) -> date:
        """The last day that the test learns from."""
        return self.today - timedelta(weeks=self.weeks)


def window_of(span: pd.DataFrame, today: date) -> Window | None:
    """The window of a history as `order_span` gives it; None where it is below half a year."""
    row = span.iloc[0]
    if pd.isna(row["first_on"]) or not row["paid_cny"] > 0:
        return None
    history = (today - pd.Timestamp(row["first_on"]).date()).days // 7
    weeks = min(history // 2, MOST_WEEKS)
    if weeks < LEAST_WEEKS:
        return None
    return Window(today, weeks, float(np.clip(1 - row["refunded_cny"] / row["paid_cny"], 0, 1)))


def _order_days(facts: Facts, until: date, person_id: str = "") -> ir.Table:
    """One row per person and day with a formal order: its yuan, the day of the next one."""
    lines = formal_lines(facts)
    lines = lines.filter(lines.paid_on <= ibis.literal(until))
    if person_id:
        lines = lines.filter(lines.person_id == person_id)
    days = lines.group_by("person_id", "paid_on").aggregate(cny=lines.net_cny.sum())
    own = ibis.window(group_by="person_id", order_by="paid_on")
    return days.mutate(
        place=ibis.row_number().over(own), next_on=days.paid_on.lead().over(own),
    )  # fmt: skip


def _people(days: ir.Table, until: date) -> ir.Table:
    """One row per person with an order by a day, see `payers`."""
    is_past = days.paid_on <= ibis.literal(until)
    people = days.group_by("person_id").aggregate(
        orders=is_past.sum().cast("int64"),
        paid_cny=days.cny.sum(where=is_past).cast("float64"),
        first_on=days.paid_on.min(),
        last_on=days.paid_on.max(where=is_past),
        later=(~is_past).sum().cast("int64"),
    )
    people = people.filter(people.orders > 0)
    return people.mutate(
        last_weeks=_weeks(people.first_on, people.last_on),
        age_weeks=_weeks(people.first_on, ibis.literal(until)),
    )


def _weeks(start: ir.Value, end: ir.Value) -> ir.Value:
    return (end.delta(start, unit="day") / 7).floor().cast("int64")


@table(grain="person")
def payers(facts: Facts, *, until: date) -> ir.Table:
    """What each payer of some channels bought by a day; days picked are not read.

    Orders of one day are one order; transfers, carry-overs and trials are none. Where
    course lines are picked: people who bought one of them, with all that they bought.

    Returns
    -------
    ibis Table
        One row per person: ``person_id``, ``orders``, ``paid_cny`` (refunds not taken off),
        ``first_on``, ``last_on``, ``last_weeks`` and ``age_weeks`` (whole weeks from the
        first order to the last, and to ``until``).
    """
    people = _people(_order_days(facts, until), until).drop("later")
    people = facts.of_picked_people(people, first_sources(facts), course_lines=False)
    people = facts.of_picked_people(people, formal_lines(facts), channels=False)
    return people.order_by("person_id")


@table(grain="person")
def payer(facts: Facts, *, person_id: str, until: date) -> ir.Table:
    """One person's row of `payers`; none for who has bought nothing."""
    return _people(_order_days(facts, until, person_id), until).drop("later")


@table(grain="person")
def trial_payers(
    facts: Facts, *, until: date, after: date, repeats: int, or_more: bool = False
) -> ir.Table:
    """The payers of one group of a trial, who ordered most since first.

    Parameters
    ----------
    until, after
        As for `history_counts`, whose people these are.
    repeats
        Orders after the first by ``until``, at least 0.
    or_more
        Those with more of them too.

    Returns
    -------
    ibis Table
        One row per person: ``person_id``, ``name`` (masked unless the role may read it),
        ``orders``, ``first_on``, ``last_on`` (by ``until``), ``later`` (days with an order
        since).
    """
    people = _people(_order_days(facts, after), until)
    again = people.orders - 1
    people = people.filter(again >= repeats if or_more else again == repeats)
    names = facts.person.group_by("person_id").aggregate(name=facts.person.name.min())
    rows = people.left_join(names, "person_id")
    return rows.select(
        "person_id", "name", "orders", "first_on", "last_on", "later"
    ).order_by(ibis.desc("later"), ibis.desc("last_on"), "person_id")  # fmt: skip


@table(grain="history")
def history_counts(facts: Facts, *, until: date, after: date) -> ir.Table:
    """How many people have each history, how long each gap between orders was, and its value.

    What is learnt does not depend on what is picked.

    Parameters
    ----------
    until
        The last day that is learnt from.
    after
        Orders after ``until`` count as ``later`` up to this day.

    Returns
    -------
    ibis Table
        ``what`` says what a row counts, ``n`` how many there are of it:

        ========= ========== ============ =========== ==========================
        what      orders     weeks        until_weeks later
        ========= ========== ============ =========== ==========================
        people    so far     first → last first → now days with an order after it
        gaps      before it  its length   -           1 where an order ended it
        values    so far     yuan a order -           -
        ========= ========== ============ =========== ==========================
    """
    days = _order_days(facts, after)
    people = _people(days, until)
    past = days.filter(days.paid_on <= ibis.literal(until))
    ended = (past.next_on <= ibis.literal(until)).fill_null(False)
    end = ibis.ifelse(ended, past.next_on, ibis.literal(until))
    nothing = ibis.literal(0, "int64")
    mean = (people.paid_cny / people.orders).round().cast("int64")
    parts = [
        people.select(
            what=ibis.literal("people"), orders=people.orders, weeks=people.last_weeks,
            until_weeks=people.age_weeks, later=people.later,
        ),
        past.select(
            what=ibis.literal("gaps"), orders=ibis.least(past.place + 1, 2).cast("int64"),
            weeks=_weeks(past.paid_on, end), until_weeks=nothing, later=ended.cast("int64"),
        ),
        people.select(
            what=ibis.literal("values"), orders=people.orders, weeks=mean, until_weeks=nothing,
            later=nothing,
        ),
    ]  # fmt: skip
    counted = [part.group_by(*part.columns).aggregate(n=part.count()) for part in parts]
    keys = ("what", "orders", "weeks", "until_weeks", "later")
    return ibis.union(*counted, distinct=False).order_by(*keys)
