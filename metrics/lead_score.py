"""The lead score: the chance of a first formal order, learned from what came before it.

Every feature is cut into levels, so that each lead has one level and one weight per
feature: the weights are the reasons, and a rare level is drawn to the average.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from metrics.lead_features import CATEGORIES, NUMBERS, allowed, refused
from metrics.models.level_logit import Codes, Fit, Floats, fit_logit, sigmoid
from metrics.models.ranking import Auc, auc, brier, calibration, lift

LEAST_CONVERSIONS = 200  # below, points stand in for a model (METRICS, "lead score")
HOLD_OUT = 0.25  # the newest leads, which the judged model never saw
_LEAST_LEVEL = 20  # leads below which a level is one of the others
_MOST_LEVELS = 150
_BINS = 16
_RIDGE = 3.0  # a weight is expected within about ±1.1: bins this narrow wander without it
_NUMERIC = 0.95  # share of an attribute's values that must be numbers
_KNOWS_TOO_MUCH = 0.95  # AUC of one attribute alone from which it must know the outcome
_PRIOR_PAYERS = 10.0  # payers by which a course line's revenue is drawn to the average


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One thing known of a lead, cut into levels.

    ``edges`` of a number: level i holds what is at most edge i; ``levels`` of a text. The
    last two levels are "other" and "missing".
    """

    name: str
    is_attribute: bool = False
    edges: tuple[float, ...] = ()
    levels: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether the levels are bins of a number."""
        return bool(self.edges)

    @property
    def size(self) -> int:
        """How many levels there are."""
        return (len(self.edges) + 1 if self.edges else len(self.levels)) + 2

    def codes(self, values: pa.Array) -> Codes:
        """The level of each value."""
        other, missing = self.size - 2, self.size - 1
        if self.is_number:
            numbers = values.to_numpy(zero_copy_only=False).astype(np.float64)
            found = np.searchsorted(np.asarray(self.edges), numbers, side="left")
            return np.where(np.isnan(numbers), missing, found).astype(np.int64)
        place = pc.index_in(values, value_set=pa.array(self.levels, pa.string()))
        code = pc.fill_null(place, other).to_numpy(zero_copy_only=False).astype(np.int64)
        gone = values.is_null().to_numpy(zero_copy_only=False)
        return np.where(gone, missing, code)

    def level(self, code: int) -> str | tuple[float | None, float | None] | None:
        """What a level holds: a text, the bounds of a bin, "" for the others, None for none."""
        if code == self.size - 1:
            return None
        if code == self.size - 2:
            return ""
        if not self.is_number:
            return self.levels[code]
        low = self.edges[code - 1] if code else None
        return low, (self.edges[code] if code < len(self.edges) else None)


@dataclass(frozen=True, kw_only=True)
class Quality:
    """How the score did on the newest leads, which it had not seen.

    ``calibration`` and ``lift`` as in `metrics.models.ranking`; ``base_brier`` is that of
    the average rate given to everybody.
    """

    leads: int
    conversions: int
    since: date
    auc: Auc
    brier: float
    base_brier: float
    calibration: pd.DataFrame = field(repr=False)
    lift: pd.DataFrame = field(repr=False)


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
        """The level of each feature, per row of `metrics.lead_features`."""
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
    """The kernel for a store's fold over `metrics.lead_features.training_rows`.

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
    said = _attributes(table)
    left_out = refused(said)
    wanted = [
        _feature(name, table[name], is_attribute=False)
        for name in (*CATEGORIES, *NUMBERS)
        if features is None or name in features
    ]
    values = {name: array for name, array in said.items() if name not in left_out}
    candidates = [
        _feature(name, array, is_attribute=True)
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
        quality=_judged(codes, sizes, happened, table["created_at"], fit),
        fingerprint=f"{fit.intercept!r}:{[w.tolist() for w in fit.weights]!r}", **told,
    )  # fmt: skip


def encoded(table: pa.Table, features: Sequence[Feature]) -> list[Codes]:
    """The level of each feature, per row."""
    said = _attributes(table) if any(f.is_attribute for f in features) else {}
    nothing = pa.nulls(table.num_rows, pa.string())
    found = []
    for feature in features:
        values = said.get(feature.name, nothing) if feature.is_attribute else table[feature.name]
        found.append(feature.codes(_prepared(values, as_number=feature.is_number)))
    return found


def _judged(
    codes: list[Codes],
    sizes: list[int],
    happened: NDArray[np.bool_],
    created: pa.ChunkedArray,
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
        leads=after.size, conversions=int(after.sum()), since=created[cut].as_py().date(),
        auc=auc(score, after), brier=brier(score, after),
        base_brier=brier(np.full(after.size, before.mean()), after),
        calibration=calibration(score, after), lift=lift(score, after),
    )  # fmt: skip


def _feature(name: str, values: pa.ChunkedArray, *, is_attribute: bool) -> Feature:
    numbers = None
    if is_attribute or name in NUMBERS:
        numbers = _as_numbers(values)
    if numbers is not None:
        known = numbers[~np.isnan(numbers)]
        cuts = np.quantile(known, np.arange(1, _BINS) / _BINS) if known.size else np.empty(0)
        top = known.max() if known.size else 0.0
        kept = tuple(float(edge) for edge in np.unique(cuts) if edge < top)
        if kept:
            return Feature(name=name, is_attribute=is_attribute, edges=kept)
    counts = pc.value_counts(_prepared(values, as_number=False).drop_null())
    often = sorted(
        (entry for entry in counts.to_pylist() if entry["counts"] >= _LEAST_LEVEL),
        key=lambda entry: (-entry["counts"], entry["values"]),
    )
    levels = tuple(entry["values"] for entry in often[:_MOST_LEVELS])
    return Feature(name=name, is_attribute=is_attribute, levels=levels)


def _prepared(values: pa.Array | pa.ChunkedArray, *, as_number: bool) -> pa.Array:
    plain = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if not as_number:
        return plain.cast(pa.string())
    return pa.array(_as_numbers(plain, sure=True), pa.float64(), from_pandas=False)


def _as_numbers(values: pa.Array | pa.ChunkedArray, *, sure: bool = False) -> Floats | None:
    """Values as numbers, NaN where they are none; None where most are not."""
    found = pd.to_numeric(values.to_pandas(), errors="coerce").to_numpy(np.float64)
    known = len(values) - values.null_count
    is_number = known and (~np.isnan(found)).sum() >= _NUMERIC * known
    return found if sure or is_number else None


def _attributes(table: pa.Table) -> dict[str, pa.Array]:
    """What the imported rows said beyond the contract, one column per name."""
    texts = table["properties"].combine_chunks()
    if texts.null_count == len(texts):
        return {}
    told = pc.dictionary_encode(texts)
    parsed = [_object(text) for text in told.dictionary.to_pylist()]
    names = sorted({name for entry in parsed for name in entry})
    place = told.indices
    return {
        name: pa.array([_text(entry.get(name)) for entry in parsed], pa.string()).take(place)
        for name in names
    }


def _object(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    return str(value).strip() or None


def _alone(feature: Feature, values: pa.Array, happened: NDArray[np.bool_]) -> float:
    """The AUC of one feature by itself."""
    if not 0 < happened.sum() < happened.size:
        return 0.5
    code = feature.codes(_prepared(values, as_number=feature.is_number))
    won, seen = np.bincount(code, happened, feature.size), np.bincount(code, None, feature.size)
    return auc(((won + happened.mean()) / (seen + 1))[code], happened).value


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
