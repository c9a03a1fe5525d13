"""What consultants make of each kind of lead, against what the leads promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from metrics.leads.score import LeadScore
from metrics.models.shrinkage import shrunk_to_zero

Floats = NDArray[np.float64]

_LEAST_RATIO = 0.05


@dataclass(frozen=True)
class Skills:
    """What each consultant makes of each kind of lead, against what the leads promised.

    ``ratio`` is (consultants, kinds): orders ÷ orders expected, drawn to the consultant's
    own and that to the campus's by how little they tell; 1 is what the campus makes.
    """

    owners: tuple[str, ...]
    campuses: tuple[str, ...]  # each consultant's
    kinds: tuple[str, ...]
    ratio: Floats

    @property
    def differ(self) -> bool:
        """Whether anything told any two of them apart."""
        return bool(np.ptp(self.ratio) > 0)


def received(table: pa.Table, score: LeadScore) -> pd.DataFrame:
    """Leads with ``owner_id``, ``campus_id``, ``kind``, ``won``, ``p``, ``cny``, the oldest first.

    ``p`` is the chance that the lead promises and ``cny`` what it is then worth.
    """
    lines = table["course_line"].to_pylist()
    frame = pd.DataFrame(
        {
            "owner_id": table["owner_id"].to_pandas().astype(object),
            "campus_id": table["campus_id"].to_pandas().astype(object),
            "kind": [line or "" for line in lines],
            "created_at": table["created_at"].to_pandas(),
            "lead_id": table["lead_id"].to_pandas(),
            "won": table["won"].to_numpy().astype(np.float64),
            "p": score.probability(score.codes(table)),
            "revenue": score.expected_revenue(lines),
        }
    )  # fmt: skip
    frame["cny"] = frame["p"] * frame["revenue"]
    return frame.sort_values(["created_at", "lead_id"], ignore_index=True)


def home_campus(leads: pd.DataFrame) -> pd.Series:
    """Each consultant's campus, that of most of their leads; by consultant, in their order."""
    counted = leads.groupby(["owner_id", "campus_id"], as_index=False).size()
    ranked = counted.sort_values(["owner_id", "size", "campus_id"], ascending=[True, False, True])
    found: pd.Series = ranked.drop_duplicates("owner_id").set_index("owner_id")["campus_id"]
    return found.astype(object)


def skills_of(leads: pd.DataFrame) -> Skills:
    """What consultants made of kinds of leads, drawn to what their campus makes.

    A consultant's campus is that of most of their leads. Leads are measured against what
    the campus makes of such a promise, so that a better campus is nobody's merit.
    """
    campus = home_campus(leads)
    owners = tuple(campus.index)
    kinds = tuple(sorted(leads["kind"].unique()))
    row = pd.Index(owners).get_indexer(pd.Index(leads["owner_id"]))
    column = pd.Index(kinds).get_indexer(pd.Index(leads["kind"]))
    sums = leads.groupby("campus_id")[["won", "p"]].transform("sum")
    p = (leads["p"] * sums["won"] / sums["p"]).to_numpy()
    won = leads["won"].to_numpy()
    shape = (len(owners), len(kinds))
    cell = row * shape[1] + column
    expected, observed, variance = (
        np.bincount(cell, weights, shape[0] * shape[1]).astype(np.float64).reshape(shape)
        for weights in (p, won, p * np.maximum(1 - p, 0.0))
    )
    own = _deviation(observed.sum(axis=1), expected.sum(axis=1), variance.sum(axis=1))
    usual = (1 + own)[:, None]
    kind = _deviation(observed.ravel(), (expected * usual).ravel(), (variance * usual).ravel())
    ratio = np.maximum(usual * (1 + kind.reshape(shape)), _LEAST_RATIO)
    return Skills(owners, tuple(campus), kinds, ratio)


def _deviation(observed: Floats, expected: Floats, variance: Floats) -> Floats:
    """Observed ÷ expected − 1, drawn to nought by how little each tells; 0 where nothing does."""
    known = expected > 0
    values, errors = np.full(expected.size, np.nan), np.full(expected.size, np.nan)
    values[known] = observed[known] / expected[known] - 1
    errors[known] = np.sqrt(variance[known]) / expected[known]
    return np.nan_to_num(shrunk_to_zero(values, errors).value)


def ratios(skills: Skills, owners: Sequence[str], kinds: Sequence[str]) -> Floats:
    """The (owners, kinds) part of what was learnt; 1 for whom nothing is known of.

    A kind that nothing was learnt of takes the consultant's mean.
    """
    row = pd.Index(skills.owners).get_indexer(pd.Index(owners))
    column = pd.Index(skills.kinds).get_indexer(pd.Index(kinds))
    means = np.append(skills.ratio.mean(axis=1), 1.0)[row]
    found = np.repeat(means[:, None], len(column), axis=1)
    known = np.ix_(row >= 0, column >= 0)
    found[known] = skills.ratio[np.ix_(row[row >= 0], column[column >= 0])]
    return found
