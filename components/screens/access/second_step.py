"""Two-step sign-in as managers rule it: who has it, which roles must, a lost telephone."""

from __future__ import annotations

import streamlit as st

from components.kit.account_words import role_label
from components.screens.access.actions import act
from components.words.i18n import _
from data.accounts import Account, Accounts
from data.scope import ROLES

_ROLES = "access_two_steps"


def steps_text(account: Account, on: set[str], required: tuple[str, ...]) -> str:
    """Whether an account signs in in two steps, or must and does not yet."""
    if account.user in on:
        return _("two steps")
    return _("two steps, not yet set up") if account.role in required else _("password only")


def required_roles(accounts: Accounts) -> None:
    """Choose which roles must sign in in two steps."""
    with st.expander(_("Two-step sign-in"), icon=":material/phonelink_lock:", key="access_steps"):
        st.markdown(
            _(
                "A code from the phone after the password: a stolen password alone opens nothing."
                " Whose role must have it sets it up at the next click; everybody may, in the"
                " menu under their name."
            )
        )
        st.multiselect(
            _("Roles that must sign in in two steps"), list(ROLES),
            list(accounts.second_factors.required_roles()),
            key=_ROLES, format_func=role_label, on_change=_require,
            placeholder=_("No role must"),
        )  # fmt: skip


def forget_second_step(user: str) -> None:
    """Let an account in with its password alone, until it sets the second step up again."""
    act(
        lambda accounts, actor: accounts.second_factors.forget(user, actor=actor),
        _("{user} signs in with the password alone until a phone is set up again.", user=user),
    )


def _require() -> None:
    wanted = st.session_state[_ROLES]
    act(
        lambda accounts, actor: accounts.second_factors.require(wanted, actor=actor),
        _("Saved: which roles must sign in in two steps."),
    )
