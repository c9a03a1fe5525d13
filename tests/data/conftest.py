"""What the tests of `data` share."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.landing.zone import Landing


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    """An empty landing zone."""
    return Landing(tmp_path / "landing")
