"""What the tests of metrics share."""

from collections.abc import Callable, Iterator

import pytest

from metrics import load_all
from tests import raw_rows
from tests.metrics.tiny_facts import TinyFacts

load_all()


@pytest.fixture(scope="session", autouse=True)
def lent_stores() -> Iterator[None]:
    """Stores are closed at the end."""
    yield
    raw_rows.close_all()


@pytest.fixture
def tinies() -> Iterator[Callable[[], TinyFacts]]:
    """As many stores as a test wants, each with nothing told yet."""
    made: list[TinyFacts] = []

    def make() -> TinyFacts:
        made.append(TinyFacts())
        return made[-1]

    yield make
    for told in made:
        told.close()


@pytest.fixture
def tiny(tinies: Callable[[], TinyFacts]) -> TinyFacts:
    """One store with nothing told yet."""
    return tinies()
