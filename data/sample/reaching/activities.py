"""Four activities a month: when they ran, and on which day each of their leads came."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data.sample.calendar import TODAY, at, time_of_day
from data.sample.columns import Ints, Reals, days, labelled, money, numbered, rows
from data.sample.institution import MARKETER, Shape, campus_ids, staff_ids, staff_numbers
from data.sample.reaching.channels import LEAF
from data.sample.truths import (
    NO_SPRINT_ACTIVITY,
    STALLED_ACTIVITY,
    STALLED_MIDDLE_DAYS,
    STAR_ACTIVITY,
)

LEAD_SHARE = 0.34  # of a block's leads
_MONTHS = np.arange("2025-06", "2026-12", dtype="datetime64[M]")
_FIRST_DAYS = np.array([2, 8, 13, 19])  # of the month, from 0
_TYPES = ("group_buy", "game", "referral_gift", "open_day", "lecture", "street")
_LEAF_OF_TYPE = np.array(
    [
        LEAF[leaf]
        for leaf in (
            "fission_wechat",
            "fission_wechat",
            "fission_wechat",
            "event_open_day",
            "media_official",
            "street_community",
        )
    ]
)
_NAMES = ("拼团", "闯关小游戏", "推荐有礼", "开放日", "家长讲座", "广场嘉年华")
_THEMES = (
    "新年", "寒假", "开学", "春季", "五一", "六一", "暑期", "夏末", "新学期", "国庆", "双十一",
    "年末",
)  # fmt: skip
PHASES = ("launch", "middle", "sprint")
SHARE_CHANNELS = ("moments", "friend", "group", "official_account", "poster", "offline")
SHARE_CHANNEL_SHARE = np.array([0.30, 0.20, 0.28, 0.08, 0.09, 0.05])
STALLED, NO_SPRINT, STAR = (
    int(id_[1:]) for id_ in (STALLED_ACTIVITY, NO_SPRINT_ACTIVITY, STAR_ACTIVITY)
)


@dataclass(frozen=True)
class Activities:
    """The activities of one group of campuses, one row each."""

    number: Ints  # group × 1000 + place
    campus: Ints
    kind: Ints  # place in the list of types
    start: Ints  # first day
    end: Ints  # last day, may lie ahead
    planned: Ints  # leads of all blocks together

    @property
    def leaf(self) -> Ints:
        """The channel its leads come by."""
        return _LEAF_OF_TYPE[self.kind]


def activities_of(shape: Shape, group: int, seed: int) -> Activities:
    """Draw a group's activities."""
    rng = np.random.default_rng([seed, 1_000_001, group])
    campuses = shape.campuses_of(group)
    count = len(_MONTHS) * len(_FIRST_DAYS)
    place = np.arange(count)
    month = _MONTHS.astype("datetime64[D]").astype(np.int64)
    start = np.repeat(month, len(_FIRST_DAYS)) + np.tile(_FIRST_DAYS, len(_MONTHS))
    start += rng.integers(0, 2, count)
    start[-1] = TODAY - 1
    number = group * 1000 + place
    kind = rng.integers(0, len(_TYPES), count)
    kind[[STALLED % 1000, NO_SPRINT % 1000, STAR % 1000]] = [1, 0, 0]
    length = rng.integers(8, 13, count)
    size = rng.lognormal(0.0, 0.28, count)
    size[[STALLED % 1000, NO_SPRINT % 1000, STAR % 1000]] = [1.3, 1.4, 1.6]
    running = np.clip((TODAY - start + 1) / length, 0.0, 1.0)
    size *= np.where(running < 1, 0.35 + 0.5 * running, 1.0)
    planned = np.rint(size / size.sum() * shape.leads_of(group) * LEAD_SHARE).astype(np.int64)
    return Activities(
        number=number,
        campus=campuses[(place * 3 + place // len(campuses)) % len(campuses)],
        kind=kind,
        start=start,
        end=start + length - 1,
        planned=planned,
    )


def _curve(number: int, first: int, last: int) -> Reals:
    """Daily weights: a strong launch, a steady middle, a sprint below the launch."""
    length = last - first + 1
    weight = np.ones(length)
    weight[:2] = (2.9, 2.5)
    weight[-2:] = (1.7, 1.9)
    if number == STALLED:
        middle = (length - STALLED_MIDDLE_DAYS) // 2
        weight[middle : middle + STALLED_MIDDLE_DAYS] = 0.0
    if number == NO_SPRINT:
        weight[-2:] = (0.55, 0.5)
    weight = weight[: TODAY - first + 1]
    if first + len(weight) - 1 == TODAY:
        weight[-1] *= 0.7  # the day is not over
    return weight


def lead_times(rng: np.random.Generator, found: Activities, share: float) -> tuple[Ints, Ints]:
    """The place of the activity and the creation second of each of its leads in a block."""
    places, created = [], []
    for place, count in enumerate(np.rint(found.planned * share).astype(np.int64)):
        weight = _curve(int(found.number[place]), int(found.start[place]), int(found.end[place]))
        weight = weight * rng.lognormal(0.0, 0.1, len(weight))
        due = np.cumsum(weight) / weight.sum() * count
        daily = np.diff(np.rint(due).astype(np.int64), prepend=0)
        day = np.repeat(found.start[place] + np.arange(len(weight)), daily)
        places.append(np.full(len(day), place))
        created.append(at(day, time_of_day(rng, day)))
    return np.concatenate(places), np.concatenate(created)


def activity_table(found: Activities) -> pa.Table:
    """The activities of a group."""
    theme = found.start.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    names = [
        f"{_THEMES[month % 12]}{_NAMES[kind]}"
        for month, kind in zip(theme, found.kind, strict=True)
    ]
    return rows(
        "activities",
        activity_id=numbered("A", found.number, 5),
        name=names,
        type=labelled(_TYPES, found.kind),
        campus_id=campus_ids(found.campus),
        starts_on=days(found.start),
        ends_on=days(found.end),
        budget_cny=money(np.maximum(found.planned, 20) * 2_500 // 50_000 * 50_000 + 100_000),
        owner_id=staff_ids(staff_numbers(found.campus, np.full(len(found.campus), MARKETER))),
        members_only=found.kind == 0,
    )


def plan_table(found: Activities) -> pa.Table:
    """Planned visits and leads of each activity by phase and share channel."""
    place, phase, share = (
        grid.ravel() for grid in np.indices((len(found.number), 3, len(SHARE_CHANNELS)))
    )
    length = found.end - found.start + 1
    middle = length - 4
    phases = np.stack([np.full(len(length), 5.4), middle, np.full(len(length), 3.6)], axis=1)
    phases = phases / phases.sum(axis=1, keepdims=True)
    running = np.clip((TODAY - found.start + 1) / length, 0.0, 1.0)
    whole = found.planned / np.where(running < 1, 0.45 + 0.4 * running, 1.0)
    leads = whole[place] * 1.05 * phases[place, phase] * SHARE_CHANNEL_SHARE[share]
    return rows(
        "activity_plans",
        activity_id=numbered("A", found.number[place], 5),
        phase=labelled(PHASES, phase),
        share_channel=labelled(SHARE_CHANNELS, share),
        planned_visits=np.rint(leads * 4.5).astype(np.int64),
        planned_leads=np.rint(leads).astype(np.int64),
    )
