"""What a page reads: for whom and of what, with every figure found once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Generic, Self, TypeVar

from components.ask import query
from components.kit.rows.columns import names_by_id
from data.scope import Filters, Role, Scope, role

C = TypeVar("C", bound=Hashable)
T = TypeVar("T")


@dataclass(eq=False)  # itself: what is made of it is remembered by it
class Reading(Generic[C]):
    """A viewer's reading of a page, with its figures, each found when first asked for.

    ``choice`` is what the page lets its reader choose besides the filters: None, an
    activity, a window of days. A page's own reading adds its figures.
    """

    filters: Filters
    scope: Scope
    choice: C
    _found: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)
    _remembered: ClassVar[Callable[[Filters, Any], Any]]

    def __init_subclass__(cls) -> None:
        """Each kind of reading is remembered apart from the others."""
        super().__init_subclass__()
        cls._remembered = staticmethod(query.remembered(cls._new))

    @classmethod
    def _new(cls, filters: Filters, choice: C) -> Self:
        return cls(filters, query.current_scope(filters), choice)

    @classmethod
    def of(cls, filters: Filters, choice: C) -> Self:
        """The signed-in viewer's reading; one made for equal questions is used again."""
        found: Self = cls._remembered(filters, choice)
        return found

    def again(self) -> Self:
        """The same reading for the viewer now signed in."""
        return self.of(self.filters, self.choice)

    @property
    def today(self) -> date:
        """The as-of day."""
        return self.scope.as_of_on

    @property
    def viewer_role(self) -> Role:
        """The viewer's role."""
        return role(self.scope.role)

    @property
    def hidden_facts(self) -> frozenset[str]:
        """The facts that the viewer's role never reads."""
        return self.viewer_role.hidden_facts

    def names(self, dimension: str) -> dict[str, str]:
        """Ids of a dimension (channel, campus, staff, course, activity) → names."""
        return names_by_id(dimension, scope=self.scope)

    def kept(self, question: Hashable, ask: Callable[[], T]) -> T:
        """What was found for a question; it is asked when it is first put."""
        if question not in self._found:
            self._found[question] = ask()
        found: T = self._found[question]
        return found


class Plain(Reading[None]):
    """A reading of a page that chooses nothing and keeps no figures of its own."""


class Person(Reading[str]):
    """A person as the viewer may see them; the choice is the person's id."""

    @property
    def person_id(self) -> str:
        """Whom it is about."""
        return self.choice
