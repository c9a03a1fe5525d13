"""Learning service: is the teaching attended, and who is about to leave?"""

import streamlit as st

from components.kit.choices.filters import current_filters
from components.kit.panels import Handover, panels
from components.kit.states import nothing_to_show
from components.screens.learning.answer import learning_answer
from components.screens.learning.calls import call_list
from components.screens.learning.cards import learning_cards
from components.screens.learning.curve import lesson_picture
from components.screens.learning.panels import PANELS
from components.screens.learning.reading import Reading
from components.screens.learning.todo import todo_list
from components.words.i18n import _
from metrics import load_all

load_all()
filters = current_filters()

st.subheader(_("Who attends the lessons, and who is about to leave?"))
reading = Reading.of(filters)
if reading.is_empty:
    nothing_to_show(_("No lesson was held in these days, and nobody is enrolled."))
    st.stop()

learning_answer(reading)
learning_cards(reading)
lesson_picture(Handover(reading))
call_list(Handover(reading))
panels(reading, PANELS, key="learning_panel")
todo_list(reading)
if filters.channels:
    st.caption(_("Lessons have no channel: the channels picked do not narrow this page."))
