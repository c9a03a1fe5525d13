"""What to say in a call: a question and an offer for each reason, and by when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from components.words.formats import escape, percent
from components.words.i18n import _, ngettext
from metrics.service.attendance import MAKE_UP_DAYS

Words = Callable[[Mapping[str, Any]], str]


def _ask_run(student: Mapping[str, Any]) -> str:
    return ngettext(
        "Ask what kept {student} from the last lesson: illness, the hour, or the wish to go on.",
        "Ask what kept {student} from the last {n} lessons: illness, the hour, or the wish to"
        " go on.",
        int(student["run"]),
        student=student["student"],
    )


def _ask_since(student: Mapping[str, Any]) -> str:
    return ngettext(
        "Ask whether {student} means to go on: the last lesson was {n} day ago.",
        "Ask whether {student} means to go on: the last lesson was {n} days ago.",
        int(student["days_since"]),
        student=student["student"],
    )


def _ask_falling(student: Mapping[str, Any]) -> str:
    return _(
        "Ask what has changed: {student} came to {before} of the lessons, now to {now}.",
        student=student["student"],
        before=percent(student["share_before"]),
        now=percent(student["share"]),
    )


def _ask_leaves(student: Mapping[str, Any]) -> str:
    return _("Ask whether the hour still suits: {n} leaves in 30 days.", n=int(student["leaves"]))


def _ask_stage(student: Mapping[str, Any]) -> str:
    return _(
        "Ask what {student} likes and what is hard: at this point of a course many stop.",
        student=student["student"],
    )


# Reason → the question, and the offer that answers it.
SCRIPTS: dict[str, tuple[Words, Words]] = {
    "run": (
        _ask_run,
        lambda _student: _(
            "Offer a make-up lesson within {days} days and name two dates.", days=MAKE_UP_DAYS
        ),
    ),
    "since": (
        _ask_since,
        lambda _student: _("Offer a talk with the teacher and a fixed place from the next lesson."),
    ),
    "falling": (
        _ask_falling,
        lambda _student: _("Offer half an hour with the teacher on what was missed."),
    ),
    "leaves": (
        _ask_leaves,
        lambda _student: _("Offer the same course at another hour."),
    ),
    "stage": (
        _ask_stage,
        lambda _student: _("Offer to send what the child has learnt so far and what comes next."),
    ),
}


def call_script(student: Mapping[str, Any]) -> list[str]:
    """What to ask and what to offer, a line each, and by when; of no reason a plain greeting.

    ``student`` has ``student`` (what they are called), ``reasons``, ``deadline`` and the
    figures that the reasons name.
    """
    reasons = [reason for reason in student["reasons"] if reason in SCRIPTS] or ["stage"]
    lines = [SCRIPTS[reason][0](student) for reason in reasons]
    lines.append(SCRIPTS[reasons[0]][1](student))
    lines.append(
        _("Call by {day}, note what was said, and agree on the next lesson.",
          day=student["deadline"])
    )  # fmt: skip
    return lines


def script_card(student: Mapping[str, Any]) -> None:
    """Draw one student's call script."""
    with st.container(border=True, gap="xsmall", key="learning_script"):
        said = _("What to say to the family of {student}", student=student["student"])
        st.markdown(f"**:material/call: {escape(said)}**")
        st.markdown("\n".join(f"{n}. {escape(line)}" for n, line in enumerate(
            call_script(student), 1
        )))  # fmt: skip
