"""Plans: what is each month to bring, by campus, and who decided it?"""

import streamlit as st

from components.kit.choices.filters import current_filters
from components.screens.plans.targets import targets_panel
from components.words.i18n import _

st.subheader(_("What is each month to bring, by campus, and who decided it?"))
targets_panel(current_filters())
