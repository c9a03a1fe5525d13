"""What to do: at most five lines, each with owner, deadline and what it is worth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

import streamlit as st

from components.words.formats import day
from components.words.i18n import _

MOST = 5


@dataclass(frozen=True)
class Task:
    """A line: what to do, who, within how many days, and what it is worth.

    ``text`` and ``worth`` are in the reader's language; ``owner`` is translated here.
    """

    text: str
    owner: str
    days: int
    worth: str


def draw_tasks(tasks: Iterable[Task], *, today: date) -> None:
    """Draw what the figures carry; nothing is advised for the sake of a full list."""
    st.markdown(f"##### {_('What to do')}")
    shown = list(islice(tasks, MOST))
    if not shown:
        st.caption(_("Nothing in these figures calls for action."))
    for place, task in enumerate(shown, 1):
        due = day(today + timedelta(days=task.days))
        said = _("{owner} · by {day} · {worth}", owner=_(task.owner), day=due, worth=task.worth)
        st.markdown(f"{place}. {task.text}  \n:small[:gray[{said}]]")
