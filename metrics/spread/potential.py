"""How many leads a person's next share should bring, also for those who never shared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from metrics.kernels.share_tree import UNKNOWN_AT
from metrics.spread.nodes import RELATIONS, SpreadForest, sharers_of

_LEAST_RATE = 1e-3  # prior mean of a kind that brought nothing

Floats = NDArray[np.float64]


def gamma_prior(counts: Floats, exposure: Floats) -> tuple[float, float]:
    """Shape and rate of the gamma distribution that people's rates come from, by moments.

    ``counts`` per person over ``exposure`` activities. Where the counts vary no more than
    a Poisson's, everybody has one rate: the rate is then large (a strong prior).

    References
    ----------
    Marshall (1991), JRSS C 40:283-294 (empirical Bayes for Poisson rates, by moments).
    """
    total = float(exposure.sum())
    if not total:
        return _LEAST_RATE, 1.0
    mean = max(float(counts.sum()) / total, _LEAST_RATE)
    spread = float((exposure * (counts / np.maximum(exposure, 1e-12) - mean) ** 2).sum()) / total
    variance = spread - mean / (total / len(counts))
    if variance <= mean * 1e-3:
        return mean * 1e3, 1e3
    return mean**2 / variance, mean / variance


@dataclass(frozen=True)
class Backtest:
    """What was predicted for an activity from those before it, against what came.

    ``people`` took part before and again; ``predicted`` and ``actual`` leads below them;
    ``top_share`` of the actual leads came by the fifth with the highest prediction.
    """

    people: int
    predicted: float
    actual: int
    top_share: float


def backtest(forest: SpreadForest, activity: str) -> Backtest:
    """The prediction for an activity, made from the activities that began before it alone."""
    place = forest.activity.dictionary.index(activity).as_py()
    code = forest.activity.indices.to_numpy(zero_copy_only=False)
    began = np.full(len(forest.activity.dictionary), np.iinfo(np.int64).max)
    known = forest.tree.at != UNKNOWN_AT
    np.minimum.at(began, code[known], forest.tree.at[known])
    before = expected_leads(forest, chosen=began[code] < began[place])
    inside = code == place
    person = np.asarray(forest.person.to_pandas(), object)[inside]
    came = pd.Series(forest.measure("subtree", "leads")[inside], index=person)
    both = (
        before.set_index("person_id")["expected"].to_frame().join(came.rename("leads"), how="inner")
    )
    actual = int(both["leads"].sum())
    top = both.sort_values("expected", ascending=False)["leads"]
    share = top.head(max(round(0.2 * len(top)), 1)).sum() / actual if actual else float("nan")
    return Backtest(len(both), float(both["expected"].sum()), actual, float(share))


def expected_leads(
    forest: SpreadForest, *, chosen: NDArray[np.bool_] | None = None
) -> pd.DataFrame:
    """Expected leads below a person in the next activity they take part in, shrunk.

    Gamma–Poisson: a person's own record (leads below them over the activities they took
    part in) drawn towards people of their kind (a paying member, a
    lead, neither), the more the shorter the record. Who never shared stands by
    their kind and a record of nothing brought. ``chosen`` nodes only, if given.

    Returns
    -------
    DataFrame
        ``person_id``, ``relation``, ``activities`` (taken part in), ``shared_in``,
        ``subtree_leads``, ``expected``, ``last_at`` (UTC), the highest first, of equals
        who came last.
    """
    took_part = (forest.measure("own", "visitors") > 0) | (forest.tree.breadth > 0)
    there = np.flatnonzero(took_part if chosen is None else took_part & chosen)
    person = forest.person.indices.to_numpy(zero_copy_only=False)[there]
    code, row = np.unique(person, return_inverse=True)
    relation = np.zeros(len(code), np.int64)
    left_lead = (forest.measure("own", "leads")[there] > 0).astype(np.int64)
    np.maximum.at(relation, row, np.maximum(forest.relation[there], left_lead))
    last_at = np.zeros(len(code), np.int64)
    np.maximum.at(last_at, row, forest.tree.at[there])
    activities = np.bincount(row, minlength=len(code)).astype(np.float64)
    shared_in = np.bincount(row, sharers_of(forest)[there], len(code))
    leads = np.bincount(row, forest.measure("subtree", "leads")[there], len(code))
    expected = np.zeros(len(code))
    for kind in range(len(RELATIONS)):
        of_kind = relation == kind
        if of_kind.any():
            shape, rate = gamma_prior(leads[of_kind], activities[of_kind])
            expected[of_kind] = (shape + leads[of_kind]) / (rate + activities[of_kind])
    table = pd.DataFrame(
        {
            "person_id": np.asarray(forest.person.dictionary.take(code).to_pandas(), object),
            "relation": np.array(RELATIONS, object)[relation],
            "activities": activities.astype(np.int64),
            "shared_in": shared_in.astype(np.int64),
            "subtree_leads": leads.astype(np.int64),
            "expected": expected,
            "last_at": pd.to_datetime(last_at, unit="us"),
        }
    )
    by = ["expected", "last_at", "person_id"]
    return table.sort_values(by, ascending=[False, False, True], ignore_index=True)
