"""Accounts as a table, and the forms to add and to change one.

These are plain widgets: streamlit-authenticator's registration wants first and last
name, mail address and a password typed by the manager, and knows neither campus nor
staff member nor one-time password.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from components.kit.account_words import campus_names, campus_text, role_label
from components.kit.rows.columns import names_by_id
from components.screens.access.actions import act, give_one_time_password
from components.screens.access.second_step import forget_second_step, steps_text
from components.words.formats import moment, number
from components.words.i18n import _
from data.accounts import Account, Accounts
from data.accounts.account import Changes
from data.scope import EVERY_CAMPUS, ROLES
from data.scope import role as role_of


def account_summary(accounts: Accounts) -> None:
    """How many accounts are open, in use, and wait for a password of their own."""
    everybody, live = accounts.all(), accounts.sessions.live()
    st.markdown(
        _(
            "**{open} of {all} accounts are open**; signed in now: {people}; still without a"
            " password of their own: {waiting}.",
            open=number(sum(account.is_active for account in everybody), exact=True),
            all=number(len(everybody), exact=True),
            people=number(len({session.user for session in live}), exact=True),
            waiting=number(sum(a.is_active and a.must_change for a in everybody), exact=True),
        )
    )


def account_table(accounts: Accounts) -> None:
    """All accounts: who, with which role, where, and whether and how they may sign in."""
    campuses = campus_names()
    on, required = accounts.second_factors.users(), accounts.second_factors.required_roles()
    rows = [
        {
            _("Sign-in name"): account.user,
            _("Name"): account.name,
            _("Role"): role_label(account.role),
            _("Campuses"): campus_text(account.campuses, campuses),
            _("Sign-in"): state_text(account),
            _("Signs in with"): steps_text(account, on, required),
            _("Last changed"): moment(account.updated_at),
        }
        for account in accounts.all()
    ]
    widths = {_("Name"): 110, _("Role"): 90, _("Sign-in"): 80, _("Signs in with"): 110}
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, width="stretch", key="access_accounts",
        column_config={
            **{words: st.column_config.Column(width=pixels) for words, pixels in widths.items()},
            _("Campuses"): st.column_config.Column(width="large"),
        },
    )  # fmt: skip


def state_text(account: Account) -> str:
    """Whether the account is open, closed or waits for its first sign-in."""
    if not account.is_active:
        return _("closed")
    return _("waits for its own password") if account.must_change else _("may sign in")


def add_account() -> None:
    """The form for a new account; its one-time password is shown once."""
    with st.expander(_("Add an account"), icon=":material/person_add:", key="access_add"):
        user = st.text_input(_("Sign-in name"), key="access_add_user", max_chars=32)
        wanted = _fields("access_add", None)
        st.button(
            _("Add and show the one-time password"),
            key="access_add_do", type="primary", on_click=_add, args=(user.strip().lower(), wanted),
        )  # fmt: skip


def change_account(accounts: Accounts) -> None:
    """Pick an account, change it, close it, reset its password or end its sessions."""
    known = {account.user: account for account in accounts.all()}
    user = st.selectbox(
        _("Account"), list(known), index=None, key="access_user",
        placeholder=_("Choose an account"),
        format_func=lambda user: f"{user} · {known[user].name} · {role_label(known[user].role)}",
    )  # fmt: skip
    if user is None:
        return
    account = known[user]
    with st.container(border=True, key="access_change"):
        wanted = _fields(f"access_{user}", account)
        st.caption(_("A change of role, campuses or staff member signs the account out."))
        with st.container(horizontal=True):
            st.button(
                _("Save"), key="access_save", type="primary", on_click=_change, args=(user, wanted)
            )
            _confirmed(
                _("New one-time password"), _("The present password stops working at once."),
                "access_reset", lambda: give_one_time_password(user),
            )  # fmt: skip
            _confirmed(
                _("Sign out everywhere"), _("All open tabs of this account end at once."),
                "access_sign_out", lambda: _sign_out(user),
            )  # fmt: skip
            if accounts.second_factors.of(user):
                _confirmed(
                    _("Turn off two-step sign-in"), _("For a lost phone: the password is enough."),
                    "access_one_step", lambda: forget_second_step(user),
                )  # fmt: skip
            if account.is_active:
                _confirmed(
                    _("Close the account"), _("Nobody can sign in with it until it is opened."),
                    "access_close", lambda: _close(user),
                )  # fmt: skip
            else:
                st.button(_("Open the account"), key="access_open", on_click=_open, args=(user,))


def _fields(key: str, account: Account | None) -> Changes:
    """Widgets for all that may be changed of an account; the role decides which it has."""
    name = st.text_input(
        _("Name"), account.name if account else "", key=f"{key}_name", max_chars=80
    )
    roles = list(ROLES)
    role = st.selectbox(
        _("Role"), roles, roles.index(account.role) if account else roles.index("consultant"),
        key=f"{key}_role", format_func=role_label,
    )  # fmt: skip
    campuses = EVERY_CAMPUS
    if role_of(role).campuses == "own":
        names = campus_names()
        own = account.campuses if account else ()
        campuses = tuple(
            st.multiselect(
                _("Campuses"), list(names), [campus for campus in own if campus in names],
                key=f"{key}_campuses", format_func=lambda campus: names.get(campus, campus),
            )
        )  # fmt: skip
    staff_id = account.staff_id if account else ""
    if role_of(role).people != "all":
        staff_id = _staff_member(key, staff_id)
    return {"name": name, "role": role, "campuses": campuses, "staff_id": staff_id}


def _staff_member(key: str, chosen: str) -> str:
    names = names_by_id("staff")
    options = list(names)
    picked: Any = st.selectbox(
        _("Staff member"), options, options.index(chosen) if chosen in names else None,
        key=f"{key}_staff", placeholder=_("Choose whose rows it sees"),
        format_func=lambda staff_id: f"{names.get(staff_id, '')} {staff_id}".strip(),
    )  # fmt: skip
    return str(picked or "")


def _confirmed(label: str, warning: str, key: str, action: Any) -> None:
    """A button whose consequence is said and confirmed first."""
    with st.popover(label, key=key):
        st.markdown(warning)
        st.button(_("Yes, do it"), key=f"{key}_do", on_click=action)


def _add(user: str, wanted: Changes) -> None:
    def create(accounts: Accounts, actor: str) -> None:
        accounts.create(
            user, role=wanted["role"], name=wanted["name"], campuses=wanted["campuses"],
            staff_id=wanted["staff_id"], actor=actor,
        )  # fmt: skip

    if act(create, ""):
        give_one_time_password(user)
        for key in list(st.session_state):
            if str(key).startswith("access_add_") and key != "access_add_do":
                del st.session_state[key]


def _change(user: str, wanted: Changes) -> None:
    act(
        lambda accounts, actor: accounts.change(user, actor=actor, **wanted),
        _("{user} has been changed.", user=user),
    )


def _close(user: str) -> None:
    act(lambda a, actor: a.disable(user, actor=actor), _("{user} is closed.", user=user))


def _open(user: str) -> None:
    act(lambda a, actor: a.enable(user, actor=actor), _("{user} is open again.", user=user))


def _sign_out(user: str) -> None:
    act(
        lambda accounts, actor: accounts.sign_out_everywhere(user, actor=actor),
        _("{user} has been signed out everywhere.", user=user),
    )
