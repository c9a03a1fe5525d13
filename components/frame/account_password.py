"""Changing one's own password."""

from __future__ import annotations

import streamlit as st

from components.ask.session import current_session
from components.words.i18n import N_, _
from data.accounts import passwords
from data.accounts.accounts import WrongPassword
from data.accounts.throttle import TooManyAttempts
from data.installation.process import installation

# What the password policy says, to be translated where it is shown.
SENTENCES = (
    N_("Use at least 8 characters."),
    N_("Use at most 64 characters."),
    N_("This password is easily guessed. Choose another one."),
    N_("A single repeated character is easily guessed. Choose another password."),
    N_("The password must not be your sign-in name."),
)


def password_form(user: str) -> None:
    """The form to change one's own password; all sessions of the user end afterwards."""
    st.caption(_("You will be signed out on every device and sign in with the new password."))
    with st.form("account_new_password", clear_on_submit=False):
        st.subheader(_("Choose a new password"))
        current = st.text_input(
            _("Current password"), type="password", autocomplete="current-password",
            key="account_password_current",
        )  # fmt: skip
        new = st.text_input(
            _("New password"), type="password", autocomplete="new-password",
            help=_("8 to 64 characters; long beats complicated."), key="account_password_new",
        )  # fmt: skip
        again = st.text_input(
            _("New password again"), type="password", autocomplete="new-password",
            key="account_password_again",
        )  # fmt: skip
        is_sent = st.form_submit_button(_("Change password"))
    if not is_sent:
        return
    # Sign-in strips what is typed, too.
    current, new, again = current.strip(), new.strip(), again.strip()
    if refused := _refusal(user, current, new, again) or _changed(user, current, new):
        st.error(refused)
    else:
        st.success(_("Your password has been changed. Please sign in again."))


def _refusal(user: str, current: str, new: str, again: str) -> str:
    """Why the new password will not do, before the current one is looked at; else nothing."""
    if not new:
        return _("No new password provided")
    if new != again:
        return _("Passwords do not match")
    if new == current:
        return _("New and current passwords are the same")
    reason = passwords.refusal(new, user)
    return _(reason) if reason else ""


def _changed(user: str, current: str, new: str) -> str:
    """Change the password of who knows the current one; gives why not, else nothing."""
    session = current_session()
    accounts = installation().accounts
    try:
        accounts.authenticate(user, current, session.ip if session else "")
    except WrongPassword:
        return _("Password is incorrect")
    except TooManyAttempts as error:
        return _("Too many attempts. Try again in {n} seconds.", n=error.retry_after)
    accounts.set_password(user, new, actor=user)
    return ""
