"""The way from a question to an answer, step by step.

1. A screen or a command asks for a `Question`: a metric's figures, the rows behind them,
   or a table; with its options, but without whose rows and which days.
2. The look of the viewer (`data.facts.Look`) tells those, as values.
3. `statement_of` makes the question's expression over facts whose values are variables:
   one expression, and so one compiled statement, for every look of the same shape.
4. A store binds the values when it reads. Where a store knows no variables (Spark),
   `expression_of` writes the look's values into the expression instead.

Text that a reader typed or clicked (a person, an activity, the group behind a bar) never
stands in a question: `asked` takes it apart into a placeholder and a value to be bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import ibis.expr.types as ir

from data.facts import Facts, Look, Shape, Variables, variables_in
from data.scope import EVERY_CAMPUS, Filters, Period, Scope
from metrics.foundation.figures import figures_of, rows_of
from metrics.foundation.placeholders import bound, placeholder
from metrics.foundation.registry import Metric, Table

Pairs = tuple[tuple[str, Any], ...]  # a mapping that can be a key
Rows = Callable[..., ir.Table]  # from a viewer's facts and options to rows

# Options that name people, activities or what a reader typed: values, never text of SQL.
TOLD = frozenset({
    "person_id", "people", "person_ids", "lead_ids", "phone_key", "text", "activity",
    "activities", "earlier", "channel", "channels", "owner_id",
})  # fmt: skip
_NEVER = datetime(1, 1, 1)  # noqa: DTZ001  # UTC without zone, as everywhere
_A_DAY = Period(start=date(2000, 1, 1), end=date(2000, 1, 2))


@dataclass(frozen=True)
class Question:
    """What is asked: ``of`` a metric its figures ``by`` groups or its rows ``where``, or a table.

    Equal questions of equal shape have the same statement, so all of it is hashable.
    """

    of: Metric | Table | Rows
    as_rows: bool = False
    by: tuple[str, ...] = ()
    where: Pairs = ()
    options: Pairs = ()

    def expression(self, facts: Facts) -> ir.Table:
        """The question over a viewer's facts."""
        options = dict(self.options)
        if not isinstance(self.of, Metric):
            return self.of(facts, **options)
        if self.as_rows:
            return rows_of(facts, self.of, where=dict(self.where), options=options)
        return figures_of(facts, self.of, by=self.by, options=options)

    @property
    def name(self) -> str:
        """The question as text, equal in every process."""
        if isinstance(self.of, Metric | Table):
            of = self.of.name
        else:
            of = f"{self.of.__module__}.{getattr(self.of, '__qualname__', '')}"
        return repr((of, self.as_rows, self.by, self.where, self.options))


def asked(question: Question, look: Look) -> tuple[Question, Look]:
    """The question with placeholders for what it was told, and the look with those values."""
    options, told = _apart(question.options, TOLD)
    where, chosen = _apart(tuple((f"where_{name}", value) for name, value in question.where), None)
    where = tuple((name.removeprefix("where_"), value) for name, value in where)
    return (
        replace(question, options=options, where=where), replace(look, bound=(*told, *chosen)),
    )  # fmt: skip


def _apart(pairs: Pairs, names: Iterable[str] | None) -> tuple[Pairs, Pairs]:
    kept, told = [], []
    for name, value in pairs:
        texts = value if isinstance(value, tuple) else (value,)
        is_told = (names is None or name in names) and bool(value)
        if is_told and all(isinstance(text, str) for text in texts):
            told.append((name, value))
            stand_in = placeholder(name)
            kept.append((name, (stand_in,) if isinstance(value, tuple) else stand_in))
        else:
            kept.append((name, value))
    return tuple(kept), tuple(told)


def statement_of(question: Question, look: Look) -> ir.Table:
    """The expression of a question for every look of this one's shape, its values variables.

    ``question`` and ``look`` come from `asked`. What the facts are told of the look is its
    shape alone, so that no value can find its way into the statement.
    """
    return bound(question.expression(_anybodys(look.shape)), dict(look.bound))


def _anybodys(shape: Shape) -> Facts:
    """Facts that hold no value of anybody's look, only its shape."""
    nobody = Scope(
        user="", role=shape.role, as_of=_NEVER,
        campuses=EVERY_CAMPUS if shape.has_campuses else (),
    )  # fmt: skip
    some_days = Filters(period=_A_DAY, comparison=_A_DAY if shape.compares else None)
    return Facts(nobody, some_days if shape.has_filters else None, binding=Variables())


@lru_cache(maxsize=4096)
def heeded(metric: Metric, options: Pairs, role: str) -> frozenset[str]:
    """Which filters bear on a metric's units, for a role: see `bearing`.

    Nothing is compiled for it, and it is found once a process.
    """
    facts = _anybodys(Shape(role, has_campuses=True, has_filters=True, compares=False))
    return bearing(variables_in(facts.picked(metric(facts, **dict(options)), on="unit_on")))


def variables_of(question: Question, look: Look) -> tuple[str, ...]:
    """The names of the values that a question's statement asks for; not from `asked`."""
    return variables_in(statement_of(*asked(question, look)))


def bearing(variables: Iterable[str]) -> frozenset[str]:
    """Which filters bear on a question: "period", "channels", "course_lines".

    Taken from what its statement asks for: nothing else can change an answer.
    """
    named = set(variables)
    return frozenset(
        name
        for name, asks in (
            ("period", {"period_start", "period_end"}),
            ("channels", {"channels"}),
            ("course_lines", {"course_lines", "every_course_line"}),
        )
        if named & asks
    )


def expression_of(question: Question, look: Look) -> ir.Table:
    """The expression of a question for one look, its values written in; not from `asked`."""
    return question.expression(Facts(look.scope, look.filters))


def pairs(options: Mapping[str, object]) -> Pairs:
    """Options as a hashable value; lists become tuples."""
    return tuple(
        (name, tuple(value) if isinstance(value, list) else value)
        for name, value in sorted(options.items())
    )
