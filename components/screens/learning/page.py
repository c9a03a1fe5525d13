"""The learning page: who attends the lessons, and who is about to leave?"""

from __future__ import annotations

from components.kit.page import Answers, Nothing, Page, Part
from components.screens.learning.answer import answer_of, learning_answer
from components.screens.learning.board import learning_answers
from components.screens.learning.calls import call_list, calls_at_first
from components.screens.learning.cards import cards_of, learning_cards
from components.screens.learning.curve import first_lessons, lesson_picture
from components.screens.learning.definitions import definitions_panel
from components.screens.learning.league import league_panel
from components.screens.learning.losses import losses_panel
from components.screens.learning.pace import pace_panel
from components.screens.learning.quality import quality_panel
from components.screens.learning.reading import Reading
from components.screens.learning.student import student_card, students_of
from components.screens.learning.tiers import tiers_panel
from components.screens.learning.todo import tasks_of, todo_list
from components.words.i18n import N_, _


def _nothing(reading: Reading) -> Nothing | None:
    if not reading.is_empty:
        return None
    return Nothing(_("No lesson was held in these days, and nobody is enrolled."))


PAGE = Page(
    script="lifecycle/learning",
    read=Reading.of,
    nothing=_nothing,
    parts=(
        Part(name="answer", make=answer_of, draw=learning_answer),
        Part(name="cards", make=cards_of, draw=learning_cards),
        Part(name="lessons", make=first_lessons, draw=lesson_picture, alone=True),
        Part(name="calls", make=calls_at_first, draw=call_list, alone=True),
        Part(
            name="definitions",
            words=N_("Three attendance rates, and why they differ"),
            icon=":material/rule:",
            draw=definitions_panel,
        ),
        Part(
            name="tiers",
            words=N_("Tiers, and moves from week to week"),
            icon=":material/stacks:",
            draw=tiers_panel,
        ),
        Part(
            name="pace",
            words=N_("Completion, consumption and seat fill"),
            icon=":material/task_alt:",
            draw=pace_panel,
        ),
        Part(
            name="quality",
            words=N_("Course quality tree, and what goes with renewal"),
            icon=":material/account_tree:",
            draw=quality_panel,
            needs=frozenset({"due"}),
        ),
        Part(
            name="league",
            words=N_("League of teachers, classes and courses, by intake"),
            icon=":material/leaderboard:",
            draw=league_panel,
        ),
        Part(
            name="losses",
            words=N_("Stops, refunds, save and recall"),
            icon=":material/healing:",
            draw=losses_panel,
        ),
        Part(name="todo", make=tasks_of, draw=todo_list),
    ),
    answers=(Answers(number=7, make=learning_answers),),
    person_cards=(Part(name="children", make=students_of, draw=student_card),),
)
