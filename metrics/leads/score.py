"""The lead score: the chance of a first formal order, learned from what came before it.

Every feature is cut into levels, so that each lead has one level and one weight per
feature: the weights are the reasons, and a rare level is drawn to the average.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from metrics.foundation.clock import HOURS_AHEAD
from metrics.leads.features import CATEGORIES, NUMBERS, allowed, refused
from metrics.leads.levels import Feature, attributes, encoded, feature_of, prepared
from metrics.models.level_logit import Codes, Fit, Floats, fit_logit, sigmoid
from metrics.models.ranking import brier, calibration, group_of, lift, rank_of
from metrics.models.roc import Discrimination, discrimination

LEAST_CONVERSIONS = 200  # below, points stand in for a model (METRICS, "lead score")
HOLD_OUT = 0.25  # the newest leads, which the judged model never saw
_RIDGE = 3.0  # a weight is expected within about ±1.1: bins this narrow wander without it
_KNOWS_TOO_MUCH = 0.95  # AUC of one attribute alone from which it must know the outcome
_PRIOR_PAYERS = 10.0  # payers by which a course line's revenue is drawn to the average


@dataclass(frozen=True, kw_only=True)
class Quality:
    """How the score did on the newest leads, which it had not seen.

    ``order`` is how well it tells buyers from others;
    ``calibration`` and ``lift`` as in `metrics.models.ranking`; ``base_brier`` is that of
    the average rate given to everybody. ``tried`` has a row per lead: ``lead_id``,
    ``chance``, ``won``, ``group`` (of ``calibration``) and ``rank`` (1 the likeliest, as
    ``lift`` counts).
    """

    leads: int
    conversions: int
    since: date
    order: Discrimination
    brier: float
    base_brier: float
    calibration: pd.DataFrame = field(repr=False)
    lift: pd.DataFrame = field(repr=False)
    tried: pd.DataFrame = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class LeadScore:
    """What was learned, from how many leads, and how good it is.

    ``fit`` is None with fewer than `LEAST_CONVERSIONS` conversions: points stand in then.
    ``left_out`` names imported attributes that are known only after contact,
    ``suspicious`` those that alone tell the outcome. ``leads`` is what there was,
    ``learned_from`` what was taken of it. ``revenue`` is the expected net revenue of a
    payer by course line, "" for the average; ``still_to_come`` the share of the window's
    orders that come later than so many days after the lead.
    """

    features: tuple[Feature, ...]
    fit: Fit | None
    typical: tuple[float, ...]  # mean weight of each feature among the leads learned from
    leads: int
    learned_from: int
    conversions: int
    quality: Quality | None
    left_out: tuple[str, ...]
    suspicious: tuple[str, ...]
    revenue: Mapping[str, float]
    still_to_come: tuple[float, ...]  # share of the orders that come after day 0, 1, 2, …
    fingerprint: str = ""  # tells models apart

    @property
    def is_model(self) -> bool:
        """Whether there was enough to learn from."""
        return self.fit is not None

    def codes(self, table: pa.Table) -> list[Codes]:
        """The level of each feature, per row of `metrics.leads.features`."""
        return encoded(table, self.features)

    def probability(self, codes: Sequence[Codes]) -> Floats:
        """The chance of an order within the window, per row; only where `is_model`."""
        assert self.fit is not None
        return sigmoid(self.fit.log_odds(codes))

    def remaining(self, probability: Floats, age_days: Floats) -> Floats:
        """The chance of leads that have not ordered by their age; 0 beyond the window."""
        later = np.append(np.asarray(self.still_to_come), 0.0)
        share = later[np.clip(np.floor(age_days), 0, later.size - 1).astype(np.int64)]
        left: Floats = probability * share / (1 - probability * (1 - share))
        return left

    def contributions(self, codes: Sequence[int]) -> list[tuple[Feature, int, float]]:
        """What each feature adds to one lead's log-odds over the average lead's, largest first."""
        assert self.fit is not None
        found = [
            (feature, code, float(weights[code]) - mean)
            for feature, weights, mean, code in zip(
                self.features, self.fit.weights, self.typical, codes, strict=True
            )
        ]
        return sorted(found, key=lambda part: -abs(part[2]))

    def expected_revenue(self, lines: Sequence[str | None]) -> Floats:
        """Net revenue of a payer of each course line, in CNY."""
        return np.array([self.revenue.get(line or "", self.revenue[""]) for line in lines])


def fit_lead_score(table: pa.Table, *, features: Sequence[str] | None = None) -> LeadScore:
    """The kernel for a store's fold over `metrics.leads.features.training_rows`.

    Parameters
    ----------
    table
        The rows.
    features
        Names to learn from, columns or imported attributes; all that are allowed without it.

    Raises
    ------
    InvalidOption
        If a feature is asked for that is known only after contact.
    """
    if features is not None:
        allowed(features)
    table = table.sort_by([("created_at", "ascending"), ("lead_id", "ascending")])
    happened = table["won"].to_numpy().astype(bool)
    said = attributes(table)
    left_out = refused(said)
    wanted = [
        feature_of(name, table[name], is_attribute=False)
        for name in (*CATEGORIES, *NUMBERS)
        if features is None or name in features
    ]
    values = {name: array for name, array in said.items() if name not in left_out}
    candidates = [
        feature_of(name, array, is_attribute=True)
        for name, array in values.items()
        if features is None or name in features
    ]
    suspicious = tuple(
        feature.name
        for feature in candidates
        if feature.size > 3 and _alone(feature, values[feature.name], happened) > _KNOWS_TOO_MUCH
    )
    chosen = tuple(
        feature
        for feature in (*wanted, *candidates)
        if feature.size > 3 and feature.name not in suspicious
    )
    conversions = int(happened.sum())
    told = {
        "leads": int(table["leads"][0].as_py()) if table.num_rows else 0,
        "learned_from": table.num_rows, "conversions": conversions, "left_out": left_out,
        "suspicious": suspicious, "revenue": _revenue(table, happened),
        "still_to_come": _still_to_come(table, happened),
    }  # fmt: skip
    if conversions < LEAST_CONVERSIONS or not chosen or conversions == table.num_rows:
        return LeadScore(
            features=chosen, fit=None, typical=(), quality=None, fingerprint="points", **told
        )
    codes = encoded(table, chosen)
    sizes = [feature.size for feature in chosen]
    fit = fit_logit(codes, sizes, happened, ridge=_RIDGE)
    typical = tuple(float(w[c].mean()) for w, c in zip(fit.weights, codes, strict=True))
    return LeadScore(
        features=chosen, fit=fit, typical=typical,
        quality=_judged(codes, sizes, happened, table, fit),
        fingerprint=f"{fit.intercept!r}:{[w.tolist() for w in fit.weights]!r}", **told,
    )  # fmt: skip


def _judged(
    codes: list[Codes],
    sizes: list[int],
    happened: NDArray[np.bool_],
    table: pa.Table,
    start: Fit,
) -> Quality | None:
    """The same model learned from the older leads, judged on the newer ones."""
    cut = round(happened.size * (1 - HOLD_OUT))
    before, after = happened[:cut], happened[cut:]
    if not (0 < before.sum() < before.size and 0 < after.sum() < after.size):
        return None
    older = fit_logit([code[:cut] for code in codes], sizes, before, ridge=_RIDGE, start=start)
    score = sigmoid(older.log_odds([code[cut:] for code in codes]))
    return Quality(
        leads=after.size, conversions=int(after.sum()),
        since=(table["created_at"][cut].as_py() + timedelta(hours=HOURS_AHEAD)).date(),
        order=discrimination(after, score), brier=brier(score, after),
        base_brier=brier(np.full(after.size, before.mean()), after),
        calibration=calibration(score, after), lift=lift(score, after),
        tried=pd.DataFrame(
            {
                "lead_id": table["lead_id"][cut:].to_pylist(), "chance": score, "won": after,
                "group": group_of(score), "rank": rank_of(score),
            }
        ),
    )  # fmt: skip


def _alone(feature: Feature, values: pa.Array, happened: NDArray[np.bool_]) -> float:
    """The AUC of one feature by itself."""
    if not 0 < happened.sum() < happened.size:
        return 0.5
    code = feature.codes(prepared(values, as_number=feature.is_number))
    won, seen = np.bincount(code, happened, feature.size), np.bincount(code, None, feature.size)
    return discrimination(happened, ((won + happened.mean()) / (seen + 1))[code]).auc


def _still_to_come(table: pa.Table, happened: NDArray[np.bool_]) -> tuple[float, ...]:
    days = table["paid_days"].to_numpy(zero_copy_only=False)[happened].astype(np.float64)
    window = int(np.ceil(days.max())) if days.size else 0
    return tuple(float((days > day).mean()) for day in range(window))


def _revenue(table: pa.Table, happened: NDArray[np.bool_]) -> dict[str, float]:
    paid = table["net_cny"].to_numpy()[happened]
    mean = float(paid.mean()) if paid.size else 0.0
    lines = [line or "" for line in table["course_line"].filter(pa.array(happened)).to_pylist()]
    sums = pd.DataFrame({"line": lines, "paid": paid}).groupby("line")["paid"].agg(["sum", "size"])
    drawn = (sums["sum"] + _PRIOR_PAYERS * mean) / (sums["size"] + _PRIOR_PAYERS)
    return {str(line): float(value) for line, value in drawn.items()} | {"": mean}
