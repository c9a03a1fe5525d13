"""Acquisition: which channels bring families who stay, and at what cost?"""

import streamlit as st

from components.kit.choices.filters import current_filters
from components.kit.measures import RETURN_DAYS, WINDOWS, Choice
from components.kit.page import question, show
from components.screens.acquisition.page import PAGE
from components.screens.acquisition.reading import Reading
from components.words.i18n import _

question(PAGE)
with st.container(horizontal=True, gap="medium"):
    window_days = st.segmented_control(
        _("First order within, days"), WINDOWS, default=30, required=True, key="window",
        bind="query-params",
    )  # fmt: skip
    return_days = st.segmented_control(
        _("Return after, days"), RETURN_DAYS, default=180, required=True, key="return",
        bind="query-params",
    )  # fmt: skip
show(PAGE, Reading.of(current_filters(), Choice(window_days, return_days)))
