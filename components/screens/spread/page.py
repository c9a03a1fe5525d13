"""The spread page: who spreads the word, how far does it carry, and whom to ask next?"""

from __future__ import annotations

from components.kit.choices.activity_choice import EVER
from components.kit.page import Nothing, Page, Part
from components.screens.spread.answer import cards_of, sentence_of, spread_answer, spread_cards
from components.screens.spread.checks import checks_panel
from components.screens.spread.generations import generations_panel
from components.screens.spread.kols import kols_panel
from components.screens.spread.reading import SpreadReading, latest_shared
from components.screens.spread.todo import spread_todo, tasks_of
from components.screens.spread.tree import node_frame, node_rows, spread_tree, tree_picture
from components.screens.spread.wave import wave_panel
from components.words.i18n import N_, _
from data.scope import Filters
from metrics.spread.shares import share_arrivals


def _read(_filters: Filters) -> SpreadReading:
    return SpreadReading.of(EVER, latest_shared())


def _nothing(reading: SpreadReading) -> Nothing | None:
    if reading.figure(share_arrivals)["n"]:
        return None
    return Nothing(_("Nobody came by a share."), _("Choose another activity."))


PAGE = Page(
    script="growth/spread",
    read=_read,
    nothing=_nothing,
    parts=(
        Part(name="answer", make=sentence_of, draw=spread_answer),
        Part(name="cards", make=cards_of, draw=spread_cards),
        Part(name="tree", make=tree_picture, draw=spread_tree, alone=True),
        Part(name="nodes", make=node_frame, draw=node_rows),
        Part(name="todo", make=tasks_of, draw=spread_todo),
        Part(
            name="kols",
            words=N_("KOLs: who brings most, does 20/80 hold, does it last?"),
            icon=":material/star:",
            draw=kols_panel,
        ),
        Part(
            name="wave",
            words=N_("Whom to ask first for the next activity"),
            icon=":material/campaign:",
            draw=wave_panel,
        ),
        Part(
            name="generations",
            words=N_("Generation by generation: how far and how fast"),
            icon=":material/account_tree:",
            draw=generations_panel,
        ),
        Part(
            name="checks",
            words=N_("Shares that look made"),
            icon=":material/policy:",
            draw=checks_panel,
        ),
    ),
)
