"""The conversion page: whom to call first, how soon, and who turns leads into families?"""

from __future__ import annotations

from components.kit.page import Answers, Nothing, Page, Part
from components.screens.conversion.answer import conversion_answer, sentence_of
from components.screens.conversion.board import conversion_answers
from components.screens.conversion.cards import cards_of, conversion_cards
from components.screens.conversion.consultants.assignment import assignment_panel
from components.screens.conversion.consultants.response import response_panel
from components.screens.conversion.consultants.skill import consultants_panel
from components.screens.conversion.consultants.timing import timing_panel
from components.screens.conversion.funnel import first_funnel, sales_funnel
from components.screens.conversion.measures import Choice
from components.screens.conversion.person import score_card, score_of
from components.screens.conversion.pool import pool_panel, process_panel
from components.screens.conversion.pool_rule import pool_rule_panel
from components.screens.conversion.quality import quality_panel
from components.screens.conversion.reading import Reading
from components.screens.conversion.sop import sop_panel
from components.screens.conversion.todo import tasks_of, todo_list
from components.screens.conversion.worklist import page_of, work_list
from components.words.i18n import N_, _
from data.scope import Filters


def _read(filters: Filters) -> Reading:
    return Reading.of(filters, Choice())


def _nothing(reading: Reading) -> Nothing | None:
    return Nothing(_("No leads in these days.")) if reading.is_empty else None


_NEEDS = frozenset({"order_line", "followup"})
PAGE = Page(
    script="lifecycle/conversion",
    read=_read,
    nothing=_nothing,
    parts=(
        Part(name="answer", make=sentence_of, draw=conversion_answer),
        Part(name="cards", make=cards_of, draw=conversion_cards),
        Part(name="steps", make=first_funnel, draw=sales_funnel),
        Part(name="list", make=page_of, draw=work_list, alone=True),
        Part(
            name="response",
            words=N_("Response time, and what the delay costs"),
            icon=":material/timer:",
            draw=response_panel,
        ),
        Part(
            name="quality",
            words=N_("How good the score is"),
            icon=":material/target:",
            draw=quality_panel,
        ),
        Part(
            name="consultants",
            words=N_("Consultants, by the leads they were given"),
            icon=":material/groups:",
            draw=consultants_panel,
        ),
        Part(
            name="assignment",
            words=N_("Who should get which lead"),
            icon=":material/assignment_ind:",
            draw=assignment_panel,
            roles=frozenset({"manager", "campus_head"}),
        ),
        Part(
            name="timing",
            words=N_("How long until the first order"),
            icon=":material/hourglass:",
            draw=timing_panel,
        ),
        Part(
            name="process",
            words=N_("Process, step by step"),
            icon=":material/checklist:",
            draw=process_panel,
        ),
        Part(
            name="pool",
            words=N_("The pool: waiting, silent, lost"),
            icon=":material/inventory_2:",
            draw=pool_panel,
        ),
        Part(
            name="pool_rule",
            words=N_("What a pool rule would move"),
            icon=":material/move_down:",
            draw=pool_rule_panel,
        ),
        Part(
            name="sop",
            words=N_("Which playbooks work"),
            icon=":material/science:",
            draw=sop_panel,
        ),
        Part(name="todo", make=tasks_of, draw=todo_list),
    ),
    answers=(Answers(number=5, make=conversion_answers, needs=_NEEDS),),
    person_cards=(Part(name="score", make=score_of, draw=score_card, needs=_NEEDS),),
)
