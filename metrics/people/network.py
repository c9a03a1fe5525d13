"""A person's place in the share trees: who brought them, whom they brought, what came of it."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from data.facts import Facts
from metrics.foundation.registry import table
from metrics.kernels.share_tree import NOBODY
from metrics.spread.edges import first_edges
from metrics.spread.nodes import MEASURES, SpreadForest

MOST_CHILDREN = 5


@table(grain="activity")
def shared_in(facts: Facts, *, person_id: str) -> ir.Table:
    """Activities to which a person came by a share, or brought somebody: ``activity_id``."""
    edge = facts.share_edge
    # Two looks for one value each: a store finds these without reading every row.
    near = edge.filter(edge.person_id == person_id).union(
        edge.filter(edge.sharer_person_id == person_id)
    )
    edges = first_edges(facts, among=near.select("activity_id", "person_id").distinct())
    own = edges.filter((edges.person_id == person_id) | (edges.sharer_person_id == person_id))
    return own.select("activity_id").distinct().order_by("activity_id")


@dataclass(frozen=True)
class Network:
    """A person in the share trees of some activities.

    ``brought_by`` and ``children`` have one row per activity and person:
    ``activity_id``, ``person_id``, and for children what they brought in turn (``below``),
    the most first, `MOST_CHILDREN` at most; ``children_count`` is how many there are.
    ``direct`` and ``subtree`` hold the sum of each of `MEASURES`; ``generations`` the most
    below the person.
    """

    brought_by: pd.DataFrame
    children: pd.DataFrame
    children_count: int
    direct: dict[str, int]
    subtree: dict[str, int]
    generations: int


def network_of(forest: SpreadForest, person_id: str) -> Network:
    """The person's network in a forest; without a node of theirs everything is empty or 0."""
    code = forest.person.dictionary.index(person_id).as_py()
    person = forest.person.indices.to_numpy(zero_copy_only=False)
    nodes = np.flatnonzero(person == code)
    tree = forest.tree
    sharers = tree.parent[nodes][tree.parent[nodes] != NOBODY]
    children = np.flatnonzero(np.isin(tree.parent, nodes))
    ranked = children[np.argsort(-tree.below[children], kind="stable")]
    return Network(
        brought_by=_people(forest, sharers).drop(columns="below"),
        children=_people(forest, ranked[:MOST_CHILDREN]),
        children_count=len(children),
        direct={name: int(forest.measure("direct", name)[nodes].sum()) for name in MEASURES},
        subtree={name: int(forest.measure("subtree", name)[nodes].sum()) for name in MEASURES},
        generations=int(tree.height[nodes].max()) if nodes.size else 0,
    )


def _people(forest: SpreadForest, nodes: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "activity_id": [forest.activity[int(node)].as_py() for node in nodes],
            "person_id": [forest.person[int(node)].as_py() for node in nodes],
            "below": forest.tree.below[nodes].astype(np.int64),
        }
    )
