"""A duration's curve in one pass: for the period and for the one compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from data.errors import InvalidOption
from data.facts import Facts
from metrics.foundation.registry import Metric, table
from metrics.foundation.units import on_either_side
from metrics.models.kaplan_meier import Survival, kaplan_meier


@table(grain="step of a curve")
def duration_tally(facts: Facts, *, metric: Metric, per_unit: int = 60, **options: Any) -> ir.Table:
    """How many units were watched for how long, in the period and in the one compared with.

    Parameters
    ----------
    facts
        The viewer's facts with what they picked.
    metric
        A metric of kind ``duration``; ``options`` are its own.
    per_unit
        Steps of the metric's unit of time that are told apart: 60 tells minutes of hours.

    Returns
    -------
    ibis Table
        ``steps``, ``censored``, ``inside``, ``compared`` and ``units``, for
        `duration_curves`.

    Raises
    ------
    InvalidOption
        If the metric is of another kind.
    """
    if metric.kind != "duration":
        raise InvalidOption(
            f"metric must be a duration, got {metric.name!r} of kind {metric.kind!r}"
        )
    units = on_either_side(facts, metric(facts, **options))
    units = units.filter(units.mature_at <= facts.as_of).mutate(
        per_unit=ibis.literal(per_unit), steps=(units.amount * per_unit).ceil().cast("int64")
    )
    keys = ("steps", "censored", "inside", "compared", "per_unit")
    return units.group_by(*keys).aggregate(units=units.count())


@dataclass(frozen=True, kw_only=True)
class DurationCurves:
    """The curve of the period and of the one compared with; times in the metric's unit."""

    now: Survival
    before: Survival

    def figure(self, *, compared: bool = False, share: float = 0.5) -> dict[str, float]:
        """The time by which a share has happened, as a figure like a roll-up's."""
        curve = self.before if compared else self.now
        low, high = curve.quantile_interval(share)
        return {
            "numerator": curve.happened, "denominator": curve.n, "value": curve.quantile(share),
            "low": low, "high": high, "n": int(curve.n), "immature": 0,
        }  # fmt: skip


def duration_curves(table: pa.Table) -> DurationCurves:
    """The kernel for a store's fold over `duration_tally`."""
    per_unit = float(table["per_unit"][0].as_py()) if table.num_rows else 1.0
    times = table["steps"].to_numpy().astype(np.float64) / per_unit
    happened = ~table["censored"].to_numpy().astype(bool)
    units = table["units"].to_numpy().astype(np.float64)
    sides = [
        kaplan_meier(times[own], happened[own], weights=units[own])
        for own in (table[side].to_numpy().astype(bool) for side in ("inside", "compared"))
    ]
    return DurationCurves(now=sides[0], before=sides[1])
