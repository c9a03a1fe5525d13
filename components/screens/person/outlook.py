"""What is likely next for a family: the lead's score, the children's tiers, the renewal."""

from __future__ import annotations

import streamlit as st

from components.screens.conversion.person import score_card
from components.screens.learning.student import student_card
from components.screens.person.view import View
from components.screens.renewal.outlook import Outlook, person_value
from components.words.formats import day, money
from components.words.i18n import N_, _
from data.scope import role
from metrics.renewal.family import person_renewal

_MOST = 3
STAGES = {
    "untouched": N_("not talked to yet"),
    "talking": N_("in talks"),
    "promised": N_("promised"),
    "paid": N_("paid"),
    "refused": N_("refused"),
}


def outlook_cards(person_id: str, view: View) -> None:
    """Draw what a role may read of it; nothing for who has neither lead nor child here."""
    hidden = role(view.scope.role).hidden_facts
    if not hidden & {"order_line", "followup"}:
        score_card(person_id)
    student_card(person_id)
    if not hidden & {"due", "order_line", "followup"}:
        renewal_card(person_id, view)


def renewal_card(person_id: str, view: View) -> None:
    """Draw what falls due next, how far the talks are, and what the family may still buy."""
    due = view.rows(person_renewal, person_id=person_id)[:_MOST]
    asks = Outlook.of_institution().takes_long
    worth = "" if asks else person_value(person_id, view.scope)
    if not due and not worth:
        return
    with st.container(border=True, gap="xsmall", key="person_renewal"):
        st.markdown(f"**:material/autorenew: {_('Renewal')}**")
        for row in due:
            said = _(
                "{line} · due {day} · {amount} · {stage}",
                line=row["course_line"] or "",
                day=day(row["due_on"]),
                amount=money(row["due_cny"]),
                stage=_(STAGES[row["pipeline"]]),
            )
            st.markdown(said.replace("$", r"\$"))
        if asks and st.button(
            _("What may they still buy?"), icon=":material/savings:", key="person_value",
            type="tertiary",
        ):  # fmt: skip
            worth = person_value(person_id, view.scope)
        if worth:
            st.markdown(worth.replace("$", r"\$"))
