"""What a page asks for, before whose rows and which days are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from data.facts import Facts
from metrics.foundation.figures import figures_of, rows_of
from metrics.foundation.registry import find
from metrics.foundation.statements import Look

Expression = Callable[..., ir.Table]
Asked = Callable[[Look], ir.Table]
Pairs = tuple[tuple[str, Any], ...]  # a mapping that can be a key


@dataclass(frozen=True)
class MetricFigures:
    """A metric's figures by groups."""

    metric: str
    by: tuple[str, ...]
    options: Pairs

    def __call__(self, look: Look) -> ir.Table:
        """The figures of a look that has filters, see `metrics.foundation.figures`."""
        assert look.filters is not None
        facts, metric, options = Facts(look.scope), find(self.metric), dict(self.options)
        return figures_of(facts, metric, look.filters, by=self.by, options=options)


@dataclass(frozen=True)
class MetricRows:
    """The rows behind a metric's figure."""

    metric: str
    where: Pairs
    options: Pairs

    def __call__(self, look: Look) -> ir.Table:
        """The rows of a look that has filters, see `metrics.foundation.figures`."""
        assert look.filters is not None
        facts, metric, options = Facts(look.scope), find(self.metric), dict(self.options)
        return rows_of(facts, metric, look.filters, where=dict(self.where), options=options)


@dataclass(frozen=True)
class FunctionRows:
    """The rows of a pure function ``(facts, filters, **options)`` or ``(facts, **options)``."""

    function: Expression
    options: Pairs

    def __call__(self, look: Look) -> ir.Table:
        """The rows of a look; its person is given as the option ``person_id``."""
        facts, options = Facts(look.scope), dict(self.options)
        if look.person_id:
            options["person_id"] = look.person_id
        if look.filters is None:
            return self.function(facts, **options)
        return self.function(facts, look.filters, **options)
