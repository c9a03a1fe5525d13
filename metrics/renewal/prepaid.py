"""Prepaid balance: what families have paid for and not yet had, rolled forward in parts."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

from data.facts import Facts
from metrics.foundation.active import ended_on
from metrics.foundation.clock import day_start_at
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units

# In the order of the roll-forward: what comes in, what is taught, what goes otherwise.
MOVEMENTS = ("charged", "moved_in", "taught", "refunded", "released")
_COLUMNS = ("enrolment_id", "person_id", "campus_id", "course_line")


def _enrolments(facts: Facts) -> ir.Table:
    """Enrolments with a price, and the day on which nothing more is owed for them."""
    today = facts.today
    rows = facts.due
    rows = rows.filter(rows.due_cny.notnull(), rows.paid_on <= today)
    end = ended_on(rows)
    back_on = ibis.ifelse(rows.refunded_on <= today, rows.refunded_on, ibis.null("date"))
    # TRICKY: the greatest of a day and nothing is the day, on both engines.
    last = ibis.greatest(end, back_on.fill_null(end), rows.paid_on)
    closed = ibis.ifelse((end <= today).fill_null(False), last, ibis.null("date"))
    back = ibis.ifelse(back_on.notnull(), rows.refunded_cny.fill_null(0), 0)
    return rows.select(
        *_COLUMNS, "started_on", "paid_on", "order_kind", "due_cny", "lessons_bought",
        closed_on=closed, back_on=back_on,
        back_cny=back.cast("decimal(18, 2)"),
    )  # fmt: skip


def _taught(facts: Facts, rows: ir.Table) -> ir.Table:
    """Lessons used of each enrolment at its price a lesson, to the cent."""
    seats = facts.seat
    seats = seats.filter(seats.consumed_lessons > 0)
    seats = seats.select("seat_id", "enrolment_id", "held_on", "starts_at", "consumed_lessons")
    used = seats.inner_join(rows, "enrolment_id")
    used = used.filter(
        (used.held_on <= used.closed_on).fill_null(True), used.lessons_bought.fill_null(0) > 0
    )
    price = used.due_cny.cast("float64") / used.lessons_bought
    cny = (price * used.consumed_lessons).round(2).cast("decimal(18, 2)")
    return used.mutate(cny=cny, on=ibis.greatest(used.held_on, used.paid_on))


@metric(
    title="Change of the prepaid balance", kind="sum", unit="cny", grain="enrolment",
    sources=("enrolments", "orders", "order_lines", "seats", "lessons"), better=0,
)  # fmt: skip
def prepaid_change(facts: Facts) -> ir.Table:
    """Paid in advance − taught − refunded − released: what the institution owes in lessons.

    Added up from the beginning to a day it is the balance of that day. ``movement`` says
    what it was: charged, moved in (transfer or carry-over), taught (lessons used at the
    enrolment's price a lesson), refunded, released (what is left when it ends: unused,
    kept as a fee or moved on). A card without lessons is released when it expires.

    Returns
    -------
    ibis Table
        One row per movement: ``numerator`` yuan, negative where the balance falls.

    References
    ----------
    METRICS, "prepaid balance", "legal window".
    """
    rows = _enrolments(facts)
    taught = _taught(facts, rows)

    def moves(of: ir.Table, movement: str, key: ir.Value, on: ir.Value, cny: ir.Value) -> ir.Table:
        named = of.mutate(
            movement=ibis.literal(movement) if isinstance(movement, str) else movement
        )
        return as_units(
            named, grain="enrolment", unit_id=named.movement + ":" + key, unit_on=on,
            numerator=cny, mature_at=day_start_at(on), movement=named.movement,
        )  # fmt: skip

    is_charge = rows.order_kind.fill_null("charge") == "charge"
    sums = taught.group_by("enrolment_id").aggregate(used_cny=taught.cny.sum())
    ended = rows.filter(rows.closed_on.notnull()).left_join(sums, "enrolment_id")
    rest = ended.due_cny - ended.used_cny.fill_null(0) - ended.back_cny
    backs = rows.filter(rows.back_on.notnull(), rows.closed_on.notnull())
    came = rows.filter(is_charge)
    moved = rows.filter(~is_charge)
    return ibis.union(
        moves(came, "charged", came.enrolment_id, came.paid_on, came.due_cny),
        moves(moved, "moved_in", moved.enrolment_id, moved.paid_on, moved.due_cny),
        moves(taught, "taught", taught.seat_id, taught["on"], -taught.cny),
        moves(backs, "refunded", backs.enrolment_id, backs.back_on, -backs.back_cny),
        moves(ended, "released", ended.enrolment_id, ended.closed_on, -rest),
    )


@dataclass(frozen=True)
class RollForward:
    """Opening balance, each movement of the period, and the closing balance: they add up."""

    opening: float
    movements: dict[str, float]
    closing: float


def roll_forward(before: pd.DataFrame, during: pd.DataFrame) -> RollForward:
    """The balance over a period from the metric by ``movement`` before it and in it."""
    opening = round(float(before["value"].fillna(0).sum()), 2)
    found = dict(zip(during["movement"], during["value"], strict=True))
    movements = {name: round(float(found.get(name) or 0.0), 2) for name in MOVEMENTS}
    return RollForward(opening, movements, round(opening + sum(movements.values()), 2))
