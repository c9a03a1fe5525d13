"""One person's page: the answer, the state, the timeline and what stands beside it."""

from __future__ import annotations

import streamlit as st

from components.kit.states import nothing_to_show
from components.screens.person.card import contribution_card, header, standing_tiles
from components.screens.person.evidence import household_card, identity_card
from components.screens.person.network import network_card
from components.screens.person.outlook import outlook_cards
from components.screens.person.sentence import answer_sentence
from components.screens.person.timeline import timeline_section
from components.screens.person.view import View
from components.words.i18n import _
from metrics.people.person import contribution, current_state, standing


def person_view(person_id: str) -> None:
    """Draw the person, or say that there is nobody: outside the scope and nowhere look alike."""
    view = View.current()
    found = view.rows(current_state, person_id=person_id)
    if not found:
        nothing_to_show(
            _("Not found in what you may see."),
            _("Search again, or ask whoever sent you the link."),
        )
        return
    (state,) = found
    (brought,) = view.rows(contribution, person_id=person_id)
    now = standing(state, view.as_of)
    header(state, view)
    with st.container(border=True, key="person_answer"):
        st.markdown(answer_sentence(state, brought, now, view.names, view.as_of))
    standing_tiles(state, now, view)
    main, side = st.columns([2.2, 1], gap="medium")
    with main:
        timeline_section(person_id, view)
    with side:
        identity_card(person_id, view)
        household_card(person_id, view)
        contribution_card(person_id, brought, view)
        network_card(person_id, view)
        outlook_cards(person_id, view)
