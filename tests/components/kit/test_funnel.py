"""The parts that every chain of steps shares: its picture's rows, its finding, its leads."""

from __future__ import annotations

import pandas as pd
import pytest

from components.kit.funnel import drawn_steps, narrowest

WORDS = {"lead": "New leads", "contact": "Effective contact", "order": "First formal order"}
TABLE = pd.DataFrame(
    {
        "step": ["lead", "contact", "order"], "of_leads": [1.0, 0.8, 0.2],
        "rate": [None, 0.8, 0.25], "low": [None, 0.7, 0.18], "high": [None, 0.9, 0.34],
    }
)  # fmt: skip


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "en")


def test_the_first_step_has_no_rate_of_passing():
    steps = drawn_steps(TABLE.assign(rate=[0.5, 0.8, 0.25]), WORDS)
    assert steps["name"].tolist() == list(WORDS.values())
    assert pd.isna(steps["rate"].iloc[0])
    assert steps["where"].tolist() == [{"step": step} for step in WORDS]


def test_the_narrowest_step_is_named_with_its_interval():
    said = narrowest(TABLE, WORDS)
    assert said == "The narrowest step is “First formal order”: 25% pass (95% 18–34%)"
    assert narrowest(TABLE.head(1), WORDS) == "No step has leads old enough yet."


def leads_of_a_step() -> None:
    from datetime import date

    from components.ask import query
    from components.kit.funnel import open_leads
    from data.scope import Filters, Period

    period = Period(start=date(2026, 1, 1), end=date(2026, 11, 22))
    open_leads(
        Filters(period=period), "contact", title="Effective contact",
        scope=query.current_scope(), key="test", skip=("trial",),
    )  # fmt: skip


def test_the_leads_of_a_step_open_and_those_who_dropped_are_the_rest(served):
    at = served.run(leads_of_a_step, lang="en")
    assert not at.dataframe, "nobody was called"
    assert "No rows stand behind this figure." in str([text.value for text in at.markdown])
    at.toggle[0].set_value(True).run()
    assert not at.exception
    dropped = at.dataframe[0].value
    assert len(dropped) == 1, "of the leads only that of October is old enough"
    assert dropped["step_at"].isna().all()
