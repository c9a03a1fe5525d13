"""What is cut at the door: rows outside the scope, later than as-of, or not picked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import ibis
import ibis.expr.types as ir

from data.errors import InvalidOption
from data.facts.entrance.binding import Binding, Literals
from data.facts.entrance.dimensions import facts_read, has_dimension
from data.facts.entrance.look import Look
from data.facts.names import DIMENSIONS
from data.facts.schema import FACTS
from data.scope import ROLES, Filters, Role, Scope


@dataclass(frozen=True)
class Days:
    """Local days as expressions, half-open: ``start`` is in, ``end`` is not."""

    start: ir.DateScalar
    end: ir.DateScalar

    def hold(self, day: ir.Value) -> ir.BooleanValue:
        """Whether a day is one of them."""
        return (day >= self.start) & (day < self.end)


class ViewedFacts:
    """How every fact of a viewer is cut; `data.facts.Facts` names the facts.

    Campuses, role, own leads or classes and the as-of time are applied here,
    before a metric sees a table. An unknown role or an empty scope has no rows.
    Personal columns come masked unless the role may read them. What the viewer picked
    beside (days, channels, course lines) is applied by `picked`, wherever the rows have
    the dimension. ``binding`` says how values stand in the expressions; without one they
    are literals.
    """

    def __init__(
        self, scope: Scope, filters: Filters | None = None, *, binding: Binding | None = None
    ) -> None:
        self.scope = scope
        self.filters = filters
        self._given = binding
        self._role: Role | None = ROLES.get(scope.role)

    def filtered(self, filters: Filters | None) -> Self:
        """The same viewer's facts with other filters, or with none."""
        return type(self)(self.scope, filters, binding=self._given)

    @property
    def _values(self) -> Binding:
        return self._given or Literals(Look(self.scope, self.filters).values)

    @property
    def as_of(self) -> ir.TimestampScalar:
        """The instant after which nothing is known."""
        return self._values.instant("as_of")

    @property
    def today(self) -> ir.DateScalar:
        """The local day of the as-of time."""
        return self._values.day("today")

    @property
    def period(self) -> Days:
        """The days picked."""
        return self._days("period")

    @property
    def compared(self) -> Days:
        """The days compared with; none at all where nothing is compared."""
        return self._days("compared")

    @property
    def compares(self) -> bool:
        """Whether there are days to compare with."""
        return self.filters is not None and self.filters.comparison is not None

    @property
    def both_periods(self) -> Days:
        """All days from the first to the last of the period and of the one compared with."""
        now, before = self.period, self.compared
        return Days(ibis.least(now.start, before.start), ibis.greatest(now.end, before.end))

    def _days(self, name: str) -> Days:
        if self.filters is None:
            raise InvalidOption(f"facts must have filters for the {name}, got none")
        return Days(self._values.day(f"{name}_start"), self._values.day(f"{name}_end"))

    def picked(
        self,
        rows: ir.Table,
        *,
        on: str = "",
        days: Days | None = None,
        channels: bool = True,
        course_lines: bool = True,
    ) -> ir.Table:
        """The rows of the days, channels and course lines picked, by the columns they have.

        Parameters
        ----------
        rows
            Any rows; where they have no ``channel_id`` or no ``course_line``, or it is empty
            by construction, that filter does not bear on them, see `metrics`' dimensions.
        on
            The column with the local day by which a period takes a row; "" for rows that
            the period does not bear on.
        days
            Other days than those picked.
        channels, course_lines
            False where the rows have the column and the filter must not bear on it.

        Notes
        -----
        Spend is booked for no course line: of rows that read it none are left of some
        lines, for what is left without spend would be a cost of 0.
        """
        if self.filters is None:
            return rows
        if on:
            rows = rows.filter((days or self.period).hold(rows[on]))
        cuts = []
        if channels and has_dimension(rows, "channel_id"):
            cuts.append(self._values.among_unless(rows.channel_id, "channels", "every_channel"))
        if course_lines and FACTS["spend"].table in facts_read(rows):
            cuts.append(self._values.only_if("every_course_line"))
        elif course_lines and has_dimension(rows, "course_line"):
            cuts.append(self.of_course_lines(rows.course_line))
        kept = [cut for cut in cuts if cut is not None]
        return rows.filter(*kept) if kept else rows

    def of_course_lines(self, column: ir.Value) -> ir.BooleanValue | None:
        """Whether a column names a course line picked; None where all are known to."""
        if self.filters is None:
            return None
        return self._values.among_unless(column, "course_lines", "every_course_line")

    def of_picked_people(
        self, people: ir.Table, rows: ir.Table, *, channels: bool = True, course_lines: bool = True
    ) -> ir.Table:
        """The people of whom a row is of what was picked; all of them where nothing was.

        ``people`` and ``rows`` have ``person_id``; the filters as in `picked`.
        """
        if self.filters is None:
            return people
        for column, names, every, bears in (
            ("channel_id", "channels", "every_channel", channels),
            ("course_line", "course_lines", "every_course_line", course_lines),
        ):
            unpicked = self._values.only_if(every)
            if bears and unpicked is not None:
                theirs = rows.filter(self._values.among(rows[column], names))
                people = people.filter(unpicked | people.person_id.isin(theirs.person_id))
        return people

    def _known(self, name: str) -> ir.Table:
        """The fact's rows of the scope's campuses, known at the as-of time."""
        fact = FACTS[name]
        rows = ibis.table(fact.schema, name=fact.table)
        if self._role is None or name in self._role.hidden_facts:
            return rows.filter(ibis.literal(False))
        rows = self._of_campuses(rows)
        if fact.at:
            rows = rows.filter(rows[fact.at] <= self.as_of)
        elif fact.on:
            rows = rows.filter(rows[fact.on] <= self.today)
        return rows

    def _of_campuses(self, rows: ir.Table) -> ir.Table:
        own = self._values.among_unless(rows.campus_id, "campuses", "every_campus")
        return rows if own is None else rows.filter(own)

    def _own_people(self) -> ir.Table | None:
        """Persons the role is bound to; None where it is bound to none in particular."""
        people = self._role.people if self._role else "all"
        staff_id = self._values.text("staff_id")
        if people == "own_leads":
            leads = self._known("lead")
            return leads.filter(leads.owner_id == staff_id).select("person_id").distinct()
        if people == "own_classes":
            enrolments = self._known("enrolment")
            own = (enrolments.teacher_id == staff_id) | (enrolments.class_teacher_id == staff_id)
            return enrolments.filter(own).select("person_id").distinct()
        return None

    def _visible(self, name: str) -> ir.Table:
        fact = FACTS[name]
        rows = self._known(name)
        own = self._own_people()
        if own is not None and name == "lead" and self._role and self._role.people == "own_leads":
            rows = rows.filter(rows.owner_id == self._values.text("staff_id"))
        elif own is not None and "person_id" in fact.columns:
            rows = rows.semi_join(own, "person_id")
        if fact.personal and not (self._role and self._role.personal):
            rows = rows.mutate(**{c: rows[f"{c}_masked"] for c in fact.personal})
        return rows.drop(*(f"{c}_masked" for c in fact.personal)) if fact.personal else rows

    def _names(self, name: str) -> ir.Table:
        rows = ibis.table(DIMENSIONS[name], name=f"dim_{name}")
        if self._role is None or not self.scope.campuses:
            return rows.filter(ibis.literal(False))
        return self._of_campuses(rows) if "campus_id" in DIMENSIONS[name] else rows
