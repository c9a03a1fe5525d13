"""The drawer of lists: all are counted, the first are drawn, each opens its person."""

from __future__ import annotations

import pandas as pd

from components.kit.rows.drawer import MOST


def page() -> None:
    import streamlit as st

    from components.kit.rows.drawer import open_list
    from tests.components.kit.test_drawer import taken, untaken

    words = {"campus": st.column_config.TextColumn("Where"), "step_at": "When"}
    open_list(taken, words, title="Step", subject="step", key="step", others=untaken)


def taken() -> pd.DataFrame:
    people = [f"P{n}" for n in range(MOST + 5)]
    return pd.DataFrame({"person_id": people, "campus_id": "north", "step_at": "2026-11-01"})


def untaken() -> pd.DataFrame:
    return taken().head(0)


def test_all_are_counted_and_the_first_open_their_people(served):
    at = served.run(page, lang="en")
    assert not at.exception
    assert f"{MOST + 5} rows" in at.markdown[0].value
    shown = at.dataframe[0].value
    assert len(shown) == MOST
    assert list(shown.columns) == ["open", "campus", "step_at"]
    assert shown["open"].iloc[0] == "/person?person_id=P0"


def test_a_switch_shows_those_who_did_not_and_says_when_there_is_nobody(served):
    at = served.run(page, lang="en")
    at.toggle("step_dropped").set_value(True).run()
    assert not at.exception
    assert not at.dataframe
    assert "No rows stand behind this figure" in "".join(m.value for m in at.markdown)
