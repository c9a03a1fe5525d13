"""Data sources: has everything arrived, what was refused, and how does more come in?"""

import streamlit as st

from components.board.sources import sources_card
from components.i18n import _
from components.sources.intake import history_panel, quarantine_panel
from components.sources.upload import upload_panel

st.title(_("Data sources"))
sources_card()

st.subheader(_("Import files"))
upload_panel()

st.subheader(_("Refused rows"))
quarantine_panel()

st.subheader(_("What arrived"))
history_panel()
