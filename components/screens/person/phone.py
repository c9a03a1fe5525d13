"""A whole phone number: one person, by a press, with a reason, written into the audit log."""

from __future__ import annotations

import streamlit as st

from components.ask import query
from components.ask.session import current_viewer
from components.screens.person.words import REASONS
from components.words.i18n import _
from data.errors import NotAllowed
from data.installation.process import installation
from data.scope import day_start, local_day, role
from metrics.people.person import phone

SHOWN_A_DAY = 100  # numbers one account may look at in a day
SHOWN, DENIED = "phone_shown", "phone_denied"


def reveal(person_id: str, reason: str) -> list[str]:
    """A person's whole numbers, after the audit log has the line.

    Raises
    ------
    NotAllowed
        If the role reads no personal fields or has looked at too many numbers today.
        That is logged as well.
    """
    viewer = current_viewer()
    audit = installation().accounts.audit
    line = {"reason": reason, "campuses": viewer.campuses}
    if not role(viewer.role).personal or _shown_today(viewer.user) >= SHOWN_A_DAY:
        audit.append(actor=viewer.user, action=DENIED, subject=person_id, detail=line)
        raise NotAllowed(
            f"role must read personal fields and at most {SHOWN_A_DAY} numbers a day,"
            f" got {viewer.role!r}"
        )
    audit.append(actor=viewer.user, action=SHOWN, subject=person_id, detail=line)
    return list(query.fetch(phone, None, person_id=person_id)["phone"])


def _shown_today(user: str) -> int:
    """How many numbers an account has looked at since local midnight, by the wall clock."""
    audit = installation().accounts.audit
    lines = audit.lines(action=SHOWN, actor=user, limit=SHOWN_A_DAY)
    if not lines:
        return 0
    midnight = day_start(local_day(lines[0].at))
    return sum(line.at >= midnight for line in lines)


@st.fragment
def phone_line(person_id: str, masked: str | None) -> None:
    """The masked number, and for those who may, the way to the whole one.

    The whole number is sent when the button is pressed and gone at the next click here.
    """
    if masked is None:
        st.caption(_("No phone number is known."))
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":material/call: **{masked}**", width="content")
        if not role(current_viewer().role).personal:
            st.caption(_("Your role sees masked numbers."), width="content")
            return
        with st.popover(_("Show number"), icon=":material/visibility:"):
            reason = st.selectbox(
                _("What for?"),
                list(REASONS),
                format_func=lambda name: _(REASONS[name]),
                index=None,
                placeholder=_("Pick a reason"),
                key=f"person_reason_{person_id}",
            )
            st.caption(_("This is written into the log with your name."))
            pressed = st.button(
                _("Show the number"),
                type="primary",
                disabled=reason is None,
                key=f"person_show_{person_id}",
            )
            if pressed and reason:
                _draw_numbers(person_id, reason)


def _draw_numbers(person_id: str, reason: str) -> None:
    try:
        numbers = reveal(person_id, reason)
    except NotAllowed:
        st.warning(
            _("Today's limit of {n} numbers is reached; ask your head.", n=SHOWN_A_DAY),
            icon=":material/block:",
        )
        return
    for number in numbers:
        st.link_button(number, f"tel:{number}", icon=":material/call:", type="primary")
    if not numbers:
        st.caption(_("No phone number is known."))
