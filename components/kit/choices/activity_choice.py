"""Which activity a growth screen is about, kept in its address."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from components.ask import query
from components.words.formats import MISSING
from components.words.i18n import _
from data.scope import Filters, Period

EVERY = "all"
ACTIVITY = "activity"  # in the address, as on the activities screen: the id
CHOICE = "activity_choice"
# A tree cut in time is none: every day there is.
EVER = Filters(period=Period(start=date(1970, 1, 1), end=date(2200, 1, 1)))


@query.remembered
def activity_names() -> dict[str, str]:
    """Activity → its name with its days, the newest first; what has not begun is left out."""
    scope = query.current_scope()
    known = query.names("activity", scope=scope)
    begun = known[pd.to_datetime(known["starts_on"]).dt.date <= scope.as_of_on]
    ordered = begun.sort_values(["starts_on", "activity_id"], ascending=False)
    return {
        str(row.activity_id): f"{row.name_} · {_days(row.starts_on, row.ends_on)}"
        for row in ordered.rename(columns={"name": "name_"}).itertuples()
    }


def _days(start: object, end: object) -> str:
    first, last = pd.to_datetime(start), pd.to_datetime(end)
    if pd.isna(first) or pd.isna(last):
        return MISSING if pd.isna(first) else f"{first:%Y.%m.%d}"
    return f"{first:%Y.%m.%d}–{last:%m.%d}"


def activity_choice(default: str = EVERY, *, every: bool = True) -> str:
    """Ask for an activity; gives its id, or `EVERY`. The address keeps it as ``activity``.

    An id that is not in what the viewer may see is taken for none.
    """
    names = activity_names()
    options = ([EVERY] if every else []) + list(names)
    asked = str(st.query_params.get(ACTIVITY, default))
    first = asked if asked in options else default
    return str(
        st.selectbox(
            _("Activity"),
            options,
            index=options.index(first) if first in options else 0,
            format_func=lambda name: names.get(name, _("All activities")),
            key=CHOICE,
            on_change=_keep,
        )
    )


def _keep() -> None:
    st.query_params[ACTIVITY] = str(st.session_state[CHOICE])
