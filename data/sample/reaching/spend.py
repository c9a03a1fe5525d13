"""What the channels cost: one row per paid channel, campaign, campus and day."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from data.sample.calendar import DAYS, FIRST_DAY, TODAY, demand
from data.sample.columns import Ints, days, labelled, money, rows
from data.sample.institution import Shape, campus_ids, campus_share
from data.sample.reaching.activities import Activities
from data.sample.reaching.channels import (
    CAMPAIGNS,
    FIRST_CAMPAIGN,
    LEAF_IDS,
    LEAVES,
    MATERIALS,
    base_shares,
)
from data.sample.truths import LATE_CHANNEL, LATE_DAYS

_CPM_CNY = 45.0


def material_of(campaign: Ints, day: Ints) -> Ints:
    """The material a campaign shows on a day: they change places every week."""
    return (day // 7 + campaign) % len(MATERIALS)


def spend_table(
    shape: Shape, group: int, seed: int, base_leads: float, found: Activities
) -> pa.Table:
    """A group's media cost, in step with the leads it is expected to bring.

    ``base_leads`` are those that no activity brings; the leads of ``found`` are paid
    for on the days they run.
    """
    rng = np.random.default_rng([seed, 1_000_002, group])
    campuses = shape.campuses_of(group)
    share = campus_share(campuses)
    by_day = demand()
    shares = base_shares()
    columns: list[tuple[Ints, ...]] = []
    for number, leaf in enumerate(LEAVES):
        if not leaf.cpl:
            continue
        from_activities = _activity_leads(found, campuses, number)
        for place, (_, part) in enumerate(leaf.campaigns):
            expected = base_leads * shares[number] * np.outer(share, by_day) + from_activities
            expected *= part
            if leaf.id == LATE_CHANNEL:
                expected[:, DAYS - LATE_DAYS :] = 0.0
            campus, day = np.nonzero(expected > 0)
            leads = expected[campus, day]
            cost = leads * leaf.cpl * rng.lognormal(-0.02, 0.2, len(leads))
            # Claimed against the orders a platform sees: its leads that convert.
            claimed = rng.poisson(leads * leaf.converts * max(leaf.overclaims, 1.0))
            shown = cost / _CPM_CNY * 1000 * rng.lognormal(0, 0.15, len(leads))
            clicked = np.maximum(leads / 0.07, shown * 0.012) * rng.lognormal(0, 0.1, len(leads))
            online = leaf.kind == "online"
            campaign = np.full(len(leads), FIRST_CAMPAIGN[number] + place)
            columns.append(
                (
                    np.full(len(leads), number),
                    campaign,
                    material_of(campaign, FIRST_DAY + day),
                    campuses[campus],
                    FIRST_DAY + day,
                    np.rint(shown).astype(np.int64) if online else np.full(len(leads), -1),
                    np.rint(clicked).astype(np.int64) if online else np.full(len(leads), -1),
                    np.rint(cost * 100).astype(np.int64),
                    claimed if online else np.full(len(leads), -1),
                )
            )
    leaf_, campaign, material, campus, day, shown, clicked, cents, claimed = (
        np.concatenate(column) for column in zip(*columns, strict=True)
    )
    return rows(
        "spend",
        channel_id=labelled(LEAF_IDS, leaf_),
        campaign=labelled(CAMPAIGNS, campaign),
        material=labelled(MATERIALS, material),
        campus_id=campus_ids(campus),
        spend_on=days(day),
        impressions=pa.array(shown, mask=shown < 0),
        clicks=pa.array(clicked, mask=clicked < 0),
        cost_cny=money(cents),
        claimed_conversions=pa.array(claimed, mask=claimed < 0),
    )


def _activity_leads(found: Activities, campuses: Ints, leaf: int) -> np.ndarray:
    expected = np.zeros((len(campuses), DAYS))
    for place in np.nonzero(found.leaf == leaf)[0]:
        first = int(found.start[place]) - FIRST_DAY
        last = min(int(found.end[place]), TODAY) - FIRST_DAY
        row = int(found.campus[place] - campuses[0])
        expected[row, first : last + 1] += found.planned[place] / (last - first + 1)
    return expected
