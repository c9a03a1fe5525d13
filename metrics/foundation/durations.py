"""Durations as units: how long until something happened, with what is still open kept.

A unit of a duration carries ``amount`` (how long it was watched, in the metric's unit) and
``censored`` (it had not happened by then). Its numerator is 1 where it happened, its
denominator 1, and it is mature at once: being young is what censoring is for.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from data.errors import InvalidOption
from metrics.foundation.intervals import Z95

_ROUNDING = 1e-12  # as in `metrics.models.kaplan_meier`
_OVER = -1e6  # the logarithm of a share of which nothing is left


def duration_figures(
    units: ir.Table, *, as_of: ir.TimestampScalar, by: Sequence[str] = (), share: float = 0.5
) -> ir.Table:
    """The time by which a share has happened, by Kaplan–Meier, one row per group.

    The same estimate as `metrics.models.kaplan_meier.kaplan_meier`, as an expression, so
    that it runs where the rows are.

    Parameters
    ----------
    units
        One row per unit with ``amount`` (never missing) and ``censored``.
    as_of
        A unit that matures later takes no part.
    by
        Columns to group by; none gives one row.
    share
        0.5 gives the median; more than 0 and less than 1.

    Returns
    -------
    ibis Table
        ``by``, ``numerator`` (happened), ``denominator`` (watched), ``value`` (missing
        while the share has not happened), ``low``, ``high`` (95 %, missing where they
        lie beyond), ``n``, ``immature``.

    Raises
    ------
    InvalidOption
        If ``share`` is out of its bounds.
    """
    if not 0 < share < 1:
        raise InvalidOption(f"share must lie between 0 and 1, got {share}")
    groups = list(by)
    mature = units.mature_at <= as_of
    steps = units.group_by(*groups, "amount").aggregate(
        numerator=units.numerator.sum(where=mature).fill_null(0).cast("float64"),
        denominator=units.denominator.sum(where=mature).fill_null(0).cast("float64"),
        closed=(mature & ~units.censored).sum().fill_null(0).cast("float64"),
        watched=mature.sum().fill_null(0),
        immature=(~mature).sum().fill_null(0),
    )
    later = ibis.window(group_by=groups, order_by="amount", preceding=0, following=None)
    risk = steps.mutate(at_risk=steps.watched.sum().over(later).cast("float64"))
    left = risk.at_risk - risk.closed
    goes_on = (risk.closed > 0) & (left > 0)
    terms = risk.mutate(
        log=ibis.cases((goes_on, (left / risk.at_risk).ln()), (risk.closed > 0, _OVER), else_=0.0),
        # Greenwood: nothing is added where nothing is left, and no bound is given there.
        spread=ibis.cases((goes_on, risk.closed / (risk.at_risk * left)), else_=0.0),
    )
    so_far = ibis.window(group_by=groups, order_by="amount", preceding=None, following=0)
    path = terms.mutate(
        log_left=terms["log"].sum().over(so_far), spread=terms.spread.sum().over(so_far)
    )
    moved = (path.closed > 0) & (path.log_left < 0)
    bounded = moved & (path.log_left > _OVER / 2)
    ease = Z95 * path.spread.sqrt() / path.log_left.abs().nullif(0)
    least = 1 - share + _ROUNDING

    def first(condition: ir.Value, left_over: ir.Value) -> ir.Value:
        return path.amount.min(where=condition & (left_over <= least)).cast("float64")

    found = path.aggregate(
        by=groups,
        numerator=path.numerator.sum().fill_null(0),
        denominator=path.denominator.sum().fill_null(0),
        value=first(moved, path.log_left.exp()),
        low=first(bounded, (path.log_left * ease.exp()).exp()),
        high=first(bounded, (path.log_left * (-ease).exp()).exp()),
        n=path.watched.sum().fill_null(0),
        immature=path.immature.sum().fill_null(0),
    )
    return found.order_by(groups) if groups else found
