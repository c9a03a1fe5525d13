"""What to do about renewals: at most five lines, each with owner, deadline, what it brings."""

from __future__ import annotations

from collections.abc import Iterator

from components.ask import query
from components.kit.todo import MOST, Task, draw_tasks
from components.screens.renewal.answer import outlier, soon
from components.screens.renewal.calendar import refusals
from components.screens.renewal.reading import Reading
from components.words.formats import escape, money, number, percent
from components.words.i18n import N_, _

TEACHERS, HEADS, MARKETING = N_("Class teachers"), N_("Campus heads"), N_("Marketing lead")
_OVERDUE_DAYS = 14


@query.remembered
def renewal_tasks(reading: Reading) -> tuple[Task, ...]:
    """What the pool and the rates call for, the most urgent first."""
    return tuple(_tasks(reading))[:MOST]


def renewal_todo(reading: Reading) -> None:
    """Draw what the figures carry; nothing is advised for the sake of a full list."""
    draw_tasks(renewal_tasks(reading), today=reading.today)


def _tasks(reading: Reading) -> Iterator[Task]:
    yield from _silent(reading)
    yield from _late(reading)
    yield from _promised(reading)
    yield from _refused(reading)
    yield from _worst(reading)


def _silent(reading: Reading) -> Iterator[Task]:
    rows = soon(reading)
    rows = rows[rows["pipeline"] == "untouched"]
    if rows.empty:
        return
    yield Task(
        _(
            "Talk to the {n} families who end within 30 days and have not been contacted.",
            n=number(len(rows), exact=True),
        ),
        TEACHERS, 7,
        _("{amount} falls due", amount=money(rows["due_cny"].sum())),
    )  # fmt: skip


def _late(reading: Reading) -> Iterator[Task]:
    pool = reading.intent.pool
    left = (pool["due_on"].dt.date - reading.today).map(lambda gap: gap.days)
    rows = pool[(left < 0) & (left >= -30) & (pool["pipeline"] != "refused")]
    if rows.empty:
        return
    yield Task(
        _(
            "Settle {n} enrolments that have ended already: after 30 days they count as lost.",
            n=number(len(rows), exact=True),
        ),
        TEACHERS, 3,
        _("{amount} expected", amount=money(rows["worth_cny"].sum())),
    )  # fmt: skip


def _promised(reading: Reading) -> Iterator[Task]:
    pool = reading.intent.pool
    rows = pool[pool["pipeline"] == "promised"]
    if rows.empty:
        return
    yield Task(
        _("Collect payment from {n} families who have promised.", n=number(len(rows), exact=True)),
        TEACHERS, _OVERDUE_DAYS,
        _("{amount} falls due", amount=money(rows["due_cny"].sum())),
    )  # fmt: skip


def _refused(reading: Reading) -> Iterator[Task]:
    reasons = refusals(reading.pool)
    if reasons.empty or reasons["value"].sum() < 5:
        return
    top = reasons.iloc[0]
    yield Task(
        _(
            "Answer the reason “{reason}”: {n} of {all} refusals name it.",
            reason=escape(top["reason"] or _("no reason given")),
            n=number(top["value"], exact=True),
            all=number(reasons["value"].sum(), exact=True),
        ),
        HEADS, _OVERDUE_DAYS,
        _("fewer refusals"),
    )  # fmt: skip


def _worst(reading: Reading) -> Iterator[Task]:
    found = outlier(reading)
    if found is None:
        return
    names = reading.channels if found.dimension == "channel_id" else reading.names("campus")
    yield Task(
        _(
            "Look into “{group}”: {rate} renew there, elsewhere {rest}; judge it by its payback,"
            " not by its first orders.",
            group=escape(names.get(found.group, found.group)),
            rate=percent(found.value),
            rest=percent(found.rest),
        ),
        MARKETING if found.dimension == "channel_id" else HEADS, 30,
        _("{n} more renewals a year at the rest's rate",
          n=number(round((found.rest - found.value) * found.n))),
    )  # fmt: skip
