"""95 % intervals of shares and counts, each formula once.

`wilson` and `byar` take numbers, arrays and columns of a query alike, so that an engine
and a kernel give the same bounds; the others are for numbers and arrays.
"""

from __future__ import annotations

from typing import TypeVar

import ibis.expr.types as ir
import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Figure = TypeVar("Figure", float, Floats, ir.NumericValue)

Z95 = 1.959963984540054  # two-sided 95 % normal quantile


def wilson(share: Figure, n: Figure, z: float = Z95) -> tuple[Figure, Figure]:
    """The bounds of a share of ``n``, more than 0; by rounding a hair outside [0, 1].

    References
    ----------
    Wilson (1927), JASA 22:209-212.
    """
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * (share * (1 - share) / n + z**2 / (4 * n * n)) ** 0.5 / (1 + z**2 / n)
    return centre - half, centre + half


def byar(count: Figure, z: float) -> Figure:
    """The bound of a count, more than 0, so many errors away: the lower with ``z`` below 0.

    The upper bound is that of the count and one more.

    References
    ----------
    Breslow & Day (1987), vol. II, eq. 2.13.
    """
    bound: Figure = count * (1 - 1 / (9 * count) + z / (3 * count**0.5)) ** 3
    return bound


def share_bounds(x: ArrayLike, n: ArrayLike, z: float = Z95) -> tuple[Floats, Floats]:
    """Wilson's bounds of ``x`` of ``n``, in [0, 1]; missing where ``n`` is 0."""
    of = np.asarray(n, dtype=np.float64)
    of = np.where(of > 0, of, np.nan)
    low, high = wilson(np.asarray(x, dtype=np.float64) / of, of, z)
    return np.maximum(low, 0.0), np.minimum(high, 1.0)


def count_bounds(count: ArrayLike) -> tuple[Floats, Floats]:
    """Byar's bounds of counts, at least 0."""
    x = np.asarray(count, dtype=np.float64)
    low = byar(np.where(x > 0, x, np.nan), -Z95)
    return np.maximum(np.nan_to_num(low), 0.0), byar(x + 1, Z95)


def newcombe(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, z: float = Z95
) -> tuple[Floats, Floats, Floats]:
    """The difference of two shares with its bounds, in [-1, 1]; missing where one has no n.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873-890, method 10 (from Wilson's bounds).
    """
    (low1, high1), (low2, high2) = share_bounds(x1, n1, z), share_bounds(x2, n2, z)
    with np.errstate(divide="ignore", invalid="ignore"):
        p1, p2 = np.divide(x1, n1), np.divide(x2, n2)
    difference = p1 - p2
    low = difference - np.hypot(p1 - low1, high2 - p2)
    return difference, low, difference + np.hypot(high1 - p1, p2 - low2)
