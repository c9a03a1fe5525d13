"""An activity's plan, edited where the role may, with its history."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.kit.activity_words import PHASES, SHARE_CHANNELS, said
from components.kit.activity_words import STREAMS as CHANNELS
from components.kit.plans.history import history_list
from components.kit.plans.saving import may_edit, save_activity_plans
from components.screens.activities.reading import Life
from components.words.formats import number
from components.words.i18n import _, sentences

_KEY = ["phase", "share_channel"]
_FIGURES = ["planned_visits", "planned_leads"]


def plan_panel(life: Life) -> None:
    """Draw the plan by phase and way of sharing; whoever may edit it can save it."""
    rows = plan_rows(life.plan)
    editable = may_edit(str(life.row["campus_id"]))
    st.caption(
        sentences(
            _(
                "Planned: {visits} visits, {leads} leads.",
                visits=number(rows["planned_visits"].sum()),
                leads=number(rows["planned_leads"].sum()),
            ),
            "" if editable else _("Your role reads this plan; it does not change it."),
        )
    )
    words = rows.assign(
        phase=[said(PHASES, p) for p in rows["phase"]],
        share_channel=[said(CHANNELS, c) for c in rows["share_channel"]],
    )
    count = st.column_config.NumberColumn
    columns = {
        "phase": st.column_config.TextColumn(_("Phase"), disabled=True),
        "share_channel": st.column_config.TextColumn(_("Way of sharing"), disabled=True),
        "planned_visits": count(_("Planned visits"), min_value=0, step=1, required=True),
        "planned_leads": count(_("Planned leads"), min_value=0, step=1, required=True),
    }
    if not editable:
        st.dataframe(words, hide_index=True, column_config=columns, key="activity_plan_table",
                     alt=_("The plan by phase and way of sharing."))  # fmt: skip
    else:
        with st.form("activity_plan_form", border=False):
            edited = st.data_editor(
                words, hide_index=True, column_config=columns, num_rows="fixed", height="content",
                key=f"activity_plan_{life.activity_id}",
            )  # fmt: skip
            saved = st.form_submit_button(
                _("Save the plan"), icon=":material/save:", type="primary"
            )
        if saved:
            save_activity_plans(life.activity_id, rows[_KEY].join(edited[_FIGURES]))
    history_list("activity_plans", activity=life.activity_id)


def plan_rows(plan: pd.DataFrame) -> pd.DataFrame:
    """A row for every phase and way of sharing; what nobody planned is 0."""
    grid = pd.MultiIndex.from_product([PHASES, SHARE_CHANNELS], names=_KEY)
    figures = plan.set_index(_KEY)[_FIGURES].reindex(grid)
    return figures.fillna(0).astype("int64").reset_index()
