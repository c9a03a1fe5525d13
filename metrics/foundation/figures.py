"""A metric's figures and the rows behind them as expressions, before a store sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.registry import Metric
from metrics.foundation.units import rollup, rows

_TREE_LEVELS = {"channel_root": "root_id", "channel_level2": "level2_id"}


def figures_of(
    facts: Facts,
    metric: Metric,
    *,
    by: tuple[str, ...],
    options: Mapping[str, Any],
) -> ir.Table:
    """One row per group, as `metrics.foundation.units.rollup` gives it."""
    units = _units(facts, metric, options, by)
    return rollup(units, kind=metric.kind, as_of=facts.as_of, by=by)


def rows_of(
    facts: Facts,
    metric: Metric,
    *,
    where: Mapping[str, Any],
    options: Mapping[str, Any],
) -> ir.Table:
    """The units that ``where`` names, each with who it is about, the oldest first."""
    units = _units(facts, metric, options, where)
    listed = rows(units, as_of=facts.as_of, where=dict(where))
    who = facts.person.select("person_id", "campus_id", "name", "phone", "stage")
    listed = listed.left_join(who, ["person_id", "campus_id"])
    return listed.drop("person_id_right", "campus_id_right").order_by("unit_on", "unit_id")


def _units(
    facts: Facts,
    metric: Metric,
    options: Mapping[str, Any],
    groups: Iterable[str],
) -> ir.Table:
    """The filtered units, with the levels of the channel tree that are grouped by."""
    units = facts.picked(metric(facts, **options), on="unit_on")
    levels = {group: _TREE_LEVELS[group] for group in groups if group in _TREE_LEVELS}
    if not levels:
        return units
    tree = facts.channel.select("channel_id", **levels)
    return units.left_join(tree, "channel_id").drop("channel_id_right")
