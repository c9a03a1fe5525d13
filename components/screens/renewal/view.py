"""The renewal part of the screen."""

from __future__ import annotations

import streamlit as st

from components.kit.panels import Handover, panels
from components.kit.states import nothing_to_show
from components.kit.todo import draw_tasks
from components.screens.renewal.answer import renewal_answer
from components.screens.renewal.calendar import due_calendar
from components.screens.renewal.cards import renewal_cards
from components.screens.renewal.links import links_note
from components.screens.renewal.panels import PANELS
from components.screens.renewal.reading import Reading
from components.screens.renewal.todo import renewal_tasks
from components.screens.renewal.worklist import trust_words, work_list
from components.words.i18n import N_, _

VIEWS = {"renewal": N_("Renewal"), "expansion": N_("Expansion"), "referral": N_("Referral")}


def renewal_view(reading: Reading) -> None:
    """Draw answer, figures, calendar, work list, panels and tasks."""
    if not reading.figure("renewal_rate")["denominator"] and reading.pool.empty:
        nothing_to_show(
            _("No enrolment with an end is known here."),
            _("Import enrolments with their end, or widen campus and course."),
        )
        return
    renewal_answer(reading)
    links_note(reading)
    renewal_cards(reading)
    _calendar(Handover(reading))
    _list(Handover(reading))
    panels(reading, PANELS, key="renewal")
    draw_tasks(renewal_tasks(reading), today=reading.today)


@st.fragment
def _calendar(handover: Handover[Reading]) -> None:
    due_calendar(handover.take())


@st.fragment
def _list(handover: Handover[Reading]) -> None:
    reading = handover.take()
    work_list(reading)
    st.caption(trust_words(reading))
