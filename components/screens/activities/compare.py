"""Two activities side by side, day by day from the first."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.kit.activity_words import VERDICTS, said
from components.kit.charts.chart import show
from components.kit.charts.lifeline import aligned_lines
from components.kit.rows.drill import open_rows
from components.kit.rows.table import clickable_table, share_column, yuan_column
from components.kit.states import nothing_to_show
from components.screens.activities.behind import open_leads
from components.screens.activities.reading import Life
from components.screens.activities.sentences import title_of
from components.words.formats import number
from components.words.i18n import N_, _
from metrics.activities.outcomes import activity_cost_per_lead

COUNT, SHARE, SUM = "count", "share", "sum"
_AS = {COUNT: N_("Leads a day"), SUM: N_("Leads so far"), SHARE: N_("Share of its total")}


def compare_panel(life: Life) -> None:
    """Draw the activity and another on the same days."""
    shown = life.overview
    past = shown.past(life.activity_id)
    others = [*past, *(a for a in shown.table["activity_id"] if a not in {*past, life.activity_id})]
    if not others:
        nothing_to_show(_("There is no other activity to compare with."))
        return
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        other = st.selectbox(
            _("Compared with"), others, key="activity_other",
            format_func=lambda a: title_of(shown.row(a)),
        )  # fmt: skip
        how = st.segmented_control(
            _("Shown as"), list(_AS), default=COUNT, required=True, key="activity_aligned",
            format_func=lambda name: _(_AS[name]), label_visibility="collapsed",
        )  # fmt: skip
    ids = (life.activity_id, other)
    curves = {a: _scaled(shown.curves[a], how) for a in ids}
    names = {a: title_of(shown.row(a)) for a in ids}
    finding = _("; ").join(
        _(
            "“{name}” {leads} leads in {days} days",
            name=names[a], leads=number(shown.health[a].leads),
            days=shown.health[a].complete_days,
        )
        for a in ids
    )  # fmt: skip
    unit = "ratio" if how == SHARE else "leads"
    clicked = show(
        aligned_lines(curves, names=names, unit=unit, title=finding),
        key=f"activity_aligned_{other}_{how}", alt=finding, clickable=True,
    )  # fmt: skip
    rows = [
        {
            "name": names[a], "verdict": said(VERDICTS, shown.health[a].verdict),
            "leads": shown.health[a].leads, "launch": shown.health[a].launch_index,
            "middle": shown.health[a].middle_share, "sprint": shown.health[a].sprint_index,
            "cpl": shown.row(a)["cpl"],
        }
        for a in ids
    ]  # fmt: skip
    count = st.column_config.NumberColumn
    cell = clickable_table(
        pd.DataFrame(rows), placeholder="—", key="activity_compared",
        alt=_("Both activities with their figures."),
        column_config={
            "name": st.column_config.TextColumn(_("Activity"), pinned=True),
            "verdict": _("Health"), "leads": count(_("Leads"), format="localized"),
            "launch": count(_("Launch ÷ middle"), format="%.2f"),
            "middle": share_column(_("Middle days with leads")),
            "sprint": count(_("Sprint ÷ last middle"), format="%.2f"),
            "cpl": yuan_column(_("Cost per lead, ¥")),
        },
    )  # fmt: skip
    if clicked:
        first = 1 if how == SUM else clicked["day"]
        open_leads(life, clicked["activity_id"], range(first - 1, clicked["day"]))
    elif cell is not None and cell[1] == "cpl":
        _open_cost(life, ids[cell[0]])
    elif cell is not None:
        open_leads(life, ids[cell[0]], range(shown.health[ids[cell[0]]].complete_days))


def _open_cost(life: Life, activity_id: str) -> None:
    shown = life.overview
    open_rows(
        activity_cost_per_lead, shown.filters, title=title_of(shown.row(activity_id)),
        activities=(activity_id,),
    )  # fmt: skip


def _scaled(curve: list[int], how: str) -> list[float]:
    total = sum(curve)
    if how == COUNT:
        return [float(x) for x in curve]
    if how == SHARE:
        return [x / total if total else 0.0 for x in curve]
    return [float(sum(curve[: n + 1])) for n in range(len(curve))]
