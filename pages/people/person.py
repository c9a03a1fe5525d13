"""A person: who is this family, what happened so far, what comes next?"""

import streamlit as st

from components.kit.states import nothing_to_show
from components.screens.person.page import person_view
from components.screens.person.search import opened_person, results, search_box
from components.words.i18n import _

person_id = opened_person()
if not person_id:
    st.subheader(_("Who is this family, what happened so far, what comes next?"))

sought = search_box()
if person_id:
    person_view(person_id)
elif sought:
    results(sought)
else:
    nothing_to_show(
        _("Nobody is open yet."),
        _("Type a name, pinyin, the last four digits or a whole number above."),
    )
