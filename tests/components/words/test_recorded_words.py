"""Steps that nobody records, in a sentence."""

from __future__ import annotations

from components.ask.recorded import unrecorded_words

WORDS = {"assigned": "Assigned", "contact": "Effective contact", "order": "First formal order"}


def test_what_is_not_recorded_is_named_in_the_order_of_the_chain(monkeypatch):
    monkeypatch.setenv("EDULENS_LANG", "en")
    said = unrecorded_words(("order", "assigned"), WORDS)
    assert said.startswith("No source records “Assigned”, “First formal order”: left out")
    assert unrecorded_words((), WORDS) == ""
