"""From the impression to the order and beyond: how many pass each step, and who drops."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from components.ask import query
from components.ask.recorded import unrecorded, unrecorded_words
from components.kit.charts.chart import show
from components.kit.charts.funnel import funnel_steps
from components.kit.funnel import drawn_steps, narrowest, open_leads
from components.kit.rows.table import clickable_table, interval_column, share_column
from components.kit.states import nothing_to_show
from components.screens.acquisition.reading import Reading
from components.words.formats import days_range, interval, number, percent
from components.words.i18n import N_, _
from metrics.leads.funnel import STEPS, funnel_table, funnel_top, lead_funnel

STEP_WORDS = {
    "impression": N_("Impressions"),
    "click": N_("Clicks"),
    "visit": N_("Visitors"),
    "lead": N_("New leads"),
    "valid": N_("Valid"),
    "contact": N_("Effective contact"),
    "trial": N_("Trial"),
    "order": N_("First formal order"),
    "first_lesson": N_("First lesson"),
    "renewal": N_("Renewed"),
    "referral": N_("Brought others"),
}
_JUDGED = ("valid", "contact", "trial", "order")
_EVERY = ""


def funnel_panel(reading: Reading) -> None:
    """Draw the chain on leads old enough for an order, with a way to who passed or dropped."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        channels = sorted(c for c in reading.by_channel("late")["channel_id"] if c)
        channel = st.selectbox(
            _("Channel"), [_EVERY, *channels], width=320, key="acquisition_funnel_channel",
            format_func=lambda c: reading.channels.get(c, c) if c else _("All"),
        )  # fmt: skip
        with_trial = st.toggle(_("Trial as a step"), value=True, key="acquisition_with_trial")
    missing = unrecorded("lifecycle")
    skip = tuple(sorted({*missing, *(() if with_trial else ("trial",))}))
    if len(skip) == len(STEPS):
        nothing_to_show(_("No source records what becomes of leads."))
        return
    filters = reading.judged("late")
    if channel:
        filters = replace(filters, channels=(channel,))
    counts = query.fetch(lead_funnel, filters, scope=reading.scope, skip=skip).iloc[0]
    if not counts["leads"]:
        nothing_to_show(_("No leads in these days."))
        return
    # Impressions and visits are of no course line.
    has_top = reading.sees_money and not filters.course_lines
    top = query.fetch(funnel_top, filters, scope=reading.scope) if has_top else None
    table = funnel_table(counts, top=top, skip=skip)
    steps = drawn_steps(table[table["of_leads"].notna()], STEP_WORDS)
    finding = narrowest(table[table["step"].isin(_JUDGED)], STEP_WORDS)
    clicked = show(
        funnel_steps(steps, title=finding, count="of_leads", passed="rate", unit="ratio"),
        key=f"acquisition_funnel_{channel}_{with_trial}",
        alt=finding,
        clickable=True,
    )
    if top is not None:
        st.caption(top_words(table))
    st.caption(
        _(
            "Leads of {days}. Each step counts leads old enough for it, in sequence; the rates"
            " between steps are of the same leads. A bar opens who took the step.",
            days=days_range(filters.period),
        )
        + " "
        + unrecorded_words(missing, STEP_WORDS)
    )
    asked = _steps_table(table) or (clicked and clicked["step"])
    if asked:
        first = next(step.name for step in STEPS if step.name not in skip)
        step = first if asked == "lead" else asked
        open_leads(
            filters, step, title=_(STEP_WORDS[step]), scope=reading.scope, key="acquisition",
            skip=skip,
        )  # fmt: skip


def top_words(table: pd.DataFrame) -> str:
    """What stands above the leads, in a line: those are not the same persons."""
    rows = table[table["step"].isin(["impression", "click", "visit", "lead"])]
    parts = []
    for row in rows.to_dict("records"):
        text = f"{_(STEP_WORDS[row['step']])} {number(row['reached'])}"
        if row["step"] == "click" and row["rate"] == row["rate"] and row["rate"] is not None:
            text += f" ({percent(row['rate'])})"
        parts.append(text)
    return " → ".join(parts)


def _steps_table(table: pd.DataFrame) -> str | None:
    """Draw the table; gives the step of the line clicked just now."""
    shown = table[table["window_days"].notna()]
    frame = pd.DataFrame(
        {
            "step": [_(STEP_WORDS[step]) for step in shown["step"]],
            "window_days": shown["window_days"],
            "entered": shown["entered"].where(shown["step"] != "lead"),
            "reached": shown["reached"],
            "rate": shown["rate"].where(shown["step"] != "lead"),
            "bounds": [
                interval(a, b, "ratio") for a, b in zip(shown["low"], shown["high"], strict=True)
            ],
            "anyway": shown["anyway"],
            "immature": shown["immature"],
        }
    )
    clicked = clickable_table(
        frame,
        key="acquisition_funnel_steps",
        placeholder="—",
        column_config={
            "step": st.column_config.TextColumn(_("Step"), pinned=True),
            "window_days": st.column_config.NumberColumn(_("Within days")),
            "entered": st.column_config.NumberColumn(_("Before"), format="localized"),
            "reached": st.column_config.NumberColumn(_("Passed"), format="localized"),
            "rate": share_column(_("Rate")),
            "bounds": interval_column(),
            "anyway": st.column_config.NumberColumn(
                _("In any order"),
                format="localized",
                help=_("Took it in time, steps before or not."),
            ),
            "immature": st.column_config.NumberColumn(_("Immature"), format="localized"),
        },
        alt=_("Steps of the funnel with rates and what is immature."),
    )
    return None if clicked is None else str(shown["step"].iloc[clicked[0]])
