"""Every metric, once: its name, words, unit and the sources its freshness hangs on."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import ibis
import ibis.expr.types as ir

from data.errors import InvalidOption, UnknownName
from data.facts import FACTS, Facts, facts_read
from data.scope import ROLES

KINDS = ("count", "sum", "proportion", "ratio", "duration")
UNITS = ("people", "leads", "orders", "events", "cny", "ratio", "times", "days", "hours", "minutes")


class Described:
    """What metrics and tables say of themselves, from the function they are made of."""

    made_by: Callable[..., ir.Table]

    @property
    def definition(self) -> str:
        """The first sentence of the docstring: the tooltip and the dictionary's entry."""
        text = inspect.getdoc(self.made_by) or ""
        return " ".join(text.split("\n\n")[0].split())

    @property
    def options(self) -> dict[str, Any]:
        """Options with their defaults."""
        parameters = inspect.signature(self.made_by).parameters.values()
        return {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}

    @property
    def metric_options(self) -> frozenset[str]:
        """Those of the options that are a metric: who has only its name looks it up."""
        parameters = inspect.signature(self.made_by).parameters.values()
        return frozenset(p.name for p in parameters if p.annotation in ("Metric", Metric))


@dataclass(frozen=True, kw_only=True, repr=False)
class Metric(Described):
    """A metric: a function from facts to units, and what a reader must know of it.

    ``kind`` decides the roll-up; ``better`` is 1 where more is better, -1 where less
    is, 0 where neither; ``sources`` are the input tables it needs; ``family`` is the
    room it lies in. As text it is its name, the same in every process.
    """

    name: str
    title: str
    kind: str
    unit: str
    grain: str
    family: str
    units: Callable[..., ir.Table]
    sources: tuple[str, ...] = ()
    better: int = 1

    def __repr__(self) -> str:
        """The metric's name."""
        return self.name

    def __call__(self, facts: Facts, **options: Any) -> ir.Table:
        """The metric's units over a viewer's facts.

        A role that may not read one of the facts gets no units: a figure from the rest
        would be wrong, not partial (no spend is not a cost of 0).
        """
        units = self.units(facts, **options)
        viewer = ROLES.get(facts.scope.role)
        hidden = {FACTS[name].table for name in viewer.hidden_facts} if viewer else set()
        return units.filter(ibis.literal(False)) if facts_read(units) & hidden else units

    @property
    def made_by(self) -> Callable[..., ir.Table]:  # type: ignore[override]
        """The function from facts to units."""
        return self.units


@dataclass(frozen=True, kw_only=True)
class Table(Described):
    """Rows that a screen shows or a kernel folds: a function from facts to an Ibis table.

    ``grain`` is what one row is. What it reads and which filters bear on it is taken from
    its expression, see `data.facts.facts_read` and `metrics.foundation.question.bearing`. A table
    that is ``gated`` holds what a viewer must give a reason for: a screen asks for it, the
    command line does not.
    """

    name: str
    grain: str
    family: str
    rows: Callable[..., ir.Table] = field(repr=False)
    gated: bool = False

    def __call__(self, facts: Facts, **options: Any) -> ir.Table:
        """The rows over a viewer's facts."""
        return self.rows(facts, **options)

    @property
    def made_by(self) -> Callable[..., ir.Table]:  # type: ignore[override]
        """The function from facts to rows."""
        return self.rows


REGISTRY: dict[str, Metric] = {}
TABLES: dict[str, Table] = {}


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
            family=_room(units), units=units, sources=sources,
            better=better,
        )  # fmt: skip
        REGISTRY[entry.name] = entry
        return entry

    return register


def table(*, grain: str, gated: bool = False) -> Callable[[Callable[..., ir.Table]], Table]:
    """Register a function from `Facts` to rows as a table of its own name."""

    def register(rows: Callable[..., ir.Table]) -> Table:
        entry = Table(name=rows.__name__, grain=grain, family=_room(rows), rows=rows, gated=gated)
        known = TABLES.get(entry.name)
        if known is not None and known.rows.__module__ != rows.__module__:
            raise InvalidOption(f"a table's name must be its own, got {entry.name!r} twice")
        TABLES[entry.name] = entry
        return entry

    return register


def _room(function: Callable[..., ir.Table]) -> str:
    return function.__module__.split(".")[1] if "." in function.__module__ else ""


def find_any(name: str) -> Metric | Table:
    """The metric or the table of this name; an unknown one suggests the nearest."""
    entry = REGISTRY.get(name) or TABLES.get(name)
    if entry is None:
        raise UnknownName("metric or table", name, {**REGISTRY, **TABLES})
    return entry


def find(name: str) -> Metric:
    """The metric of this name; an unknown one suggests the nearest."""
    try:
        return REGISTRY[name]
    except KeyError:
        raise UnknownName("metric", name, REGISTRY) from None
