"""Share trees: the compiled forest against drawings and plain Python."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.kernels.share_tree import (
    HOUR,
    NOBODY,
    UNKNOWN_AT,
    median_hop_hours,
    share_tree,
    structural_virality,
)


def forest(edges, nodes, own=None, **options):
    parent, child, at = (
        np.array(column, dtype).reshape(-1)
        for column, dtype in zip(
            zip(*edges, strict=True) if edges else ([], [], []),
            (np.int32, np.int32, np.int64),
            strict=True,
        )
    )
    measures = np.ones((nodes, 1), np.int64) if own is None else np.array(own, np.int64)
    return share_tree(parent, child, at, measures, **options)


def test_share_tree_sums_children_and_descendants_without_the_node_itself():
    """0 brought 1 and 2; 1 brought 3; 3 brought 4; 5 came alone. Measures: PV and cents."""
    own = [[5, 0], [4, 100], [3, 0], [2, 1999], [1, 1], [9, 7]]
    tree = forest([(0, 1, 10), (0, 2, 20), (1, 3, 30), (3, 4, 40)], 6, own)
    assert tree.parent.tolist() == [-1, 0, 0, 1, 3, -1]
    assert tree.root.tolist() == [0, 0, 0, 0, 0, 5]
    assert tree.generation.tolist() == [0, 1, 1, 2, 3, 0]
    assert tree.breadth.tolist() == [2, 1, 0, 1, 0, 0]
    assert tree.below.tolist() == [4, 2, 0, 1, 0, 0]
    assert tree.height.tolist() == [3, 2, 0, 1, 0, 0]
    assert tree.direct.tolist() == [[7, 100], [2, 1999], [0, 0], [1, 1], [0, 0], [0, 0]]
    assert tree.subtree.tolist() == [[10, 2100], [3, 2000], [0, 0], [1, 1], [0, 0], [0, 0]]


def test_share_tree_keeps_the_first_arrival_only():
    tree = forest([(2, 1, 50), (0, 1, 10), (2, 1, 5), (0, 3, 7), (2, 3, 7)], 4)
    assert tree.parent.tolist() == [-1, 2, -1, 0]
    assert tree.at.tolist() == [UNKNOWN_AT, 5, UNKNOWN_AT, 7]


def test_share_tree_leaves_out_an_edge_to_oneself():
    tree = forest([(0, 0, 1), (1, 1, 1), (0, 1, 5)], 2)
    assert tree.parent.tolist() == [-1, 0]
    assert tree.at.tolist() == [UNKNOWN_AT, 5]


def test_share_tree_cuts_a_circle_at_whoever_arrived_first():
    """3 → 1 → 2 → 3, with 4 hanging on 2: 1 came first, so nobody brought her."""
    edges = [(3, 1, 10), (1, 2, 20), (2, 3, 30), (2, 4, 40)]
    for rows in (edges, edges[::-1]):
        tree = forest(rows, 5)
        assert tree.parent.tolist() == [-1, -1, 1, 2, 2]
        assert tree.below.tolist() == [0, 3, 2, 0, 0]
    tree = forest([(1, 0, 5), (0, 1, 5)], 2)
    assert tree.parent.tolist() == [-1, 0]


def test_share_tree_of_nothing_is_empty():
    tree = forest([], 0)
    assert tree.parent.size == tree.subtree.size == 0
    alone = forest([], 2)
    assert alone.root.tolist() == [0, 1]
    assert np.isnan(median_hop_hours(alone)[0])


def test_hops_are_measured_where_both_arrivals_are_known_and_in_order():
    seen = np.array([0, UNKNOWN_AT, UNKNOWN_AT, UNKNOWN_AT, UNKNOWN_AT])
    edges = [(0, 1, 2 * HOUR), (1, 2, 6 * HOUR), (1, 3, 1 * HOUR)]
    tree = forest(edges, 5, seen_at=seen)
    np.testing.assert_array_equal(tree.hop_hours, [np.nan, 2, 4, -1, np.nan])
    assert median_hop_hours(tree) == (3.0, 2, 1)
    assert median_hop_hours(forest(edges, 5)) == (4.0, 1, 1)


def test_share_tree_takes_no_edge_to_somebody_who_was_there_before():
    seen = np.array([UNKNOWN_AT, 5, 10])
    tree = forest([(0, 1, 9), (0, 2, 10)], 3, seen_at=seen)
    assert tree.parent.tolist() == [-1, -1, 0]
    assert tree.at.tolist() == [UNKNOWN_AT, 5, 10]


def test_share_tree_refuses_codes_that_are_no_nodes():
    with pytest.raises(ValueError, match=r"codes must lie in \[0, 2\), got 1 to 2"):
        forest([(1, 0, 1), (2, 1, 1)], 2)
    with pytest.raises(ValueError, match="edges must agree in length, got 1, 2, 1"):
        share_tree(
            np.zeros(1, np.int32), np.zeros(2, np.int32), np.zeros(1, np.int64),
            np.zeros((2, 1), np.int64),
        )  # fmt: skip


def circle_above(node, parent):
    """The circle that a node's ancestors end in, or nobody where they end in a root."""
    walked = []
    while node in parent and node not in walked:
        walked.append(node)
        node = parent[node]
    return walked[walked.index(node) :] if node in walked else []


def first_parents(edges, nodes):
    """Who brought whom by plain search: first arrivals, circles cut."""
    best = {}
    for parent, child, at in edges:
        if parent != child:
            best[child] = min(best.get(child, (at, parent)), (at, parent))
    parent = {child: by for child, (_, by) in best.items()}
    for node in range(nodes):
        found = circle_above(node, parent)
        if found:
            del parent[min(found, key=lambda other: (best[other][0], other))]
    return parent


def naive(edges, nodes, own):
    """The same by plain recursion: sums by walking."""
    parent = first_parents(edges, nodes)
    children = {node: [c for c, by in parent.items() if by == node] for node in range(nodes)}

    def subtree(node, m):
        return sum(own[c][m] + subtree(c, m) for c in children[node])

    def height(node):
        return max((1 + height(c) for c in children[node]), default=0)

    def depth(node):
        return 1 + depth(parent[node]) if node in parent else 0

    def root(node):
        return root(parent[node]) if node in parent else node

    return {
        "parent": [parent.get(node, -1) for node in range(nodes)],
        "root": [root(node) for node in range(nodes)],
        "generation": [depth(node) for node in range(nodes)],
        "breadth": [len(children[node]) for node in range(nodes)],
        "height": [height(node) for node in range(nodes)],
        "direct": [[sum(own[c][m] for c in children[n]) for m in (0, 1)] for n in range(nodes)],
        "subtree": [[subtree(node, m) for m in (0, 1)] for node in range(nodes)],
    }


@given(
    st.integers(1, 9).flatmap(
        lambda nodes: st.tuples(
            st.lists(
                st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1), st.integers(0, 6)),
                max_size=20,
            ),
            st.lists(
                st.tuples(st.integers(-3, 9), st.integers(0, 9)), min_size=nodes, max_size=nodes
            ),
        )
    )
)
def test_share_tree_agrees_with_plain_recursion_on_any_edges(drawn):
    edges, own = drawn
    tree = forest(edges, len(own), own)
    for name, expected in naive(edges, len(own), own).items():
        assert getattr(tree, name).tolist() == expected, name
    roots = tree.parent == NOBODY
    whole = np.array(own, np.int64)
    assert (whole[roots] + tree.subtree[roots]).sum(0).tolist() == whole.sum(0).tolist()


@given(st.permutations(range(12)), st.permutations(range(12)))
def test_share_tree_is_the_same_forest_in_any_order_of_rows_and_codes(rows, codes):
    rng = np.random.default_rng(5)
    child = np.arange(1, 13, dtype=np.int32)
    parent = (child * rng.random(12)).astype(np.int32)
    at, own = np.arange(12), np.arange(26).reshape(13, 2)
    expected = share_tree(parent, child, at, own)
    code = np.array([*codes, 12], np.int32)
    moved = np.empty_like(own)
    moved[code] = own
    found = share_tree(code[parent[rows]], code[child[rows]], at[rows], moved)
    assert (found.subtree[code] == expected.subtree).all()
    assert (found.generation[code] == expected.generation).all()
    assert (found.root[code] == code[expected.root]).all()


def test_structural_virality_of_a_star_and_of_a_chain():
    star = forest([(0, child, child) for child in range(1, 10)], 10)
    chain = forest([(child - 1, child, child) for child in range(1, 10)], 10)
    assert structural_virality(star, 0) == pytest.approx(2 - 2 / 10)
    assert structural_virality(chain, 0) == pytest.approx(11 / 3)
    assert np.isnan(structural_virality(forest([], 1), 0))
