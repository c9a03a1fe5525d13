"""Kaplan–Meier: how soon something happens, when for some it has not happened yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from data.errors import InvalidOption
from metrics.foundation.intervals import Z95

Floats = NDArray[np.float64]

_ROUNDING = 1e-12  # a share that only rounding keeps above its bound has reached it


@dataclass(frozen=True, kw_only=True)
class Survival:
    """The share that is still open just after each time at which something happened.

    ``times`` are the distinct times of events, rising; ``survival`` the share still open
    with ``low`` and ``high`` (95 %, missing where the share is 0); ``at_risk`` and
    ``events`` how many were open just before each time and how many closed at it. ``n``
    and ``happened`` count all units and all events; ``longest`` is the longest time
    watched. Arrays are empty where nothing happened.
    """

    times: Floats
    survival: Floats
    low: Floats
    high: Floats
    at_risk: Floats
    events: Floats
    n: float
    happened: float
    longest: float

    def at(self, time: float) -> float:
        """The share still open just after a time; missing beyond what was watched."""
        return self._step(self.survival, time)

    def interval(self, time: float) -> tuple[float, float]:
        """The 95 % bounds of `at`."""
        return self._step(self.low, time), self._step(self.high, time)

    def quantile(self, p: float) -> float:
        """The first time by which a share ``p`` has happened; missing while it has not.

        Raises
        ------
        InvalidOption
            If ``p`` is not between 0 and 1.
        """
        return self._reached(self.survival, p)

    def quantile_interval(self, p: float) -> tuple[float, float]:
        """The 95 % bounds of `quantile`; the upper is missing where it lies beyond.

        References
        ----------
        Brookmeyer & Crowley (1982), Biometrics 38:29-41.
        """
        return self._reached(self.low, p), self._reached(self.high, p)

    def _step(self, level: Floats, time: float) -> float:
        if not self.n or (time > self.longest and not self._is_over):
            return float("nan")
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        return float(level[place]) if place >= 0 else 1.0

    def _reached(self, level: Floats, p: float) -> float:
        if not 0 < p < 1:
            raise InvalidOption(f"p must lie between 0 and 1, got {p}")
        found = np.flatnonzero(level <= 1 - p + _ROUNDING)
        return float(self.times[found[0]]) if found.size else float("nan")

    @property
    def _is_over(self) -> bool:
        """Whether nothing is left open, so that every later share is known to be 0."""
        return bool(self.survival.size and self.survival[-1] == 0)


def kaplan_meier(
    durations: ArrayLike, events: ArrayLike, *, weights: ArrayLike | None = None
) -> Survival:
    """The product-limit estimate with Greenwood's log-log interval.

    Units that are still open are censored at the time for which they were watched: they
    count among those at risk until then, and are never dropped. One censored at the time
    of an event was still at risk at it.

    Parameters
    ----------
    durations
        How long each unit was watched, in any unit of time, at least 0.
    events
        Whether it happened at the end of that time (True) or was still open (False).
    weights
        How many units a row stands for, at least 0; one each without it.

    Returns
    -------
    Survival
        Of no units: empty arrays, and missing at every time.

    Raises
    ------
    InvalidOption
        If lengths differ, or a duration or weight is missing or less than 0.

    References
    ----------
    Kaplan & Meier (1958), JASA 53:457-481. Kalbfleisch & Prentice (2002), The
    Statistical Analysis of Failure Time Data, 1.4.1 (log-log interval).
    """
    time = np.asarray(durations, dtype=np.float64)
    happened = np.asarray(events, dtype=bool)
    weight = np.ones(time.size) if weights is None else np.asarray(weights, dtype=np.float64)
    if not time.shape == happened.shape == weight.shape:
        raise InvalidOption(
            f"durations, events and weights must be of one length, got {time.size},"
            f" {happened.size}, {weight.size}"
        )
    for name, values in (("durations", time), ("weights", weight)):
        if not (np.isfinite(values) & (values >= 0)).all():
            raise InvalidOption(f"{name} must be known and at least 0")
    distinct, place = np.unique(time, return_inverse=True)
    left: Floats = np.bincount(place, weight, distinct.size).astype(np.float64)
    closed: Floats = np.bincount(place, weight * happened, distinct.size).astype(np.float64)
    risk = left[::-1].cumsum()[::-1]
    some = closed > 0
    times, d, n = distinct[some], closed[some], risk[some]
    passed = np.clip((n - d) / n, 0.0, 1.0)
    passed[passed < _ROUNDING] = 0.0
    survival = np.cumprod(passed)
    low, high = _log_log(survival, d, n)
    return Survival(
        times=times, survival=survival, low=low, high=high, at_risk=n, events=d,
        n=float(weight.sum()), happened=float(closed.sum()),
        longest=float(time.max()) if time.size else float("nan"),
    )  # fmt: skip


def _log_log(survival: Floats, closed: Floats, at_risk: Floats) -> tuple[Floats, Floats]:
    """Bounds that stay between 0 and 1."""
    low, high = np.full(survival.size, np.nan), np.full(survival.size, np.nan)
    open_ = survival > 0
    s, d, n = survival[open_], closed[open_], at_risk[open_]
    error = np.sqrt(np.cumsum(d / (n * (n - d)))) / np.abs(np.log(s))
    low[open_], high[open_] = s ** np.exp(Z95 * error), s ** np.exp(-Z95 * error)
    return low, high
