"""The viewer's own account: who is signed in, password, second step, language, sign-out."""

from __future__ import annotations

import streamlit as st

from components.frame.account_password import password_form
from components.kit.account_words import campus_text, role_label
from components.words import i18n
from components.words.formats import escape
from components.words.i18n import _
from data.accounts import Viewer
from data.installation.process import installation

_SEEN_LANGUAGE = "account_seen_language"
# A link button would open a second tab.
_SECOND_STEP = """
<a href="/second-factor" target="_self" style="display:block;min-height:44px;width:100%;
padding:.6rem .75rem;font-size:.95rem;text-align:center;color:inherit;text-decoration:none;
border:1px solid rgba(128,136,150,.4);border-radius:8px">{label}</a>
"""
# The gate signs out by POST only, so that no link or image can do it.
_SIGN_OUT = """
<form method="post" action="/logout">
<button type="submit" style="min-height:44px;width:100%;padding:.25rem .75rem;font:inherit;
font-size:.95rem;color:inherit;background:transparent;border:1px solid rgba(128,136,150,.4);
border-radius:8px;cursor:pointer">{label}</button></form>
"""


def account_menu(viewer: Viewer) -> None:
    """The viewer's name as a menu: role, campuses, password, two-step sign-in, sign-out."""
    _remember_language(viewer)
    with st.popover(escape(viewer.name), icon=":material/account_circle:", key="account_menu"):
        st.markdown(f"**{role_label(viewer.role)}**")
        st.caption(campus_text(viewer.campuses))
        if st.button(_("Change password"), key="account_password", width="stretch"):
            _password_dialog(viewer.user)
        st.html(_SECOND_STEP.format(label=_("Two-step sign-in")))
        st.html(_SIGN_OUT.format(label=_("Sign out")))


def _password_dialog(user: str) -> None:
    @st.dialog(_("Change password"))
    def dialog() -> None:
        password_form(user)

    dialog()


def _remember_language(viewer: Viewer) -> None:
    """Keep a language that was switched in this tab; one that a link brought is not kept."""
    now = i18n.language()
    before = st.session_state.get(_SEEN_LANGUAGE, now)
    st.session_state[_SEEN_LANGUAGE] = now
    if now not in (before, viewer.language):
        installation().accounts.set_language(viewer.user, now)
