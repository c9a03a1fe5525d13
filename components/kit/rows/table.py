"""Tables whose cells open what is behind them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

LINES = 20  # of a list at a glance, and on paper
_ROW = 33  # pixels: 2.1875 times the font size of .streamlit/config.toml
_NOTHING = {"selection": {"rows": [], "columns": [], "cells": []}}


def lines_height(count: int, most: int = LINES) -> int:
    """The height in pixels of a table of so many lines, the rest of them scrolled to."""
    return _ROW * (min(count, most) + 1) + 2


def whole_column(words: str, **how: Any) -> Any:
    """A column of figures without decimals: 1,284."""
    return st.column_config.NumberColumn(words, format="localized", step=1, **how)


def yuan_column(words: str, **how: Any) -> Any:
    """A column of amounts to the cent: 1,284.50."""
    return st.column_config.NumberColumn(words, format="localized", step=0.01, **how)


def share_column(words: str, **how: Any) -> Any:
    """A column of shares, each with one decimal, so that they stand below each other: 92.0%."""
    return st.column_config.NumberColumn(words, format="percent", step=0.001, **how)


def interval_column(words: str = "95%", **how: Any) -> Any:
    """A column of intervals in words, below each other as figures are: 369–496%."""
    return st.column_config.TextColumn(words, alignment="right", **how)


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
