"""Ctrl+K: find a person or a page by a few letters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from components.ask.people_search import find_people
from components.kit.navigation import PERSON_PAGE, Entry
from components.kit.rows.columns import STAGES
from components.kit.states import nothing_to_show
from components.words.formats import escape, moment
from components.words.i18n import _

_LEAST = 2  # letters before anything is looked up; a Chinese surname is one
_MOST = 8


def search_button(entries: Sequence[Entry]) -> None:
    """The button that opens the search, also by Ctrl+K."""
    words = _("Find a person or a page")
    if st.button(
        _("Find"), icon=":material/search:", shortcut="Ctrl+K", key="frame_search", help=words
    ):
        st.dialog(words, width="medium", icon=":material/search:")(_dialog)(entries)


def _dialog(entries: Sequence[Entry]) -> None:
    text = st.text_input(
        _("Name, pinyin, last four digits, or a page"),
        key="frame_search_text",
        placeholder=_("Name, pinyin, last four digits, or a page"),
        label_visibility="collapsed",
        type="search",
        live=True,
    ).strip()
    pages = [entry for entry in entries if _matches(entry, text)]
    with st.container(gap="xsmall"):
        for entry in pages[:_MOST]:
            st.page_link(entry.path, label=_(entry.title), icon=entry.icon, help=_(entry.question))
    too_short = len(text) < _LEAST and (not text or text.isascii())
    if too_short or not any(e.script == PERSON_PAGE for e in entries):
        return
    people = find_people(text)
    if people.empty and not pages:
        nothing_to_show(_("Nobody found."), _("Try the last four digits or a shorter name."))
    page = next(entry.path for entry in entries if entry.script == PERSON_PAGE)
    for person in people.head(_MOST).to_dict("records"):
        _person(person, page)


def _matches(entry: Entry, text: str) -> bool:
    sought = text.casefold()
    return not sought or any(
        sought in words.casefold() for words in (entry.title, _(entry.title), entry.script)
    )


def _person(person: dict[str, object], page: Path) -> None:
    stage = str(person["stage"])
    names = [person["name"], person["student_names"]]
    label = " · ".join(escape(n) for n in names if isinstance(n, str) and n) or _("No name yet")
    seen = person["last_seen_at"]
    with st.container(gap=None):
        st.page_link(
            page,
            label=label,
            icon=":material/person:",
            query_params={"person_id": str(person["person_id"])},
        )
        phone = escape(person["phone"]) if isinstance(person["phone"], str) else ""
        known = [phone, _(STAGES.get(stage, stage)), moment(seen)]  # type: ignore[arg-type]
        st.caption(" · ".join(part for part in known if part))
