"""What people's shares brought: by node, by generation, and by person over activities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.foundation.intervals import Z95
from metrics.kernels.share_tree import HOUR, NOBODY, UNKNOWN_AT, structural_virality
from metrics.models.ranks import UNTOLD, rank_correlation
from metrics.spread.nodes import MEASURES, RELATIONS, SpreadForest, sharers_of
from metrics.spread.shares import CYCLE_DAYS

CREDITS = ("direct", "subtree")
LEAST_MATURE = 30
BRIDGE_FACTOR = 2  # a bridge's people bring at least so many times what it brought itself
_DAY = 24 * HOUR

Floats = NDArray[np.float64]


def node_table(forest: SpreadForest) -> pd.DataFrame:
    """Everybody who took part, one row each: who brought them and what they brought.

    Returns
    -------
    DataFrame
        ``node``, ``activity_id``, ``person_id``, ``campus_id``, ``sharer_person_id``,
        ``relation``, ``generation``, ``breadth``, ``below``, ``height``, the measures of
        their own, and of direct and subtree credit as ``direct_<measure>`` and
        ``subtree_<measure>``; who brought most stands first.
    """
    tree = forest.tree
    person = np.asarray(forest.person.to_pandas(), object)
    sharer = person[tree.parent] if len(person) else person.copy()
    sharer[tree.parent == NOBODY] = None
    columns: dict[str, object] = {
        "node": np.arange(forest.nodes),
        "activity_id": np.asarray(forest.activity.to_pandas(), object),
        "person_id": person,
        "campus_id": np.asarray(forest.campus.to_pandas(), object),
        "sharer_person_id": sharer,
        "relation": np.array(RELATIONS, object)[forest.relation],
        "root": tree.root,
        "generation": tree.generation,
        "breadth": tree.breadth,
        "below": tree.below,
        "height": tree.height,
        **{name: forest.measure("own", name) for name in MEASURES},
    }
    for credit in CREDITS:
        for name in MEASURES:
            columns[f"{credit}_{name}"] = forest.measure(credit, name)
    table = pd.DataFrame(columns)
    by = ["subtree_visitors", "direct_visitors", "person_id"]
    return table.sort_values(by, ascending=[False, False, True], ignore_index=True)


def kols(
    forest: SpreadForest, *, credit: str = "subtree", measure: str = "visitors"
) -> pd.DataFrame:
    """Everybody who shared, over all activities of the forest, whose shares brought most first.

    Subtree credit counts everybody below, so that it is shared along a chain: it ranks,
    it does not add up over people. Direct credit adds up to all who came by a share.

    Returns
    -------
    DataFrame
        ``person_id``, ``campus_id``, ``activities`` (in which they shared), ``generations``
        (the most below them), ``relation`` (the latest), direct and subtree measures.
    """
    shared = np.flatnonzero(sharers_of(forest))
    person = forest.person.indices.to_numpy(zero_copy_only=False)[shared]
    code, row = np.unique(person, return_inverse=True)
    columns: dict[str, object] = {
        "person_id": np.asarray(forest.person.dictionary.take(code).to_pandas(), object),
        "activities": np.bincount(row, minlength=len(code)),
    }
    generations = np.zeros(len(code), np.int64)
    np.maximum.at(generations, row, forest.tree.height[shared])
    in_time = np.argsort(forest.tree.at[shared], kind="stable")
    last = np.zeros(len(code), np.int64)
    last[row[in_time]] = shared[in_time]  # the latest write stays
    columns["generations"] = generations
    columns["relation"] = np.array(RELATIONS, object)[forest.relation[last]]
    columns["campus_id"] = np.asarray(forest.campus.take(last).to_pandas(), object)
    for of in CREDITS:
        for name in MEASURES:
            sums = np.zeros(len(code), np.int64)
            np.add.at(sums, row, forest.measure(of, name)[shared])
            columns[f"{of}_{name}"] = sums
    table = pd.DataFrame(columns)
    other = "direct" if credit == "subtree" else "subtree"
    by = [f"{credit}_{measure}", f"{other}_{measure}", "person_id"]
    return table.sort_values(by, ascending=[False, False, True], ignore_index=True)


def generation_table(
    forest: SpreadForest, *, as_of: datetime, window_days: int = CYCLE_DAYS
) -> pd.DataFrame:
    """Generations of the forest: N(g), R(g) with its interval, leads, hours to the next hop.

    R(g) = people brought by those of generation g who are at least the window old ÷ those,
    so that an activity that runs does not look as if it ended. Once everybody is old
    enough it is N(g + 1) ÷ N(g). Generation 0 are roots: who came by no share. Those whose
    share nobody followed are among them.

    Returns
    -------
    DataFrame
        ``generation``, ``people`` N(g), ``sharers``, ``leads``, ``orders``,
        ``mature``, ``brought`` (by the mature, so far), ``r`` (missing without
        mature people), ``low``, ``high`` (95 %, from the spread of children per person),
        ``is_judged`` (at least 30 mature), ``hop_hours`` (median from the generation
        before; missing for roots).
    """
    tree = forest.tree
    end = int(pd.Timestamp(as_of).value // 1000)
    there = forest.measure("own", "visitors") + (tree.breadth > 0) > 0
    known = tree.at != UNKNOWN_AT
    mature = there & (~known | (tree.at <= end - window_days * _DAY))
    hop = tree.hop_hours
    rows = []
    for g in range(int(tree.generation[there].max()) + 1 if there.any() else 0):
        inside = there & (tree.generation == g)
        old = inside & mature
        n, brought = int(old.sum()), tree.breadth[old]
        r = float(brought.sum() / n) if n else np.nan
        half = float(Z95 * brought.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan
        timed = hop[inside & (hop >= 0)]
        rows.append(
            {
                "generation": g, "people": int(inside.sum()),
                "sharers": int((inside & sharers_of(forest)).sum()),
                "leads": int(forest.measure("own", "leads")[inside].sum()),
                "orders": int(forest.measure("own", "orders")[inside].sum()),
                "mature": n, "brought": int(brought.sum()), "r": r,
                "low": max(r - half, 0.0), "high": r + half, "is_judged": n >= LEAST_MATURE,
                "hop_hours": float(np.median(timed)) if timed.size else np.nan,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def largest_tree(forest: SpreadForest) -> tuple[int, float]:
    """The people of the tree that has most of them, and its structural virality.

    The virality is missing where nobody came by anybody.
    """
    tree = forest.tree
    if not forest.nodes:
        return 0, float("nan")
    root = int(np.argmax(np.where(tree.parent == NOBODY, tree.below, -1)))
    return int(tree.below[root]) + 1, structural_virality(tree, root)


@dataclass(frozen=True)
class Stability:
    """Whether who brings many in one activity does so in the next.

    ``rank_correlation`` (Spearman) over ``pairs`` of one person's following activities,
    with its 95 % interval; missing below 30 pairs.
    """

    pairs: int
    people: int
    rank_correlation: float
    low: float
    high: float


def stability(
    forest: SpreadForest, *, credit: str = "subtree", measure: str = "visitors"
) -> Stability:
    """Rank correlation of a sharer's credit between an activity and their next one.

    Credit is taken as the rank among the activity's sharers, so that a large activity
    does not make everybody in it look strong.
    """
    shared = np.flatnonzero(sharers_of(forest))
    activity = forest.activity.indices.to_numpy(zero_copy_only=False)[shared]
    person = forest.person.indices.to_numpy(zero_copy_only=False)[shared]
    amount = forest.measure(credit, measure)[shared].astype(np.float64)
    rank = _rank_within(activity, amount)
    at = forest.tree.at[shared]
    began = np.full(int(activity.max()) + 1 if activity.size else 0, np.iinfo(np.int64).max)
    known = at != UNKNOWN_AT
    np.minimum.at(began, activity[known], at[known])
    order = np.lexsort((began[activity], person)) if activity.size else shared
    same = person[order][1:] == person[order][:-1]
    earlier, later = rank[order][:-1][same], rank[order][1:][same]
    n = int(same.sum())
    people = int(np.unique(person[order][1:][same]).size)
    found = rank_correlation(earlier, later) if n >= LEAST_MATURE else UNTOLD
    return Stability(n, people, found.value, found.low, found.high)


def _rank_within(group: NDArray[np.int32], amount: Floats) -> Floats:
    """Each amount's rank in its group, as a share in (0, 1); ties get their middle."""
    frame = pd.DataFrame({"group": group, "amount": amount})
    by = frame.groupby("group")["amount"]
    ranks = (by.rank() - 0.5) / by.transform("size")
    return np.asarray(ranks, np.float64)


def bridges(table: pd.DataFrame) -> pd.DataFrame:
    """People by whom others came who then brought the many: few of their own, many below.

    Parameters
    ----------
    table
        Of `node_table`.

    Returns
    -------
    DataFrame
        Its rows with ``beyond`` (below, not brought by themselves) of at least
        `BRIDGE_FACTOR` times their own children, the most beyond first.
    """
    beyond = table["below"] - table["breadth"]
    found = table.assign(beyond=beyond)[
        (beyond >= BRIDGE_FACTOR * table["breadth"]) & (table["breadth"] > 0)
    ]
    return found.sort_values(["beyond", "person_id"], ascending=[False, True], ignore_index=True)
