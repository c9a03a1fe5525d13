"""A share tree as boxes, one row a generation: readable at a thousand people and more."""

from __future__ import annotations

import numpy as np
import pandas as pd

from metrics.kernels.share_tree import NOBODY
from metrics.spread.nodes import SpreadForest

SMALLEST = 1 / 250  # of the whole width; what is narrower is put together
REST = -1


def icicle_boxes(forest: SpreadForest, *, smallest: float = SMALLEST) -> pd.DataFrame:
    """Boxes of a forest: below each parent its children side by side, the widest first.

    A box is as wide as the people in it: the node and everybody below. Children too narrow
    to see are one box of the rest. Roots that nobody followed are left out.

    Returns
    -------
    DataFrame
        ``generation``, ``start``, ``width`` (people), ``node`` (`REST` for the rest),
        ``people`` (in the box), ``nodes`` (that the box stands for in its generation),
        ``parent`` (whose children they are, `NOBODY` of roots).
    """
    tree = forest.tree
    width = tree.below.astype(np.int64) + 1
    roots = np.flatnonzero((tree.parent == NOBODY) & (tree.breadth > 0))
    total = int(width[roots].sum())
    least = _least(total, smallest)
    has = np.flatnonzero(tree.parent != NOBODY)
    by_parent = has[np.argsort(tree.parent[has], kind="stable")]
    begins = np.searchsorted(tree.parent[by_parent], np.arange(forest.nodes + 1))
    boxes: list[tuple[int, int, int, int, int, int, int]] = []
    row = [(0, 0, int(NOBODY), roots)]
    while row:
        below: list[tuple[int, int, int, np.ndarray]] = []
        for generation, start, parent, nodes in row:
            ordered = nodes[np.lexsort((nodes, -width[nodes]))]
            wide = ordered[width[ordered] >= least]
            at = start
            for node in wide.tolist():
                size = int(width[node])
                boxes.append((generation, at, size, node, size, 1, parent))
                children = by_parent[begins[node] : begins[node + 1]]
                if children.size:
                    below.append((generation + 1, at, node, children))
                at += size
            rest = int(width[ordered[len(wide) :]].sum())
            if rest:
                few = len(ordered) - len(wide)
                boxes.append((generation, at, rest, REST, rest, few, parent))
        row = below
    columns = ["generation", "start", "width", "node", "people", "nodes", "parent"]
    return pd.DataFrame(boxes, columns=columns).astype(np.int64)


def rest_of(forest: SpreadForest, parent: int, *, smallest: float = SMALLEST) -> np.ndarray:
    """The nodes of the box of the rest below a parent (`NOBODY`: of the roots)."""
    tree = forest.tree
    width = tree.below.astype(np.int64) + 1
    roots = (tree.parent == NOBODY) & (tree.breadth > 0)
    own = roots if parent == NOBODY else tree.parent == parent
    found: np.ndarray = np.flatnonzero(own & (width < _least(int(width[roots].sum()), smallest)))
    return found


def _least(total: int, smallest: float) -> float:
    """The people from which a node has a box of its own."""
    return max(smallest * total, 1.0)


def below_of(forest: SpreadForest, node: int) -> np.ndarray:
    """Everybody below a node, generation by generation."""
    found, wave = [], np.array([node])
    while wave.size:
        wave = np.flatnonzero(np.isin(forest.tree.parent, wave))
        found.append(wave)
    return np.concatenate(found)
