"""The dictionary has words for everything that the registry knows."""

from __future__ import annotations

import pytest

from components.screens.dictionary.table import _GRAINS, _KINDS, _UNITS
from components.words.i18n import translate
from metrics import load_all
from metrics.foundation.registry import REGISTRY

load_all()


@pytest.mark.parametrize(
    ("part", "words"), [("grain", _GRAINS), ("unit", _UNITS), ("kind", _KINDS)]
)
def test_every_part_of_a_definition_has_words_in_both_languages(part, words):
    used = {getattr(metric, part) for metric in REGISTRY.values()}
    assert used <= set(words)
    english = {name: words[name] for name in used}
    assert not [name for name, word in english.items() if translate(word, "zh") == word]
