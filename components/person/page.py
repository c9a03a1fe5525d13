"""One person's page: the answer, the state, the timeline and what stands beside it."""

from __future__ import annotations

import streamlit as st

from components import query
from components.i18n import _
from components.person.card import contribution_card, header, standing_tiles
from components.person.evidence import household_card, identity_card
from components.person.names import Names
from components.person.sentence import answer_sentence
from components.person.timeline import timeline_section
from components.states import nothing_to_show
from data.scope import local_day
from metrics.person import contribution, current_state, standing


def person_view(person_id: str) -> None:
    """Draw the person, or say that there is nobody: outside the scope and nowhere look alike."""
    found = query.fetch(current_state, None, person_id=person_id)
    if found.empty:
        nothing_to_show(
            _("Not found in what you may see."),
            _("Search again, or ask whoever sent you the link."),
        )
        return
    state = found.to_dict("records")[0]
    brought = query.fetch(contribution, None, person_id=person_id).to_dict("records")[0]
    names, as_of = Names.in_scope(), query.as_of()
    now = standing(state, as_of)
    header(state, names)
    with st.container(border=True, key="person_answer"):
        st.markdown(answer_sentence(state, brought, now, names, as_of))
    standing_tiles(state, now, names, as_of)
    main, side = st.columns([2.2, 1], gap="medium")
    with main:
        timeline_section(person_id)
    with side:
        identity_card(person_id, local_day(as_of))
        household_card(person_id, names)
        contribution_card(person_id, brought)
