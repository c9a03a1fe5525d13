"""What is said of remaining value: money only where the test came near."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from components.kit.charts.chart import title_of
from components.screens.renewal.outlook import Outlook
from components.screens.renewal.value import trial_figure, trial_finding, value_sentence
from metrics.renewal.remaining_value import Window
from metrics.renewal.value_model import ANY_TIME, BY_TERM, Remaining, Trial

GROUPS = pd.DataFrame(
    {
        "repeats": [0, 1, 2, 3], "people": [400, 200, 50, 10],
        "expected": [0.5, 0.8, 1.0, 1.2], "came": [0.55, 0.7, 1.1, 1.0],
        "low": [0.5, 0.6, 0.8, 0.4], "high": [0.6, 0.8, 1.4, 1.6],
    }
)  # fmt: skip
FOUND = Remaining(660, 420.0, 2_100_000.0, pd.DataFrame())


def trial(low: float, high: float, name: str = BY_TERM) -> Trial:
    ratio = (low + high) / 2
    return Trial(name, 660, 400.0, 400.0 * ratio, ratio, low, high, GROUPS)


def outlook(*trials: Trial) -> Outlook:
    made = Outlook(date(2026, 6, 30))
    made.__dict__["window"] = Window(date(2026, 6, 30), 39, 0.97)
    made.__dict__["trials"] = list(trials)
    return made


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "en")


def test_a_forecast_that_came_near_is_told_with_the_bounds_of_its_test():
    said = value_sentence(outlook(trial(0.95, 1.1), trial(1.6, 1.8, ANY_TIME)), FOUND)
    assert "660 payers are expected to order 420 more times" in said
    assert "worth **¥2.1m**; ¥2m–¥2.31m if it misses" in said
    assert "In the next 39 weeks" in said


def test_a_forecast_that_missed_tells_no_yuan():
    made = outlook(trial(1.5, 1.8), trial(0.3, 0.4, ANY_TIME))
    assert made.best is None
    assert "No value is told" in value_sentence(made, None)
    assert "¥2.1m" not in value_sentence(made, FOUND)


def test_a_wide_test_that_could_be_near_is_no_miss():
    assert trial(0.7, 1.9).is_near
    assert not trial(1.21, 1.9).is_near
    assert not trial(0.4, 0.79).is_near


def test_the_picture_shows_what_was_foretold_and_what_came():
    told = trial(0.95, 1.1)
    drawn = trial_figure(told, trial_finding(told))
    foretold, came = drawn.data
    assert list(foretold.y) == GROUPS["expected"].to_list()
    assert list(came.y) == GROUPS["came"].to_list()
    assert list(came.x) == ["0", "1", "2", "3 or more"]
    assert "Foretold 400 orders of 660 payers" in title_of(drawn)
