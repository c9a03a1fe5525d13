"""Where renewals come from, said where no source names them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.ask import query
from components.screens.renewal.reading import Reading
from components.words.formats import number
from components.words.i18n import _
from metrics.renewal.due import EARLY_DAYS, LATE_DAYS
from metrics.renewal.links import renewal_links


def links_of(reading: Reading) -> pd.Series:
    """How many renewals there are, and how many of them are inferred."""
    return query.fetch(renewal_links, scope=reading.scope).iloc[0]


def links_note(reading: Reading) -> None:
    """Draw a caption where renewals were read off the orders; nothing where they are told."""
    row = links_of(reading)
    if not row["inferred"]:
        return
    st.caption(
        ":material/link: "
        + _(
            "Links inferred from orders: no source names what an enrolment renews, so {n} renewals"
            " are the student's next of the course line, paid {early} days before to {late} after"
            " the end. Import renewed_from_id to have them told.",
            n=number(row["inferred"], exact=True),
            early=EARLY_DAYS,
            late=LATE_DAYS,
        )
    )
