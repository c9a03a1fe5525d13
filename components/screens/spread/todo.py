"""What to do about spread: at most five lines, each with owner, deadline and expected value."""

from __future__ import annotations

from collections.abc import Iterator

from components.ask import query
from components.kit.choices.activity_choice import EVERY
from components.kit.todo import MOST, Task, draw_tasks
from components.screens.spread.reading import SpreadReading
from components.words.formats import escape, number, percent
from components.words.i18n import N_, _
from metrics.spread.shares import k_factor

_THANKED = 3
_LEAST_BROUGHT = 10
_FEW_SHARE = 0.3  # of those who came; below it a reason to share is worth a try
ACTIVITY, CONSULTANT = N_("Activity owner"), N_("Course consultant")


def spread_todo(reading: SpreadReading) -> None:
    """Draw what the figures carry."""
    draw_tasks(tasks_of(reading), today=reading.scope.as_of_on)


@query.remembered
def tasks_of(reading: SpreadReading) -> tuple[Task, ...]:
    """The lines, the most urgent first."""
    return tuple(_tasks(reading))[:MOST]


def _tasks(reading: SpreadReading) -> Iterator[Task]:
    table = reading.kols(everywhere=False, credit="subtree", measure="leads")
    strong = table[table["subtree_visitors"] >= _LEAST_BROUGHT].head(_THANKED)
    names = reading.named(list(strong["person_id"]))
    for row in strong.to_dict("records"):
        name = escape(names[row["person_id"]])
        yield Task(
            _(
                "Thank {link} and ask them first next time: {n} people and {leads} leads came"
                " by them.",
                link=f"[{name}](/person?person_id={row['person_id']})",
                n=number(row["subtree_visitors"]),
                leads=number(row["subtree_leads"]),
            ),
            CONSULTANT,
            3,
            _("about {n} leads an activity", n=number(row["subtree_leads"] / row["activities"])),
        )
    came = reading.nodes[reading.nodes["visitors"] > 0]
    shared = int((came["shares"] > 0).sum())
    if reading.activity != EVERY and len(came) and shared / len(came) < _FEW_SHARE:
        k = reading.figure(k_factor)["value"]
        yield Task(
            _(
                "Give those who come a reason to share on (two places for friends, a poster with"
                " the child's name): only {share} of them do.",
                share=percent(shared / len(came)),
            ),
            ACTIVITY,
            14,
            _("{k} leads per further sharer", k=number(k)),
        )
