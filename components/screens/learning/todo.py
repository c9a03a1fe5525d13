"""What to do about learning: at most five lines, each with owner, deadline and worth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pandas as pd

from components.ask import query
from components.kit.todo import MOST, Task, draw_tasks
from components.screens.learning.answer import COVERED
from components.screens.learning.reading import Reading
from components.words.formats import escape, number, percent
from components.words.i18n import N_, _
from metrics.service.attendance import roll_call_coverage
from metrics.service.tiers import ALARMED

CLASS_TEACHER, ACADEMIC, HEAD = N_("Class teachers"), N_("Academic lead"), N_("Campus heads")
_SOON_DAYS = 28


def todo_list(reading: Reading) -> None:
    """Draw what the figures carry; nothing is advised for the sake of a full list."""
    draw_tasks(tasks_of(reading), today=reading.scope.as_of_on)


@query.remembered
def tasks_of(reading: Reading) -> tuple[Task, ...]:
    """The lines, the most urgent first."""
    return tuple(_tasks(reading))[:MOST]


def _tasks(reading: Reading) -> Iterator[Task]:
    yield from _calls(reading)
    yield from _drops(reading)
    yield from _rolls(reading)
    yield from _depleted(reading)


def _calls(reading: Reading) -> Iterator[Task]:
    counts = reading.tiers.counts()
    alarmed = sum(counts[t] for t in ALARMED)
    if alarmed:
        yield Task(
            _(
                "Call the families of the {n} students who need saving; the list above has the"
                " reasons.",
                n=number(alarmed, exact=True),
            ),
            CLASS_TEACHER,
            2,
            _("{n} students", n=number(alarmed, exact=True)),
        )


def _drops(reading: Reading) -> Iterator[Task]:
    for row in reading.named.head(2).to_dict("records"):
        yield Task(
            _(
                "Sit in on lesson {n} of “{course}” and rework it: {rate} attend, {around} around"
                " it.",
                n=int(row["lesson_no"]),
                course=escape(reading.courses.get(row["course_id"], row["course_id"])),
                rate=percent(row["rate"]),
                around=percent(row["around"]),
            ),
            ACADEMIC,
            14,
            _(
                "up to {n} seats a year",
                n=number(row["drop"] * row["denominator"], digits=2),
            ),
        )


def _rolls(reading: Reading) -> Iterator[Task]:
    coverage = reading.figures(roll_call_coverage).total
    if coverage["n"] and coverage["value"] < COVERED:
        yield Task(
            _(
                "Have the roll called: {n} seats of lessons held were not marked ({share} were).",
                n=number(coverage["denominator"] - coverage["numerator"], exact=True),
                share=percent(coverage["value"]),
            ),
            HEAD,
            3,
            _("attendance can be trusted"),
        )


def _depleted(reading: Reading) -> Iterator[Task]:
    now = reading.tiers.now
    if now.empty:
        return
    last = pd.Timestamp(reading.scope.as_of_on + timedelta(days=_SOON_DAYS))
    soon = now[now["depletes_on"] <= last]
    if len(soon):
        yield Task(
            _(
                "Discuss renewal with {n} families who run out of lessons within 4 weeks.",
                n=number(len(soon), exact=True),
            ),
            CLASS_TEACHER,
            7,
            _("{n} renewals to win", n=number(len(soon), exact=True)),
        )
