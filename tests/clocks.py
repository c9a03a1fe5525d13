"""A clock that tests set, and the codes that a telephone shows by it."""

from __future__ import annotations

from data.accounts import totp


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def code(secret: bytes, clock: Clock) -> str:
    """The code that the telephone shows now."""
    return totp.code_of(secret, totp.step_of(clock.now))
