"""What the tests of metrics share."""

import pytest

from metrics import load_all
from tests.metrics.tiny_facts import TinyFacts

load_all()


@pytest.fixture
def tiny():
    """Empty fact tables in memory."""
    return TinyFacts()
