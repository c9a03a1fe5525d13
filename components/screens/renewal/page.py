"""The renewal page: who will go on, who adds a subject, and who brings others?"""

from __future__ import annotations

from components.kit.page import Answers, Nothing, Page, Part
from components.screens.renewal.answer import answer_of, renewal_answer
from components.screens.renewal.board import renewal_answers
from components.screens.renewal.calendar import due_calendar, weeks_picture
from components.screens.renewal.cards import cards_of, renewal_cards
from components.screens.renewal.expansion import (
    expansion_answer,
    expansion_cards,
    expansion_todo,
    retention_picture,
    subject_pairs,
    without_expansion,
)
from components.screens.renewal.forecast import forecast_panel
from components.screens.renewal.legal import legal_panel, prepaid_panel
from components.screens.renewal.links import links_note, links_of
from components.screens.renewal.person import falls_due, renewal_card
from components.screens.renewal.rates import rates_panel
from components.screens.renewal.reading import Reading
from components.screens.renewal.referral.view import PARTS as REFERRAL
from components.screens.renewal.referral.view import without_referral
from components.screens.renewal.segments import segments_panel
from components.screens.renewal.survival import survival_panel
from components.screens.renewal.todo import renewal_tasks, renewal_todo
from components.screens.renewal.value import value_panel
from components.screens.renewal.worklist import first_talks, talk_list
from components.words.i18n import N_, _
from metrics.renewal.due import renewal_rate

_FIRST, _EXPANSION = "renewal", "expansion"
VIEWS = {_FIRST: N_("Renewal"), _EXPANSION: N_("Expansion"), "referral": N_("Referral")}
_NEEDS = frozenset({"due", "order_line", "followup"})


def _nothing(reading: Reading) -> Nothing | None:
    if not _NEEDS & reading.hidden_facts:
        return None
    return Nothing(
        _("Your role sees no orders, so renewals cannot be judged here."),
        _("Ask a manager of your institution to change your role."),
    )


def _no_end_known(reading: Reading) -> Nothing | None:
    if reading.figure(renewal_rate)["denominator"] or not reading.pool.empty:
        return None
    return Nothing(
        _("No enrolment with an end is known here."),
        _("Import enrolments with their end, or widen campus and course."),
    )


_RENEWAL: tuple[Part[Reading], ...] = (
    Part(name="answer", view=_FIRST, make=answer_of, draw=renewal_answer),
    Part(name="links", view=_FIRST, make=links_of, draw=links_note),
    Part(name="cards", view=_FIRST, make=cards_of, draw=renewal_cards),
    Part(name="calendar", view=_FIRST, make=weeks_picture, draw=due_calendar, alone=True),
    Part(name="list", view=_FIRST, make=first_talks, draw=talk_list, alone=True),
    Part(
        name="rates",
        view=_FIRST,
        words=N_("Three renewal rates, and why they differ"),
        icon=":material/balance:",
        draw=rates_panel,
    ),
    Part(
        name="forecast",
        view=_FIRST,
        words=N_("How far the forecast can be trusted"),
        icon=":material/query_stats:",
        draw=forecast_panel,
    ),
    Part(
        name="segments",
        view=_FIRST,
        words=N_("Who renews, who does not"),
        icon=":material/groups:",
        draw=segments_panel,
    ),
    Part(
        name="survival",
        view=_FIRST,
        words=N_("How soon they renew or stop, and how often"),
        icon=":material/timeline:",
        draw=survival_panel,
    ),
    Part(
        name="value",
        view=_FIRST,
        words=N_("What families will still buy"),
        icon=":material/savings:",
        draw=value_panel,
    ),
    Part(
        name="legal",
        view=_FIRST,
        words=N_("Legal window of charges"),
        icon=":material/gavel:",
        draw=legal_panel,
    ),
    Part(
        name="prepaid",
        view=_FIRST,
        words=N_("Prepaid balance and who runs out"),
        icon=":material/account_balance_wallet:",
        draw=prepaid_panel,
    ),
    Part(name="todo", view=_FIRST, make=renewal_tasks, draw=renewal_todo),
)
_ADDED: tuple[Part[Reading], ...] = (
    Part(name="answer", view=_EXPANSION, draw=expansion_answer),
    Part(name="cards", view=_EXPANSION, draw=expansion_cards),
    Part(name="retention", view=_EXPANSION, draw=retention_picture),
    Part(name="pairs", view=_EXPANSION, draw=subject_pairs),
    Part(name="todo", view=_EXPANSION, draw=expansion_todo),
)
PAGE = Page(
    script="lifecycle/renewal",
    read=Reading.of,
    view=_FIRST,
    nothing=_nothing,
    nothing_in={
        _FIRST: _no_end_known,
        _EXPANSION: without_expansion,
        "referral": without_referral,
    },
    parts=(*_RENEWAL, *_ADDED, *REFERRAL),
    answers=(Answers(number=9, make=renewal_answers, needs=_NEEDS),),
    person_cards=(Part(name="renewal", make=falls_due, draw=renewal_card, needs=_NEEDS),),
)
