"""Every metric speaks Chinese too."""

from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from metrics import load_all
from metrics.foundation.registry import REGISTRY

load_all()

LOCALE = Path(__file__).parents[3] / "components" / "words" / "locale" / "zh"


@cache
def chinese() -> dict[str, str]:
    """Every message of every catalogue."""
    words: dict[str, str] = {}
    for catalogue in LOCALE.glob("*.po"):
        with catalogue.open("rb") as file:
            words |= {str(m.id): str(m.string) for m in read_po(file) if m.id}
    return words


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_title_and_definition_are_in_a_chinese_catalogue(name):
    metric = REGISTRY[name]
    assert chinese().get(metric.title)
    assert chinese().get(metric.definition)


def test_the_catalogue_of_metrics_holds_no_words_that_nothing_says():
    with (LOCALE / "metrics.po").open("rb") as file:
        ids = {message.id for message in read_po(file) if message.id}
    said = {text for m in REGISTRY.values() for text in (m.title, m.definition)}
    assert ids <= said
