"""Features cut into levels: what a score learns from, of columns and imported attributes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from metrics.leads.features import NUMBERS
from metrics.models.level_logit import Codes, Floats

_LEAST_LEVEL = 20  # leads below which a level is one of the others
_MOST_LEVELS = 150
_BINS = 16
_NUMERIC = 0.95  # share of an attribute's values that must be numbers


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


def encoded(table: pa.Table, features: Sequence[Feature]) -> list[Codes]:
    """The level of each feature, per row."""
    said = attributes(table) if any(f.is_attribute for f in features) else {}
    nothing = pa.nulls(table.num_rows, pa.string())
    found = []
    for feature in features:
        values = said.get(feature.name, nothing) if feature.is_attribute else table[feature.name]
        found.append(feature.codes(prepared(values, as_number=feature.is_number)))
    return found


def feature_of(name: str, values: pa.ChunkedArray, *, is_attribute: bool) -> Feature:
    """A column's levels: bins of equal numbers of leads, or its common values."""
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
    counts = pc.value_counts(prepared(values, as_number=False).drop_null())
    often = sorted(
        (entry for entry in counts.to_pylist() if entry["counts"] >= _LEAST_LEVEL),
        key=lambda entry: (-entry["counts"], entry["values"]),
    )
    levels = tuple(entry["values"] for entry in often[:_MOST_LEVELS])
    return Feature(name=name, is_attribute=is_attribute, levels=levels)


def prepared(values: pa.Array | pa.ChunkedArray, *, as_number: bool) -> pa.Array:
    """Values in the type a feature's levels are looked up in."""
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


def attributes(table: pa.Table) -> dict[str, pa.Array]:
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
