"""From the assignment to the first order: how many pass each step, and who drops."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.ask import query
from components.ask.recorded import unrecorded, unrecorded_words
from components.kit.charts.chart import show, title_of
from components.kit.charts.funnel import funnel_steps
from components.kit.funnel import drawn_steps, narrowest, open_leads
from components.kit.states import nothing_to_show
from components.screens.conversion.reading import Reading
from components.words.formats import days_range
from components.words.i18n import N_, _
from data.scope import Filters
from metrics.acquisition.verdicts import judged_filters
from metrics.leads.funnel import SALES_STEPS, funnel_table, lead_funnel

STEP_WORDS = {
    "lead": N_("New leads"),
    "assigned": N_("Assigned"),
    "first_contact": N_("First contact"),
    "contact": N_("Effective contact"),
    "visit_or_trial": N_("Trial or visit"),
    "order": N_("First formal order"),
}
_CHAIN = "sales"


@query.remembered
def funnel_counts(reading: Reading) -> pd.Series | None:
    """Leads of each step, of those old enough for the last; None where nobody records any."""
    skip = unrecorded(_CHAIN)
    if len(skip) == len(SALES_STEPS):
        return None
    filters = judged(reading)
    found = query.fetch(lead_funnel, filters, scope=reading.scope, chain=_CHAIN, skip=skip)
    return found.iloc[0]


@query.remembered
def funnel_picture(reading: Reading) -> go.Figure:
    """The chain's steps, under the one at which most are lost."""
    table = funnel_table(funnel_counts(reading), chain=_CHAIN, skip=unrecorded(_CHAIN))
    return funnel_steps(
        drawn_steps(table, STEP_WORDS),
        title=narrowest(table[table["step"] != "lead"], STEP_WORDS),
        count="of_leads",
        passed="rate",
        unit="ratio",
    )


def first_funnel(reading: Reading) -> object:
    """What the funnel shows, where there is a lead to show."""
    counts = funnel_counts(reading)
    return funnel_picture(reading) if counts is not None and counts["leads"] else None


def judged(reading: Reading) -> Filters:
    """The filters with the days whose leads are old enough for the last step."""
    return judged_filters(
        reading.filters, as_of_on=reading.scope.as_of_on, window_days=SALES_STEPS[-1].days
    )


def sales_funnel(reading: Reading) -> None:
    """Draw the chain on leads old enough for its last step."""
    counts = funnel_counts(reading)
    if counts is None:
        nothing_to_show(_("No source records what is done with leads."))
        return
    filters, skip = judged(reading), unrecorded(_CHAIN)
    if not counts["leads"]:
        nothing_to_show(_("No leads in these days."))
        return
    drawn = funnel_picture(reading)
    clicked = show(drawn, key="conversion_funnel", alt=title_of(drawn), clickable=True)
    st.caption(
        _(
            "Leads of {days}; windows from the lead: {windows}. Each step counts leads old enough"
            " for it, in sequence. A bar opens who took the step.",
            days=days_range(filters.period),
            windows=" · ".join(
                f"{_(STEP_WORDS[step.name])} {_('{n} d', n=step.days)}"
                for step in SALES_STEPS
                if step.name not in skip
            ),
        )
        + " "
        + unrecorded_words(skip, STEP_WORDS)
    )
    if clicked:
        first = next(step.name for step in SALES_STEPS if step.name not in skip)
        step = first if clicked["step"] == "lead" else clicked["step"]
        open_leads(
            filters, step, title=_(STEP_WORDS[step]), scope=reading.scope, key="conversion",
            chain=_CHAIN, skip=skip,
        )  # fmt: skip
