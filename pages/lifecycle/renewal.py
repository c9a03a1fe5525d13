"""Renewal and referral: who will go on, who adds a subject, and who brings others?"""

import streamlit as st

from components.kit.choices.address import KeptChoice
from components.kit.choices.filters import current_filters
from components.kit.page import question, show, stop_without
from components.screens.renewal.page import PAGE, VIEWS
from components.words.i18n import _

question(PAGE)
reading = PAGE.read(current_filters())
stop_without(PAGE, reading)
view = KeptChoice("view", VIEWS, default=PAGE.view)
view.field()
view.ask(st.segmented_control, _("Part"), required=True, label_visibility="collapsed")
show(PAGE, reading, view=view.name)
