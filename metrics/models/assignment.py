"""Giving each lead to one consultant so that the sum is greatest, within bounds for each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

NOBODY = -1


def given(worth: Floats, kinds: Places, ratio: Floats, slots: Places) -> Places:
    """The consultant of each lead by which the sum of worth × ratio is greatest.

    Parameters
    ----------
    worth
        (leads,) what a lead is worth in the hands of an average consultant.
    kinds
        (leads,) column of ``ratio``.
    ratio
        (consultants, kinds).
    slots
        (consultants,) how many each may be given.

    Returns
    -------
    Row of ``ratio`` per lead; `NOBODY` for those beyond all slots, the least worth.

    References
    ----------
    Crouse (2016), IEEE Trans. Aerosp. Electron. Syst. 52(4):1679-1696, as scipy has it.
    """
    place = np.repeat(np.arange(slots.size), slots)
    found = np.full(worth.size, NOBODY, dtype=np.int64)
    if worth.size and place.size:
        value = worth[:, None] * ratio[:, kinds].T[:, place]
        rows, columns = linear_sum_assignment(value, maximize=True)
        found[rows] = place[columns]
    return found


def fair_slots(given_so_far: Places, new: int, capacity: Places, most_share: float) -> Places:
    """How many of a day's leads each may take: within capacity and the share of all so far."""
    total = int(given_so_far.sum()) + new
    most = np.ceil((1 + most_share) * total / given_so_far.size - 1e-9).astype(np.int64)
    slots: Places = np.clip(np.minimum(most - given_so_far, capacity), 0, new)
    return slots
