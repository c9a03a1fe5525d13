"""All activities: the answer, the table, and what each type usually brings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.activity_words import TYPES, VERDICTS, said
from components.kit.answer import answer_card
from components.kit.rows.columns import names_by_id
from components.kit.rows.drill import download_buttons, open_rows
from components.kit.rows.table import (
    clickable_table,
    lines_height,
    share_column,
    whole_column,
    yuan_column,
)
from components.kit.states import nothing_to_show
from components.screens.activities.reading import RETURN_DAYS, Overview, open_activity
from components.screens.activities.sentences import overview_sentence
from components.words.formats import number, percent
from components.words.i18n import N_, _
from data.scope import Filters, Period
from metrics.activities.outcomes import activity_cost_per_lead
from metrics.activities.traffic import activity_leads

YEAR, PICKED, ALL = "year", "picked", "all"
WINDOWS = {YEAR: N_("Last 12 months"), PICKED: N_("Days picked above"), ALL: N_("All")}
_TABLE = "activities_table"


def activity_index(shown: Overview, filters: Filters) -> None:
    """Draw the answer and the table of the activities that ran in the days chosen."""
    window = st.segmented_control(
        _("Shown"), list(WINDOWS), default=YEAR, required=True, key="activities_window",
        format_func=lambda name: _(WINDOWS[name]), label_visibility="collapsed",
    )  # fmt: skip
    found = ran(shown, filters, window)
    if found is None:
        nothing_to_show(_("No activity ran in these days."))
        return
    answer_card(
        found.sentence,
        metric=activity_leads,
        figure=found.figure,
        filters=found.filters,
        key="activities",
        activities=found.activities,
    )
    _table(found.rows)
    with st.expander(
        _("What a type of activity usually brings"), icon=":material/category:",
        key="activities_types", on_change="rerun",
    ) as panel:  # fmt: skip
        if panel.open:
            types_panel(shown)


@dataclass(frozen=True)
class Ran:
    """The activities of some days: what is said of them, the figure, and the table's rows."""

    sentence: str
    figure: pd.Series
    filters: Filters
    activities: tuple[str, ...]
    rows: pd.DataFrame


@query.remembered
def ran(shown: Overview, filters: Filters, window: str = YEAR) -> Ran | None:
    """The activities that ran in the days shown; None where none did."""
    period = _period(shown, filters, window)
    table = shown.table
    rows = table[(table["starts_on"] < period.end) & (table["ends_on"] >= period.start)]
    if rows.empty:
        return None
    own, activities = replace(shown.filters, period=period), tuple(sorted(rows["activity_id"]))
    return Ran(
        overview_sentence(shown, list(rows["activity_id"])),
        query.run(activity_leads, own, activities=activities).iloc[0],
        own, activities, _worded(rows.reset_index(drop=True)),
    )  # fmt: skip


def _period(shown: Overview, filters: Filters, window: str) -> Period:
    whole = shown.filters.period
    if window == PICKED:
        return filters.period
    if window == YEAR:
        return Period(start=max(whole.start, whole.end - timedelta(days=365)), end=whole.end)
    return whole


def _worded(rows: pd.DataFrame) -> pd.DataFrame:
    """The activities as the table shows them."""
    names = names_by_id("campus")
    kept = rows.assign(
        verdict=[said(VERDICTS, v) for v in rows["verdict"]],
        type=[said(TYPES, t) for t in rows["type"]],
        campus=[names.get(c, c) for c in rows["campus_id"]],
        of_plan=rows["leads"] / rows["planned"].where(rows["planned"] > 0),
    )
    return kept[[
        "name", "verdict", "leads", "of_plan", "cpl", "paid", "conversion", "roi", "immature",
        "type", "campus", "starts_on", "ends_on", "cost", "activity_id",
    ]]  # fmt: skip


def _table(shown: pd.DataFrame) -> None:
    def opened() -> None:
        picked = st.session_state[_TABLE]["selection"]["rows"]
        if picked:
            open_activity(str(shown["activity_id"].iloc[picked[0]]))

    st.caption(_("Tick a row to open the activity's life line; a click on a heading sorts."))
    share = st.column_config.NumberColumn
    st.dataframe(
        shown,
        hide_index=True,
        height=lines_height(len(shown)),
        placeholder="—",
        on_select=opened,
        selection_mode="single-row",
        key=_TABLE,
        alt=_("{n} activities with verdict, leads, cost and return.", n=len(shown)),
        column_config={
            "name": st.column_config.TextColumn(_("Activity"), pinned=True),
            "verdict": st.column_config.TextColumn(_("Health"), width=110),
            "leads": share(_("Leads"), format="localized"),
            "of_plan": share_column(_("Of plan")),
            "cpl": yuan_column(_("Cost per lead, ¥")),
            "paid": share(_("Paid"), format="localized", help=_("First orders within 90 days.")),
            "conversion": share_column(
                _("Conversion"), width=80, help=_("Of leads at least 90 days old.")
            ),
            "roi": share_column(
                _("ROI, {days} days", days=RETURN_DAYS), width=100,
                help=_("Missing until the last lead is so old."),
            ),
            "immature": share(_("Immature"), format="localized"),
            "type": _("Type"), "campus": _("Campus"),
            "starts_on": st.column_config.DateColumn(_("First day"), format="YYYY-MM-DD"),
            "ends_on": st.column_config.DateColumn(_("Last day"), format="YYYY-MM-DD"),
            "cost": yuan_column(_("Budget and rewards, ¥")),
            "activity_id": _("Id"),
        },
    )  # fmt: skip
    with st.popover(_("Export"), icon=":material/download:", key="activities_table_export"):
        download_buttons(lambda: shown, subject="activities", key="activities_table_file")


def types_panel(shown: Overview) -> None:
    """Draw what each type's finished activities brought, and how well forecasts held."""
    of_type = {str(kind): list(own["activity_id"]) for kind, own in shown.table.groupby("type")}
    rows = [_type_row(shown, kind, ids) for kind, ids in of_type.items()]
    clicked = clickable_table(
        pd.DataFrame(rows), placeholder="—", key="activities_types_table",
        alt=_("What each type of activity usually brings."),
        column_config={
            "type": st.column_config.TextColumn(_("Type"), pinned=True),
            "finished": _("Finished"), "healthy": _("Healthy"),
            "median": whole_column(_("Leads, median")),
            "low": whole_column("10%"),
            "high": whole_column("90%"),
            "launch": st.column_config.NumberColumn(_("Launch ÷ middle"), format="%.2f"),
            "sprint": st.column_config.NumberColumn(_("Sprint ÷ last middle"), format="%.2f"),
            "cpl": yuan_column(_("Cost per lead, ¥")),
        },
    )  # fmt: skip
    st.caption(coverage_sentence(shown))
    if clicked is not None:
        kind = list(of_type)[clicked[0]]
        over = tuple(sorted(a for a in of_type[kind] if shown.is_over(a)))
        metric = activity_cost_per_lead if clicked[1] == "cpl" else activity_leads
        open_rows(metric, shown.filters, title=said(TYPES, kind), activities=over)


def _type_row(shown: Overview, kind: str, ids: list[str]) -> dict[str, object]:
    over = [a for a in ids if shown.is_over(a)]
    found = [shown.health[a] for a in over]
    own = shown.table[shown.table["activity_id"].isin(over)]
    leads = [h.leads for h in found]
    low, median, high = np.quantile(leads, [0.1, 0.5, 0.9]) if leads else (None, None, None)
    launch = [h.launch_index for h in found if h.launch_index is not None]
    sprint = [h.sprint_index for h in found if h.sprint_index is not None]
    total = int(own["leads"].sum())
    return {
        "type": said(TYPES, kind), "finished": len(over),
        "healthy": sum(h.verdict == "healthy" for h in found),
        "median": median, "low": low, "high": high,
        "launch": float(np.median(launch)) if launch else None,
        "sprint": float(np.median(sprint)) if sprint else None,
        "cpl": float(own["cost"].sum()) / total if total else None,
    }  # fmt: skip


def coverage_sentence(shown: Overview) -> str:
    """How often the forecast's interval would have held."""
    found = shown.coverage
    if found.share is None:
        return _("No forecast can be tested yet: a type needs four finished activities.")
    return _(
        "Tested on {activities} finished activities, each held out in turn at every age: the 80%"
        " interval held {share} of {n} times.",
        activities=found.activities, share=percent(found.share),
        n=number(found.forecasts, exact=True),
    )  # fmt: skip
