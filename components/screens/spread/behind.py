"""The people behind a mark of the share tree or of its generations."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from components.kit.rows.drawer import open_list
from components.words.i18n import _


def open_nodes(people: pd.DataFrame, *, title: str, where: Mapping[str, object]) -> None:
    """Open rows of `SpreadReading.nodes`; call it when a mark was clicked."""
    number_of = st.column_config.NumberColumn
    open_list(
        lambda: people,
        {
            "campus": st.column_config.TextColumn(_("Campus")),
            "views": number_of(_("Own PV")),
            "shares": number_of(_("Shares")),
            "direct_visitors": number_of(_("UV, direct")),
            "leads": number_of(_("Leads")),
            "orders": number_of(_("Orders")),
            "direct_leads": number_of(_("Leads, direct")),
            "subtree_visitors": number_of(_("UV, all below")),
        },
        title=title, subject="spread_people", key="spread_people", where=where,
    )  # fmt: skip
