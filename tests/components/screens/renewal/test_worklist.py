"""Whom a renewal list asks to talk to."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pandas as pd

from components.screens.renewal.worklist import to_talk_to

ROWS = [
    # enrolment, due, pipeline, worth
    ("last", "2026-08-14", "untouched", 1.0),
    ("too_far", "2026-08-15", "untouched", 9.0),  # 45 days ahead
    ("refused", "2026-07-10", "refused", 9.0),
    ("talking", "2026-07-10", "talking", 3.0),
    ("promised", "2026-07-11", "promised", 3.0),
]


def test_who_refused_or_ends_later_is_not_on_the_list():
    pool = pd.DataFrame(ROWS, columns=["enrolment_id", "due_on", "pipeline", "worth_cny"])
    pool["due_on"] = pd.to_datetime(pool["due_on"])
    reading = SimpleNamespace(today=date(2026, 7, 1), intent=SimpleNamespace(pool=pool))
    rows = to_talk_to.__wrapped__(reading)
    assert rows["enrolment_id"].to_list() == ["promised", "talking", "last"]
