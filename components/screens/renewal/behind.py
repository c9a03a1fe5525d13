"""The lists behind marks that are no metric's figure: parts of a bridge, groups of a curve."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.rows.drawer import day_column, open_list
from components.kit.rows.table import share_column, yuan_column
from components.screens.renewal.reading import Reading
from components.words.i18n import _
from metrics.renewal.bridge import bridge_rows
from metrics.renewal.expansion import retention_rows
from metrics.renewal.survival import timed_rows


def open_bridge_part(reading: Reading, part: str, title: str) -> None:
    """Open the enrolments behind a part of the bridge between renewal rates."""
    open_list(
        partial(query.fetch, bridge_rows, reading.judged, scope=reading.scope, part=part),
        {
            **_places(),
            "due_on": day_column(_("Due on")),
            "due_cny": yuan_column(_("Had paid, yuan")),
            "renewed_on": day_column(_("Renewed on")),
            "renewed_cny": yuan_column(_("Renewed for, yuan")),
        },
        title=title,
        subject=f"renewal_bridge_{part}",
        key="renewal_bridge_rows",
        where={"part": part},
    )


def open_curve_group(
    reading: Reading, outcome: str, segment: str, group: str, *, title: str
) -> None:
    """Open the enrolments that a group's curve rests on."""
    open_list(
        partial(
            query.fetch, timed_rows, reading.year, scope=reading.scope, outcome=outcome,
            segment=segment, group=group,
        ),
        {
            **_places(),
            "started_on": day_column(_("Started on")),
            "due_on": day_column(_("Due on")),
            "days": st.column_config.NumberColumn(_("Days"), format="localized"),
            "happened": st.column_config.CheckboxColumn(_("Happened")),
        },
        title=title,
        subject=f"renewal_curve_{outcome}",
        key="renewal_curve_rows",
        where={"segment": segment, "group": group},
    )  # fmt: skip


def open_retention_part(reading: Reading, part: str, title: str) -> None:
    """Open the persons behind a part of net revenue retention."""
    open_list(
        partial(query.fetch, retention_rows, reading.judged, scope=reading.scope, part=part),
        {
            "opening": yuan_column(_("Worth a month, then")),
            "closing": yuan_column(_("Worth a month, now")),
            "change": yuan_column(_("Change")),
        },
        title=title,
        subject=f"retention_{part}",
        key="expansion_part_rows",
        where={"part": part},
    )


def open_forecast_families(reading: Reading, families: pd.DataFrame) -> None:
    """Open families that the forecast was tested on, the likeliest first."""
    names = reading.people(families["person_id"])
    ordered = families.sort_values(["chance", "enrolment_id"], ascending=[False, True])
    found = ordered.assign(name=[names.get(person) for person in ordered["person_id"]])
    open_list(
        lambda: found,
        {
            "name": st.column_config.TextColumn(_("Name")),
            "due_on": day_column(_("Due on")),
            "chance": share_column(_("Forecast")),
            "renewed": st.column_config.CheckboxColumn(_("Renewed")),
            "campus": st.column_config.TextColumn(_("Campus")),
            "channel": st.column_config.TextColumn(_("Channel")),
        },
        title=_("Families forecast alike"),
        subject="renewal_forecast_test",
        key="renewal_forecast_rows",
    )


def _places() -> dict[str, Any]:
    text = st.column_config.TextColumn
    return {
        "campus": text(_("Campus")),
        "course_line": text(_("Course line")),
        "channel": text(_("Channel")),
    }
