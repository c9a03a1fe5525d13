"""What the acquisition screen says: the sentence, its remarks, and what a role may see."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from components.kit.measures import Choice
from components.screens.acquisition import board
from components.screens.acquisition.answer import finding, remarks
from components.screens.acquisition.measures import MEASURES, visible
from data.scope import ROLES
from metrics import load_all

NAMES = {"xhs": "小红书", "douyin": "抖音", "sem": "百度"}
CHOICE = Choice(30, 180)


@pytest.fixture(autouse=True)
def english(monkeypatch):
    load_all()
    monkeypatch.setenv("EDULENS_LANG", "en")


def verdicts(*rows: dict) -> pd.DataFrame:
    usual = {
        "verdict": "same", "basis": "money", "conversion": 0.1, "rest": 0.1,
        "difference_low": -0.02, "difference_high": 0.02, "n": 500, "immature": 40, "late": 0.12,
        "late_rest": 0.12, "late_low": -0.02, "late_high": 0.02,
        "roi": 1.0, "roi_rest": 1.2, "price": 100.0, "is_cheap": False, "is_slow": False,
    }  # fmt: skip
    return pd.DataFrame([usual | row for row in rows])


ROI = pd.DataFrame(
    {"channel_id": ["xhs", "douyin", "sem"], "low": [4.4, -0.6, 0.8], "high": [6.0, -0.2, 1.2]}
)
GOOD = {"channel_id": "xhs", "verdict": "good", "roi": 5.2, "roi_rest": 1.9}
CHEAP = {"channel_id": "douyin", "verdict": "cheap_but_poor", "roi": -0.4, "price": 42.0}
SAME = {"channel_id": "sem", "verdict": "same"}


def test_finding_names_the_best_channel_and_the_cheap_but_poor_one():
    found = finding(verdicts(GOOD, CHEAP, SAME), ROI, NAMES, CHOICE)
    assert found.sentence == (
        "“小红书” pays back best: 180-day ROI 520% (95% 440–600%),"
        " the other paid channels 190%; “抖音” is cheap but low in quality: ¥42 a lead,"
        " 180-day ROI −40% (−60% to −20%), the other paid channels 120%."
    )
    assert (found.measure, found.channel) == ("roi", "xhs")


def test_finding_says_so_when_no_channel_stands_out():
    found = finding(verdicts(SAME, SAME | {"channel_id": "xhs"}), ROI, NAMES, CHOICE)
    assert found.sentence == "The channels cannot be separated: their intervals overlap."
    assert found.channel is None


def test_finding_says_too_few_rather_than_guess():
    few = {"channel_id": "sem", "verdict": "too_few", "n": 12}
    found = finding(verdicts(few), None, NAMES, CHOICE)
    assert found.sentence == "Too few to judge: 12 mature so far, 30 are needed."


def test_finding_goes_by_conversion_where_money_is_out_of_sight():
    best = {
        "channel_id": "xhs", "verdict": "good", "basis": "conversion", "conversion": 0.2,
        "rest": 0.1, "difference_low": 0.05, "difference_high": 0.15, "roi": np.nan,
    }  # fmt: skip
    found = finding(verdicts(best, SAME | {"basis": "conversion"}), None, NAMES, CHOICE)
    assert found.sentence == (
        "“小红书” converts best: 20% order within 30 days, elsewhere 10% (+5.0 to +15.0 pp)."
    )
    assert found.measure == "conversion"


def test_finding_names_the_window_after_which_a_channel_stands_out():
    late = {
        "channel_id": "xhs", "verdict": "good", "basis": "conversion", "conversion": 0.1,
        "rest": 0.1, "difference_low": -0.05, "difference_high": 0.05, "late": 0.3,
        "late_rest": 0.1, "late_low": 0.1, "late_high": 0.3,
    }  # fmt: skip
    found = finding(verdicts(late), None, NAMES, CHOICE)
    assert "30% order within 90 days, elsewhere 10% (+10.0 to +30.0 pp)" in found.sentence
    assert found.measure == "late", "n and interval below the sentence are of another window"


def test_finding_shows_a_channel_name_as_it_is_whatever_it_holds():
    found = finding(verdicts(GOOD, SAME), ROI, {"xhs": "**x** $y$"}, CHOICE)
    assert r"\*\*x\*\* \$y\$" in found.sentence


def test_remarks_tell_slow_from_poor_and_count_the_young():
    slow = SAME | {"is_slow": True, "conversion": 0.03, "late": 0.12}
    young = {"channel_id": "douyin", "verdict": "too_early", "immature": 70}
    assert remarks(verdicts(slow, young), NAMES, CHOICE) == [
        "“百度” is slow, not poor: 3% after 30 days, 12% after 90.",
        "1 channel is too young to judge (70 leads immature).",
    ]


def test_visible_leaves_out_what_a_role_would_read_as_zero():
    names = tuple(MEASURES)
    consultant = visible(names, ROLES["consultant"].hidden_facts)
    assert {"leads", "valid", "conversion", "attendance"} <= set(consultant)
    assert not {"spend", "cpl", "cac_full", "roi", "over_claim"} & set(consultant)
    assert visible(names, ROLES["manager"].hidden_facts) == names
    assert "conversion" not in visible(names, ROLES["teacher"].hidden_facts)


@pytest.mark.parametrize(
    ("linked", "orders", "says"),
    [
        (14, 17, "Too few to judge: 17 mature so far, 30 are needed."),
        (24, 30, "Only 80% of orders can be traced to a lead"),
        (29, 30, "96.7% of orders can be traced to a lead, so revenue by channel can be trusted"),
        (0, 0, "No orders in these days."),
    ],
)
def test_linkage_of_few_orders_gives_no_verdict(monkeypatch, linked, orders, says):
    figure = pd.Series(
        {"numerator": linked, "denominator": orders, "n": orders,
         "value": linked / orders if orders else np.nan}
    )  # fmt: skip
    monkeypatch.setattr(board.query, "run", lambda *_args, **_how: figure.to_frame().T)
    (answer,) = board.joined_answer.__wrapped__(None)
    assert answer.sentence.startswith(says)
