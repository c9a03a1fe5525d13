"""The two costly steps of Newton's method for a logit on levels, compiled.

The library's own solver starts threads, which on a busy machine wait for one another
longer than the whole sum takes.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


@njit(cache=True, nogil=True)
def products(places: Places, weight: Floats, size: int) -> Floats:
    """The weighted products of the indicator columns with one another.

    ``places`` has a row per unit and per feature the column of its level; column 0 is the
    intercept, in which every unit is. The upper half alone is filled.
    """
    curve = np.zeros((size, size))
    rows, features = places.shape
    for i in range(rows):
        w = weight[i]
        curve[0, 0] += w
        for f in range(features):
            a = places[i, f]
            curve[0, a] += w
            for g in range(f, features):
                curve[a, places[i, g]] += w
    return curve


@njit(cache=True, nogil=True)
def solve_symmetric(upper: Floats, right: Floats) -> Floats:
    """The solution of a symmetric positive definite system, given by its upper half.

    By Cholesky's decomposition, in place: ``upper`` is overwritten.
    """
    n = right.size
    for j in range(n):
        for k in range(j):
            upper[j, j] -= upper[k, j] * upper[k, j]
        pivot = np.sqrt(upper[j, j])
        upper[j, j] = pivot
        for i in range(j + 1, n):
            s = upper[j, i]
            for k in range(j):
                s -= upper[k, j] * upper[k, i]
            upper[j, i] = s / pivot
    found = right.copy()
    for j in range(n):
        for k in range(j):
            found[j] -= upper[k, j] * found[k]
        found[j] /= upper[j, j]
    for j in range(n - 1, -1, -1):
        for k in range(j + 1, n):
            found[j] -= upper[j, k] * found[k]
        found[j] /= upper[j, j]
    return found
