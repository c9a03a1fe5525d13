"""Whether sources have spoken lately."""

from datetime import timedelta

import pandas as pd
import pytest

from components.kit import freshness
from components.kit.freshness import FRESH, LATE, SILENT

NOW = pd.Timestamp("2026-11-21T10:00")


@pytest.fixture(autouse=True)
def sources(monkeypatch):
    """Leads of an hour ago, spend of one channel that stopped, reference tables."""
    hours = {"leads": 1, "spend": 2, "spend:sem": 2, "spend:feed": 9 * 24, "feedback": 47}
    rows = [
        {"source": name, "rows": 5, "last_at": NOW - timedelta(hours=h), "usual_hours": 24.0}
        for name, h in hours.items()
    ]
    rows.append({"source": "campuses", "rows": 8, "last_at": pd.NaT, "usual_hours": None})
    rows.append({"source": "rewards", "rows": 0, "last_at": pd.NaT, "usual_hours": None})
    tables = {
        "freshness": pd.DataFrame(rows),
    }
    channels = {"sem": "百度", "feed": "信息流"}
    monkeypatch.setattr(freshness.query, "names", lambda name, scope: tables[name])
    monkeypatch.setattr(freshness.query, "current_scope", lambda: None)
    monkeypatch.setattr(freshness.query, "as_of", NOW.to_pydatetime)
    monkeypatch.setattr(freshness, "names_by_id", lambda _dimension, scope: channels)
    monkeypatch.setattr(freshness, "_sources", freshness._sources.__wrapped__)  # nobody signed in


def states(*names: str) -> dict[str, str]:
    """Name → state."""
    return {source.name: source.state for source in freshness.sources(names or None)}


def test_a_source_is_late_after_twice_its_usual_gap():
    assert states("leads", "feedback") == {"leads": FRESH, "feedback": FRESH}


def test_one_part_that_stopped_makes_the_whole_late():
    assert states("spend") == {"spend:feed": LATE}


def test_reference_tables_are_never_late_but_an_empty_source_is_missing():
    assert states("campuses", "rewards", "orders") == {
        "campuses": FRESH,
        "rewards": SILENT,
        "orders": SILENT,
    }


def test_all_sources_come_worst_first_and_parts_are_not_counted_twice():
    assert list(states()) == ["rewards", "spend:feed", "leads", "feedback", "campuses"]


def test_words_name_the_worst(monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "zh")
    assert freshness.in_words(freshness.sources(["leads"])) == "来源 1/1 新鲜"
    words = freshness.in_words(freshness.sources(["leads", "spend"]))
    assert words == "来源 1/2 新鲜，投放花费 · 信息流延迟"
    assert freshness.in_words([]) == ""
