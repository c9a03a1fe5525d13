"""A look: whose rows, which days and which people, as the values that a store binds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from data.scope import EVERY_CAMPUS, Filters, Scope

Bound = tuple[tuple[str, Any], ...]  # option → its text or texts


class Shape(NamedTuple):
    """All that a statement may know of a look; what is not in it is bound.

    ``role`` decides which facts and columns are read; without campuses there are no rows.
    """

    role: str
    has_campuses: bool
    has_filters: bool
    compares: bool


@dataclass(frozen=True)
class Look:
    """Who looks and at what; a question and a look make an answer.

    ``bound`` are values of options that no statement holds: a person, a text, a list.
    """

    scope: Scope
    filters: Filters | None = None
    bound: Bound = ()

    @property
    def shape(self) -> Shape:
        """What of a look decides the text of a statement, not only its values."""
        filters = self.filters
        return Shape(
            role=self.scope.role,
            has_campuses=bool(self.scope.campuses),
            has_filters=filters is not None,
            compares=filters is not None and filters.comparison is not None,
        )

    @property
    def values(self) -> dict[str, Any]:
        """Every value by the name under which a statement asks for it."""
        scope, filters = self.scope, self.filters
        every = scope.campuses == EVERY_CAMPUS
        values: dict[str, Any] = {
            "as_of": scope.as_of,
            "today": scope.as_of_on,
            "staff_id": scope.staff_id,
            "every_campus": every,
            "campuses": [] if every else list(scope.campuses),
            **{f"option_{name}": value for name, value in self.bound},
        }
        if filters is None:
            return values
        period = filters.period
        # Nothing to compare with is a period without days.
        compared = (filters.comparison.start, filters.comparison.end) if filters.comparison else (
            period.start, period.start,
        )  # fmt: skip
        return values | {
            "period_start": period.start,
            "period_end": period.end,
            "compared_start": compared[0],
            "compared_end": compared[1],
            "every_channel": not filters.channels,
            "channels": sorted(filters.channels),
            "every_course_line": not filters.course_lines,
            "course_lines": sorted(filters.course_lines),
        }
