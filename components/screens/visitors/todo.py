"""What to do about visitors: at most five lines, each with owner, deadline and expected value."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from components.ask import query
from components.kit.todo import MOST, Task, draw_tasks
from components.screens.visitors.reading import VisitorReading
from components.words.formats import escape, money, number
from components.words.i18n import N_, _, ngettext

_SHARERS = 3
_FORM = 10  # keen people without a way up from which a form is worth the work
ACTIVITY, CONSULTANT = N_("Activity owner"), N_("Course consultant")


def visitor_todo(reading: VisitorReading) -> None:
    """Draw what the list carries."""
    draw_tasks(tasks_of(reading), today=reading.scope.as_of_on)


@query.remembered
def tasks_of(reading: VisitorReading) -> tuple[Task, ...]:
    """The lines, the most urgent first."""
    return tuple(_tasks(reading))[:MOST]


def _tasks(reading: VisitorReading) -> Iterator[Task]:
    listed = reading.keen
    if listed.empty:
        return
    asked: dict[str, list[int]] = {}
    for row, person in enumerate(listed["person_id"]):
        chain = reading.chains.get(person)
        if chain is not None and chain.reached:
            asked.setdefault(chain.people[-1], []).append(row)
    values = listed["expected_cny"].fillna(0.0)
    ranked = sorted(asked, key=lambda who: (-values.iloc[asked[who]].sum(), -len(asked[who]), who))
    for who in ranked[:_SHARERS]:
        name = escape(reading.sharers.get(who, ("", ""))[0] or _("No name yet"))
        yield Task(
            ngettext(
                "Ask {link} for an introduction: {n} keen visitor came by their share.",
                "Ask {link} for introductions: {n} keen visitors came by their share.",
                len(asked[who]),
                link=f"[{name}](/person?person_id={who})",
            ),
            CONSULTANT,
            2,
            _worth(listed, values, asked[who]),
        )
    lone = [row for row, reached in enumerate(listed["reached"]) if not reached]
    if len(lone) >= _FORM:
        yield Task(
            _(
                "Offer the {n} keen whom nobody can ask something for their phone (a trial place,"
                " a test) on the page they come back to.",
                n=number(len(lone)),
            ),
            ACTIVITY,
            7,
            _worth(listed, values, lone),
        )


def _worth(listed: pd.DataFrame, values: pd.Series, rows: list[int]) -> str:
    if listed["expected_cny"].iloc[rows].isna().all():
        return ngettext("{n} visitor", "{n} visitors", len(rows))
    return _("about {value} expected", value=money(round(float(values.iloc[rows].sum()))))
