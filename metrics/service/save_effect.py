"""What calling alarmed students goes with, like with like, and what it costs to keep one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.errors import InvalidOption
from metrics.foundation.intervals import Z95, share_bounds
from metrics.service.recall import LEAST, is_contacted, waits

OUTCOMES = ("has_returned", "is_active")


@dataclass(frozen=True)
class Difference:
    """A share of those called less that of the others, of equal tiers; 95 % bounds.

    Missing with fewer than `LEAST` on either side in the tiers that hold both.
    """

    value: float
    low: float
    high: float
    called: int
    others: int

    @property
    def is_proven(self) -> bool:
        """Whether it is above nought beyond chance."""
        return self.low > 0


@dataclass(frozen=True)
class SaveEffect:
    """What became of alarmed students, called within 48 hours or not.

    ``groups`` has a row per tier and ``called``: ``n`` (mature spells), ``returned`` and
    ``active`` (shares, within 14 days and after 30), each with ``_low`` and ``_high``.
    ``seconds`` were spent on the contacts whose length is on record, ``timed`` of
    ``contacts`` within the 48 hours.
    """

    spells: pd.DataFrame
    groups: pd.DataFrame
    returned: Difference
    active: Difference
    contacts: int
    timed: int
    seconds: float


def save_effect(spells: pd.DataFrame, contacts: pd.DataFrame) -> SaveEffect:
    """Compare like with like: spells of `alarm_spells` by the tier they were in.

    Not an effect: nobody was held out at random, and who is called may differ in ways
    that no record tells.

    Parameters
    ----------
    spells
        As `metrics.service.recall.alarm_spells` gives them.
    contacts
        As `metrics.service.recall.service_contacts` gives them.

    References
    ----------
    METRICS, "save and recall". Mantel & Haenszel (1959), J. Natl. Cancer Inst. 22:719-748.
    """
    mature = spells[spells["is_mature"].astype(bool)].reset_index(drop=True)
    mature = mature.assign(called=is_contacted(mature, contacts))
    rows = []
    for (tier, called), own in mature.groupby(["tier_name", "called"], sort=True):
        row: dict[str, object] = {"tier_name": tier, "called": bool(called), "n": len(own)}
        for name, column in zip(("returned", "active"), OUTCOMES, strict=True):
            x = int(own[column].sum())
            low, high = share_bounds(x, len(own))
            row |= {name: x / len(own), f"{name}_low": float(low), f"{name}_high": float(high)}
        rows.append(row)
    made = waits(mature, contacts)
    timed = made["seconds"].fillna(0) > 0
    return SaveEffect(
        spells=mature, groups=pd.DataFrame(rows), returned=matched(mature, "has_returned"),
        active=matched(mature, "is_active"), contacts=len(made), timed=int(timed.sum()),
        seconds=float(made.loc[timed, "seconds"].sum()),
    )  # fmt: skip


def matched(spells: pd.DataFrame, outcome: str) -> Difference:
    """The difference within tiers, weighed by how much each tier tells (Mantel–Haenszel).

    Parameters
    ----------
    spells
        With ``tier_name``, ``called`` and the outcome.
    outcome
        One of `OUTCOMES`.
    """
    tables = []
    for _tier, own in spells.groupby("tier_name"):
        called = own["called"].to_numpy(dtype=bool)
        came = own[outcome].to_numpy(dtype=bool)
        tables.append((called.sum(), came[called].sum(), (~called).sum(), came[~called].sum()))
    n1, x1, n0, x0 = np.array(tables, dtype=np.float64).reshape(-1, 4).T
    both = (n1 > 0) & (n0 > 0)
    n1, x1, n0, x0 = n1[both], x1[both], n0[both], x0[both]
    counted = int(n1.sum()), int(n0.sum())
    if min(counted) < LEAST:
        return Difference(np.nan, np.nan, np.nan, *counted)
    weight = n1 * n0 / (n1 + n0)
    weight = weight / weight.sum()
    value = float((weight * (x1 / n1 - x0 / n0)).sum())
    # Shares drawn a success and a failure inwards: no tier's variance is nought by chance.
    p1, p0 = (x1 + 1) / (n1 + 2), (x0 + 1) / (n0 + 2)
    variance = weight**2 * (p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
    half = Z95 * float(np.sqrt(variance.sum()))
    return Difference(value, max(value - half, -1.0), min(value + half, 1.0), *counted)


@dataclass(frozen=True)
class SaveCost:
    """Hours spent on calls in time, and what one student more that stayed cost.

    ``saved`` students more are active after 30 days than without calls, if the difference
    is the calls' doing; ``hours_each`` and ``cny_each`` with the bounds that follow from
    those of the difference (``high`` missing where it may be nought). All missing where no
    difference is proven; ``cny`` and ``cny_each`` also without a cost of an hour.
    """

    hours: float
    cny: float
    saved: tuple[float, float, float]
    hours_each: tuple[float, float, float]
    cny_each: tuple[float, float, float]


def save_cost(found: SaveEffect, *, minutes: float, hourly_cny: float | None) -> SaveCost:
    """What a saved student cost.

    Parameters
    ----------
    found
        As `save_effect` gives it.
    minutes
        Taken for each contact without a length on record, above 0.
    hourly_cny
        What an hour of who calls costs, at least 0; None where nobody says.

    Raises
    ------
    InvalidOption
        If a number is out of bounds.
    """
    if minutes <= 0 or (hourly_cny is not None and hourly_cny < 0):
        raise InvalidOption(
            f"minutes must be above 0 and hourly_cny at least 0, got {minutes}, {hourly_cny}"
        )
    hours = found.seconds / 3600 + (found.contacts - found.timed) * minutes / 60
    nothing = (np.nan, np.nan, np.nan)
    cny = np.nan if hourly_cny is None else hours * hourly_cny
    if not found.active.is_proven:
        return SaveCost(hours, cny, nothing, nothing, nothing)
    bounds = (found.active.value, found.active.low, found.active.high)
    value, low, high = (found.active.called * share for share in bounds)
    return SaveCost(
        hours, cny, (value, low, high), (hours / value, hours / high, hours / low),
        (cny / value, cny / high, cny / low),
    )  # fmt: skip
