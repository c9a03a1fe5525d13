"""Who took part in activities, with what each did and by whom they came: the spread forest."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data.facts import Facts
from metrics.activities.cohort import Activities, arrivals
from metrics.foundation.clock import first_leads, first_paid, formal_lines
from metrics.foundation.registry import table
from metrics.kernels.people import hashes_of
from metrics.kernels.share_tree import UNKNOWN_AT, ShareTree, share_tree
from metrics.spread.edges import lead_outcomes

MEASURES = ("views", "visitors", "shares", "leads", "orders", "net_cents")
RELATIONS = ("new", "lead", "member")  # what a person was before they came
DAYS = 90  # in which a lead's order and revenue count
_MIX = np.uint64(0x9E3779B97F4A7C15)

Integers = NDArray[np.int64]


@table(grain="activity and person")
def spread_nodes(facts: Facts, *, activities: Activities = (), days: int = DAYS) -> ir.Table:
    """One row per activity and person who took part: came, shared or left a lead.

    The days picked do not bear on it: a tree that is cut in time is none.

    Returns
    -------
    ibis Table
        ``activity_id``, ``person_id``, ``campus_id``, ``sharer_person_id`` (missing where
        they came by no share), ``arrived_at``, ``views``, ``visitors`` (1, or 0 for who
        left a lead and no trace), ``shares``, ``leads``, ``orders``, ``net_cents``,
        ``relation`` (place in `RELATIONS`).
    """
    came, outcome = arrivals(facts, activities), lead_outcomes(facts, activities, days=days)
    none = ibis.literal(0, "int64")
    parts = came.select(
        "activity_id", "person_id", "campus_id", "sharer_person_id", "arrived_at", "views",
        "shares",
        lead_at=ibis.null("timestamp(6)"), visitors=ibis.literal(1, "int64"), leads=none,
        orders=none, net_cents=none,
    ).union(
        outcome.select(
            "activity_id", "person_id", "campus_id", sharer_person_id=ibis.null("string"),
            arrived_at=ibis.null("timestamp(6)"), views=none, shares=none, lead_at="lead_at",
            visitors=none, leads=ibis.literal(1, "int64"), orders=outcome.ordered,
            net_cents=(outcome.net_cny * 100).cast("int64"),
        )
    )  # fmt: skip
    taken_part = parts.group_by("activity_id", "person_id").aggregate(
        campus_id=parts.campus_id.min(), sharer_person_id=parts.sharer_person_id.min(),
        arrived_at=ibis.coalesce(parts.arrived_at.min(), parts.lead_at.min()),
        **{name: parts[name].sum() for name in MEASURES},
    )  # fmt: skip
    leads = first_leads(facts).select("person_id", first_lead_at="created_at")
    paid = first_paid(formal_lines(facts))
    known = taken_part.left_join(leads, "person_id").drop("person_id_right")
    known = known.left_join(paid, "person_id").drop("person_id_right")
    was_lead = (known.first_lead_at < known.arrived_at).fill_null(False).cast("int64")
    was_member = (known.first_paid_at < known.arrived_at).fill_null(False).cast("int64")
    nodes = known.select(
        "activity_id", "person_id", "campus_id", "sharer_person_id", "arrived_at",
        *MEASURES, relation=ibis.ifelse(was_member == 1, 2, was_lead),
    )  # fmt: skip
    # A tree that is drawn stands in one order; sums over all do not need any.
    return nodes.order_by("activity_id", "person_id") if activities else nodes


@dataclass(frozen=True, eq=False)
class SpreadForest:
    """The share trees of activities, by node: an activity and a person.

    ``activity``, ``person`` and ``campus`` are ids (dictionary-encoded Arrow columns);
    ``own`` is (nodes, `MEASURES`). Sharers who left no trace of their own stand behind
    the others with measures of 0: somebody came by them.
    """

    activity: pa.DictionaryArray
    person: pa.DictionaryArray
    campus: pa.DictionaryArray
    relation: Integers
    own: Integers
    tree: ShareTree

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.own)

    def measure(self, of: str, name: str) -> Integers:
        """A column of ``own``, ``direct`` or ``subtree``."""
        table: Integers = self.own if of == "own" else getattr(self.tree, of)
        return table[:, MEASURES.index(name)]


def grow(table: pa.Table) -> SpreadForest:
    """The kernel for a store's fold over `spread_nodes`."""
    activity, person = (hashes_of(table[name]) for name in ("activity_id", "person_id"))
    keys = _mixed(activity, person)
    brought = np.flatnonzero(table["sharer_person_id"].is_valid().to_numpy())
    by = table["sharer_person_id"].take(pa.array(brought))
    wanted = _mixed(activity[brought], hashes_of(by))
    order = np.argsort(keys)
    place = np.searchsorted(keys, wanted, sorter=order)
    found = order[np.minimum(place, max(len(keys) - 1, 0))] if len(keys) else place
    missing = keys[found] != wanted if len(keys) else np.ones(len(wanted), np.bool_)
    others, first, number = np.unique(wanted[missing], return_index=True, return_inverse=True)
    parent = found.astype(np.int64)
    parent[missing] = len(keys) + number
    own = np.column_stack([table[name].to_numpy() for name in MEASURES]).astype(np.int64)
    at = table["arrived_at"].cast(pa.timestamp("us")).cast(pa.int64()).to_numpy()
    extra = pa.array(brought[missing][first])
    seen = np.r_[at, np.full(len(others), UNKNOWN_AT)]
    return SpreadForest(
        activity=_with(table["activity_id"], table["activity_id"].take(extra)),
        person=_with(table["person_id"], table["sharer_person_id"].take(extra)),
        campus=_with(table["campus_id"], table["campus_id"].take(extra)),
        relation=np.r_[table["relation"].to_numpy(), np.zeros(len(others))].astype(np.int64),
        own=np.vstack([own, np.zeros((len(others), len(MEASURES)), np.int64)]),
        tree=share_tree(
            parent.astype(np.int32), brought.astype(np.int32), at[brought],
            np.vstack([own, np.zeros((len(others), len(MEASURES)), np.int64)]), seen_at=seen,
        ),
    )  # fmt: skip


def _mixed(activity: NDArray[np.uint64], person: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed: NDArray[np.uint64] = (activity * _MIX) ^ person
    return mixed


def _with(column: pa.ChunkedArray, more: pa.ChunkedArray) -> pa.DictionaryArray:
    """One column after the other, dictionary-encoded."""
    chunks = [*column.cast(pa.string()).chunks, *more.cast(pa.string()).chunks]
    encoded = pc.dictionary_encode(pa.chunked_array(chunks, pa.string()))
    if not encoded.num_chunks:
        return pa.array([], pa.string()).dictionary_encode()
    return encoded.unify_dictionaries().combine_chunks()


def sharers_of(forest: SpreadForest) -> NDArray[np.bool_]:
    """Whether each node shared: it has a share of its own, or somebody came by it."""
    shared: NDArray[np.bool_] = (forest.measure("own", "shares") > 0) | (forest.tree.breadth > 0)
    return shared
