"""Learning service: is the teaching attended, and who is about to leave?"""

import streamlit as st

from components.kit.choices.filters import current_filters
from components.kit.page import question, show
from components.screens.learning.page import PAGE
from components.words.i18n import _

filters = current_filters()
question(PAGE)
show(PAGE, PAGE.read(filters))
if filters.channels:
    st.caption(_("Lessons have no channel: the channels picked do not narrow this page."))
