"""The acquisition page: which channels bring families who stay, and at what cost?"""

from __future__ import annotations

from components.kit.measures import Choice
from components.kit.page import Answers, Nothing, Page, Part
from components.screens.acquisition.answer import answer_of, channel_answer, role_note
from components.screens.acquisition.attribution import attribution_panel
from components.screens.acquisition.board import behaviour_answer, channels_answer, joined_answer
from components.screens.acquisition.cards import acquisition_cards, cards_of
from components.screens.acquisition.channels import channels_side_by_side, first_channels
from components.screens.acquisition.explained import explained_panel
from components.screens.acquisition.funnel import funnel_panel
from components.screens.acquisition.linkage import linkage_panel
from components.screens.acquisition.marginal import marginal_panel
from components.screens.acquisition.payback import payback_panel
from components.screens.acquisition.reading import Reading
from components.screens.acquisition.todo import tasks_of, todo_list
from components.words.i18n import N_, _
from data.scope import Filters


def _read(filters: Filters) -> Reading:
    return Reading.of(filters, Choice())


def _nothing(reading: Reading) -> Nothing | None:
    if not reading.seen("conversion"):
        return Nothing(
            _("Your role sees no orders, so channels cannot be judged here."),
            _("Ask a manager of your institution to change your role."),
        )
    return Nothing(_("No leads in these days.")) if reading.is_empty else None


PAGE = Page(
    script="lifecycle/acquisition",
    read=_read,
    nothing=_nothing,
    parts=(
        Part(name="answer", make=answer_of, draw=channel_answer),
        Part(name="cards", make=cards_of, draw=acquisition_cards),
        Part(name="role", draw=role_note),
        Part(name="channels", make=first_channels, draw=channels_side_by_side, alone=True),
        Part(
            name="attribution",
            words=N_("Attribution: eight models side by side"),
            icon=":material/route:",
            draw=attribution_panel,
            needs=frozenset({"touch", "order_line"}),
        ),
        Part(
            name="funnel",
            words=N_("Funnel, from impression to order and beyond"),
            icon=":material/filter_alt:",
            draw=funnel_panel,
            needs=frozenset({"order_line", "followup"}),
        ),
        Part(
            name="explained",
            words=N_("What changed, and where"),
            icon=":material/waterfall_chart:",
            draw=explained_panel,
        ),
        Part(
            name="payback",
            words=N_("Payback, day by day"),
            icon=":material/savings:",
            draw=payback_panel,
            needs=frozenset({"spend", "order_line"}),
        ),
        Part(
            name="marginal",
            words=N_("Spend against marginal return"),
            icon=":material/trending_up:",
            draw=marginal_panel,
            needs=frozenset({"spend", "order_line"}),
        ),
        Part(
            name="linkage",
            words=N_("Linkage quality and orphans"),
            icon=":material/link:",
            draw=linkage_panel,
            needs=frozenset({"spend", "order_line", "touch"}),
        ),
        Part(name="todo", make=tasks_of, draw=todo_list),
    ),
    answers=(
        Answers(number=1, make=channels_answer, needs=frozenset({"order_line"})),
        Answers(number=2, make=joined_answer, needs=frozenset({"order_line"})),
        Answers(number=4, make=behaviour_answer, needs=frozenset({"touch"})),
    ),
)
