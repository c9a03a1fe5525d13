"""The persons behind a step of the referral funnel."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components import query
from components.columns import named
from components.drill import download_buttons, person_links
from components.format import number
from components.i18n import _
from components.renewal.reading import Reading
from metrics.referral_funnel import invited_at_step

_SHOWN = 200


def step_dialog(reading: Reading, step: str, title: str) -> None:
    """Open the persons who took a step: as many as the funnel says."""

    def draw() -> None:
        people = query.fetch(invited_at_step, reading.year, scope=reading.scope, step=step)
        st.markdown(f"**{_('{n} rows', n=number(len(people), exact=True))}**")
        shown = named(people.head(_SHOWN), reading.scope)
        table = pd.DataFrame(
            {
                "open": person_links(shown["person_id"]),
                "invited_on": shown["invited_on"],
                "lead_at": shown["lead_at"],
                "paid_at": shown["paid_at"],
                "campus": shown["campus"],
            }
        )
        column = st.column_config
        st.dataframe(
            table, hide_index=True, placeholder="—",
            column_config={
                "open": column.LinkColumn(_("Person"), display_text=_("Open")),
                "invited_on": column.DateColumn(_("Invited on"), format="YYYY-MM-DD"),
                "lead_at": column.DateColumn(_("Lead on"), format="YYYY-MM-DD"),
                "paid_at": column.DateColumn(_("Paid on"), format="YYYY-MM-DD"),
                "campus": column.TextColumn(_("Campus")),
            },
            alt=_("{n} rows, one a line", n=number(len(table), exact=True)),
        )  # fmt: skip
        if len(people) > _SHOWN:
            st.caption(_("The newest {n} are shown; the download has all.", n=_SHOWN))
        download_buttons(
            lambda: people, subject=f"referral_{step}", key="referral_step", where={"step": step}
        )

    st.dialog(title, width="large", position="right", icon=":material/filter_alt:")(draw)()
