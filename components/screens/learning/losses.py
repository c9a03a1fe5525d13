"""Stops, refunds, and what became of students who were alarmed."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.choices.comparison import compared_with, is_comparable
from components.kit.figures import FigureCard, figure_cards
from components.screens.learning.people import open_students
from components.screens.learning.reading import Reading
from components.screens.learning.saving import saving
from components.words.formats import delta, number, percent
from components.words.i18n import _, sentences
from data.scope import role
from metrics.foundation.registry import Metric
from metrics.service.recall import (
    LEAST,
    SPELL_WEEKS,
    Recall,
    alarm_spells,
    recall,
    service_contacts,
)
from metrics.service.save_effect import save_effect
from metrics.service.stops import refund_rate_amount, refund_rate_persons, stop_rate
from metrics.service.tiers import tier_rows

_MONEY = (refund_rate_persons, refund_rate_amount)
_NEEDS = {"order_line", "due"}
_COLUMNS = ("student", "tier", "course", "teacher", "campus")


def losses_panel(reading: Reading) -> None:
    """Draw the rates of the period and the outcome of past alarms."""
    hidden = role(reading.scope.role).hidden_facts
    shown = (stop_rate, *(() if _NEEDS & hidden else _MONEY))
    figure_cards(
        [
            FigureCard(
                metric=metric,
                figure=reading.figures(metric).total,
                previous=reading.figures(metric).compared if _is_told(reading, metric) else None,
                against=compared_with(reading.filters, metric.kind)
                if _is_told(reading, metric)
                else "",
            )
            for metric in shown
        ],
        filters=reading.filters, key="learning_losses",
    )  # fmt: skip
    _recalled(reading, reads_contacts="followup" not in hidden)


def _is_told(reading: Reading, metric: Metric) -> bool:
    """Whether the period compared with has a figure: it may hold no month's end."""
    told = is_comparable(reading.filters, metric.kind)
    return told and reading.figures(metric).compared["n"] > 0


def _recalled(reading: Reading, *, reads_contacts: bool) -> None:
    spells: pd.DataFrame = query.fold(
        tier_rows, alarm_spells, replace(reading.filters, comparison=None), scope=reading.scope,
        weeks=SPELL_WEEKS,
    )  # fmt: skip
    nobody = pd.DataFrame(
        {
            "person_id": pd.Series(dtype=str), "at": pd.Series(dtype="datetime64[us]"),
            "seconds": pd.Series(dtype=float),
        }
    )  # fmt: skip
    contacts = query.fetch(service_contacts, scope=reading.scope) if reads_contacts else nobody
    found = recall(spells, contacts)
    st.markdown(f"**{_('Save and recall')}** — " + recall_sentence(found))
    st.caption(contact_sentence(found, reads_contacts=reads_contacts))
    if len(spells) and st.button(
        _("See the students"), icon=":material/table_rows:", key="learning_spells"
    ):
        open_students(spells, reading, title=_("Save and recall"), columns=_COLUMNS)
    if reads_contacts and found.mature:
        saving(save_effect(spells, contacts), reading)


def recall_sentence(found: Recall) -> str:
    """What became of those who were about to leave or lost."""
    if not found.mature:
        return _(
            "{n} alarms in {weeks} weeks, none of them 36 days old yet.",
            n=number(found.spells, exact=True),
            weeks=SPELL_WEEKS,
        )
    return _(
        "of {n} alarms at least 36 days old {returned} came again within 14 days ({share}), and"
        " {active} were still active after 30 days ({kept}).",
        n=number(found.mature, exact=True),
        returned=number(found.returned, exact=True),
        share=percent(found.returned / found.mature),
        active=number(found.active, exact=True),
        kept=percent(found.active / found.mature),
    )


def contact_sentence(found: Recall, *, reads_contacts: bool) -> str:
    """Whether calling in time goes with coming back; never called an effect."""
    if not reads_contacts:
        return _("Your role does not see contacts, so whether a call helped is not told here.")
    said = _(
        "{n} of them had an effective contact on record within 48 hours.",
        n=number(found.contacted, exact=True),
    )
    if pd.isna(found.difference):
        few = _(
            "Fewer than {n} on one side: whether calls help cannot be told. Record calls to"
            " families as follow-ups, and hold some out at random.",
            n=LEAST,
        )
        return sentences(said, few)
    difference = _(
        "Of those called {difference} more came again (95% {low} to {high}); an association,"
        " since nobody was held out at random.",
        difference=delta(found.difference, 0.0, "ratio"),
        low=delta(found.low, 0.0, "ratio"),
        high=delta(found.high, 0.0, "ratio"),
    )
    return sentences(said, difference)
