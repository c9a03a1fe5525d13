"""The units of some days, cut by hand: what tests compare figures with."""

from __future__ import annotations

import ibis.expr.types as ir

from data.scope import Period


def within(units: ir.Table, *, period: Period | None = None) -> ir.Table:
    """The units whose day lies in a period; all of them without one."""
    if period is None:
        return units
    return units.filter(units.unit_on >= period.start, units.unit_on < period.end)
