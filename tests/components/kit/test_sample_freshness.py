"""Of the sample institution's sources only what was planted as late is late."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import data.installation.process
from data.sample.truths import LATE_CHANNEL
from tests.signin import sign_in


@pytest.fixture
def listed(institution, monkeypatch) -> dict[str, str]:
    """Every source and part of one by name, with its state."""
    monkeypatch.setattr(data.installation.process, "_opened", institution)
    st.cache_data.clear()  # another test's store may have the same version
    at = AppTest.from_function(_list_sources, default_timeout=60)
    sign_in(at, institution.accounts, "manager")
    at.run()
    assert not at.exception
    return dict(line.value.split() for line in at.text)


def _list_sources() -> None:
    import streamlit as st

    from components.ask import query
    from components.kit.freshness import sources

    for source in sources(query.names("freshness")["source"]):
        st.text(f"{source.name} {source.state}")


def test_the_planted_cost_feed_is_the_only_late_source_of_the_sample(listed):
    assert len(listed) > 20
    late = {name: state for name, state in listed.items() if state != "fresh"}
    assert late == {f"spend:{LATE_CHANNEL}": "late"}
