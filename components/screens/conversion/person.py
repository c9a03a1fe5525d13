"""One person's lead score, for the page of that person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.reading import Person
from components.screens.conversion.reading import LEARNED_DAYS, institution_score
from components.screens.conversion.words import reason_text
from components.words.formats import money, number, percent
from components.words.i18n import _
from data.scope import Filters, Period, Scope
from metrics.leads.features import open_rows
from metrics.leads.worklist import Reason, WorkList, scorer


@dataclass(frozen=True, kw_only=True)
class PersonScore:
    """The newest open lead's chance of an order in what is left of its window, and why.

    ``chance`` are points and ``expected_cny`` is missing where there is no model yet.
    """

    lead_id: str
    chance: float
    expected_cny: float | None
    reasons: list[Reason]
    is_model: bool


def person_score(
    person_id: str, scope: Scope | None = None, *, window_days: int = 30
) -> PersonScore | None:
    """A person's score; None for one without an open lead, and for one out of the scope."""
    scope = scope or query.current_scope()
    until = scope.as_of_on + timedelta(days=1)
    every = Filters(period=Period(start=until - timedelta(days=LEARNED_DAYS), end=until))
    kernel = scorer(institution_score(window_days), as_of=scope.as_of)
    work: WorkList = query.fold(open_rows, kernel, every, scope=scope, person_id=person_id)
    if work.rows.empty:
        return None
    newest = work.rows.sort_values(["created_at", "lead_id"]).iloc[-1]
    worth = newest["expected_cny"]
    return PersonScore(
        lead_id=str(newest["lead_id"]),
        chance=float(newest["score"]),
        expected_cny=None if pd.isna(worth) else float(worth),
        reasons=newest["reasons"],
        is_model=work.is_model,
    )


def score_of(person: Person) -> PersonScore | None:
    """The score of a person's page."""
    return person_score(person.person_id, person.scope)


def score_card(person: Person) -> None:
    """Draw a person's score with its reasons; nothing for one without an open lead."""
    found = score_of(person)
    if found is None:
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**:material/target: {_('Lead score')}**")
        if not found.is_model:
            st.markdown(_("{n} points", n=number(found.chance)))
        elif found.chance > 0:
            st.markdown(
                _(
                    "**{chance}** to order in what is left of 30 days · {worth} expected",
                    chance=percent(found.chance),
                    worth=money(found.expected_cny),
                ).replace("$", r"\$")
            )
        else:
            st.markdown(_("The 30 days of this lead have passed without an order."))
        for reason in found.reasons:
            st.caption(reason_text(reason))
