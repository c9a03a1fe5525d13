"""The search box of the person page: what is typed never reaches the address if it is personal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from components.ask.people_search import find_people
from components.kit.states import nothing_to_show
from components.screens.person.names import Names, full_moment, is_known
from components.screens.person.view import View, as_rows
from components.screens.person.words import STAGES
from components.words.formats import escape
from components.words.i18n import _, ngettext
from metrics.people.person import SEARCH_LIMIT

PERSON = "person_id"  # in the address
QUERY = "q"  # in the address, for ids alone
_TYPED = "person_typed"
_LEAST = 2  # letters; one Chinese character is a surname and is enough
_RECORD_ID = re.compile(r"[A-Za-z]{1,12}[-_]?[0-9A-Za-z]*[0-9][0-9A-Za-z-]*")


def opened_person() -> str:
    """The person the address names; "" where it names none."""
    return str(st.query_params.get(PERSON, ""))


def open_person(person_id: str) -> None:
    """Go to a person; for callbacks."""
    st.session_state[_TYPED] = ""
    st.query_params.pop(QUERY, None)
    st.query_params[PERSON] = person_id


def is_record_id(text: str) -> bool:
    """Whether a text is an id of a record, which tells nobody anything: no name, no number."""
    return _RECORD_ID.fullmatch(text) is not None


def search_box() -> str:
    """Draw the box; gives what is sought, "" where nothing is."""
    if _TYPED not in st.session_state:
        said = str(st.query_params.get(QUERY, ""))
        st.session_state[_TYPED] = said if is_record_id(said) else ""
    typed = st.text_input(
        _("Find a person"),
        key=_TYPED,
        placeholder=_("Name, pinyin or initials, phone number or its last four digits, an id"),
        label_visibility="collapsed",
        type="search",
        autocomplete="off",
        max_chars=64,
        on_change=_remember,
    )
    return str(typed or "").strip()


def _remember() -> None:
    """Keep an id in the address; close the person that was open."""
    text = str(st.session_state[_TYPED] or "").strip()
    if text:
        st.query_params.pop(PERSON, None)
    if is_record_id(text):
        st.query_params[QUERY] = text
    else:
        st.query_params.pop(QUERY, None)


def results(text: str) -> None:
    """The people found, best first; each opens with one press."""
    if len(text) < _LEAST and text.isascii():
        nothing_to_show(
            _("Type a little more."), _("Two letters, one Chinese character or four digits.")
        )
        return
    found = find_people(text)
    if found.empty:
        nothing_to_show(
            _("Nobody found in what you may see."),
            _("Try a shorter name, pinyin initials, or the last four digits of the number."),
        )
        return
    n = len(found)
    if n == SEARCH_LIMIT:
        st.caption(_("The best {n}; type more to narrow it down.", n=n))
    else:
        st.caption(ngettext("{n} person", "{n} people", n))
    view = View.current()
    for person in as_rows(found):
        _result(person, view.names, view.today)


def _result(person: Mapping[str, Any], names: Names, today: date) -> None:
    called = [person["name"], person["student_names"]]
    label = " · ".join(escape(name) for name in called if is_known(name)) or _("No name yet")
    stage = STAGES.get(str(person["stage"]))
    owner = names.of("staff", person["owner_id"])
    more = int(person["campuses"]) - 1
    campus = names.of("campus", person["campus_id"]) + (_(" and {n} more", n=more) if more else "")
    parts = [
        escape(person["phone"]) if is_known(person["phone"]) else "",
        campus,
        _("owner {name}", name=owner) if owner else "",
        _("seen {at}", at=full_moment(person["last_seen_at"], today)),
    ]
    with st.container(border=True, gap=None):
        badge = f":{stage.colour}-badge[{_(stage.word)}]" if stage else ""
        st.button(
            f"**{label}** {badge}",
            icon=":material/person:",
            type="tertiary",
            key=f"person_result_{person['person_id']}",
            on_click=open_person,
            args=(person["person_id"],),
        )
        st.markdown(f":small[:gray[{' · '.join(part for part in parts if part)}]]")
