"""Everyone who came, with or without a phone: the most interested first."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.rows.columns import named
from components.kit.rows.drill import download_buttons, person_column, person_links
from components.kit.rows.table import lines_height
from components.kit.states import nothing_to_show
from components.screens.visitors.reading import VisitorReading
from components.words.formats import MISSING, moment, number
from components.words.i18n import _


def everyone_panel(reading: VisitorReading) -> None:
    """Draw the list."""
    frame, total = _frame(reading)
    if frame.empty:
        nothing_to_show(_("Nobody came in these days."))
        return
    st.caption(
        _(
            "{n} of {total} people, the most interested first; the rest by a narrower choice of"
            " days or activity.",
            n=number(len(frame), exact=True),
            total=number(total, exact=True),
        )
    )
    column = st.column_config
    st.dataframe(
        frame,
        hide_index=True,
        height=lines_height(len(frame), 12),
        placeholder=MISSING,
        column_config={
            "open": person_column(),
            "score": column.ProgressColumn(_("Score"), min_value=0, max_value=100, format="%d"),
            "visits_points": column.NumberColumn(_("from visits"), format="%.1f"),
            "dwell_minutes_points": column.NumberColumn(_("from dwell"), format="%.1f"),
            "pages_points": column.NumberColumn(_("from depth"), format="%.1f"),
            "visits": column.NumberColumn(_("Visits")),
            "minutes": column.NumberColumn(_("Minutes")),
            "pages": column.NumberColumn(_("Pages")),
            "last": column.TextColumn(_("Last seen")),
            "has_phone": column.CheckboxColumn(_("Phone")),
            "channel": column.TextColumn(_("First channel")),
            "campus": column.TextColumn(_("Campus")),
        },
        alt=_("Visitors by interest."),
    )
    download_buttons(lambda: frame.drop(columns="open"), subject="visitors", key="everyone")


@query.remembered
def _frame(reading: VisitorReading) -> tuple[pd.DataFrame, int]:
    rows = named(reading.scored(keen_only=False), reading.scope)
    if rows.empty:
        return rows, 0
    shown = pd.DataFrame(
        {
            "open": person_links(rows["person_id"]),
            "score": rows["score"].round(0),
            "visits_points": rows["visits_points"],
            "dwell_minutes_points": rows["dwell_minutes_points"],
            "pages_points": rows["pages_points"],
            "visits": rows["visits"],
            "minutes": (rows["dwell_seconds"] / 60).round(0),
            "pages": rows["pages"],
            "last": [moment(at) for at in rows["last_at"]],
            "has_phone": rows["has_phone"],
            "channel": rows["channel"],
            "campus": rows["campus"],
        }
    )
    return shown, int(rows["total"].iloc[0])
