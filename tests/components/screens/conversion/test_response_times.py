"""The table of response times: shares with intervals that tell what a count can tell."""

from __future__ import annotations

import numpy as np

from components.screens.conversion.consultants.response import times_table
from metrics.models.kaplan_meier import kaplan_meier


def test_nobody_reached_in_time_is_not_certain_to_be_nobody(monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "en")
    curve = kaplan_meier(np.full(100, 1.0), np.ones(100))  # all after an hour
    row = times_table({"from the creation": curve}).iloc[0]
    assert row["within 5 minutes"] == "0% (0–3.7%)"  # Wilson: 0 of 100
    assert row["within 24 hours"].startswith("100%")
