"""What a class teacher is to say, and what is said of saving students."""

from __future__ import annotations

import pytest

from components.screens.learning.saving import cost_sentence, matched_words
from components.screens.learning.script import SCRIPTS, call_script
from metrics.service.risk import REASONS
from metrics.service.save_effect import save_cost, save_effect
from tests.metrics.service.test_save_effect import TOLD, spells

STUDENT = {
    "student": "小宝", "run": 3, "days_since": 21, "share": 0.4, "share_before": 0.9,
    "leaves": 4, "deadline": "23 Nov", "reasons": ("run", "falling"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "en")


def test_a_script_asks_for_every_reason_offers_one_thing_and_names_a_day():
    lines = call_script(STUDENT)
    assert lines == [
        "Ask what kept 小宝 from the last 3 lessons: illness, the hour, or the wish to go on.",
        "Ask what has changed: 小宝 came to 90% of the lessons, now to 40%.",
        "Offer a make-up lesson within 14 days and name two dates.",
        "Call by 23 Nov, note what was said, and agree on the next lesson.",
    ]


def test_every_reason_has_a_script_and_none_is_one_too():
    assert set(SCRIPTS) == set(REASONS)
    for reason in REASONS:
        lines = call_script({**STUDENT, "reasons": (reason,)})
        assert len(lines) == 3
        assert lines[0].startswith("Ask ")
        assert lines[1].startswith("Offer ")
    assert call_script({**STUDENT, "reasons": ()})[0].startswith("Ask what 小宝 likes")


def test_a_script_is_in_the_readers_language(monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "zh")
    assert (
        call_script(STUDENT)[0]
        == "问：小宝最近 3 次课为什么没来——生病、时间不合适，还是不想继续学？"
    )


def test_the_cost_of_a_saved_student_is_told_with_its_bounds_and_its_if():
    found = save_effect(*spells(*TOLD))
    said = cost_sentence(found, save_cost(found, minutes=15, hourly_cny=60))
    assert "80 contacts in time took about 16.7 hours (50% have their length on record)." in said
    assert "If the difference is the calls' doing, 16 students more stayed" in said
    assert "¥" in said
    unknown = cost_sentence(found, save_cost(found, minutes=15, hourly_cny=None))
    assert "What an hour costs is not recorded" in unknown
    assert "nobody was held out at random" in matched_words(found)


def test_without_a_saving_no_cost_is_told():
    few = save_effect(*spells(("lost", False, 40, 10), ("lost", True, 5, 5)))
    assert "at least 30 on either side" in matched_words(few)
    even = save_effect(*spells(("lost", True, 60, 30), ("lost", False, 60, 30)))
    said = cost_sentence(even, save_cost(even, minutes=15, hourly_cny=60))
    assert "No saving is proven" in said
    assert "¥" not in said
