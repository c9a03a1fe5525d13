"""The access page: who may see what, and who looked?"""

from __future__ import annotations

import streamlit as st

from components.kit.choices.activity_choice import EVER
from components.kit.page import Page, Part
from components.kit.reading import Plain
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
from data.scope import Filters


def _read(_filters: Filters) -> Plain:
    return Plain.of(EVER, None)


def _summary(_access: Plain) -> None:
    account_summary(managed_accounts())
    tell()


def _tabs(_access: Plain) -> None:
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
    read=_read,
    parts=(
        Part(name="summary", draw=_summary),
        Part(name="tabs", make=lambda access: access.names("campus"), draw=_tabs),
    ),
)
