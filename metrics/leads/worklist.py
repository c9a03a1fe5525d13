"""Whom to call first: leads by expected value, in tiers of what can be called, with reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from metrics.leads.rules import HALF_LIFE_DAYS, RULES, Rule, points
from metrics.leads.score import LeadScore
from metrics.models.level_logit import Codes, Floats

TIERS = ("A", "B", "C", "D")
TIER_DAYS = (1, 5, 20)  # working days in which A, then B, then C can be called
MOST_LISTED = 400
_MOST_WAITING = 200  # more of those whom nobody has reached in time, and of those unassigned
_REASONS = 3
_LEAST_REASON = 0.05  # log-odds: less is no reason
# What belongs together is one reason: parts of a sum that share a cause may cancel out.
GROUPS = {
    "channel_id": "source", "campaign": "source", "visits_before": "behaviour",
    "pages_before": "behaviour", "dwell_seconds_before": "behaviour", "weekday": "moment",
    "part_of_day": "moment",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a score is high or low: a group of features or an attribute, and by how much.

    ``amount`` is in log-odds over the average lead, of points in points; ``said`` is the
    attribute's value or bin, missing for groups.
    """

    name: str
    amount: float
    said: object = None


@dataclass(frozen=True, kw_only=True)
class WorkList:
    """Open leads by expected value.

    ``rows`` are the first `MOST_LISTED` and the first of those who wait, with ``score``
    (chance of an order in what is left of the window, or points), ``expected_cny``
    (missing with points), ``rank`` from 1 and ``reasons``; ``leads``, ``overdue``,
    ``unassigned``, ``expected_orders`` and ``expected_cny`` are of all, ``running`` the
    expected yuan of the first 1, 2, 3 … of them.
    """

    rows: pd.DataFrame = field(repr=False)
    running: Floats = field(repr=False)
    leads: int
    overdue: int
    unassigned: int
    expected_orders: float
    expected_cny: float
    is_model: bool


Kernel = Callable[[pa.Table], WorkList]


def tier(rank: int, a_day: int) -> str:
    """The tier of a lead's place in the list, where so many can be called a day."""
    limits = np.cumsum(TIER_DAYS) * a_day
    return TIERS[int(np.searchsorted(limits, rank, side="left"))]


def scorer(
    score: LeadScore, *, as_of: datetime, rules: tuple[Rule, ...] = RULES, revival: bool = False
) -> Kernel:
    """The kernel that lists `metrics.leads.features.open_rows` by a score.

    Each kernel is named after what it holds, so that a cache which tells kernels apart by
    their names tells scores apart.

    Parameters
    ----------
    score
        As learned; without a model the rules give points.
    as_of
        UTC, by which leads have their age.
    revival
        Of `revival_rows`: the chance at creation, fading by half every 14 days since the
        family was last seen. It orders the list and is no probability.
    """

    def listed(table: pa.Table) -> WorkList:
        return _listed(table, score, as_of, rules, revival)

    held = sha256(f"{score.fingerprint}|{as_of}|{rules}|{revival}".encode()).hexdigest()
    listed.__qualname__ = f"scorer.{held}"
    return listed


def _listed(
    table: pa.Table, score: LeadScore, as_of: datetime, rules: tuple[Rule, ...], revival: bool
) -> WorkList:
    age = _days(as_of, table["created_at"])
    revenue = score.expected_revenue(table["course_line"].to_pylist())
    codes: list[Codes] = []
    given: dict[str, Floats] = {}
    if score.is_model:
        codes = score.codes(table)
        value = score.probability(codes)
        if revival:
            value = value * 0.5 ** (_days(as_of, table["last_seen_at"]) / HALF_LIFE_DAYS)
        else:
            value = score.remaining(value, age)
        worth = value * revenue
    else:
        value, given = points(table, age_days=age, rules=rules)
        worth = value
    order = np.lexsort((np.array(table["lead_id"].to_pylist()), -worth))
    late = _is_one_of(table, "rung", ("over_48h", "day_3", "day_5", "day_7"))[order]
    alone = _is_one_of(table, "state", ("unassigned",))[order]
    place = np.arange(order.size)
    kept = place < MOST_LISTED
    for waiting in (late, alone):
        kept |= waiting & (np.cumsum(waiting) <= _MOST_WAITING)
    head = order[kept]
    rows = table.take(pa.array(head)).drop_columns(["properties"]).to_pandas()
    rows["score"] = value[head]
    rows["expected_cny"] = np.round(worth[head], 2) if score.is_model else np.nan
    rows["rank"] = place[kept] + 1
    why = _learned_reasons(score, codes, head) if score.is_model else _given_reasons(given, head)
    rows["reasons"] = pd.Series(why, index=rows.index, dtype=object)
    return WorkList(
        rows=rows, leads=table.num_rows, is_model=score.is_model, overdue=int(late.sum()),
        unassigned=int(alone.sum()), running=np.cumsum(worth[order])[:20_000],
        expected_orders=float(value.sum()) if score.is_model else float("nan"),
        expected_cny=float(worth.sum()) if score.is_model else float("nan"),
    )  # fmt: skip


def _is_one_of(table: pa.Table, column: str, wanted: tuple[str, ...]) -> NDArray[np.bool_]:
    found = pc.fill_null(pc.is_in(table[column], value_set=pa.array(wanted)), False)
    flags: NDArray[np.bool_] = found.to_numpy().astype(bool)
    return flags


def _days(as_of: datetime, at: pa.ChunkedArray) -> Floats:
    instants = at.to_numpy().astype("datetime64[us]")
    days: Floats = (np.datetime64(as_of, "us") - instants) / np.timedelta64(1, "D")
    return days


def _learned_reasons(score: LeadScore, codes: list[Codes], rows: Codes) -> list[list[Reason]]:
    return [reasons(score, [int(code[row]) for code in codes]) for row in rows]


def reasons(score: LeadScore, codes: list[int]) -> list[Reason]:
    """The strongest reasons of one lead's score, those of one group as one."""
    sums: dict[str, float] = {}
    said: dict[str, object] = {}
    for feature, code, amount in score.contributions(codes):
        group = feature.name if feature.is_attribute else GROUPS.get(feature.name, feature.name)
        sums[group] = sums.get(group, 0.0) + amount
        said[group] = feature.level(code)
    ranked = sorted(sums.items(), key=lambda part: (-abs(part[1]), part[0]))
    return [
        Reason(name=name, amount=amount, said=said[name])
        for name, amount in ranked[:_REASONS]
        if abs(amount) >= _LEAST_REASON
    ]


def _given_reasons(given: dict[str, Floats], rows: Codes) -> list[list[Reason]]:
    found = []
    for row in rows:
        parts = [(name, float(amounts[row])) for name, amounts in given.items() if amounts[row]]
        parts.sort(key=lambda part: (-part[1], part[0]))
        found.append([Reason(name=name, amount=amount) for name, amount in parts[:_REASONS]])
    return found
