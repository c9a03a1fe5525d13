"""Money in parts that add up to the cent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def to_the_cent(parts: Floats, total: float) -> Floats:
    """The parts rounded to cents so that they add up to the total exactly.

    Each part is cut to the cent below; the cents that are left go to the largest
    remainders, the first of equals first (Hamilton's method). Parts are scaled to the
    total where rounding errors separate the two.
    """
    parts = np.asarray(parts, dtype=np.float64)
    cents = round(total * 100)
    if parts.size == 0 or parts.sum() == 0:
        return np.zeros(parts.size)
    # Ten digits below the cent are noise of adding, not remainders to rank by.
    exact = np.round(parts * (total / parts.sum()) * 100, 8)
    floors = np.floor(exact)
    left = cents - int(floors.sum())
    order = np.argsort(-(exact - floors), kind="stable")
    floors[order[:left]] += 1
    return np.asarray(floors / 100, dtype=np.float64)
