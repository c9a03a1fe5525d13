"""Data sources: has everything arrived, what was refused, and how does more come in?"""

import streamlit as st

from components.screens.board.sources import sources_card
from components.screens.sources.intake import history_panel, quarantine_panel
from components.screens.sources.upload import upload_panel
from components.words.i18n import _

st.subheader(_("Has everything arrived, and what was refused?"))
sources_card()

st.markdown(f"##### {_('Import files')}")
upload_panel()

st.markdown(f"##### {_('Refused rows')}")
quarantine_panel()

st.markdown(f"##### {_('What arrived')}")
history_panel()
