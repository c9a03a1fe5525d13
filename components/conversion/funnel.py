"""From the assignment to the first order: how many pass each step, and who drops."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components import query
from components.chart import show
from components.charts.funnel import funnel_steps
from components.columns import named
from components.conversion.reading import Reading
from components.drill import PERSON_URL, download_buttons
from components.format import days_range, interval, number, percent
from components.i18n import N_, _
from components.states import nothing_to_show
from data.scope import Filters
from metrics.acquisition_table import judged_filters
from metrics.funnel_rows import leads_at_step
from metrics.lead_funnel import SALES_STEPS, funnel_table, lead_funnel

STEP_WORDS = {
    "lead": N_("New leads"),
    "assigned": N_("Assigned"),
    "first_contact": N_("First contact"),
    "contact": N_("Effective contact"),
    "visit_or_trial": N_("Trial or visit"),
    "order": N_("First formal order"),
}
_CHAIN = "sales"
_SHOWN = 200


def sales_funnel(reading: Reading) -> None:
    """Draw the chain on leads old enough for its last step."""
    filters = judged_filters(
        reading.filters, as_of_on=reading.scope.as_of_on, window_days=SALES_STEPS[-1].days
    )
    counts = query.fetch(lead_funnel, filters, scope=reading.scope, chain=_CHAIN).iloc[0]
    if not counts["leads"]:
        nothing_to_show(_("No leads in these days."))
        return
    table = funnel_table(counts, chain=_CHAIN)
    finding = funnel_finding(table)
    clicked = show(
        funnel_steps(
            drawn_steps(table), title=finding, count="of_leads", passed="rate", unit="ratio"
        ),
        key="conversion_funnel",
        alt=finding,
        clickable=True,
    )
    st.caption(
        _(
            "Leads of {days}; windows from the lead: {windows}. Each step counts leads old enough"
            " for it, in sequence. A bar opens who took the step.",
            days=days_range(filters.period),
            windows=" · ".join(
                f"{_(STEP_WORDS[step.name])} {_('{n} d', n=step.days)}" for step in SALES_STEPS
            ),
        )
    )
    if clicked:
        _leads_dialog(reading, filters, clicked["step"])


def drawn_steps(table: pd.DataFrame) -> pd.DataFrame:
    """The steps as shares of the leads old enough for each."""
    return pd.DataFrame(
        {
            "name": [_(STEP_WORDS[step]) for step in table["step"]],
            "of_leads": table["of_leads"].to_list(),
            "rate": [None, *table["rate"].to_list()[1:]],
            "where": [{"step": step} for step in table["step"]],
        }
    )


def funnel_finding(table: pd.DataFrame) -> str:
    """Where the chain loses most, as the picture's title."""
    known = table[(table["step"] != "lead") & table["rate"].notna()]
    if known.empty:
        return _("No step has leads old enough yet.")
    worst = known.sort_values("rate", kind="stable").iloc[0]
    return _(
        "The narrowest step is “{step}”: {rate} pass (95 % {interval})",
        step=_(STEP_WORDS[worst["step"]]),
        rate=percent(worst["rate"]),
        interval=interval(worst["low"], worst["high"], "ratio"),
    )


def _leads_dialog(reading: Reading, filters: Filters, step: str) -> None:
    """Open the leads that took a step, or dropped before it."""
    step = "assigned" if step == "lead" else step

    def draw() -> None:
        dropped = st.toggle(_("Those who did not"), key="conversion_dropped")
        leads = query.fetch(
            leads_at_step, filters, scope=reading.scope, step=step, reached=not dropped,
            chain=_CHAIN,
        )  # fmt: skip
        st.markdown(f"**{_('{n} rows', n=number(len(leads), exact=True))}**")
        shown = named(leads.head(_SHOWN))
        links = [f"{PERSON_URL}{person}" for person in shown["person_id"]]
        st.dataframe(
            shown.assign(open=links)[["open", "created_at", "step_at", "campus", "channel"]],
            hide_index=True,
            placeholder="—",
            column_config={
                "open": st.column_config.LinkColumn(_("Person"), display_text=_("Open")),
                "created_at": st.column_config.DateColumn(_("Lead on"), format="YYYY-MM-DD"),
                "step_at": st.column_config.DateColumn(_("Step on"), format="YYYY-MM-DD"),
                "campus": st.column_config.TextColumn(_("Campus")),
                "channel": st.column_config.TextColumn(_("Channel")),
            },
        )
        if len(leads) > _SHOWN:
            st.caption(_("The newest {n} are shown; the download has all.", n=_SHOWN))
        download_buttons(
            lambda: leads, subject=f"funnel_{step}", key="conversion_funnel_leads",
            where={"step": step, "reached": not dropped},
        )  # fmt: skip

    title = _(STEP_WORDS[step])
    st.dialog(title, width="large", position="right", icon=":material/filter_alt:")(draw)()
