"""A button nobody sees: pressed when the theme changes, so that pictures change with it."""

from __future__ import annotations

import streamlit as st

from components.words.i18n import _


def follow_theme() -> None:
    """What ``/gate.js`` presses when the theme changes: a run draws pictures in its colours.

    Streamlit changes its own colours in the browser; ours are made here. Nobody sees it.
    """
    st.button(_("Draw in the theme's colours"), key="theme_follow")
