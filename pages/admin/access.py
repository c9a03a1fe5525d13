"""Access: who may see what, and who looked?"""

import streamlit as st

from components.account_actions import acting_manager, tell
from components.account_audit import audit_log, live_sessions, role_table
from components.account_list import account_table, add_account, change_account
from components.format import number
from components.i18n import _
from components.session import current_session
from components.states import error_in_words
from data.errors import NotAllowed
from data.installation import installation

st.title(_("Access"))

try:
    acting_manager()
except NotAllowed as error:
    error_in_words(error)
    st.stop()

accounts = installation().accounts
everybody = accounts.all()
live = accounts.sessions.live()

st.markdown(
    _(
        "**{open} of {all} accounts are open**; {people} people are signed in now;"
        " {waiting} have not yet chosen a password of their own.",
        open=number(sum(account.is_active for account in everybody), exact=True),
        all=number(len(everybody), exact=True),
        people=number(len({session.user for session in live}), exact=True),
        waiting=number(sum(a.is_active and a.must_change for a in everybody), exact=True),
    )
)
tell()

of_accounts, of_sessions, of_roles, of_log = st.tabs(
    [_("Accounts"), _("Signed in now"), _("Roles"), _("Audit log")],
    key="access_tab",
    on_change="rerun",
)
if of_accounts.open:
    with of_accounts:
        account_table(everybody)
        change_account(everybody)
        add_account()
if of_sessions.open:
    with of_sessions:
        session = current_session()
        live_sessions(accounts, session.key if session else "")
if of_roles.open:
    with of_roles:
        role_table()
if of_log.open:
    with of_log:
        audit_log(accounts)
