"""How many open leads nobody works on, in words."""

from __future__ import annotations

import pandas as pd

from components.screens.conversion.pool import pool_finding


def test_idle_are_the_unassigned_the_uncalled_and_the_silent(monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "en")
    states = {"unassigned": 1, "not_called": 2, "silent": 8, "not_reached": 4, "in_hand": 85,
              "recycled": 1000, "lost": 5000}  # fmt: skip
    found = pd.DataFrame({"state": list(states), "value": map(float, states.values())})
    assert pool_finding(found) == "11% of 100 open leads have nobody at work on them"
    alone = found[found["state"] == "silent"]
    assert pool_finding(alone) == "100% of 8 open leads have nobody at work on them"
