"""Share trees: who brought whom, and what came of it, in time linear in the edges, compiled.

Nodes are codes from 0. A node keeps one edge: its first arrival. Of edges at the same
moment that of the lowest parent counts, so that any order of the rows gives one forest.
An edge from a node to itself is none. Edges that would close a circle are cut where the
circle was entered: of its nodes, the one that arrived first (of several the lowest code)
cannot have been brought by one who came later, so it becomes a root.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Codes = NDArray[np.int32]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

NOBODY = np.int32(-1)  # the parent of a root
UNKNOWN_AT = np.iinfo(np.int64).min  # the arrival of a node that no edge leads to
HOUR = 3_600_000_000  # microseconds


@dataclass(frozen=True)
class ShareTree:
    """A forest of shares, by node.

    ``parent`` (`NOBODY` at a root), ``root``, ``generation`` (0 at a root), ``breadth``
    (children), ``below`` (all descendants), ``height`` (generations below it), ``at``
    (arrival, `UNKNOWN_AT` where none is known); ``direct`` and ``subtree`` are (nodes,
    measures): the sums of its children's and of all its descendants' own measures, its
    own left out. Every total over roots of ``own + subtree`` is the total of ``own``.
    """

    parent: Codes
    at: Integers
    root: Codes
    generation: Codes
    breadth: Codes
    below: Codes
    height: Codes
    direct: Integers
    subtree: Integers

    @property
    def hop_hours(self) -> Floats:
        """Hours from a node's parent's arrival to its own; missing where one is unknown.

        Negative where the source has a node before its parent: the tree stands by who
        brought whom, and such a pair tells no speed.
        """
        has = self.parent != NOBODY
        began = np.where(has, self.at[self.parent], UNKNOWN_AT)
        known = has & (began != UNKNOWN_AT) & (self.at != UNKNOWN_AT)
        hours = np.full(self.at.size, np.nan)
        hours[known] = (self.at[known] - began[known]) / HOUR
        return hours


def share_tree(
    parent: Codes, child: Codes, at: Integers, own: Integers, *, seen_at: Integers | None = None
) -> ShareTree:
    """The forest of first arrivals, with what each node brought directly and altogether.

    Parameters
    ----------
    parent, child
        One edge each: codes of the sharer and of who arrived, in [0, nodes).
    at
        When they arrived, microseconds.
    own
        (nodes, measures), whole numbers (money in cents), so that sums are exact.
    seen_at
        When each node was first seen, where that is known (`UNKNOWN_AT` elsewhere). Who
        was there before an edge's moment did not arrive by it: such an edge is none.

    Raises
    ------
    ValueError
        If the columns differ in length or a code is not a node's.
    """
    nodes = len(own)
    if not len(parent) == len(child) == len(at):
        raise ValueError(f"edges must agree in length, got {len(parent)}, {len(child)}, {len(at)}")
    for codes in (parent, child):
        if len(codes) and not 0 <= codes.min() <= codes.max() < nodes:
            raise ValueError(f"codes must lie in [0, {nodes}), got {codes.min()} to {codes.max()}")
    seen_at = np.full(nodes, UNKNOWN_AT, np.int64) if seen_at is None else seen_at
    parent_of, at_of, ordered = _first_arrivals(parent, child, at, seen_at)
    own = np.ascontiguousarray(own, np.int64)
    if ordered:
        order, by = np.empty(0, np.int32), parent_of
    else:
        order, by = _generation_by_generation(parent_of, at_of)
    places, sums = _in_order(order, by, own)
    root, generation, breadth, below, height = places.T
    return ShareTree(
        parent_of, at_of, root, generation, breadth, below, height, sums[:, 0], sums[:, 1]
    )


@njit(cache=True, nogil=True)
def _first_arrivals(
    parent: Codes, child: Codes, at: Integers, seen_at: Integers
) -> tuple[Codes, Integers, bool]:
    """Each node's parent and arrival, and whether every parent's code is below its child's."""
    nodes = seen_at.size
    parent_of = np.full(nodes, NOBODY, np.int32)
    at_of = seen_at.copy()
    for i in range(parent.size):
        who, by = child[i], parent[i]
        if who == by:
            continue
        held, best = parent_of[who], at_of[who]
        if best == UNKNOWN_AT or at[i] < best or (at[i] == best and (held < 0 or by < held)):
            parent_of[who] = by
            at_of[who] = at[i]
    ordered = True
    for node in range(nodes):
        if parent_of[node] > node:
            ordered = False
            break
    return parent_of, at_of, ordered


@njit(cache=True, nogil=True)
def _generation_by_generation(parent_of: Codes, at_of: Integers) -> tuple[Codes, Codes]:
    """Nodes with every parent before its children, and the place of each one's parent.

    Children of one parent stand together: sums over the order then touch neighbours.
    Nodes that no root leads to hang on a circle: it is cut, and its tree follows.
    """
    nodes = parent_of.size
    free, child = _children(parent_of)
    order, place_by = np.empty(nodes, np.int32), np.empty(nodes, np.int32)
    size = 0
    for node in range(nodes):
        if parent_of[node] < 0:
            order[size], place_by[size] = node, NOBODY
            size += 1
    size = _follow(0, size, (order, place_by), free, child)
    if size < nodes:
        _cut_circles(size, (order, place_by), (free, child), parent_of, at_of)
    return order, place_by


@njit(cache=True, nogil=True)
def _children(parent_of: Codes) -> tuple[Codes, Codes]:
    """Where each node's children end (the next node's begin), and the children themselves.

    The children of a node stand in ascending order of their codes.
    """
    nodes = parent_of.size
    free = np.zeros(nodes + 1, np.int32)  # where each parent's next child goes
    for node in range(nodes):
        if parent_of[node] >= 0:
            free[parent_of[node] + 1] += 1
    for node in range(nodes):
        free[node + 1] += free[node]
    child = np.empty(nodes, np.int32)
    for node in range(nodes):
        by = parent_of[node]
        if by >= 0:
            child[free[by]] = node
            free[by] += 1  # ends where the next parent's children begin
    return free, child


@njit(cache=True, nogil=True)
def _cut_circles(
    size: int, walk: tuple[Codes, Codes], rows: tuple[Codes, Codes], parent_of: Codes,
    at_of: Integers,
) -> None:  # fmt: skip
    """Make a root of each circle's first arrival, and append its tree to the order.

    ``size`` nodes stand in order already; what is left hangs on circles.
    """
    order, place_by = walk
    reached = np.zeros(parent_of.size, np.bool_)
    _reach(reached, order[:size])
    for node in range(parent_of.size):
        if not reached[node]:
            first = _first_of_circle(node, parent_of, at_of)
            parent_of[first] = NOBODY
            order[size], place_by[size] = first, NOBODY
            begin = size
            size = _follow(begin, size + 1, walk, rows[0], rows[1])
            _reach(reached, order[begin:size])


@njit(cache=True, nogil=True)
def _reach(reached: NDArray[np.bool_], nodes: Codes) -> None:
    """Note that a tree leads to these nodes."""
    for place in range(nodes.size):
        reached[nodes[place]] = True


@njit(cache=True, nogil=True)
def _follow(place: int, size: int, walk: tuple[Codes, Codes], free: Codes, child: Codes) -> int:
    """Append the children of the nodes from a place on, and theirs; gives the new size."""
    order, place_by = walk
    # The child that closes a circle is the node it was cut at: that edge is none.
    top = order[place] if size > place else NOBODY
    while place < size:
        node = order[place]
        for row in range(free[node - 1] if node else 0, free[node]):
            if child[row] != top:
                order[size], place_by[size] = child[row], place
                size += 1
        place += 1
    return size


@njit(cache=True, nogil=True)
def _first_of_circle(node: int, parent_of: Codes, at_of: Integers) -> int:
    """Of the circle that a node's ancestors end in, the one that arrived first."""
    slow = fast = np.int32(node)
    while True:
        slow, fast = parent_of[slow], parent_of[parent_of[fast]]
        if slow == fast:
            break
    first = walked = slow
    while parent_of[walked] != slow:
        walked = parent_of[walked]
        if at_of[walked] < at_of[first] or (at_of[walked] == at_of[first] and walked < first):
            first = walked
    return int(first)


@njit(cache=True, nogil=True)
def _in_order(order: Codes, by: Codes, own: Integers) -> tuple[Codes, Integers]:
    """Down the order for root and generation, up it for sums, given by node.

    ``by`` is the place of each place's parent; without ``order`` places are nodes. What
    one node needs lies together, so that it is fetched once: (nodes, 5) of root,
    generation, breadth, below and height, and (nodes, 2, measures) of direct and subtree.
    """
    nodes, measures = own.shape
    places = np.zeros((nodes, 5), np.int32)
    sums = np.zeros((nodes, 2, measures), np.int64)
    numbered = order.size == 0
    for place in range(nodes):
        if by[place] < 0:
            places[place, 0] = place if numbered else order[place]
        else:
            places[place, 0] = places[by[place], 0]
            places[place, 1] = places[by[place], 1] + 1
    by_node = np.empty((0 if numbered else nodes, 5), np.int32)
    for place in range(nodes - 1, -1, -1):
        node = place if numbered else order[place]
        up = by[place]
        if up >= 0:
            places[up, 2] += 1
            places[up, 3] += places[place, 3] + 1
            places[up, 4] = max(places[up, 4], places[place, 4] + 1)
            parent = up if numbered else order[up]
            for m in range(measures):
                sums[parent, 0, m] += own[node, m]
                sums[parent, 1, m] += own[node, m]
            if places[place, 2]:
                for m in range(measures):
                    sums[parent, 1, m] += sums[node, 1, m]
        if not numbered:  # all that comes to this place has come
            for k in range(5):
                by_node[node, k] = places[place, k]
    return (places if numbered else by_node), sums


def median_hop_hours(tree: ShareTree) -> tuple[float, int, int]:
    """Median hours to the next hop, the hops it is of, and those timed before their parent.

    The median is missing (nan) without hops.
    """
    hours = tree.hop_hours
    timed, backward = hours[hours >= 0], int((hours < 0).sum())
    return float(np.median(timed)) if timed.size else float("nan"), timed.size, backward


def structural_virality(tree: ShareTree, root: int) -> float:
    """Mean distance between two nodes of a root's tree: 2 − 2/n for a star, n/3 for a chain.

    Each edge lies on the way of every pair that it parts: (below + 1) × the others.

    References
    ----------
    Goel, Anderson, Hofman & Watts (2016), Management Science 62(1):180-196.
    """
    inside = (tree.root == root) & (tree.parent != NOBODY)
    n = int(inside.sum()) + 1
    if n == 1:
        return float("nan")
    part = tree.below[inside].astype(np.float64) + 1
    return float((part * (n - part)).sum() / (n * (n - 1) / 2))
