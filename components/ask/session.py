"""Who is looking: the signed-in viewer, checked anew on every run."""

from __future__ import annotations

import streamlit as st

from components.runtime.script_run import once_a_run
from components.words.i18n import _
from data.accounts import Session, Viewer
from data.accounts.sessions import PASSWORD
from data.errors import NotAllowed, UnknownName
from data.installation.process import installation


@once_a_run
def current_viewer() -> Viewer:
    """The signed-in viewer; without one the script stops with a sentence and a way on.

    The gate puts name and session into ``st.user`` when a tab connects. Neither is
    believed later: session, account and role are looked up in every run, so that a
    revoked session or a changed role counts from the next click.
    """
    session = current_session()
    if session is None:
        _stop(_("Your session has ended."), "/login", _("Sign in"))
    if session.waits_for == PASSWORD:
        _stop(_("Choose a password of your own first."), "/password", _("Change password"))
    if session.waits_for:
        _stop(_("Your role signs in in two steps."), "/second-factor", _("Two-step sign-in"))
    try:
        return installation().accounts.viewer(session.user)
    except (NotAllowed, UnknownName):
        _stop(_("This account is closed."), "/login", _("Sign in"))
    raise AssertionError("stopped above")


def current_session() -> Session | None:
    """The live session behind this tab, if there still is one."""
    said = st.user.to_dict()
    key, user = said.get("sid"), said.get("user")
    session = installation().accounts.sessions.find(str(key)) if key else None
    return session if session is not None and session.user == user else None


def _stop(sentence: str, target: str, label: str) -> None:
    st.warning(sentence)
    # A link button would open a second tab.
    st.html(f'<a href="{target}" target="_self">{label}</a>')
    st.stop()
