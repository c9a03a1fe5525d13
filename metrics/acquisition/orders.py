"""Orders: who paid for the first time, and how much came in?"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.clock import first_orders, first_sources
from metrics.foundation.registry import metric
from metrics.foundation.units import as_units

_SOURCES = ("orders", "order_lines")


@metric(
    title="First-order persons", kind="count", unit="people", grain="person", sources=_SOURCES
)  # fmt: skip
def first_order_persons(facts: Facts) -> ir.Table:
    """Persons whose first formal paid order falls in the period.

    Not a conversion: the lead may be years old, and a person without a lead counts too.

    Returns
    -------
    ibis Table
        One row per person: campus, course line and day of the order, channel of the
        first lead; ``numerator`` 1, mature at once.

    References
    ----------
    METRICS, "CAC media, CAC full": the denominator of both.
    """
    orders = first_orders(facts)
    return as_units(
        orders, grain="person", unit_id=orders.person_id, unit_on=orders.paid_on,
        numerator=ibis.literal(1), mature_at=orders.paid_at,
    )  # fmt: skip


@metric(title="Net revenue", kind="sum", unit="cny", grain="order_line", sources=_SOURCES)
def net_revenue(facts: Facts) -> ir.Table:
    """Paid − refunded in the period, by the day of payment and of refund.

    Discounts are already out of what was paid; transfers and carry-overs move money and
    are neither sale nor refund. Ties out to the cent with the ledger by campus and month.

    Returns
    -------
    ibis Table
        One row per paid or refunded line: ``numerator`` in CNY, negative for a refund.

    References
    ----------
    METRICS, rule 9.
    """
    lines = facts.order_line
    lines = lines.left_join(first_sources(facts), "person_id").drop("person_id_right")
    return as_units(
        lines, grain="order_line", unit_id=lines.order_line_id, unit_on=lines.paid_on,
        numerator=lines.net_cny, mature_at=lines.paid_at,
    )  # fmt: skip
