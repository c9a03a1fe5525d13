"""The access page: who may see what, and who looked?"""

from __future__ import annotations

import streamlit as st

from components.ask.session import current_viewer
from components.kit.account_words import campus_names
from components.kit.page import Page, Part
from components.screens.access.accounts import (
    account_summary,
    account_table,
    add_account,
    change_account,
)
from components.screens.access.actions import managed_accounts, tell
from components.screens.access.audit import audit_log, live_sessions, role_table
from components.screens.access.second_step import required_roles
from components.words.i18n import _
from data.scope import Filters, Role, role


class Access:
    """What the page reads: accounts alone, so that it stands while no data can be reached."""

    @classmethod
    def of(cls, _filters: Filters | None = None) -> Access:
        """The signed-in viewer's reading; nobody is looked up before a part is drawn."""
        return cls()

    def again(self) -> Access:
        """The same for the viewer now signed in."""
        return self

    @property
    def viewer_role(self) -> Role:
        """The viewer's role."""
        return role(current_viewer().role)


def _summary(_access: Access) -> None:
    account_summary(managed_accounts())
    tell()


def _tabs(_access: Access) -> None:
    """Draw the open tab; a closed one costs nothing."""
    accounts = managed_accounts()
    of_accounts, of_sessions, of_roles, of_log = st.tabs(
        [_("Accounts"), _("Signed in now"), _("Roles"), _("Audit log")],
        key="access_tab",
        on_change="rerun",
    )
    if of_accounts.open:
        with of_accounts:
            account_table(accounts)
            change_account(accounts)
            add_account()
            required_roles(accounts)
    if of_sessions.open:
        with of_sessions:
            live_sessions(accounts)
    if of_roles.open:
        with of_roles:
            role_table()
    if of_log.open:
        with of_log:
            audit_log(accounts)


PAGE = Page(
    script="admin/access",
    read=Access.of,
    parts=(
        Part(name="summary", draw=_summary),
        Part(name="tabs", make=lambda _access: campus_names(), draw=_tabs),
    ),
)
