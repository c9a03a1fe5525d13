"""Why these records are one person, and who belongs to the household."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from components.screens.person.names import Names, full_moment, is_known
from components.screens.person.search import open_person
from components.screens.person.view import View
from components.screens.person.words import IDENTIFIERS, SOURCES, STAGES, STATES
from components.words.formats import escape
from components.words.i18n import _, ngettext
from metrics.people.person import household, identifiers

_SHOWN = 8  # identifiers before the list is folded


def identity_card(person_id: str, view: View) -> None:
    """Each identifier with where and when it was tied to the person."""
    rows = view.rows(identifiers, person_id=person_id)
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**:material/fingerprint: {_('Why this is one person')}**")
        if not rows:
            st.caption(_("Nothing but the row itself: no identifier was left."))
            return
        for row in rows[:_SHOWN]:
            _identifier(row, view.today)
        if len(rows) > _SHOWN:
            more = len(rows) - _SHOWN
            with st.expander(ngettext("{n} more", "{n} more", more)):
                for row in rows[_SHOWN:]:
                    _identifier(row, view.today)


def _identifier(row: Mapping[str, Any], today: date) -> None:
    look = IDENTIFIERS.get(str(row["kind"]))
    icon, word = (look.icon, _(look.word)) if look else (":material/tag:", escape(row["kind"]))
    strength = f":gray-badge[{_('weak, joins nobody alone')}]" if row["is_weak"] else ""
    source = SOURCES.get(str(row["source"]))
    proof = escape(row["evidence"]) if is_known(row["evidence"]) else ""
    said = _(source, row=proof) if source else f"{escape(row['source'])} {proof}"
    since = full_moment(row["linked_at"], today) if is_known(row["linked_at"]) else ""
    rest = " · ".join(part for part in (said, since) if part)
    value = escape(row["value"]) if is_known(row["value"]) else "—"
    st.markdown(f"{icon} {word} **{value}** {strength}  \n:small[:gray[{rest}]]")


def household_card(person_id: str, view: View) -> None:
    """The adults and students of the household; the others open with a press."""
    rows = view.rows(household, person_id=person_id)
    adults = [row for row in rows if row["member"] != "student"]
    students = [row for row in rows if row["member"] == "student"]
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**:material/family_restroom: {_('Household')}**")
        for row in adults:
            _adult(row)
        for row in students:
            _student(row, _only_name(adults) if len(students) == 1 else "", view.names)
        if len(rows) < 2:
            st.caption(_("Nobody else of this household is known here."))


def _adult(row: Mapping[str, Any]) -> None:
    stage = STAGES.get(str(row["stage"]))
    name = escape(row["name"]) if is_known(row["name"]) else _("No name yet")
    parts = [
        escape(row["phone"]) if is_known(row["phone"]) else "",
        _(stage.word) if stage else "",
        _("parent of {names}", names=escape(row["student_names"]))
        if is_known(row["student_names"])
        else "",
    ]
    rest = " · ".join(part for part in parts if part)
    if row["member"] == "self":
        this = f":gray-badge[{_('this person')}]"
        st.markdown(f":material/person: **{name}** {this}  \n:small[:gray[{rest}]]")
        return
    with st.container(gap=None):
        st.button(
            name,
            icon=":material/person:",
            type="tertiary",
            key=f"person_home_{row['member_id']}",
            on_click=open_person,
            args=(row["member_id"],),
        )
        st.markdown(f":small[:gray[{rest}]]")


def _only_name(adults: list[dict[str, Any]]) -> str:
    """The student's name where the adults name one alone; which is whose is not told."""
    told = [row["student_names"].split("、") for row in adults if is_known(row["student_names"])]
    called = sorted({name for names in told for name in names})
    return escape(called[0]) if len(called) == 1 else ""


def _student(row: Mapping[str, Any], name: str, names: Names) -> None:
    state = STATES.get(str(row["state"]))
    badge = f":{state[0]}-badge[{_(state[1])}]" if state else ""
    course = names.of("course", row["course_id"])
    n = int(row["enrolments"])
    rest = " · ".join(
        part for part in (course, ngettext("{n} enrolment", "{n} enrolments", n)) if part
    )
    student = name or _("Student {number}", number=escape(row["member_id"]))
    st.markdown(f":material/school: **{student}** {badge}  \n:small[:gray[{rest}]]")
