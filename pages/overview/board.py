"""The live board: how does today run, will the month keep its plan, what are the answers?"""

import streamlit as st

from components.ask.session import current_viewer
from components.kit.choices.filters import current_filters
from components.screens.board.answers import answers_card
from components.screens.board.figures import figures_row
from components.screens.board.hours import hours_card
from components.screens.board.matrix import matrix_card
from components.screens.board.pace import month_card, pace_card, works_leads
from components.screens.board.sources import nothing_arrived, sources_card
from components.words.i18n import _

REFRESH_SECONDS = 60

if nothing_arrived():
    st.stop()
filters = current_filters()
if not works_leads(current_viewer().role):
    answers_card(filters)
    sources_card()
    st.stop()
st.subheader(_("How does today stand against plan, and why?"))


@st.fragment(run_every=REFRESH_SECONDS)
def live() -> None:
    """What changes while one looks at it."""
    pace_card(filters)
    left, right = st.columns(2)
    with left:
        hours_card(filters)
    with right:
        month_card(filters)


live()
figures_row(filters)
answered = st.container()
left, right = st.columns([3, 2])
with left:
    matrix_card(filters)
with right:
    sources_card()
with answered:  # the longest to make: all else stands by then
    answers_card(filters)
