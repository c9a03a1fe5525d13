"""Share trees: the compiled forest against drawings, plain Python and trees of real reposts."""

import json

import numpy as np
import pandas as pd
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


def naive(edges, nodes, own):
    """The same by plain recursion: first arrivals, circles cut, sums by walking."""
    best = {}
    for parent, child, at in edges:
        if parent != child:
            best[child] = min(best.get(child, (at, parent)), (at, parent))
    parent = {child: by for child, (_, by) in best.items()}

    def circle(node):
        walked = []
        while node in parent and node not in walked:
            walked.append(node)
            node = parent[node]
        return walked[walked.index(node) :] if node in walked else []

    for node in range(nodes):
        found = circle(node)
        if found:
            del parent[min(found, key=lambda other: (best[other][0], other))]
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


@pytest.mark.realdata
def test_share_trees_of_real_reposts_are_those_computed_with_networkx(repo_datasets):
    """All cascades in one forest: node 0 of each is the post; reposts keep their own node."""
    folder = repo_datasets / "ced_weibo_reposts"
    reposts = pd.read_parquet(folder / "reposts.parquet").astype(
        {"cascade_id": "int64", "node_id": "int64", "parent_node_id": "int64"}
    )
    sizes = reposts.groupby("cascade_id").node_id.max().reindex(range(1000), fill_value=0) + 1
    base = np.r_[0, sizes.cumsum()]
    start = base[reposts.cascade_id]
    tree = share_tree(
        (start + reposts.parent_node_id).to_numpy(np.int32),
        (start + reposts.node_id).to_numpy(np.int32),
        reposts.time.to_numpy().astype("datetime64[us]").astype(np.int64),
        np.ones((base[-1], 1), np.int64),
    )
    expected = json.loads((folder / "expected_trees.json").read_text())["cascades"]
    assert len(expected) == 28
    for cascade in expected:
        first = int(base[cascade["cascade_id"]])
        inside = slice(first, first + cascade["reposts"] + 1)
        generation = tree.generation[inside]
        assert (tree.root[inside] == first).all()
        by_depth = {int(g): n for g, n in cascade["by_depth"].items()}
        assert np.bincount(generation)[1:].tolist() == [by_depth[g] for g in sorted(by_depth)]
        assert tree.height[first] == generation.max() == cascade["max_depth"]
        assert tree.breadth[first] == cascade["direct_reposts"]
        assert tree.subtree[first, 0] == tree.below[first] == cascade["reposts"]
        top = first + cascade["top_node"]
        assert tree.below[inside][1:].max() == cascade["top_node_descendants"]
        assert tree.below[top] == cascade["top_node_descendants"]
        assert tree.breadth[top] == cascade["top_node_children"]
        assert structural_virality(tree, first) == pytest.approx(
            cascade["structural_virality"], abs=1e-6
        )
    assert tree.generation.max() == 24, "by a plain walk up the parents of every repost"
    _, timed, backward = median_hop_hours(tree)
    assert backward > 0, "some reposts are timed before their parent"
    assert timed > 100_000


@pytest.mark.realdata
def test_share_trees_of_real_people_have_each_once_by_their_first_repost(repo_datasets):
    """By user, as the product counts: who reposts twice arrives once, and no circle is left."""
    reposts = pd.read_parquet(repo_datasets / "ced_weibo_reposts" / "reposts.parquet")
    roots = pd.read_parquet(repo_datasets / "ced_weibo_reposts" / "cascades.parquet")
    expected = json.loads(
        (repo_datasets / "ced_weibo_reposts" / "expected_trees.json").read_text()
    )["cascades"]
    users = {c["cascade_id"]: c["distinct_users"] for c in expected}
    again = 0
    for cascade_id, rows in reposts.groupby("cascade_id"):
        user = np.r_[roots.root_user[cascade_id], rows.user_id]
        of_node = dict(zip([0, *rows.node_id], user, strict=True))
        names, code = np.unique(user, return_inverse=True)
        parent = np.searchsorted(names, [of_node[p] for p in rows.parent_node_id])
        child, at = code[1:], rows.time.to_numpy().astype("datetime64[us]").astype(np.int64)
        tree = share_tree(
            parent.astype(np.int32), child.astype(np.int32), at, np.ones((len(names), 1), np.int64)
        )
        if cascade_id in users:
            assert len(set(rows.user_id)) == users[cascade_id]
        again += len(rows) - len(set(rows.user_id))
        has = tree.parent != NOBODY
        assert (tree.generation[has] == tree.generation[tree.parent[has]] + 1).all()
        # A first arrival counts, unless it was cut: its tree then has no edge to itself.
        brought = child != parent
        first = pd.Series(at[brought]).groupby(child[brought]).min()
        kept = [node for node in first.index if has[node]]
        assert (tree.at[kept] == first[kept]).all()
    assert again > 10_000


@pytest.mark.realdata
def test_share_tree_reads_the_same_depths_as_real_paths_say(repo_datasets):
    """Each path names everybody from the post to the person: its length is the generation."""
    text = (repo_datasets / "weibo_cascades_casflow" / "dataset.txt").read_text()
    checked = 0
    for line in text.splitlines():
        _, _, _, count, paths = line.split("\t")[:5]
        walked = [
            (path.split("/"), int(at))
            for path, at in (entry.rsplit(":", 1) for entry in paths.split())
        ]
        assert len(walked) in {int(count), int(count) + 1}
        codes = {}
        for people, _ in walked:
            for person in people:
                codes.setdefault(person, len(codes))
        seen = np.full(len(codes), UNKNOWN_AT)
        for people, at in walked:
            if len(people) == 1:
                seen[codes[people[0]]] = at
        edges = [(codes[p[-2]], codes[p[-1]], at) for p, at in walked if len(p) > 1]
        tree = forest(edges, len(codes), seen_at=seen)
        for person in {people[-1] for people, _ in walked}:
            node, way = codes[person], [person]
            while tree.parent[node] != NOBODY:
                node = tree.parent[node]
                way.append(list(codes)[node])
            if way[::-1] in [people for people, _ in walked]:
                assert tree.generation[codes[person]] == len(way) - 1
                checked += 1
        assert tree.root[codes[walked[0][0][0]]] == codes[walked[0][0][0]]
        ends = {people[-1] for people, _ in walked}
        assert tree.below[codes[walked[0][0][0]]] >= 0.9 * (len(ends) - 1)
    assert checked > 1000, checked
