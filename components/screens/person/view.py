"""One look at a person: whose, as of when, with the names behind ids.

The scope is found once a run: every lookup asks the sessions and the accounts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from components.ask import query
from components.screens.person.names import Names
from data.scope import Scope


@dataclass(frozen=True)
class View:
    """The viewer's scope with the names it knows."""

    scope: Scope
    names: Names

    @classmethod
    def current(cls) -> View:
        """The signed-in viewer's, now."""
        scope = query.current_scope()
        return cls(scope, Names.within(scope))

    def renewed(self) -> View:
        """This view, or a new one where the viewer or what is known has changed."""
        return self if query.current_scope() == self.scope else View.current()

    @property
    def as_of(self) -> datetime:
        """The instant everything is told as of, UTC."""
        return self.scope.as_of

    @property
    def today(self) -> date:
        """Its local day."""
        return self.scope.as_of_on

    def fetch(self, function: Callable[..., ir.Table], **options: Any) -> pd.DataFrame:
        """The rows of a function of `metrics.people.person` within this scope."""
        return query.fetch(function, None, scope=self.scope, **options)

    def rows(self, function: Callable[..., ir.Table], **options: Any) -> list[dict[str, Any]]:
        """The same, a mapping a row; shared with later looks: nobody may change them."""
        return _rows(function, tuple(sorted(options.items())), scope=self.scope)


@query.remembered
def _rows(
    function: Callable[..., ir.Table], options: tuple[tuple[str, Any], ...], *, scope: Scope
) -> list[dict[str, Any]]:
    return as_rows(query.fetch(function, None, scope=scope, **dict(options)))


def as_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A frame's rows, a mapping each."""
    columns = [str(column) for column in frame.columns]
    return [dict(zip(columns, row, strict=True)) for row in frame.itertuples(index=False)]
