"""Removal effects of a Markov chain of channels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from data.errors import InvalidOption

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_DENSE = 300  # up to so many states the equations are solved directly
_TOLERANCE = 1e-12
_STEPS = 20_000


def removal_effects(
    states: Integers, nexts: Integers, weights: Floats, *, channels: int
) -> tuple[float, Floats]:
    """The chance of conversion, and what part of it is lost without each channel.

    Removing a channel sends every move into it to "no conversion".

    Parameters
    ----------
    states
        (n, order) channels of the state from the oldest to the newest, -1 where the path
        is shorter; all -1 is the start.
    nexts
        (n,) the channel moved to; ``channels`` is conversion, ``channels + 1`` is none.
    weights
        (n,) how often, positive.

    Returns
    -------
    tuple
        The probability of conversion from the start, and for each channel
        1 − P(conversion without it) ÷ P(conversion), in [0, 1]; zeros where nothing
        converts.

    References
    ----------
    Anderl et al. (2016), IJRM 33:457-474.
    """
    if states.ndim != 2 or not 1 <= states.shape[1] <= 3:
        raise InvalidOption(f"order must be 1, 2 or 3, got {states.shape[1:]}")
    digits = states + 1
    base = channels + 1
    places = base ** np.arange(states.shape[1] - 1, -1, -1)
    source = digits @ places
    to_channel = nexts < channels
    target = np.where(to_channel, (source * base + nexts + 1) % base ** states.shape[1], -1)
    known, source_no = np.unique(source, return_inverse=True)
    if known.size == 0 or known[0] != 0:
        return 0.0, np.zeros(channels)
    total = np.bincount(source_no, weights, known.size)
    chance = weights / total[source_no]
    target_no = np.searchsorted(known, target[to_channel])
    moves = sparse.csr_matrix(
        (chance[to_channel], (source_no[to_channel], target_no)), shape=(known.size, known.size)
    )
    ends = nexts == channels
    converts = np.bincount(source_no[ends], chance[ends], known.size).astype(np.float64)
    newest = (known % base) - 1
    found = _absorbed(moves, converts, newest, channels)
    whole = float(found[channels])
    if whole <= 0:
        return 0.0, np.zeros(channels)
    return whole, np.clip(1 - found[:channels] / whole, 0, 1)


def _absorbed(
    moves: sparse.csr_matrix, converts: Floats, newest: Integers, channels: int
) -> Floats:
    """P(conversion from the start) without each channel, and last with all of them."""
    if converts.size <= _DENSE:
        return _solved(moves.toarray(), converts, newest, channels)
    # Staying in a state only delays: taking the diagonal out leaves the chances as they
    # are and the iteration much shorter.
    stay = moves.diagonal()
    scale = sparse.diags(1 / np.maximum(1 - stay, 1e-300))
    moves = (scale @ (moves - sparse.diags(stay))).tocsr()
    ready = (scale @ converts)[:, None]
    present = newest[:, None] != np.arange(channels + 1)[None, :]
    chances = np.where(present, ready, 0.0)
    for _ in range(_STEPS):
        # A removed channel's states convert with no chance: a move into them is lost.
        following = np.where(present, moves @ chances + ready, 0.0)
        change = np.abs(following - chances).max()
        chances = following
        if change < _TOLERANCE:
            break
    return np.asarray(chances[0], dtype=np.float64)


def _solved(moves: Floats, converts: Floats, newest: Integers, channels: int) -> Floats:
    found = np.empty(channels + 1)
    for removed in range(channels + 1):
        kept = newest != removed
        part = moves[np.ix_(kept, kept)]
        found[removed] = np.linalg.solve(np.eye(part.shape[0]) - part, converts[kept])[0]
    return found
