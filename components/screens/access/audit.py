"""Live sessions, what roles may do, and the audit log."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from components.ask.session import current_session
from components.kit.account_words import action_label, people_label, role_label
from components.screens.access.actions import act
from components.words.formats import escape, moment, number
from components.words.i18n import _
from data.accounts import Accounts, Session
from data.accounts.sessions import IDLE_SECONDS
from data.scope import ROLES

_PAGE = 200
_SHOWN_SESSIONS = 50


def live_sessions(accounts: Accounts) -> None:
    """Who is signed in now, from where; each session can be ended."""
    own = current_session()
    sessions = accounts.sessions.live()
    for session in sessions[:_SHOWN_SESSIONS]:
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(
                _session_text(session, own=own is not None and session.key == own.key),
                width="stretch",
            )
            st.button(
                _("End session"),
                key=f"access_end_{session.key[:16]}",
                on_click=_end,
                args=(session,),
            )
    if len(sessions) > _SHOWN_SESSIONS:
        st.caption(_("{n} more sessions", n=number(len(sessions) - _SHOWN_SESSIONS, exact=True)))


def _session_text(session: Session, *, own: bool) -> str:
    parts = [
        f"**{escape(session.user)}** · {role_label(session.role)}",
        _("since {at}", at=moment(_instant(session.created_at))),
        _("last active {at}", at=moment(_instant(session.seen_at))),
        escape(session.ip),
    ]
    if session.idle_seconds > IDLE_SECONDS:
        parts.append(_("wall screen"))
    if own:
        parts.append(_("this is you"))
    return " · ".join(part for part in parts if part)


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def _end(session: Session) -> None:
    act(
        lambda accounts, actor: accounts.sign_out(session, actor=actor),
        _("The session of {user} has ended.", user=session.user),
    )


def role_table() -> None:
    """What each role sees and may do."""
    yes, no = _("yes"), "—"
    rows = [
        {
            _("Role"): role_label(role.name),
            _("Campuses"): _("all campuses") if role.campuses == "all" else _("its own campuses"),
            _("Whose rows"): people_label(role),
            _("Names and phones in full"): yes if role.personal else no,
            _("Costs"): no if "spend" in role.hidden_facts else yes,
            _("Imports data"): yes if role.imports else no,
            _("Manages accounts"): yes if role.manages_accounts else no,
        }
        for role in ROLES.values()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key="access_roles")


def audit_log(accounts: Accounts) -> None:
    """The newest lines of the log, by action and person, and whether the log is whole."""
    broken = accounts.audit.broken_at()
    if broken is None:
        st.caption(_("The log is whole: no line was edited or removed."))
    else:
        st.error(_("The log was tampered with from line {line} on.", line=broken))
    with st.container(horizontal=True):
        action = st.selectbox(
            _("Action"), accounts.audit.actions(), index=None, key="access_action",
            format_func=action_label, placeholder=_("every action"),
        )  # fmt: skip
        actor = st.selectbox(
            _("Who"), [account.user for account in accounts.all()], index=None,
            key="access_actor", placeholder=_("everybody"),
        )  # fmt: skip
    lines = accounts.audit.lines(limit=_PAGE, action=action or "", actor=actor or "")
    rows = [
        {
            _("When"): moment(line.at),
            _("Who"): line.actor or "—",
            _("Action"): action_label(line.action),
            _("Whom or what"): line.subject or "—",
            _("Detail"): _detail_text(line.detail),
            _("Log line"): line.line,
        }
        for line in lines
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key="access_audit")
    if len(lines) == _PAGE:
        st.caption(_("The newest {n} lines", n=_PAGE))


def _detail_text(detail: str) -> str:
    """A line's JSON as words: ``{"role": ["teacher", "analyst"]}`` is "role: teacher, analyst"."""
    parts = []
    for name, said in json.loads(detail).items():
        values = said if isinstance(said, list) else [said]
        flat = [
            part for value in values for part in (value if isinstance(value, list) else [value])
        ]
        text = ", ".join(str(part) for part in flat if part not in ("", None))
        if text:
            parts.append(f"{name}: {text}")
    return "; ".join(parts)
