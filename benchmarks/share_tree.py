"""Share trees over 10 million edges, against numpy's sort of the same edges by child and time.

That sort is what a way without a kernel begins with: it finds each node's first arrival
and no more. Edges and codes are in random order, and each node carries six measures of
its own. A second line has codes in the order of arrival, as the product numbers them.
EDULENS_BENCH_EDGES gives the size.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import numpy as np

from benchmarks import report
from metrics.kernels.share_tree import share_tree

EDGES = int(os.environ.get("EDULENS_BENCH_EDGES", "10_000_000"))
MEASURES = 6
ROUNDS = 3

Forest = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def forest(edges: int) -> Forest:
    """Parent, child, time and own measures of a forest that early nodes attract."""
    rng = np.random.default_rng(1)
    child = np.arange(1, edges + 1, dtype=np.int32)
    parent = (child * rng.random(edges) ** 1.5).astype(np.int32)
    at = np.sort(rng.integers(0, 10**13, edges))
    return parent, child, at, rng.integers(0, 5, (edges + 1, MEASURES))


def shuffled(found: Forest) -> Forest:
    """The same forest with rows and codes in random order."""
    parent, child, at, own = found
    rng = np.random.default_rng(2)
    code = rng.permutation(len(own)).astype(np.int32)
    rows = rng.permutation(len(at))
    moved = np.empty_like(own)
    moved[code] = own
    return code[parent][rows], code[child][rows], at[rows], moved


def best_seconds(work: Callable[[], object]) -> float:
    """The shortest of some rounds."""
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    """Print the measurements."""
    small = forest(1000)
    share_tree(*small)
    share_tree(*shuffled(small))  # both ways are compiled
    ordered = forest(EDGES)
    parent, child, at, own = shuffled(ordered)
    sort = best_seconds(lambda: np.lexsort((at, child)))
    name = f"share_tree_{EDGES // 1_000_000}m_edges"
    seconds = best_seconds(lambda: share_tree(parent, child, at, own))
    report(f"{name}_vs_numpy_sort", seconds / sort, "ratio", 1.5)
    seconds = best_seconds(lambda: share_tree(*ordered))
    report(f"{name}_in_order_vs_numpy_sort", seconds / sort, "ratio", 1)


if __name__ == "__main__":
    main()
