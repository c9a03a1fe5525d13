"""One look at a person: whose, as of when, with the names behind ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from components.ask import query
from components.kit.reading import Person
from components.screens.person.names import Names
from data.scope import Scope
from metrics.people.person import Standing, contribution, current_state, standing


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


class PersonReading(Person):
    """A person with how they stand and what they brought, each found when first asked for."""

    @cached_property
    def view(self) -> View:
        """The reading's scope with its names."""
        return View(self.scope, Names.within(self.scope))

    @property
    def states(self) -> list[dict[str, Any]]:
        """How the person stands: one row; none for nobody, and for one out of the scope."""
        return self.view.rows(current_state, person_id=self.person_id)

    @property
    def state(self) -> dict[str, Any]:
        """The row of somebody who is there."""
        (row,) = self.states
        return row

    @property
    def brought(self) -> dict[str, Any]:
        """What somebody who is there has brought."""
        (row,) = self.view.rows(contribution, person_id=self.person_id)
        return row

    @property
    def now(self) -> Standing:
        """Where somebody who is there stands at this moment, and what comes next."""
        return standing(self.state, self.scope.as_of)


@query.remembered
def _rows(
    function: Callable[..., ir.Table], options: tuple[tuple[str, Any], ...], *, scope: Scope
) -> list[dict[str, Any]]:
    return as_rows(query.fetch(function, None, scope=scope, **dict(options)))


def as_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A frame's rows, a mapping each."""
    columns = [str(column) for column in frame.columns]
    return [dict(zip(columns, row, strict=True)) for row in frame.itertuples(index=False)]
