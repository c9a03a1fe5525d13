"""Conversion: whom to call first, how soon, and who turns leads into families?"""

import streamlit as st

from components.kit.choices.filters import current_filters
from components.kit.page import question, show
from components.kit.states import nothing_to_show
from components.screens.conversion.measures import CALLS_A_DAY, WINDOWS, Choice
from components.screens.conversion.page import PAGE
from components.screens.conversion.reading import Reading
from components.screens.conversion.rules import current_rules
from components.words.i18n import _
from metrics.leads.response import CLOSES, OPENS

question(PAGE)
with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
    window_days = st.segmented_control(
        _("First order within, days"), WINDOWS, default=30, required=True, key="window",
        bind="query-params",
    )  # fmt: skip
    calls_a_day = st.number_input(
        _("Calls a day and consultant"), 1, 200, CALLS_A_DAY, key="calls", width=180,
        bind="query-params",
    )  # fmt: skip
    opens, closes = st.slider(
        _("Business hours"), 0, 24, (OPENS, CLOSES), key="business_hours", width=260,
        bind="query-params",
    )  # fmt: skip
if opens == closes:
    nothing_to_show(_("Business hours must last at least an hour."), _("Move one of the ends."))
    st.stop()
choice = Choice(window_days, opens, closes, calls_a_day, current_rules())
show(PAGE, Reading.of(current_filters(), choice))
