"""Who changed which plan, and when."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.activity_words import PHASES, STREAMS, said
from components.kit.plans.words import ITEMS
from components.kit.rows.columns import names_by_id
from components.words.formats import moment
from components.words.formats import month as month_words
from components.words.i18n import _
from metrics.activities.plan import plan_edits


def history_list(plan: str, *, activity: str = "") -> None:
    """Draw the newest changes, closed until somebody asks."""
    with st.expander(
        _("History of changes"), icon=":material/history:", key=f"plan_history_{plan}",
        on_change="rerun",
    ) as panel:  # fmt: skip
        if not panel.open:
            return
        edits = query.fetch(plan_edits, plan=plan, activity=activity)
        if edits.empty:
            st.caption(_("Nobody has changed this plan in the app."))
            return
        st.dataframe(
            changes(edits), hide_index=True, placeholder="—", key=f"plan_changes_{plan}",
            alt=_("{n} changes, the newest first.", n=len(edits)),
            column_config={
                "at": _("When"), "by": _("By"), "where": _("Plan"), "item": _("Figure"),
                "before": st.column_config.NumberColumn(_("Before"), format="localized"),
                "after": st.column_config.NumberColumn(_("After"), format="localized"),
            },
        )  # fmt: skip


def changes(edits: pd.DataFrame) -> pd.DataFrame:
    """Changes in the reader's words."""
    names = names_by_id("campus")
    return pd.DataFrame(
        [
            {
                "at": moment(row["edited_at"]), "by": row["edited_by"], "where": _place(row, names),
                "item": said(ITEMS, row["item"]), "before": row["before"], "after": row["after"],
            }
            for row in edits.to_dict("records")
        ]
    )  # fmt: skip


def _place(row: dict[str, object], names: dict[str, str]) -> str:
    if row["plan"] == "targets":
        month = pd.Timestamp(row["month_on"])  # type: ignore[arg-type]
        return f"{month_words(month)} · {names.get(str(row['campus_id']), row['campus_id'])}"
    phase, channel = said(PHASES, row["phase"]), said(STREAMS, row["share_channel"])
    return f"{row['activity_id']} · {phase} · {channel}"
