"""Lists of students: each opens the person, and all can be taken along."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.rows.drill import PAGE, download_buttons, person_column, person_links
from components.kit.rows.table import share_column
from components.kit.states import nothing_to_show
from components.screens.learning.reading import Reading
from components.screens.learning.words import TIER_WORDS
from components.words.formats import escape, number
from components.words.i18n import N_, _
from metrics.service.student_tiers import people_named
from metrics.service.tiers import ALARMED

_TITLES = {
    "student": N_("Student"),
    "parent": N_("Parent"),
    "tier": N_("Tier"),
    "reason": N_("Why"),
    "risk": N_("Risk, 4 weeks"),
    "days_since": N_("Days since a lesson"),
    "run": N_("Misses running"),
    "course": N_("Course"),
    "teacher": N_("Class teacher"),
    "campus": N_("Campus"),
    "deadline": N_("Call by"),
    "depletes_on": N_("Lessons end"),
    "left": N_("Lessons left"),
    "velocity": N_("Lessons a week"),
    "figure": N_("Figure"),
}
_LEFT_OUT = ("campus_id", "class_teacher_id", "course_id")
PEOPLE = ("student", "tier", "run", "days_since", "course", "teacher", "campus")
Columns = Callable[[pd.DataFrame], pd.DataFrame]


def with_names(students: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Students with what they, their parents, courses, teachers and campuses are called."""
    ids = tuple(sorted(set(students["person_id"].dropna())))
    people = query.fetch(people_named, scope=reading.scope, person_ids=ids)
    found = students.merge(people, how="left", on=["person_id", "campus_id"])
    if "tier_name" in found:
        found["tier"] = [_(TIER_WORDS[name]) for name in found["tier_name"]]
    return found.assign(
        student=found["student_names"].fillna(found["student_id"]),
        parent=found["name"],
        course=[reading.courses.get(c, c) for c in found["course_id"]],
        teacher=[reading.staff.get(t, t) for t in found["class_teacher_id"]],
        campus=[reading.campuses.get(c, c) for c in found["campus_id"]],
    )


def students_table(
    students: pd.DataFrame, columns: tuple[str, ...], *, key: str, pick: bool = False
) -> int | None:
    """Draw named students with some columns, each row with a link to its person.

    With ``pick`` a row can be picked: its place is given, None where none is.
    """
    shown = students[[c for c in columns if c in students]].copy()
    shown.insert(0, "open", person_links(students["person_id"]))
    settings = {  # who it is stays in sight, however far a phone scrolls to the side
        c: st.column_config.Column(_(_TITLES[c]), pinned=c == "student")
        for c in shown
        if c != "open"
    }
    settings["open"] = person_column()
    if "risk" in shown:
        settings["risk"] = share_column(_(_TITLES["risk"]))
    for column in ("left", "velocity"):
        if column in shown:
            settings[column] = st.column_config.NumberColumn(_(_TITLES[column]), format="%.1f")
    if "depletes_on" in shown:
        settings["depletes_on"] = st.column_config.DateColumn(
            _(_TITLES["depletes_on"]), format="YYYY-MM-DD"
        )
    drawn: dict[str, Any] = {
        "hide_index": True, "height": "content", "column_config": settings, "key": key,
        "alt": _("{n} rows, one a line", n=number(len(shown), exact=True)),
    }  # fmt: skip
    if not pick:
        st.dataframe(shown, **drawn)
        return None
    event = st.dataframe(shown, selection_mode="single-row", on_select="rerun", **drawn)
    picked = [place for place in event["selection"]["rows"] if place < len(shown)]
    return picked[0] if picked else None


def alarmed_students(reading: Reading) -> pd.DataFrame:
    """Students at risk, about to leave or lost, the gravest first."""
    now = reading.tiers.now
    found: pd.DataFrame = now[now["tier_name"].isin(ALARMED)] if len(now) else now
    return found


def open_students(
    students: pd.DataFrame, reading: Reading, *, title: str, columns: tuple[str, ...]
) -> None:
    """Open the drawer with the students behind a figure; call it when something was clicked."""
    draw = partial(_drawer, students, reading, columns)
    st.dialog(escape(title), width="large", position="right", icon=":material/group:")(draw)()


def _drawer(students: pd.DataFrame, reading: Reading, columns: tuple[str, ...]) -> None:
    if students.empty:
        nothing_to_show(_("No rows stand behind this figure."))
        return
    st.markdown(f"**{_('{n} students', n=number(len(students), exact=True))}**")
    slot = st.container()
    pages = -(-len(students) // PAGE)
    page = st.pagination(pages, key="learning_people_page") if pages > 1 else 1
    with slot:
        part = students.iloc[(page - 1) * PAGE : page * PAGE]
        students_table(with_names(part, reading), columns, key="learning_people")
    download_buttons(
        lambda: with_names(students, reading).drop(columns=list(_LEFT_OUT)),
        subject="students", key="learning_people_file",
    )  # fmt: skip
