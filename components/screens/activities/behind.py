"""The people behind an activity's figures: leads of its days, who came by which way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.activity_words import STREAMS, said
from components.kit.rows.drawer import day_column, open_list
from components.kit.rows.drill import open_rows
from components.screens.activities.reading import Life
from components.screens.activities.sentences import title_of
from components.words.i18n import _
from metrics.activities.gap import stream_people
from metrics.activities.traffic import activity_leads

EVERYBODY, VISITORS, LEADS = "", "is_visitor", "is_lead"


def open_stream_people(
    life: Life,
    *,
    title: str,
    streams: Sequence[str] = (),
    only: str = EVERYBODY,
    activities: tuple[str, ...] = (),
) -> None:
    """Open who came to an activity or left a lead in it.

    Parameters
    ----------
    title
        What was clicked, in the reader's language.
    streams
        Ways of coming, names of `STREAMS`; none means any.
    only
        `VISITORS` or `LEADS`.
    activities
        Others than this one.
    """
    open_list(
        partial(stream_rows, life, tuple(streams), only, activities or (life.activity_id,)),
        {
            "name": st.column_config.TextColumn(_("Name")),
            "way": st.column_config.TextColumn(_("How they came")),
            "seen_on": day_column(_("First seen there")),
            VISITORS: st.column_config.CheckboxColumn(_("Visitor")),
            LEADS: st.column_config.CheckboxColumn(_("Lead")),
            "campus": st.column_config.TextColumn(_("Campus")),
        },
        title=title, subject="activity_people", key="activity_behind",
        where={"activity_id": life.activity_id, "streams": tuple(streams), "only": only},
    )  # fmt: skip


def open_leads(life: Life, activity_id: str, days: range) -> None:
    """Open the new leads of some days of an activity, counted from its first."""
    shown = life.overview
    starts_on = shown.row(activity_id)["starts_on"]
    open_rows(
        activity_leads, shown.filters, title=title_of(shown.row(activity_id)),
        where={"unit_on": tuple(starts_on + timedelta(days=day) for day in days)},
        activities=(activity_id,),
    )  # fmt: skip


def stream_rows(
    life: Life, streams: tuple[str, ...], only: str, activities: tuple[str, ...]
) -> pd.DataFrame:
    """The rows of `open_stream_people`, of the same days as the figures."""
    rows = query.fetch(
        stream_people, scope=life.scope, activities=activities, days=life.counted_days
    )
    for flag in (VISITORS, LEADS):
        rows[flag] = rows[flag].astype(bool)
    if streams:
        rows = rows[rows["stream"].isin(streams)]
    if only:
        rows = rows[rows[only]]
    return rows.assign(way=[said(STREAMS, name) for name in rows["stream"]])
