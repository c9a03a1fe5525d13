"""Visitors: who came, who is keen, and by whom are those without a phone reached?"""

import streamlit as st

from components.kit.choices.activity_choice import activity_choice
from components.kit.choices.filters import current_filters
from components.kit.states import nothing_to_show
from components.screens.visitors.answer import visitor_answer, visitor_cards
from components.screens.visitors.everyone import everyone_panel
from components.screens.visitors.keen import keen_people_section
from components.screens.visitors.reading import VisitorReading
from components.screens.visitors.todo import visitor_todo
from components.words.i18n import _
from metrics import load_all
from metrics.visitors.visits import visitors

load_all()
filters = current_filters()

st.subheader(_("Who came, who is keen, and how do we reach those without a phone?"))
activity = activity_choice()
reading = VisitorReading.of(filters, activity)

if not reading.figure(visitors)["n"]:
    nothing_to_show(_("Nobody came in these days."))
    st.stop()

visitor_answer(reading)
visitor_cards(reading)
keen_people_section(reading)
visitor_todo(reading)
everyone_panel((filters, activity))
