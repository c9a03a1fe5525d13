"""Who brought whom, generation by generation, and how many each brings in turn."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from data.facts import Facts
from metrics.foundation.clock import local_days
from metrics.foundation.concentration import Concentration, concentration, lorenz
from metrics.foundation.intervals import count_bounds
from metrics.foundation.registry import table
from metrics.kernels.share_tree import ShareTree, share_tree
from metrics.models.ranks import UNTOLD, rank_correlation
from metrics.referral.rates import honest_referrals, referred_orders

WINDOW_DAYS = 180  # within which a payer's referred payers count, and payers mature
HALF_DAYS = 180  # of each of the two spans compared for stability
_DAY = 86_400_000_000  # microseconds


@table(grain="person in the tree")
def referral_nodes(facts: Facts) -> ir.Table:
    """Everybody in the tree: who introduced and who was introduced, up to the as-of time.

    Returns
    -------
    ibis Table
        One row per referred person and per payer: ``person_id``, ``introducer_person_id``
        (missing at a root), ``referred_at``, ``paid_at`` (missing who never paid),
        ``revenue_cny`` (net, so far), ``campus_id``, ``as_of`` (the same on every row).
        The filter's days play no part: a tree has no period.
    """
    leads = honest_referrals(facts).select(
        "person_id", "introducer_person_id", "campus_id", referred_at="created_at"
    )
    orders = referred_orders(facts).select("person_id", "paid_at", paid_campus="campus_id")
    lines = facts.order_line
    money = lines.group_by("person_id").aggregate(revenue_cny=lines.net_cny.sum())
    rows = orders.outer_join(leads, "person_id")
    rows = rows.mutate(
        person_id=rows.person_id.fill_null(rows.person_id_right),
        campus_id=rows.campus_id.fill_null(rows.paid_campus),
    ).drop("person_id_right", "paid_campus")
    rows = rows.left_join(money, "person_id").drop("person_id_right")
    return rows.mutate(revenue_cny=rows.revenue_cny.fill_null(0).cast("float64"), as_of=facts.as_of)


@dataclass(frozen=True)
class ReferralTree:
    """What `referral_tree` finds.

    ``generations`` has a row per generation of payers: ``generation`` (0 came by
    themselves), ``payers``, ``mature`` (paid 180 days ago), ``brought`` (payers they
    brought within 180 days), ``r`` (brought ÷ mature) with ``low`` and ``high``.
    ``k`` is the same over all generations. ``introducers`` has a row per person who brought
    a lead: ``leads``, ``payers``, ``revenue_cny`` (of the persons brought), ``below`` (all
    descendants), ``below_cny``, ``campus_id``. ``stability`` is the rank correlation of
    leads brought in the last and the former 180 days with its 95 % bounds, over
    ``stability_n`` payers who were there in both. ``payers`` are the mature payers
    themselves: ``person_id``, ``campus_id``, ``generation``, ``paid_on``, ``brought``; who
    brought most stands first.
    """

    generations: pd.DataFrame
    k: float
    k_low: float
    k_high: float
    introducers: pd.DataFrame
    spread: Concentration
    lorenz: pd.DataFrame
    stability: float
    stability_low: float
    stability_high: float
    stability_n: int
    payers: pd.DataFrame


def referral_tree(rows: pa.Table) -> ReferralTree:
    """The tree of `referral_nodes`: generations, K, the few who bring most."""
    frame = rows.to_pandas()
    tree, codes, people = _forest(frame)
    as_of = _micros(frame["as_of"])[:1]
    now = int(as_of[0]) if len(as_of) else 0
    paid = np.full(len(people), -1, np.int64)
    paid[codes] = _micros(frame["paid_at"])
    brought, mature = _brought(tree, paid, now)
    generations, k = _generations(tree, paid >= 0, mature, brought)
    introducers = _introducers(tree, frame, codes, people)
    amounts = introducers["leads"].to_numpy(dtype=np.float64)
    spread = concentration(amounts)
    share, amount = lorenz(amounts)
    stability, low, high, n = _stability(frame, now)
    return ReferralTree(
        generations, *k, introducers, spread,
        pd.DataFrame({"people": share, "brought": amount}), stability, low, high, n,
        _payers(frame, codes, tree, mature, brought),
    )  # fmt: skip


def _micros(column: pd.Series) -> np.ndarray:
    at = pd.to_datetime(column)
    found = at.astype("datetime64[us]").astype("int64").to_numpy(dtype=np.int64, copy=True)
    found[at.isna().to_numpy()] = -1
    return found


def _forest(frame: pd.DataFrame) -> tuple[ShareTree, np.ndarray, pd.Index]:
    by = frame["introducer_person_id"]
    people = pd.Index(pd.concat([frame["person_id"], by.dropna()]).unique())
    codes = people.get_indexer(frame["person_id"])
    edges = frame[by.notna()]
    own = np.zeros((len(people), 3), np.int64)  # leads, payers, cents
    own[codes, 0] = by.notna()
    own[codes, 1] = frame["paid_at"].notna()
    own[codes, 2] = np.rint(frame["revenue_cny"].to_numpy(dtype=np.float64) * 100)
    tree = share_tree(
        people.get_indexer(edges["introducer_person_id"]).astype(np.int32),
        people.get_indexer(edges["person_id"]).astype(np.int32),
        _micros(edges["referred_at"]),
        own,
    )
    return tree, codes, people


def _rate(brought: float, of: float) -> tuple[float, float, float]:
    """A mean count with Byar's bounds of the count."""
    if not of:
        return float("nan"), float("nan"), float("nan")
    low, high = count_bounds(brought)
    return brought / of, float(low) / of, float(high) / of


def _brought(tree: ShareTree, paid: np.ndarray, now: int) -> tuple[np.ndarray, np.ndarray]:
    """How many payers each brought in time, and who is a payer old enough to be judged."""
    is_payer = paid >= 0
    mature = is_payer & (paid <= now - WINDOW_DAYS * _DAY)
    parent = np.asarray(tree.parent)
    has = (parent >= 0) & is_payer
    by = parent[has]
    soon = mature[by] & (paid[has] >= paid[by]) & (paid[has] <= paid[by] + WINDOW_DAYS * _DAY)
    return np.bincount(by[soon], minlength=len(paid)), mature


def _payers(
    frame: pd.DataFrame,
    codes: np.ndarray,
    tree: ShareTree,
    mature: np.ndarray,
    brought: np.ndarray,
) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "person_id": frame["person_id"].to_numpy(dtype=object),
            "campus_id": frame["campus_id"].to_numpy(dtype=object),
            "generation": np.asarray(tree.generation)[codes],
            "paid_on": pd.Series(local_days(frame["paid_at"])).dt.date,
            "brought": brought[codes],
        }
    )
    order = ["brought", "paid_on", "person_id"]
    found: pd.DataFrame = table[mature[codes]].sort_values(
        order, ascending=[False, False, True], ignore_index=True
    )
    return found


def _generations(
    tree: ShareTree, is_payer: np.ndarray, mature: np.ndarray, brought: np.ndarray
) -> tuple[pd.DataFrame, tuple[float, float, float]]:
    rows = []
    for generation in range(int(tree.generation[is_payer].max(initial=0)) + 1):
        of = is_payer & (tree.generation == generation)
        counted = of & mature
        r, low, high = _rate(float(brought[counted].sum()), float(counted.sum()))
        rows.append(
            {
                "generation": generation, "payers": int(of.sum()), "mature": int(counted.sum()),
                "brought": int(brought[counted].sum()), "r": r, "low": low, "high": high,
            }
        )  # fmt: skip
    whole = _rate(float(brought[mature].sum()), float(mature.sum()))
    return pd.DataFrame(rows), whole


def _introducers(
    tree: ShareTree, frame: pd.DataFrame, codes: np.ndarray, people: pd.Index
) -> pd.DataFrame:
    campus = np.full(len(people), None, dtype=object)
    campus[codes] = frame["campus_id"].to_numpy(dtype=object)
    table = pd.DataFrame(
        {
            "person_id": people.to_numpy(dtype=object),
            "campus_id": campus,
            "leads": tree.direct[:, 0],
            "payers": tree.direct[:, 1],
            "revenue_cny": tree.direct[:, 2] / 100,
            "below": tree.below,
            "below_cny": tree.subtree[:, 2] / 100,
            "generation": tree.generation,
        }
    )
    found = table[table["leads"] > 0]
    return found.sort_values(
        ["payers", "leads", "person_id"], ascending=[False, False, True], ignore_index=True
    )


def _stability(frame: pd.DataFrame, now: int) -> tuple[float, float, float, int]:
    """The rank correlation of leads brought in two spans, with its interval.

    Over payers of before both spans, who brought nobody among them: whoever brought in one
    span only would otherwise stand out, and the two spans seem opposed.
    """
    half = HALF_DAYS * _DAY
    paid = _micros(frame["paid_at"])
    there = frame["person_id"][(paid >= 0) & (paid <= now - 2 * half)]
    edges = frame[frame["introducer_person_id"].notna()]
    at, by = _micros(edges["referred_at"]), edges["introducer_person_id"]
    late = there.map(by[at > now - half].value_counts()).fillna(0)
    early = there.map(by[(at <= now - half) & (at > now - 2 * half)].value_counts()).fillna(0)
    n = len(there)
    found = rank_correlation(early, late) if n >= 30 else UNTOLD
    return found.value, found.low, found.high, n
