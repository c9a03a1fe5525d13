"""Who left a form, and when: the first step of a block's leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC

import numpy as np

from data.sample.calendar import DAY, FIRST_DAY, NOW, TODAY, at, demand, time_of_day
from data.sample.columns import NONE, Flags, Ints
from data.sample.institution import Shape, campus_share
from data.sample.reaching.activities import Activities, lead_times
from data.sample.reaching.channels import LEAF, LEAVES, base_shares
from data.sample.truths import (
    BURST_AT,
    BURST_CAMPUS,
    BURST_LEADS,
    DUPLICATE_SHARE,
    TWICE_SOLD_SHARE,
    VENDORS,
)

_MEMBERS = LEAF["introduced_member"]
_BURST_CAMPUS = int(BURST_CAMPUS[1:]) - 1
_BURST_SECOND = int(BURST_AT.replace(tzinfo=UTC).timestamp())


@dataclass
class Arrivals:
    """Who left a form, where, when and why, before anything is known of them."""

    created: Ints
    campus: Ints
    leaf: Ints
    activity: Ints
    family: Ints

    def sorted(self) -> Arrivals:
        """The same in order of time, families renumbered to match."""
        order = np.argsort(self.created, kind="stable")
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        return Arrivals(
            self.created[order],
            self.campus[order],
            self.leaf[order],
            self.activity[order],
            rank[self.family[order]],
        )


def draw_arrivals(
    rng: np.random.Generator, shape: Shape, block: int, found: Activities
) -> Arrivals:
    """Draw a block's arrivals, those of its activities among them, in order of time."""
    count = shape.blocks[block]
    group = shape.group_of(block)
    campuses = shape.campuses_of(group)
    place, by_activity = lead_times(rng, found, count / shape.leads_of(group))
    base = count - len(place)
    day = FIRST_DAY + np.searchsorted(np.cumsum(demand()), rng.random(base))
    day = np.minimum(day, TODAY)
    leaf = rng.choice(len(LEAVES), base, p=base_shares())
    campus = campuses[rng.choice(len(campuses), base, p=campus_share(campuses))]
    came = Arrivals(
        created=np.r_[by_activity, at(day, time_of_day(rng, day))],
        campus=np.r_[found.campus[place], campus],
        leaf=np.r_[found.leaf[place], leaf],
        activity=np.r_[found.number[place], np.full(base, NONE)],
        family=np.arange(count),
    ).sorted()
    _repeat(rng, came)
    if block == 0:
        _burst(came)
    return came.sorted()


def _repeat(rng: np.random.Generator, came: Arrivals) -> None:
    """Turn some rows into later leads of families that came before."""
    first, second = (np.nonzero(came.leaf == LEAF[vendor])[0] for vendor in VENDORS)
    sold = min(int(len(second) * TWICE_SOLD_SHARE), len(first))
    bought, again = rng.permutation(first)[:sold], rng.permutation(second)[:sold]
    later = came.created[bought] + rng.integers(DAY // 2, 5 * DAY, sold)
    keep = later < NOW
    bought, again = bought[keep], again[keep]
    came.created[again], came.campus[again] = later[keep], came.campus[bought]
    came.family[again] = bought
    free = came.activity < 0
    free[bought] = free[again] = False
    pairs = rng.permutation(np.nonzero(free)[0])
    half = min(int(len(free) * DUPLICATE_SHARE), len(pairs) // 2)
    pair = np.sort(pairs[: 2 * half].reshape(2, half), axis=0)  # rows are in order of time
    came.family[pair[1]], came.campus[pair[1]] = pair[0], came.campus[pair[0]]


def _burst(came: Arrivals) -> None:
    """Let one member introduce a dozen people within the hour."""
    free = (came.activity < 0) & (came.campus == _BURST_CAMPUS)
    repeats = came.family != np.arange(len(free))
    free &= ~repeats
    free[came.family[repeats]] = False
    rows = np.nonzero(free)[0][:BURST_LEADS]
    came.leaf[rows] = _MEMBERS
    came.created[rows] = _BURST_SECOND + np.arange(len(rows)) * 240


def in_burst(created: Ints, campus: Ints, leaf: Ints) -> Flags:
    """The leads of the burst."""
    found: Flags = (created >= _BURST_SECOND) & (created < _BURST_SECOND + 3600)
    found &= (campus == _BURST_CAMPUS) & (leaf == _MEMBERS)
    return found
