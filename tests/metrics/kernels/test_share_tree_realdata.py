"""Share trees of real reposts, against trees computed by others."""

import json

import numpy as np
import pandas as pd
import pytest

from metrics.kernels.share_tree import (
    NOBODY,
    UNKNOWN_AT,
    median_hop_hours,
    share_tree,
    structural_virality,
)


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
        parent, child, at = (np.array(column) for column in zip(*edges, strict=True))
        tree = share_tree(
            parent.astype(np.int32), child.astype(np.int32), at,
            np.ones((len(codes), 1), np.int64), seen_at=seen,
        )  # fmt: skip
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
