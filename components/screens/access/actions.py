"""What a manager does to accounts: each time checked, done, told in a sentence."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.ask.session import current_viewer
from components.kit.states import error_in_words
from components.words.i18n import N_, _
from data.accounts import Accounts, Viewer
from data.accounts.account import AccountRefused
from data.errors import NotAllowed
from data.installation.process import installation
from data.scope import role

_TOLD = "account_action_told"
_ONE_TIME = "account_action_one_time"

_REFUSALS = {
    "name": N_("A sign-in name has 1 to 32 small letters, digits, dots, dashes or underscores."),
    "taken": N_("This sign-in name exists already."),
    "campuses": N_("Choose at least one campus for this role."),
    "staff": N_("This role sees the rows of one staff member: choose who it is."),
    "last_manager": N_("One active manager must remain."),
}


def acting_manager() -> Viewer:
    """The viewer, who must manage accounts now, not when the page was drawn.

    A callback runs before the page's own check, also for a session that lost the right.
    Raises `NotAllowed`, which is logged.
    """
    viewer = current_viewer()
    if not role(viewer.role).manages_accounts:
        installation().accounts.audit.append(
            actor=viewer.user, action="access_denied", subject="accounts"
        )
        raise NotAllowed(f"the role must manage accounts, got {viewer.role}")
    return viewer


def managed_accounts() -> Accounts:
    """The accounts, for a viewer who manages them; anybody else is told no and the page ends."""
    try:
        acting_manager()
    except NotAllowed as error:
        error_in_words(error)
        st.stop()
    return installation().accounts


def act(change: Callable[[Accounts, str], object], done: str) -> bool:
    """Make a change as the acting manager; what came of it is told on the next drawing."""
    try:
        change(installation().accounts, acting_manager().user)
    except AccountRefused as error:
        st.session_state[_TOLD] = ("error", _(_REFUSALS[error.reason]))
        return False
    except NotAllowed:
        st.session_state[_TOLD] = ("error", _("Your role may not see this."))
        return False
    st.session_state[_TOLD] = ("success", done)
    return True


def give_one_time_password(user: str) -> bool:
    """Reset a password; the new one is shown once."""

    def reset(accounts: Accounts, actor: str) -> None:
        st.session_state[_ONE_TIME] = (user, accounts.one_time_password(user, actor=actor))

    return act(reset, _("{user} has a new one-time password.", user=user))


def tell() -> None:
    """Say what came of the last action, and show a one-time password this one time."""
    kind, sentence = st.session_state.pop(_TOLD, ("", ""))
    if kind == "error":
        st.error(sentence, icon=":material/error:")
    elif kind == "success":
        st.success(sentence, icon=":material/check:")
    user, password = st.session_state.pop(_ONE_TIME, ("", ""))
    if password:
        with st.container(border=True):
            st.markdown(_("One-time password of **{user}**, shown only now:", user=user))
            st.code(password, language=None)
            st.caption(_("It must be changed at the first sign-in."))
