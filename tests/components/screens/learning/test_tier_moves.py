"""What a week's moves between tiers show, in words."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pandas as pd

from components.screens.learning.tiers import moves_finding

MOVES = [
    ("healthy", "at_risk", 1), ("watch", "about_to_leave", 2), ("returned", "lost", 4),
    ("at_risk", "healthy", 10), ("about_to_leave", "watch", 20), ("lost", "returned", 40),
    ("at_risk", "gone", 100), ("lost", "gone", 200),
    ("at_risk", "about_to_leave", 1000), ("healthy", "watch", 2000), ("healthy", "gone", 4000),
    ("new", "at_risk", 8000), ("new", "healthy", 9000), ("lost", "lost", 9500),
]  # fmt: skip


def test_who_slips_who_comes_back_and_who_leaves_from_alarm_are_counted_apart(monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "en")
    moves = pd.DataFrame(MOVES, columns=["before", "after", "n"])
    tiers = SimpleNamespace(days=[date(2026, 11, 8), date(2026, 11, 15), date(2026, 11, 22)])
    found = moves_finding(moves, tiers, 1)
    assert "7 students slipped, 70 came back, 300 left from alarm" in found
    assert "22" in found
