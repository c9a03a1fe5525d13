"""Wrong passwords cost a growing delay, for the one who guesses and for nobody else."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from data.errors import NotAllowed

FREE_ATTEMPTS = 4
LONGEST_SECONDS = 300.0
FORGET_SECONDS = 900.0
_MOST_KEYS = 20_000


class TooManyAttempts(NotAllowed):
    """Sign-in was tried too often; ``retry_after`` is in whole seconds."""

    code = "too_many_attempts"

    def __init__(self, seconds: float) -> None:
        self.retry_after = max(1, math.ceil(seconds))
        super().__init__(f"sign-in must wait {self.retry_after} s after wrong passwords")


class Throttle:
    """Counts attempts by (user, ip).

    The address is part of the key, so that nobody can lock another person out by
    guessing at their name. After `FREE_ATTEMPTS` the waiting time doubles from 1 s to
    `LONGEST_SECONDS`; `FORGET_SECONDS` of quiet forget the past.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tries: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()

    def attempt(self, user: str, ip: str) -> None:
        """Count an attempt before it is checked, so that parallel ones cannot slip by.

        Raises `TooManyAttempts` while the delay after the last one runs.
        """
        now = self._clock()
        with self._lock:
            count, last = self._tries.pop((user, ip), (0, now))
            if now - last > FORGET_SECONDS:
                count = 0
            left = last + _delay(count) - now
            if left <= 0:
                count, last = count + 1, now
            self._tries[user, ip] = (count, last)
            while len(self._tries) > _MOST_KEYS:
                self._tries.popitem(last=False)
        if left > 0:
            raise TooManyAttempts(left)

    def forgive(self, user: str, ip: str) -> None:
        """Forget the attempts of one who knew the password."""
        with self._lock:
            self._tries.pop((user, ip), None)


def _delay(count: int) -> float:
    """Seconds to wait after so many attempts."""
    if count < FREE_ATTEMPTS:
        return 0.0
    return float(min(2.0 ** (count - FREE_ATTEMPTS), LONGEST_SECONDS))
