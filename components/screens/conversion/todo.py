"""What to do about leads: at most five lines, each with owner, deadline and what it brings."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from components.ask import query
from components.kit.todo import MOST, Task, draw_tasks
from components.screens.conversion.reading import Reading
from components.screens.conversion.worklist import worth_words
from components.words.formats import money, number
from components.words.i18n import N_, _
from metrics.leads.worklist import WorkList

HEAD, OWNER = N_("Campus heads"), N_("Consultants")


def todo_list(reading: Reading) -> None:
    """Draw what the figures carry; nothing is advised for the sake of a full list."""
    draw_tasks(tasks_of(reading), today=reading.scope.as_of_on)


@query.remembered
def tasks_of(reading: Reading) -> tuple[Task, ...]:
    """The lines, the most urgent first."""
    return tuple(_tasks(reading))[:MOST]


def _tasks(reading: Reading) -> Iterator[Task]:
    work = reading.work
    if work.unassigned and reading.scope.role != "consultant":
        yield Task(
            _("Give the {n} unassigned leads to somebody.", n=number(work.unassigned, exact=True)),
            HEAD,
            0,
            _of_rows(work, work.rows["state"] == "unassigned"),
        )
    late = int((work.rows["rung"] == "day_7").sum())
    if late:
        yield Task(
            _(
                "Reassign {n} leads that nobody has reached for seven days or more.",
                n=number(late, exact=True),
            ),
            HEAD,
            1,
            _of_rows(work, work.rows["rung"] == "day_7"),
        )
    if work.leads:
        first = min(reading.a_day, work.leads)
        yield Task(
            _("Call the first {n} of the list.", n=number(first, exact=True)),
            OWNER,
            1,
            _("{worth} expected", worth=worth_words(work, first)) if work.is_model else "—",
        )
    if work.overdue:
        yield Task(
            _(
                "Reach the {n} who have waited longer than 48 hours, best chances first.",
                n=number(work.overdue, exact=True),
            ),
            OWNER,
            2,
            _of_rows(work, work.rows["rung"].isin(["over_48h", "day_3", "day_5", "day_7"])),
        )
    silent = int((work.rows["state"] == "silent").sum())
    if silent:
        yield Task(
            _("Revive {n} promising leads that fell silent.", n=number(silent, exact=True)),
            OWNER,
            3,
            _of_rows(work, work.rows["state"] == "silent"),
        )


def _of_rows(work: WorkList, wanted: pd.Series) -> str:
    """What the rows of a list are expected to bring; nothing is said where there are points."""
    if not work.is_model:
        return "—"
    return _("{worth} expected", worth=money(work.rows.loc[wanted, "expected_cny"].sum()))
