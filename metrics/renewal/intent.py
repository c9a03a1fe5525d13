"""How likely each family is to renew, learnt from those who fell due before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from metrics.foundation.intervals import Z95
from metrics.models.logit import Logit, fit_logit
from metrics.models.ranking import calibration, group_of
from metrics.models.roc import Discrimination, discrimination

Floats = NDArray[np.float64]

FEATURES = (
    "attendance", "recent_lessons", "talks", "promised", "refused", "complaints", "rating",
    "later_terms", "days_left", "channel",
)  # fmt: skip
LEAST_PAST = 200  # settled rows below which nothing is learnt
HELD_OUT = 0.25  # the newest share of the settled, for testing
TESTED_AT = 30.0  # days before the end at which the forecast is tested
_PRIOR = 20.0  # settled rows' worth of the mean in a channel's own rate
_BINS = 5


@dataclass(frozen=True)
class Tested:
    """How the forecast did on families it had not seen, all later than those it learnt from.

    ``bins`` are fifths of the forecast, as `metrics.models.ranking.calibration` gives them;
    ``families`` has a row per enrolment tested: whose, ``due_on``, ``chance``, ``renewed``
    and its ``group`` of ``bins``. ``top`` is the share renewed of the tenth with the
    highest chance, ``share`` that of all.
    """

    roc: Discrimination
    expected: float
    happened: float
    share: float
    top: float
    bins: pd.DataFrame
    families: pd.DataFrame


@dataclass(frozen=True)
class Intent:
    """The pool with a chance each, and how far to trust it.

    ``pool`` has a row per enrolment not yet paid: its columns, ``chance``, ``worth_cny``
    (chance × what it was bought for), ``why`` (the feature that pulls most) and ``pull``
    (its sign). ``model`` and ``tested`` are missing where too little is settled; the
    chance is then the mean of what is, and missing without any.
    """

    pool: pd.DataFrame
    past: int
    model: Logit | None
    tested: Tested | None
    weights: pd.DataFrame
    base: float

    def expected(self, rows: pd.DataFrame) -> tuple[float, float, float]:
        """Renewals to expect of some rows of the pool, with a 95 % interval."""
        if self.model is not None:
            return self.model.expected(_matrix(rows))
        n, p = len(rows), self.base
        if np.isnan(p):
            return np.nan, np.nan, np.nan
        half = Z95 * float(np.sqrt(n * p * (1 - p) + n * n * p * (1 - p) / max(self.past, 1)))
        return n * p, max(n * p - half, 0.0), min(n * p + half, float(n))


def intent(rows: pa.Table) -> Intent:
    """Learn from the settled rows of `intent_rows` and score the pool.

    Tested on the newest quarter with a model that learnt only from what was settled before
    that quarter was looked at; then learnt anew from everything.
    """
    frame = _prepared(rows.to_pandas())
    past = frame[frame["is_past"]].sort_values(["seen_on", "enrolment_id"], ignore_index=True)
    pool = frame[~frame["is_past"]].sort_values(["due_on", "enrolment_id"], ignore_index=True)
    at_end = past[past["days_left"] == TESTED_AT]
    base = float(at_end["renewed"].mean()) if len(at_end) else np.nan
    nothing = pd.DataFrame({"feature": [], "weight": [], "low": [], "high": []})
    if len(past) < LEAST_PAST or past["renewed"].nunique() < 2:
        pool = pool.assign(channel=0.0, chance=base, why="", pull=0.0)
        pool["worth_cny"] = pool["chance"] * pool["due_cny"]
        return Intent(pool, len(past), None, None, nothing, base)
    model, rates = _learnt(past)
    pool = pool.assign(channel=_channel(pool, rates))
    matrix = _matrix(pool)
    chance = model.chance(matrix)
    pulls = model.pulls(matrix)
    pulls[:, FEATURES.index("days_left")] = 0.0  # the day is shown beside it anyway
    strongest = np.abs(pulls).argmax(axis=1) if len(pool) else np.zeros(0, dtype=int)
    pool = pool.assign(
        chance=chance,
        worth_cny=chance * pool["due_cny"].to_numpy(dtype=np.float64),
        why=np.array(FEATURES, dtype=object)[strongest],
        pull=np.sign(pulls[np.arange(len(pool)), strongest]),
    )
    half = Z95 * np.sqrt(np.diag(model.covariance))
    weights = pd.DataFrame(
        {
            "feature": FEATURES,
            "weight": model.weights[1:],
            "low": (model.weights - half)[1:],
            "high": (model.weights + half)[1:],
        }
    ).sort_values("weight", key=lambda w: -w.abs(), ignore_index=True)
    return Intent(pool, len(past), model, _tested(past), weights, base)


def _prepared(frame: pd.DataFrame) -> pd.DataFrame:
    for name in ("seen_on", "due_on"):
        frame[name] = pd.to_datetime(frame[name])
    seen = frame["expected"].to_numpy(dtype=np.float64)
    usual = frame["attended"].sum() / max(seen.sum(), 1.0)
    attended = frame["attended"].to_numpy(dtype=np.float64)
    rating = frame["rating"].astype(float)
    known = rating.mean() if rating.notna().any() else 0.0
    return frame.assign(
        due_cny=frame["due_cny"].astype(float),
        attendance=(attended + 2 * usual) / (seen + 2),
        recent_lessons=frame["recent"].clip(upper=12),
        talks=frame["talks"].clip(upper=5),
        complaints=frame["complaints"].clip(upper=2),
        rating=rating.fillna(known),
        later_terms=(frame["term_no"].astype(float) > 1).astype(float),
        days_left=frame["days_left"].clip(-30, TESTED_AT),  # nothing was learnt further ahead
    )


def _learnt(past: pd.DataFrame) -> tuple[Logit, dict[str, float]]:
    rates = _channel_rates(past)
    given = past.assign(channel=_channel_without_own(past))
    outcome = given["renewed"].to_numpy(dtype=np.float64)
    return fit_logit(_matrix(given), outcome), rates


def _channel_rates(past: pd.DataFrame) -> dict[str, float]:
    """Each channel's log odds, drawn to the mean by how little it tells; "" is the mean."""
    mean = past["renewed"].mean()
    groups = past.groupby(past["channel_id"].fillna(""))["renewed"].agg(["sum", "count"])
    rate = (groups["sum"] + _PRIOR * mean) / (groups["count"] + _PRIOR)
    found = {str(name): float(np.log(p / (1 - p))) for name, p in rate.items()}
    return {**found, "mean": float(np.log(mean / (1 - mean)))}


def _channel_without_own(past: pd.DataFrame) -> Floats:
    """As `_channel`, each row's own outcome left out: it must not foretell itself."""
    mean = past["renewed"].mean()
    groups = past.groupby(past["channel_id"].fillna(""))["renewed"]
    renewed = groups.transform("sum") - past["renewed"]
    rate = (renewed + _PRIOR * mean) / (groups.transform("count") - 1 + _PRIOR)
    odds = (rate / (1 - rate)).to_numpy(dtype=np.float64)
    found: Floats = np.log(odds)
    return found


def _channel(rows: pd.DataFrame, rates: dict[str, float]) -> Floats:
    of = rows["channel_id"].fillna("")
    found: Floats = np.array([rates.get(c, rates["mean"]) for c in of], dtype=np.float64)
    return found


def _matrix(rows: pd.DataFrame) -> Floats:
    found: Floats = rows[list(FEATURES)].to_numpy(dtype=np.float64)
    return found


def _tested(past: pd.DataFrame) -> Tested | None:
    split = past["seen_on"].iloc[int(len(past) * (1 - HELD_OUT))]
    settled_by = past["due_on"] + pd.Timedelta(days=31)
    before = past[settled_by <= split]
    after = past[(past["seen_on"] >= split) & (past["days_left"] == TESTED_AT)]
    if len(before) < LEAST_PAST / 2 or before["renewed"].nunique() < 2 or len(after) < 30:
        return None
    model, rates = _learnt(before)
    chance = model.chance(_matrix(after.assign(channel=_channel(after, rates))))
    happened = after["renewed"].to_numpy(dtype=np.float64)
    top = np.argsort(-chance, kind="stable")[: max(len(chance) // 10, 1)]
    return Tested(
        roc=discrimination(happened, chance),
        expected=float(chance.sum()),
        happened=float(happened.sum()),
        share=float(happened.mean()),
        top=float(happened[top].mean()),
        bins=calibration(chance, happened > 0, groups=_BINS),
        families=after[["enrolment_id", "person_id", "campus_id", "channel_id", "due_on"]].assign(
            chance=chance, renewed=happened > 0, group=group_of(chance, _BINS)
        ),
    )
