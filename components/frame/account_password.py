"""Changing one's own password with streamlit-authenticator's form."""

from __future__ import annotations

import secrets

import streamlit as st
from streamlit_authenticator import Authenticate, CredentialsError, ResetError, Validator
from streamlit_authenticator.controllers import AuthenticationController
from streamlit_authenticator.models import AuthenticationModel

from components.ask.session import current_session
from components.words.i18n import N_, _
from data.accounts import Accounts, passwords
from data.accounts.accounts import WrongPassword
from data.accounts.credentials import credentials, save_credentials
from data.accounts.throttle import TooManyAttempts
from data.installation.process import installation

# What streamlit-authenticator and the password policy say, to be translated where shown.
SENTENCES = (
    N_("No new password provided"),
    N_("Passwords do not match"),
    N_("New and current passwords are the same"),
    N_("Password is incorrect"),
    N_("Use at least 8 characters."),
    N_("Use at most 64 characters."),
    N_("This password is easily guessed. Choose another one."),
    N_("A single repeated character is easily guessed. Choose another password."),
    N_("The password must not be your sign-in name."),
)


def password_form(user: str) -> None:
    """The form to change one's own password; all sessions of the user end afterwards."""
    accounts = installation().accounts
    session = current_session()
    form = _PasswordForm(accounts, user, session.ip if session else "")
    st.caption(_("You will be signed out on every device and sign in with the new password."))
    # The form shows itself to nobody whom its own sign-in, which the gate replaces, has not seen.
    st.session_state["authentication_status"] = True
    try:
        if form.reset_password(user, fields=_fields(), key="account_new_password"):
            save_credentials(accounts, form.credentials, actor=user)
            st.success(_("Your password has been changed. Please sign in again."))
    except (ResetError, CredentialsError) as error:
        st.error(_(str(error)))
    except WrongPassword:
        st.error(_("Password is incorrect"))
    except TooManyAttempts as error:
        st.error(_("Too many attempts. Try again in {n} seconds.", n=error.retry_after))


def _fields() -> dict[str, str]:
    return {
        "Form name": _("Choose a new password"),
        "Current password": _("Current password"),
        "New password": _("New password"),
        "Repeat password": _("New password again"),
        "Reset": _("Change password"),
    }


class _Policy(Validator):
    """Our password policy in the place of the library's (8 to 20 characters of four kinds)."""

    def __init__(self, user: str) -> None:
        super().__init__()
        self._user = user

    def validate_password(self, password: str) -> bool:
        return passwords.refusal(password, self._user) is None

    def diagnose_password(self, password: str) -> str:
        return passwords.refusal(password, self._user) or ""


class _Model(AuthenticationModel):
    """The library's model on our accounts: wrong passwords cost a delay and are audited, and
    hashes are argon2's instead of bcrypt's."""

    def __init__(self, accounts: Accounts, ip: str, **given: object) -> None:
        super().__init__(**given)
        self._accounts = accounts
        self._ip = ip

    def check_credentials(self, username: str, password: str) -> bool:
        self._accounts.authenticate(username, password, self._ip)
        return True

    def _update_password(self, username: str, password: str) -> None:
        self.credentials["usernames"][username]["password"] = passwords.hashed(password, username)


class _PasswordForm(Authenticate):
    """The library's form on our accounts.

    TRICKY: its own constructor is left out on purpose. It would draw a component that
    sets a cookie readable by scripts; the gate keeps the session.
    """

    def __init__(self, accounts: Accounts, user: str, ip: str) -> None:
        self.attrs = {"password_instructions": _("8 to 64 characters; long beats complicated.")}
        self.credentials = credentials(accounts, user)
        ours = {"credentials": self.credentials, "validator": _Policy(user), "auto_hash": False}
        self.authentication_controller = AuthenticationController(
            **ours, secret_key=secrets.token_hex(32)
        )
        self.authentication_controller.authentication_model = _Model(accounts, ip, **ours)
