"""What the tests of `data` share."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.accounts import Accounts, totp
from data.landing.zone import Landing


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    """An empty landing zone."""
    return Landing(tmp_path / "landing")


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is told."""
    return Clock()


@pytest.fixture
def secret(accounts: Accounts, clock: Clock) -> bytes:
    """The secret in the telephone of boss, whose second step is on."""
    begun = accounts.second_factors.begin("boss")
    accounts.confirm_second_factor("boss", code(begun, clock))
    clock.now += 60
    return begun


def code(secret: bytes, clock: Clock) -> str:
    """The code that the telephone shows now."""
    return totp.code_of(secret, totp.step_of(clock.now))
