"""Acquisition: which channels bring families who stay, and at what cost?"""

import streamlit as st

from components.kit.choices.filters import current_filters
from components.kit.measures import RETURN_DAYS, WINDOWS, Choice
from components.kit.panels import Handover, panels
from components.kit.states import nothing_to_show
from components.screens.acquisition.answer import channel_answer, role_note
from components.screens.acquisition.cards import acquisition_cards
from components.screens.acquisition.channels import channels_side_by_side
from components.screens.acquisition.panels import PANELS
from components.screens.acquisition.reading import Reading
from components.screens.acquisition.todo import todo_list
from components.words.i18n import _
from metrics import load_all

load_all()
filters = current_filters()

st.subheader(_("Which channels bring families who stay, at what cost?"))
with st.container(horizontal=True, gap="medium"):
    window_days = st.segmented_control(
        _("First order within, days"), WINDOWS, default=30, required=True, key="window",
        bind="query-params",
    )  # fmt: skip
    return_days = st.segmented_control(
        _("Return after, days"), RETURN_DAYS, default=180, required=True, key="return",
        bind="query-params",
    )  # fmt: skip
choice = Choice(window_days, return_days)
reading = Reading.of(filters, choice)

if not reading.seen("conversion"):
    nothing_to_show(
        _("Your role sees no orders, so channels cannot be judged here."),
        _("Ask a manager of your institution to change your role."),
    )
    st.stop()
if reading.is_empty:
    nothing_to_show(_("No leads in these days."))
    st.stop()

channel_answer(reading)
acquisition_cards(reading)
role_note(reading)
channels_side_by_side(Handover(reading))
panels(reading, PANELS, key="acquisition")
todo_list(reading)
