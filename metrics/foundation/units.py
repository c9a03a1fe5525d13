"""A metric is a set of units; what every metric gets from that, once.

A unit is a row: ``grain`` (what it is: lead, spend, order_line…), ``unit_id``,
``person_id``, ``campus_id``, ``channel_id``, ``course_line`` (missing where it has
none), ``unit_on`` (the local day by which a period takes it), ``numerator``,
``denominator`` and ``mature_at`` (UTC). Durations carry ``amount`` and ``censored`` too.
Sums are taken over integers and decimals, so they do not depend on the order of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.durations import duration_figures
from metrics.foundation.intervals import Z95, byar, wilson

GROUPS = (
    "campus_id", "channel_id", "channel_root", "channel_level2", "campaign", "material",
    "course_line", "unit_on", "grain",
)  # fmt: skip
_CARRIED = ("person_id", "campus_id", "channel_id", "campaign", "material", "course_line")


def as_units(
    rows: ir.Table,
    *,
    grain: str,
    unit_id: ir.Value,
    unit_on: ir.Value,
    mature_at: ir.Value,
    numerator: ir.Value,
    denominator: ir.Value | None = None,
    **more: ir.Value,
) -> ir.Table:
    """Rows as units, with the dimensions they have and NULL for those they lack.

    ``numerator`` and ``denominator`` must be whole numbers or decimals. Without a
    denominator the unit only adds to the numerator.
    """

    def text(name: str) -> ir.Value:
        return rows[name] if name in rows.columns else ibis.null("string")

    return rows.select(
        grain=ibis.literal(grain),
        unit_id=unit_id.cast("string"),
        **{name: text(name) for name in _CARRIED},
        unit_on=unit_on,
        numerator=numerator.cast("decimal(18, 2)"),
        denominator=(ibis.literal(0) if denominator is None else denominator).cast(
            "decimal(18, 2)"
        ),
        mature_at=mature_at.cast("timestamp(6)"),
        **more,
    )


def on_either_side(facts: Facts, units: ir.Table) -> ir.Table:
    """The units picked, of the period and of the one compared with.

    ``inside`` and ``compared`` tell which; a unit may be on both sides.
    """
    units = facts.picked(units)
    inside = facts.period.hold(units.unit_on)
    if not facts.compares:
        return units.mutate(inside=inside, compared=ibis.literal(False)).filter(inside)
    units = units.mutate(inside=inside, compared=facts.compared.hold(units.unit_on))
    # The bounds of both, which a store hands on through joins as it does no alternative.
    units = units.filter(facts.both_periods.hold(units.unit_on))
    return units.filter(units.inside | units.compared)


def rollup(
    units: ir.Table, *, kind: str, as_of: ir.TimestampScalar, by: Sequence[str] = ()
) -> ir.Table:
    """Sum mature units into one figure per group.

    Parameters
    ----------
    units
        One row per unit, see the module.
    kind
        ``count`` and ``sum`` give Σ numerator; ``proportion`` and ``ratio`` give
        Σ numerator ÷ Σ denominator, never a mean of ratios; ``duration`` gives the
        median by Kaplan–Meier, see `metrics.foundation.durations.duration_figures`.
    as_of
        A unit that matures later is counted as ``immature`` and takes no part.
    by
        Columns to group by; none gives one row.

    Returns
    -------
    ibis Table
        ``by``, ``numerator``, ``denominator`` (sums), ``value`` (missing where the
        denominator is 0), ``low``, ``high`` (95 %: Wilson for a proportion, Byar for a
        count, linearised for a ratio, none for a sum), ``n`` (mature units in the
        denominator, or in the numerator of a count or sum; of a ratio to given amounts
        the mature units observed), ``immature`` (units, given amounts aside).
        Units with a column ``apart`` are never summed across its values: such a group
        has neither sums nor value.

    References
    ----------
    Wilson (1927), JASA 22:209-212. Breslow & Day (1987), vol. II, eq. 2.13 (Byar).
    Cochran (1977), Sampling Techniques, 6.3 (linearised ratio; a given amount such as
    spend is not a sample, so units of grain ``spend`` or ``cost`` add no variance).
    """
    if kind == "duration":
        return duration_figures(units, as_of=as_of, by=by)
    mature = units.mature_at <= as_of
    given = units.grain.isin(["spend", "cost"])
    outcome = mature & ~given
    x = units.numerator.round().cast("int64")
    y = units.denominator.round().cast("int64")
    counts_numerator = kind in ("count", "sum")
    counted = (units.numerator if counts_numerator else units.denominator) != 0
    parts = {}
    if "apart" in units.columns:
        parts = {"first_part": units["apart"].min(), "last_part": units["apart"].max()}
    sums = units.aggregate(
        by=list(by),
        numerator=units.numerator.sum(where=mature).fill_null(0).cast("float64"),
        denominator=units.denominator.sum(where=mature).fill_null(0).cast("float64"),
        n_counted=(mature & counted).sum().fill_null(0),
        n_outcome=(outcome & counted).sum().fill_null(0),
        n_observed=outcome.sum().fill_null(0),
        immature=(~mature & ~given).sum().fill_null(0),
        xx=(x * x).sum(where=outcome).fill_null(0).cast("float64"),
        xy=(x * y).sum(where=outcome).fill_null(0).cast("float64"),
        yy=(y * y).sum(where=outcome).fill_null(0).cast("float64"),
        **parts,
    )
    value, low, high = _INTERVALS[kind](sums)
    observed = ibis.ifelse(sums.n_outcome > 0, sums.n_outcome, sums.n_observed)
    n = ibis.ifelse(observed > 0, observed, sums.n_counted) if kind == "ratio" else sums.n_counted
    figures = {
        "numerator": sums.numerator, "denominator": sums.denominator, "value": value,
        "low": low, "high": high,
    }  # fmt: skip
    if parts:
        together = (sums.first_part == sums.last_part).fill_null(True)
        figures = {name: together.ifelse(figure, None) for name, figure in figures.items()}
    table = sums.select(*by, **figures, n=n, immature=sums.immature)
    return table.order_by(list(by)) if by else table


Interval = tuple[ir.Value, ir.Value, ir.Value]


def _byar(sums: ir.Table) -> Interval:
    n = sums.numerator
    return n, byar(n.nullif(0), -Z95).fill_null(0.0), byar(n + 1, Z95)


def _sum_only(sums: ir.Table) -> Interval:
    nothing = ibis.null("float64")
    return sums.numerator, nothing, nothing


def _wilson(sums: ir.Table) -> Interval:
    n = sums.denominator.nullif(0)
    p = sums.numerator / n
    low, high = wilson(p, n)
    # Rounding may carry a bound a hair outside [0, 1]; where nothing was counted there is
    # no bound, and both engines' greatest and least would make one of the constant.
    nothing = ibis.null("float64")
    low = ibis.ifelse(n.isnull(), nothing, ibis.greatest(low, 0.0))
    high = ibis.ifelse(n.isnull(), nothing, ibis.least(high, 1.0))
    return p, low, high


def _linearised(sums: ir.Table) -> Interval:
    d = sums.denominator.nullif(0)
    r = sums.numerator / d
    variance = ibis.greatest(sums.xx - 2 * r * sums.xy + r * r * sums.yy, 0.0)
    half = Z95 * variance.sqrt() / d.abs()
    return r, r - half, r + half


_INTERVALS: dict[str, Any] = {
    "count": _byar,
    "sum": _sum_only,
    "proportion": _wilson,
    "ratio": _linearised,
}


def rows(
    units: ir.Table, *, as_of: ir.TimestampScalar, where: dict[str, object] | None = None
) -> ir.Table:
    """The units behind a number: those that ``where`` names, with ``is_mature``.

    The sums of the mature rows equal the number exactly. A value of None asks for
    rows that lack the column; a tuple asks for any of its values.
    """
    for name, value in (where or {}).items():
        column = units[name]
        if value is None:
            units = units.filter(column.isnull())
        elif isinstance(value, tuple):
            units = units.filter(column.isin(list(value)))
        else:
            units = units.filter(column == value)
    listed = units.mutate(is_mature=units.mature_at <= as_of)
    return listed.filter((listed.numerator != 0) | (listed.denominator != 0) | ~listed.is_mature)
