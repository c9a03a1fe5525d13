"""Tables whose cells open what is behind them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

LINES = 20  # of a list at a glance, and on paper
_NOTHING = {"selection": {"rows": [], "columns": [], "cells": []}}


def lines_height(count: int, most: int = LINES) -> int:
    """The height in pixels of a table of so many lines, the rest of them scrolled to."""
    return 35 * min(count, most) + 38


def clickable_table(frame: pd.DataFrame, *, key: str, **how: Any) -> tuple[int, str] | None:
    """Draw a table; gives the row and the column of the cell clicked just now, else None.

    ``how`` is for `st.dataframe`. Nothing stays selected, so that the same cell can be
    clicked again.
    """
    fresh = f"{key}_clicked"

    def note() -> None:
        cells = st.session_state[key]["selection"]["cells"]
        st.session_state[fresh] = cells[0] if cells else None
        st.session_state[key] = _NOTHING

    st.dataframe(
        frame, key=key, on_select=note, selection_mode="single-cell", hide_index=True, **how
    )
    clicked = st.session_state.pop(fresh, None)
    if clicked is None or clicked[0] >= len(frame):  # of a longer table before
        return None
    return int(clicked[0]), str(clicked[1])
