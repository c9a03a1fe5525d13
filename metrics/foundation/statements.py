"""SQL compiled once, then written for other days, campuses and people.

Compiling a metric takes longer than many a query. Most of what changes from look to look
are literals: the as-of time, the days of a period, campuses, a person. So a statement is
compiled for two different made-up looks; where both give the same text around the made-up
values, the text holds for every look of that shape, and writing it is joining strings.
An expression whose text depends on them in another way (a length, a month, a count) gives
two different texts, and is compiled for each look as before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from data.scope import EVERY_CAMPUS, Filters, Period, Scope

_LITERAL = re.compile(
    r"MAKE_DATE\((?P<day>\d+, \d+, \d+)\)"
    r"|MAKE_TIMESTAMP\((?P<instant>\d+, \d+, \d+, \d+, \d+, [\d.]+)\)"
    r"|(?P<texts>'<<[^'>]*>>'(?:,\s*'<<[^'>]*>>')*)"
)
MOST_KNOWN = 4096
_FARTHEST = timedelta(days=1500)  # from the value that a derived day belongs to
_LISTS = ("campuses", "picked", "channels", "course_lines")


@dataclass(frozen=True)
class Look:
    """What a statement is asked for: whose rows, which days, perhaps which person."""

    scope: Scope
    filters: Filters | None = None
    person_id: str = ""

    @property
    def shape(self) -> Hashable:
        """What a statement's text hangs on beside its literals."""
        scope, filters = self.scope, self.filters
        every = scope.campuses == EVERY_CAMPUS
        return (
            scope.role, scope.user, every or bool(scope.campuses), every, bool(scope.staff_id),
            bool(self.person_id),
            filters and (
                filters.comparison is not None, bool(filters.campuses), bool(filters.channels),
                bool(filters.course_lines),
            ),
        )  # fmt: skip

    def days(self) -> dict[str, date]:
        """The days that stand in a statement, by name."""
        days = {"as_of_on": self.scope.as_of_on}
        for name in ("period", "comparison"):
            period = getattr(self.filters, name, None)
            if period is not None:
                days |= {f"{name}_start": period.start, f"{name}_end": period.end}
        return days

    def texts(self) -> dict[str, tuple[str, ...]]:
        """The words that stand in a statement, by name; empty ones stand nowhere."""
        filters = self.filters
        every = self.scope.campuses == EVERY_CAMPUS
        return {
            "campuses": () if every else self.scope.campuses,
            "picked": filters.campuses if filters else (),
            "channels": filters.channels if filters else (),
            "course_lines": filters.course_lines if filters else (),
            "staff": (self.scope.staff_id,) if self.scope.staff_id else (),
            "person": (self.person_id,) if self.person_id else (),
        }


@dataclass(frozen=True)
class _Blank:
    """A place in a statement: which value goes there, and how far from it."""

    name: str
    offset: timedelta = timedelta(0)

    def filled(self, look: Look) -> str:
        if self.name == "as_of":
            return _instant(look.scope.as_of + self.offset)
        texts = look.texts().get(self.name)
        if texts is not None:
            return ", ".join("'" + t.replace("'", "''").replace("\0", "") + "'" for t in texts)
        day = look.days()[self.name] + self.offset
        return f"MAKE_DATE({day.year}, {day.month}, {day.day})"


@dataclass(frozen=True)
class Statement:
    """SQL with blanks."""

    parts: tuple[str | _Blank, ...]

    def written(self, look: Look) -> str:
        """The SQL of a look of the shape it was learned for."""
        return "".join(p if isinstance(p, str) else p.filled(look) for p in self.parts)


class Statements:
    """The statements known so far, by what is asked and the shape of the look.

    What is asked must be hashable, equal where it compiles to the same text, and hold none
    of the look's values.
    """

    def __init__(self) -> None:
        self._known: dict[Hashable, Statement | None] = {}
        self._met: dict[Hashable, tuple[Any, Look]] = {}

    def written(self, asked: Hashable, look: Look) -> str | None:
        """The SQL of a look where its statement is known; else it is met, to be learned."""
        key = (asked, look.shape)
        if key in self._known:
            statement = self._known[key]
            return statement.written(look) if statement else None
        self._met.setdefault(key, (asked, look))
        return None

    @property
    def met(self) -> list[tuple[Any, Look]]:
        """What was asked and is not learned yet, the last at the end."""
        return list(self._met.values())

    def learn(self, compiled: Callable[[Any, Look], str], *, most: int | None = None) -> None:
        """Learn the statements that were met last, by compiling each twice."""
        for _ in range(len(self._met) if most is None else min(most, len(self._met))):
            key, (asked, look) = self._met.popitem()
            self._known[key] = statement_of(partial(compiled, asked), look)
            while len(self._known) > MOST_KNOWN:
                self._known.pop(next(iter(self._known)))


def statement_of(compiled: Callable[[Look], str], look: Look) -> Statement | None:
    """The statement of every look of this shape; None where each must be compiled.

    Parameters
    ----------
    compiled
        Gives the SQL of a look.
    look
        One of the shape that is wanted; its values play no part.
    """
    one, other = (_with_blanks(compiled(made_up), made_up) for made_up in _made_up(look))
    return one if one == other else None


def _made_up(look: Look) -> Iterator[Look]:
    """Two looks of a shape that agree in nothing that a text could hang on.

    The first has a short period long before the as-of time and one campus, the second a
    long period around it and two campuses.
    """
    day = timedelta(days=1)
    short, long = 11 * day, 4021 * day
    for as_of, start, length, count in (
        (datetime(2150, 3, 17, 5, 6, 7, 250_000), date(1810, 5, 9), short, 1),  # noqa: DTZ001
        (datetime(2187, 11, 4, 17, 41, 33, 125_000), date(2181, 8, 26), long, 2),  # noqa: DTZ001
    ):
        words = {name: tuple(f"<<{name} {number}>>" for number in range(count)) for name in _LISTS}
        every = look.scope.campuses == EVERY_CAMPUS
        scope = replace(
            look.scope,
            as_of=as_of,
            campuses=words["campuses"] if look.scope.campuses and not every
            else look.scope.campuses,
            staff_id="<<staff>>" if look.scope.staff_id else "",
        )  # fmt: skip
        filters = look.filters
        if filters is not None:
            before = start.replace(year=start.year - 60)
            other_length = long + short - length
            filters = Filters(
                period=Period(start=start, end=start + length),
                comparison=filters.comparison and Period(start=before, end=before + other_length),
                campuses=words["picked"] if filters.campuses else (),
                channels=words["channels"] if filters.channels else (),
                course_lines=words["course_lines"] if filters.course_lines else (),
            )
        yield Look(scope, filters, "<<person>>" if look.person_id else "")


def _with_blanks(sql: str, look: Look) -> Statement:
    parts: list[str | _Blank] = []
    done = 0
    for found in _LITERAL.finditer(sql):
        blank = _blank(found, look)
        if blank is not None:
            parts += [sql[done : found.start()], blank]
            done = found.end()
    return Statement((*parts, sql[done:]))


def _blank(found: re.Match[str], look: Look) -> _Blank | None:
    if found["texts"]:
        words = tuple(re.findall(r"'([^']*)'", found["texts"]))
        return next((_Blank(n) for n, texts in look.texts().items() if texts == words), None)
    if found["instant"]:
        whole, _, seconds = found["instant"].rpartition(", ")
        at = datetime.strptime(whole, "%Y, %m, %d, %H, %M")  # noqa: DTZ007
        at += timedelta(seconds=float(seconds))
        offset = at - look.scope.as_of
        return _Blank("as_of", offset) if abs(offset) < _FARTHEST else None
    year, month, day = map(int, found["day"].split(", "))
    offset, name = min(
        ((date(year, month, day) - value, name) for name, value in look.days().items()),
        key=lambda pair: (abs(pair[0]), pair[1]),
    )
    return _Blank(name, offset) if abs(offset) < _FARTHEST else None


def _instant(at: datetime) -> str:
    seconds = at.second + at.microsecond / 1e6
    whole = f"{at.year}, {at.month}, {at.day}, {at.hour}, {at.minute}"
    return f"MAKE_TIMESTAMP({whole}, {seconds})"
