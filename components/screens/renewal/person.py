"""What falls due next for a family, for the page of that person."""

from __future__ import annotations

from typing import Any

import streamlit as st

from components.ask import query
from components.kit.reading import Person
from components.screens.renewal.outlook import Outlook, person_value
from components.words.formats import day, money
from components.words.i18n import N_, _
from metrics.renewal.family import person_renewal

_MOST = 3
STAGES = {
    "untouched": N_("not talked to yet"),
    "talking": N_("in talks"),
    "promised": N_("promised"),
    "paid": N_("paid"),
    "refused": N_("refused"),
}


@query.remembered
def falls_due(person: Person) -> list[dict[str, Any]]:
    """What falls due next, a mapping a row; nobody may change them."""
    rows = query.fetch(person_renewal, None, scope=person.scope, person_id=person.person_id)
    return rows.head(_MOST).to_dict("records")


def renewal_card(person: Person) -> None:
    """Draw what falls due next, how far the talks are, and what the family may still buy."""
    due = falls_due(person)
    asks = Outlook.of_institution().takes_long
    worth = "" if asks else person_value(person.person_id, person.scope)
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
            worth = person_value(person.person_id, person.scope)
        if worth:
            st.markdown(worth.replace("$", r"\$"))
