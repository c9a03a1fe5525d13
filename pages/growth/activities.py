"""Activities: which ones work, and what does the running one need?"""

import streamlit as st

from components.kit.choices.filters import current_filters
from components.kit.states import nothing_to_show
from components.screens.activities.index import activity_index
from components.screens.activities.life import life_head, life_picture
from components.screens.activities.panels import life_tabs
from components.screens.activities.reading import Life, opened_activity, overview
from components.screens.activities.todo import life_todo
from components.words.i18n import _

filters = current_filters()
opened = opened_activity()

st.subheader(_("Which activities work, and what does the running one need?"))
shown = overview(filters)
if shown is None:
    nothing_to_show(
        _("No activity has begun in what you may see."), _("Import activities under Data sources.")
    )
elif not opened:
    activity_index(shown, filters)
elif opened not in shown.health:
    nothing_to_show(
        _("Not found in what you may see."), _("Search again, or ask whoever sent you the link.")
    )
else:
    life = Life.of(opened, shown, filters)
    life_head(life)
    life_picture(life)
    life_tabs(life)
    life_todo(life)
