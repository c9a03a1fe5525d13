"""Every metric, once: its name, words, unit and the sources its freshness hangs on."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis.expr.operations import UnboundTable

from data.errors import InvalidOption, UnknownName
from data.facts import FACTS, Facts
from data.scope import ROLES

KINDS = ("count", "sum", "proportion", "ratio", "duration")
UNITS = ("people", "leads", "orders", "events", "cny", "ratio", "times", "days", "hours", "minutes")


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric: a function from facts to units, and what a reader must know of it.

    ``kind`` decides the roll-up; ``better`` is 1 where more is better, -1 where less
    is, 0 where neither; ``sources`` are the input tables it needs.
    """

    name: str
    title: str
    kind: str
    unit: str
    grain: str
    family: str
    units: Callable[..., ir.Table] = field(repr=False)
    sources: tuple[str, ...] = ()
    better: int = 1

    def __call__(self, facts: Facts, **options: Any) -> ir.Table:
        """The metric's units over a viewer's facts.

        A role that may not read one of the facts gets no units: a figure from the rest
        would be wrong, not partial (no spend is not a cost of 0).
        """
        units = self.units(facts, **options)
        viewer = ROLES.get(facts.scope.role)
        hidden = {FACTS[name].table for name in viewer.hidden_facts} if viewer else set()
        read = {table.name for table in units.op().find(UnboundTable)}
        return units.filter(ibis.literal(False)) if read & hidden else units

    @property
    def definition(self) -> str:
        """The first sentence of the docstring: the tooltip and the dictionary's entry."""
        text = inspect.getdoc(self.units) or ""
        return " ".join(text.split("\n\n")[0].split())

    @property
    def options(self) -> dict[str, Any]:
        """Options with their defaults."""
        parameters = inspect.signature(self.units).parameters.values()
        return {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}


REGISTRY: dict[str, Metric] = {}


def metric(
    *,
    title: str,
    kind: str,
    unit: str,
    grain: str,
    sources: tuple[str, ...],
    better: int = 1,
) -> Callable[[Callable[..., ir.Table]], Metric]:
    """Register a function from `Facts` to units as a metric of its own name."""
    if kind not in KINDS:
        raise InvalidOption(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    if unit not in UNITS:
        raise InvalidOption(f"unit must be one of {', '.join(UNITS)}, got {unit!r}")

    def register(units: Callable[..., ir.Table]) -> Metric:
        entry = Metric(
            name=units.__name__, title=title, kind=kind, unit=unit, grain=grain,
            family=units.__module__.rpartition(".")[2], units=units, sources=sources,
            better=better,
        )  # fmt: skip
        REGISTRY[entry.name] = entry
        return entry

    return register


def find(name: str) -> Metric:
    """The metric of this name; an unknown one suggests the nearest."""
    try:
        return REGISTRY[name]
    except KeyError:
        raise UnknownName("metric", name, REGISTRY) from None
