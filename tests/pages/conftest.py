"""The sample institution as the tests of screens meet it."""

from __future__ import annotations

import pytest
import streamlit as st

import data.installation
from data.installation import Installation
from tests.signin import add_account


@pytest.fixture(scope="session")
def sample(institution: Installation) -> Installation:
    """The sample institution with "nowhere", the head of a campus that does not exist."""
    add_account(institution.accounts, "nowhere", "campus_head", campuses=["C999"])
    return institution


@pytest.fixture
def served(sample: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """The sample institution as this process's installation."""
    return serve(sample, monkeypatch)


def serve(opened: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Make an installation this process's own, with English outside of scripts."""
    monkeypatch.setattr(data.installation, "_opened", opened)
    monkeypatch.setenv("EDULENS_LANG", "en")  # AppTest words the options outside a script
    st.cache_data.clear()  # another test's store may have the same version
    return opened
