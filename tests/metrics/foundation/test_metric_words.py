"""Every acquisition metric speaks Chinese too."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from metrics.foundation.registry import REGISTRY

CATALOGUE = Path(__file__).parents[3] / "components" / "words" / "locale" / "zh" / "metrics.po"
FAMILIES = {"leads", "cost", "conversion", "cohort_value", "downstream", "linkage"}
OURS = sorted(name for name, metric in REGISTRY.items() if metric.family in FAMILIES)


@pytest.mark.parametrize("name", OURS)
def test_title_and_definition_are_in_the_chinese_catalogue(name):
    with CATALOGUE.open("rb") as file:
        words = {message.id: message.string for message in read_po(file) if message.id}
    metric = REGISTRY[name]
    assert words.get(metric.title)
    assert words.get(metric.definition)


def test_the_catalogue_holds_no_words_that_nothing_says():
    with CATALOGUE.open("rb") as file:
        ids = {message.id for message in read_po(file) if message.id}
    said = {text for m in REGISTRY.values() for text in (m.title, m.definition)}
    assert ids <= said
