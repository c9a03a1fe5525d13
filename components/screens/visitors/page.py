"""The visitors page: who came, who is keen, and by whom are those without a phone reached?"""

from __future__ import annotations

from components.kit.choices.activity_choice import EVERY
from components.kit.page import Nothing, Page, Part
from components.screens.visitors.answer import (
    cards_of,
    sentence_of,
    visitor_answer,
    visitor_cards,
)
from components.screens.visitors.everyone import everyone_panel
from components.screens.visitors.keen import first_keen, keen_people_section
from components.screens.visitors.reading import VisitorReading
from components.screens.visitors.todo import tasks_of, visitor_todo
from components.words.i18n import N_, _
from data.scope import Filters
from metrics.visitors.visits import visitors


def _read(filters: Filters) -> VisitorReading:
    return VisitorReading.of(filters, EVERY)


def _nothing(reading: VisitorReading) -> Nothing | None:
    figure = reading.figure(visitors)
    came = figure is not None and figure["n"]
    return None if came else Nothing(_("Nobody came in these days."))


PAGE = Page(
    script="growth/visitors",
    read=_read,
    nothing=_nothing,
    parts=(
        Part(name="answer", make=sentence_of, draw=visitor_answer),
        Part(name="cards", make=cards_of, draw=visitor_cards),
        Part(name="keen", make=first_keen, draw=keen_people_section),
        Part(name="todo", make=tasks_of, draw=visitor_todo),
        Part(
            name="everyone",
            words=N_("Everyone who came, by interest"),
            icon=":material/groups:",
            draw=everyone_panel,
        ),
    ),
)
