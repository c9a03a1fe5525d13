"""One person's children: their attendance tiers and risk, for the page of that person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import streamlit as st

from components.ask import query
from components.kit.reading import Person
from components.screens.learning.reading import learned_model
from components.screens.learning.words import TIER_WORDS, reasons_in_words
from components.words.formats import is_missing, percent
from components.words.i18n import _
from data.scope import Filters, Period, Scope
from metrics.service.risk import NO_MODEL, scored
from metrics.service.student_tiers import StudentTiers, student_tiers
from metrics.service.tiers import tier_rows

_EPOCH = date(1970, 1, 1)
_ANY = Period(start=_EPOCH, end=_EPOCH)  # tiers are of the as-of day, whatever is picked


@dataclass(frozen=True, kw_only=True)
class StudentState:
    """A student enrolled now: their tier, why they may leave, and how likely in 4 weeks.

    ``risk`` is missing where it was not asked for or too few ever stopped.
    """

    student_id: str
    tier: str
    run: int
    days_since: int
    share: float
    risk: float | None
    reasons: str


def person_students(
    person_id: str, scope: Scope | None = None, *, with_risk: bool = False
) -> list[StudentState]:
    """The person's enrolled children, the gravest first; none out of the scope.

    Without the risk it reads one person's seats only. With it, the institution's model is
    learned where nobody has asked for it since the last load.
    """
    scope = scope or query.current_scope()
    found: StudentTiers = query.fold(
        tier_rows, student_tiers, Filters(period=_ANY), scope=scope, weeks=1, person_id=person_id
    )
    if not found.days or found.now.empty:
        return []
    model = learned_model(scope) if with_risk else NO_MODEL
    today = (scope.as_of_on - _EPOCH).days
    return [
        StudentState(
            student_id=row["student_id"], tier=row["tier_name"], run=int(row["run"]),
            days_since=int(row["days_since"]), share=float(row["share"]),
            risk=None if is_missing(row["risk"]) else float(row["risk"]),
            reasons=reasons_in_words(row),
        )
        for row in scored(found.now, model, as_of_day=today).to_dict("records")
    ]  # fmt: skip


def students_of(person: Person) -> list[StudentState]:
    """The children of a person's page."""
    return person_students(person.person_id, person.scope)


def student_card(person: Person) -> None:
    """Draw the tiers of a person's children; nothing for one without an enrolled child."""
    for state in students_of(person):
        words = [_(TIER_WORDS[state.tier]), state.reasons]
        if state.risk is not None:
            words.append(_("{risk} may stop within 4 weeks", risk=percent(state.risk)))
        st.caption(" · ".join(word for word in words if word))
