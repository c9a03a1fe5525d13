"""Points in place of a model, where too few have converted to learn from.

Two scores, multiplied: fit (what kind of lead it is) and engagement (what the family did
before), which halves every 14 days. The points are a start that an institution edits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data.errors import InvalidOption
from metrics.models.level_logit import Floats

HALF_LIFE_DAYS = 14.0
BASE = 10.0  # points every lead has on both scores, so that one 0 does not decide alone


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Points per unit of something known at the lead's creation, up to ``most``."""

    name: str
    points: float
    most: float
    is_engagement: bool = False


RULES = (
    Rule(name="is_referred", points=40, most=40),
    Rule(name="is_first", points=20, most=20),
    Rule(name="of_activity", points=10, most=10),
    Rule(name="course_line", points=20, most=20),
    Rule(name="visits_before", points=15, most=45, is_engagement=True),
    Rule(name="pages_before", points=3, most=30, is_engagement=True),
    Rule(name="dwell_seconds_before", points=0.05, most=15, is_engagement=True),
)


def points(
    table: pa.Table, *, age_days: Floats, rules: tuple[Rule, ...] = RULES
) -> tuple[Floats, dict[str, Floats]]:
    """Each lead's points, fit times engagement over 100, and what each rule gave.

    Parameters
    ----------
    table
        Rows of `metrics.leads.features`.
    age_days
        Days since each lead's creation, by which engagement fades.
    rules
        Points and limits must be at least 0.

    Raises
    ------
    InvalidOption
        If a rule's points or limit are less than 0.
    """
    low = [rule.name for rule in rules if rule.points < 0 or rule.most < 0]
    if low:
        raise InvalidOption(f"points and limits must be at least 0, got less for {', '.join(low)}")
    given = {rule.name: np.minimum(_amount(table, rule.name) * rule.points, rule.most)
             for rule in rules}  # fmt: skip
    nothing = np.zeros(table.num_rows)
    fit = sum((given[r.name] for r in rules if not r.is_engagement), nothing) + BASE
    engaged = sum((given[r.name] for r in rules if r.is_engagement), nothing) + BASE
    fade = 0.5 ** (np.maximum(age_days, 0.0) / HALF_LIFE_DAYS)
    return fit * engaged * fade / 100, given


def _amount(table: pa.Table, name: str) -> Floats:
    values = table[name]
    if pa.types.is_string(values.type):
        return np.array([float(v is not None and v not in ("", "no")) for v in values.to_pylist()])
    amounts: Floats = values.to_numpy(zero_copy_only=False).astype(np.float64)
    return amounts
