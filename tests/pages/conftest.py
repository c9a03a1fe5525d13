"""The sample institution as the tests of screens meet it."""

from __future__ import annotations

from typing import Any

import pytest
import streamlit as st

import data.installation.process
from data.installation.process import Installation
from tests.signin import add_account


@pytest.fixture(scope="session")
def sample(institution: Installation) -> Installation:
    """The sample institution with "nowhere", the head of a campus that does not exist."""
    add_account(institution.accounts, "nowhere", "campus_head", campuses=["C999"])
    return institution


# Charts with marks that stand for no rows: key, or its beginning → why.
WITHOUT_ROWS: dict[str, str] = {}


@pytest.fixture(autouse=True)
def every_mark_stands_for_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever screen a test opens: a mark that speaks when pointed at can be clicked."""
    draw = st.plotly_chart

    def checked(drawn: Any, *, key: str, **how: Any) -> Any:
        if not key.startswith(tuple(WITHOUT_ROWS)):
            mute = [place for place, trace in enumerate(drawn.data) if not stands_for_rows(trace)]
            assert not mute, f"{key}: marks of traces {mute} carry no customdata to open"
        return draw(drawn, key=key, **how)

    monkeypatch.setattr(st, "plotly_chart", checked)


def stands_for_rows(trace: Any) -> bool:
    """Whether every mark of a trace says what it stands for; lines alone have no marks."""
    is_line = trace.type == "scatter" and "markers" not in (trace.mode or "")
    if is_line or trace.hoverinfo == "skip" or not (trace.hovertemplate or trace.hovertext):
        return True
    return trace.customdata is not None and all(mark is not None for mark in trace.customdata)


@pytest.fixture
def served(sample: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """The sample institution as this process's installation."""
    return serve(sample, monkeypatch)


def serve(opened: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Make an installation this process's own, with English outside of scripts."""
    monkeypatch.setattr(data.installation.process, "_opened", opened)
    monkeypatch.setenv("EDULENS_LANG", "en")  # AppTest words the options outside a script
    return opened
