"""Joining identifiers into people: a union-find that knows when to refuse."""

from __future__ import annotations

import functools
import threading
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

MERGED, SAME, TOO_LARGE, OVER_LIMIT = 0, 1, 2, 3  # OVER_LIMIT + k: kind k has too many values

Numbers = npt.NDArray[np.int32]
Codes = npt.NDArray[np.uint8]


@numba.njit(cache=True)
def _root(parent: Numbers, node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@numba.njit(cache=True)
def _refusal(  # noqa: PLR0917  # numba takes positions
    a: int, b: int, counts: Codes, limits: Codes, login_limits: Codes, login: int, largest: int
) -> int:
    """Why two components may not be one; `MERGED` where they may."""
    size = 0
    has_login = login >= 0 and counts[a, login] + counts[b, login] > 0
    for k in range(counts.shape[1]):
        both = counts[a, k] + counts[b, k]
        size += both
        limit = login_limits[k] if has_login else limits[k]
        # TRICKY: a side that brings none cannot break the limit, even where the other is over
        # it already: a login that meets a person of two phones does not add a third.
        if limit and both > limit and counts[a, k] and counts[b, k]:
            return OVER_LIMIT + k
    return TOO_LARGE if largest and size > largest else MERGED


@numba.njit(cache=True)
def _merge(  # noqa: PLR0917  # numba takes positions
    left: Numbers,
    right: Numbers,
    forced: npt.NDArray[np.bool_],
    counts: Codes,
    limits: Codes,
    login_limits: Codes,
    login: int,
    largest: int,
) -> tuple[Numbers, Codes]:
    parent = np.arange(counts.shape[0]).astype(np.int32)
    outcome = np.empty(left.shape[0], np.uint8)
    for i in range(left.shape[0]):
        a, b = _root(parent, left[i]), _root(parent, right[i])
        if a == b:
            outcome[i] = SAME
            continue
        refusal = _refusal(a, b, counts, limits, login_limits, login, largest)
        if refusal != MERGED and not forced[i]:
            outcome[i] = refusal
            continue
        # The lowest number represents, so that the answer does not hang on the way there.
        low, high = min(a, b), max(a, b)
        parent[high] = low
        for k in range(counts.shape[1]):
            counts[low, k] = min(255, counts[low, k] + counts[high, k])
        outcome[i] = MERGED
    for node in range(parent.shape[0]):
        parent[node] = parent[parent[node]]
    return parent, outcome


def merge_links(
    left: Numbers,
    right: Numbers,
    kinds: Codes,
    *,
    limits: Codes,
    login_limits: Codes,
    login: int = -1,
    largest: int = 0,
    forced: npt.NDArray[np.bool_] | None = None,
) -> tuple[Numbers, Codes]:
    """Take links in their order; merge, or refuse what would break a limit.

    Parameters
    ----------
    left, right
        Numbers of the linked identifiers, one pair per link, below ``len(kinds)``.
    kinds
        Kind of each identifier, an index into ``limits``.
    limits, login_limits
        Values a person may have of each kind, without and with a login; 0 is no limit.
    login
        The kind that is a login; -1 for none.
    largest
        Identifiers a person may have in all; 0 is no limit.
    forced
        Links that a human accepted: never refused.

    Returns
    -------
    representatives
        For each identifier, the lowest number of its component.
    outcome
        For each link `MERGED`, `SAME` (already one person), `TOO_LARGE`, or
        `OVER_LIMIT` plus the kind.
    """
    counts = np.zeros((len(kinds), len(limits)), np.uint8)
    counts[np.arange(len(kinds)), kinds] = 1
    if forced is None:
        forced = np.zeros(len(left), np.bool_)
    left, right, forced = _read_only(left), _read_only(right), _read_only(forced)
    return _merge(left, right, forced, counts, limits, login_limits, login, largest)


def _read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The same numbers, as Arrow hands them over: one compiled version serves both."""
    view = array.view()
    view.flags.writeable = False
    return view


@functools.cache
def warm_up() -> threading.Thread:
    """Load the compiled kernel in the background, once a process: it takes over a second."""
    none, one = np.empty(0, np.int32), np.ones(1, np.uint8)
    thread = threading.Thread(
        target=merge_links,
        args=(none, none, np.empty(0, np.uint8)),
        kwargs={"limits": one, "login_limits": one},
        daemon=True,
    )
    thread.start()
    return thread
