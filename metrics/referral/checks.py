"""Recommendations that cannot be honest: oneself, a burst, a reward too many."""

from __future__ import annotations

from datetime import timedelta

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from data.facts import Facts
from metrics.foundation.registry import table

SAME_PERSON, SAME_DEVICE, CIRCLE, BURST, REWARD_CAP, LATER_CODE = (
    "same_person", "same_device", "circle", "burst", "reward_cap", "later_code",
)  # fmt: skip
CHECKS = (SAME_PERSON, SAME_DEVICE, CIRCLE, BURST, REWARD_CAP, LATER_CODE)
BURST_LEADS, BURST_MINUTES = 5, 60
REWARD_LIMIT, REWARD_DAYS = 5, 30  # rewards of one introducer within so many days


@table(grain="lead")
def checked_rows(facts: Facts) -> ir.Table:
    """Every recommended lead with what was given for it, whatever the filter's days.

    Returns
    -------
    ibis Table
        ``lead_id``, ``person_id``, ``introducer_person_id``, ``campus_id``, ``created_at``,
        ``is_same_person``, ``is_same_device``, ``code_no``, ``rewards``, ``reward_cny``.
    """
    rewards = facts.reward
    given = rewards.group_by("lead_id").aggregate(
        rewards=rewards.count(), reward_cny=rewards.cost_cny.sum().cast("float64")
    )
    rows = facts.referral.select(
        "lead_id", "person_id", "introducer_person_id", "campus_id", "created_at",
        "is_same_person", "is_same_device", "code_no",
    )  # fmt: skip
    rows = rows.left_join(given, "lead_id").drop("lead_id_right")
    return rows.mutate(rewards=rows.rewards.fill_null(0), reward_cny=rows.reward_cny.fill_null(0.0))


def referral_checks(rows: pa.Table) -> pd.DataFrame:
    """The recommended leads that fail a check, one row per check and lead.

    Returns
    -------
    DataFrame
        The columns of `checked_rows` and ``check``: ``same_person`` and ``same_device``
        (recommends themselves), ``circle`` (two who recommend each other, or more of them
        round a circle), ``burst`` (with at least five leads of one introducer
        within an hour), ``reward_cap`` (rewarded although the introducer had five rewards
        within 30 days before), ``later_code`` (rewarded although another introducer came
        first). By check and time.
    """
    frame = rows.to_pandas()
    frame["created_at"] = pd.to_datetime(frame["created_at"])
    frame = frame.sort_values(["introducer_person_id", "created_at", "lead_id"], ignore_index=True)
    rewarded = frame["rewards"] > 0
    found = {
        SAME_PERSON: frame["is_same_person"].astype(bool),
        SAME_DEVICE: frame["is_same_device"].astype(bool),
        CIRCLE: _circles(frame),
        BURST: _bursts(frame),
        REWARD_CAP: _over_cap(frame),
        LATER_CODE: (frame["code_no"] > 1) & rewarded & ~frame["is_same_person"].astype(bool),
    }
    parts = [frame[flag].assign(check=check) for check, flag in found.items()]
    found_rows: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return found_rows


def _circles(frame: pd.DataFrame) -> pd.Series:
    """Leads of people who stand among those that recommended whoever recommended them."""
    first = (frame["code_no"] == 1) & ~frame["is_same_person"].astype(bool)
    told = frame[first].drop_duplicates("person_id")
    people = pd.Index(pd.concat([told["person_id"], told["introducer_person_id"]]).unique())
    by = np.full(len(people), -1)
    by[people.get_indexer(told["person_id"])] = people.get_indexer(told["introducer_person_id"])
    # Who brought nobody of those left, or was brought by none of them, is on no circle.
    left = by >= 0
    while True:
        brought = np.bincount(by[left], minlength=len(people)) > 0
        still = left & brought & left[by]
        if (still == left).all():
            break
        left = still
    return first & frame["person_id"].isin(people[left])


def _bursts(frame: pd.DataFrame) -> pd.Series:
    """Leads that stand within an hour with at least four others of their introducer."""
    flag = np.zeros(len(frame), dtype=bool)
    span = timedelta(minutes=BURST_MINUTES)
    by_introducer = frame.groupby("introducer_person_id", sort=False)["created_at"]
    last = by_introducer.shift(-(BURST_LEADS - 1))
    for first in np.flatnonzero((last - frame["created_at"] <= span).to_numpy()):
        flag[first : first + BURST_LEADS] = True
    return pd.Series(flag, index=frame.index)


def _over_cap(frame: pd.DataFrame) -> pd.Series:
    """Rewarded leads that come within 30 days after the fifth last rewarded one."""
    rewarded = frame[frame["rewards"] > 0]
    before = rewarded.groupby("introducer_person_id", sort=False)["created_at"].shift(REWARD_LIMIT)
    over = rewarded["created_at"] - before <= timedelta(days=REWARD_DAYS)
    found: pd.Series = over.reindex(frame.index, fill_value=False).astype(bool)
    return found
