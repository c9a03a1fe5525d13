"""From an editor's cells to stored plans: rights and checks are the data layer's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import streamlit as st

from components.ask.session import current_viewer
from components.kit.plans.words import refusal
from components.words.i18n import _, ngettext
from data.errors import NotAllowed
from data.installation.process import installation
from data.scope import role
from data.work.plans import (
    ActivityPlanEdit,
    PlanRefused,
    TargetEdit,
    edit_activity_plans,
    edit_targets,
)


def may_edit(campus_id: str) -> bool:
    """Whether the viewer may change the plans of a campus; decides what is drawn, not more."""
    viewer = current_viewer()
    right = role(viewer.role).plans
    return right == "all" or (right == "own" and campus_id in viewer.campuses)


def save_targets(month_on: date, metric: str, values: pd.Series) -> None:
    """Store a month's figure of each campus (campus → value) and say what became of it."""
    edits = [
        TargetEdit(month_on=month_on, campus_id=str(campus), metric=metric, value=float(value))
        for campus, value in values.dropna().items()
    ]
    _saved(lambda user: edit_targets(installation(), user, edits))


def save_activity_plans(activity_id: str, rows: pd.DataFrame) -> None:
    """Store an activity's plan and say what became of it."""
    if rows[["planned_visits", "planned_leads"]].isna().any(axis=None):
        st.error(_("Every cell must have a number of at least 0."), icon=":material/error:")
        return
    edits = [
        ActivityPlanEdit(
            activity_id=activity_id, phase=row["phase"], share_channel=row["share_channel"],
            planned_visits=int(row["planned_visits"]), planned_leads=int(row["planned_leads"]),
        )
        for row in rows.to_dict("records")
    ]  # fmt: skip
    _saved(lambda user: edit_activity_plans(installation(), user, edits))


def _saved(store: Callable[[str], int]) -> None:
    try:
        changed = store(current_viewer().user)
    except NotAllowed:
        st.error(_("Your role may not change this plan; nothing was saved."))
        return
    except PlanRefused as error:
        st.error(_("Nothing was saved: {reason}", reason=refusal(error)), icon=":material/error:")
        return
    if not changed:
        st.info(_("Nothing was changed."))
        return
    st.toast(ngettext("{n} figure saved.", "{n} figures saved.", changed), icon=":material/check:")
    st.rerun()
