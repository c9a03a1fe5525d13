"""Checks on shares: bursts, and arrivals that do nothing."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.ask import query
from components.kit.rows.drill import person_column, person_links
from components.screens.spread.reading import SpreadReading
from components.words.formats import MISSING
from components.words.i18n import _
from metrics.spread.integrity import BURST, EMPTY_SECONDS, LEAST_ARRIVALS, suspicious_sharers


def checks_panel(reading: SpreadReading) -> None:
    """Draw the sharers whose arrivals look made, or say that none do."""
    st.caption(
        _(
            "Listed are sharers with {burst} arrivals or more within an hour, or of whose arrivals"
            " (at least {least}) half stayed under {seconds} seconds. A click on one's own share"
            " and a second arrival credit nobody; rewards are checked under Renewal.",
            burst=BURST,
            least=LEAST_ARRIVALS,
            seconds=int(EMPTY_SECONDS),
        )
    )
    found = query.fetch(suspicious_sharers, scope=reading.scope, activities=reading.activities)
    if found.empty:
        st.markdown(f":material/check_circle: {_('No sharer stands out.')}")
        return
    names = reading.named(list(found["sharer_person_id"]))
    frame = pd.DataFrame(
        {
            "open": person_links(found["sharer_person_id"]),
            "name": [names[person] for person in found["sharer_person_id"]],
            "activity": [reading.activity_names.get(a, a) for a in found["activity_id"]],
            "arrivals": found["arrivals"],
            "busiest_hour": found["busiest_hour"],
            "empty": found["empty"],
        }
    )
    column = st.column_config
    st.dataframe(
        frame,
        hide_index=True,
        placeholder=MISSING,
        column_config={
            "open": person_column(),
            "name": column.TextColumn(_("Name")),
            "activity": column.TextColumn(_("Activity")),
            "arrivals": column.NumberColumn(_("Arrivals")),
            "busiest_hour": column.NumberColumn(_("In one hour")),
            "empty": column.NumberColumn(_("Did nothing")),
        },
        alt=_("Sharers whose arrivals stand out."),
    )
