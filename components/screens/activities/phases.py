"""An activity's phases against their plan: each opens the leads of its days."""

from __future__ import annotations

import streamlit as st

from components.kit.activity_words import PHASES, said
from components.kit.rows.table import clickable_table, share_column
from components.screens.activities.behind import open_leads
from components.screens.activities.reading import Life
from components.words.i18n import _
from metrics.activities.health import phase_days
from metrics.activities.plan import phase_gaps


def phase_table(life: Life) -> None:
    """Draw planned and actual leads by phase, as far as its days are over; none unplanned."""
    if not len(life.plan):
        return
    gaps = phase_gaps(life.plan, life.curve, life.health.days)
    begun = gaps[gaps["over"] > 0].reset_index(drop=True)
    if begun.empty:
        return
    shown = begun.assign(phase=[said(PHASES, phase) for phase in begun["phase"]])
    count = st.column_config.NumberColumn
    clicked = clickable_table(
        shown, placeholder="—", key="activity_phases", height="content",
        column_config={
            "phase": st.column_config.TextColumn(_("Phase"), pinned=True),
            "days": count(_("Days planned")), "over": count(_("Days over")),
            "planned": count(_("Planned leads"), format="%.0f"),
            "due": count(_("Due by now"), format="%.0f"),
            "actual": count(_("Leads"), format="localized"),
            "gap": count(_("Gap, leads"), format="%+.0f"),
            "gap_share": share_column(_("Gap")),
        },
        alt=_("Each phase with its planned and actual leads."),
    )  # fmt: skip
    if clicked is not None:
        row = begun.iloc[clicked[0]]
        span = phase_days(life.health.days)[row["phase"]]
        open_leads(life, life.activity_id, range(span.start, span.start + int(row["over"])))
