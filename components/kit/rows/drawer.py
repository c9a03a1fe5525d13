"""A drawer with a list that is no metric's rows: who took a step, who belongs to a part.

The rows behind a metric's figure are `components.kit.rows.drill`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from components.kit.rows.columns import named
from components.kit.rows.drill import download_buttons, person_column, person_links
from components.kit.states import nothing_to_show
from components.words.formats import number
from components.words.i18n import _

MOST = 200  # rows drawn; the download has all
Rows = Callable[[], pd.DataFrame]


def day_column(words: str) -> Any:
    """A column of days or moments, drawn as days."""
    return st.column_config.DateColumn(words, format="YYYY-MM-DD")


def open_list(
    rows: Rows,
    columns: Mapping[str, Any],
    *,
    title: str,
    subject: str,
    key: str,
    where: Mapping[str, object] | None = None,
    others: Rows | None = None,
    note: str = "",
) -> None:
    """Open the drawer with a list; call it when a mark was clicked.

    Parameters
    ----------
    rows
        The whole list, the newest or largest first; with ``person_id`` each row opens its
        person, campus and channel are named.
    columns
        The columns drawn, in order, and what `st.dataframe` calls them.
    title
        What was clicked, in the reader's language.
    subject, where
        What a download of it is called, and what its line in the audit log says.
    others
        Those who did not take the step: offered by a switch.
    note
        What the count alone does not say, in Markdown: their sum, of how many they are.
    """

    def draw() -> None:
        taken, said = rows, dict(where or {})
        if others is not None:
            dropped = st.toggle(_("Those who did not"), key=f"{key}_dropped")
            taken, said = (others if dropped else rows), {**said, "reached": not dropped}
        found = taken()
        if found.empty:
            nothing_to_show(_("No rows stand behind this figure."))
            return
        st.markdown(f"**{_('{n} rows', n=number(len(found), exact=True))}**")
        if note:
            st.caption(note)
        _table(named(found.head(MOST)), columns)
        if len(found) > MOST:
            st.caption(_("The first {n} are shown; the download has all.", n=MOST))
        download_buttons(lambda: found, subject=subject, key=key, where=said)

    st.dialog(title, width="large", position="right", icon=":material/filter_alt:")(draw)()


def _table(rows: pd.DataFrame, columns: Mapping[str, Any]) -> None:
    kept = list(columns)
    if "person_id" in rows:
        rows, kept = rows.assign(open=person_links(rows["person_id"])), ["open", *kept]
    st.dataframe(
        rows[kept],
        hide_index=True,
        placeholder="—",
        column_config={"open": person_column(), **columns},
        alt=_("{n} rows, one a line", n=number(len(rows), exact=True)),
    )
