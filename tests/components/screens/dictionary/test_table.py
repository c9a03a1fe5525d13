"""The dictionary can say of every registered number what it means."""

from __future__ import annotations

import pytest

from components.screens.dictionary.table import _KINDS, _UNITS
from metrics import load_all
from metrics.foundation.registry import KINDS, REGISTRY, UNITS
from tests.components.conftest import Served

load_all()


def test_every_kind_and_unit_has_words():
    assert set(_KINDS) == set(KINDS)
    assert set(_UNITS) == set(UNITS)


def _definition() -> None:
    import streamlit as st

    from components.screens.dictionary.table import definition_of

    definition_of(st.query_params["metric"])


@pytest.mark.parametrize("unit", sorted({entry.unit for entry in REGISTRY.values()}))
def test_a_number_of_each_unit_can_be_looked_up(served: Served, unit: str):
    name = min(name for name, entry in REGISTRY.items() if entry.unit == unit)
    page = served.run(_definition, metric=name)
    assert not page.exception
    assert any(f"`{name}`" in text.value for text in page.markdown)
