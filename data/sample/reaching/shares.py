"""Share trees: in each activity, who arrived by whose share."""

from __future__ import annotations

import numpy as np

from data.sample.calendar import DAY, HOUR, NOW, at
from data.sample.columns import NONE, Flags, Ints
from data.sample.names import on_wechat, people
from data.sample.reaching.activities import SHARE_CHANNEL_SHARE, STAR, Activities
from data.sample.reaching.channels import FIRST_CAMPAIGN
from data.sample.reaching.events import NAME, PAGE, VISITOR, Events, events_of, joined
from data.sample.reaching.leads import Leads

_SEEDS = 9  # members who share on the first morning
_ANONYMOUS = 2.6  # visitors who leave no phone, per lead
_STEEP = 4.2  # how strongly the first arrivals attract the later ones
_STAR_SHARE = 0.42
_KEEN = 0.08  # of those who leave no phone
_FIRST_VISITOR = 400_000  # visitors known from activities only


def share_events(rng: np.random.Generator, leads: Leads, found: Activities) -> Events:
    """The shares and arrivals of all activities of a block."""
    parts: list[Events] = []
    visitors = _FIRST_VISITOR
    shares = 0
    for place in range(len(found.number)):
        tree = _Tree(rng, leads, found, place, visitors)
        if tree.count:
            parts.append(tree.arrivals(shares))
            parts.append(tree.shares(shares))
            parts.append(tree.returns())
            visitors += tree.anonymous
            shares += tree.count * 2
    return joined(parts)


class _Tree:
    """The arrivals of one activity in order of time, each with its sharer's row."""

    def __init__(
        self, rng: np.random.Generator, leads: Leads, found: Activities, place: int, visitors: int
    ) -> None:
        self.rng, self.leads = rng, leads
        self.activity, self.campus = int(found.number[place]), int(found.campus[place])
        self.leaf = int(found.leaf[place])
        start = int(found.start[place])
        lead = np.nonzero((leads.activity == self.activity) & leads.first)[0]
        seeds = _seeds(leads, self.campus, at(np.array([start]), np.array([9 * HOUR]))[0])
        self.anonymous = int(len(lead) * _ANONYMOUS)
        like = rng.integers(0, max(len(lead), 1), self.anonymous)
        came = leads.created[lead[like]] + rng.integers(-9 * HOUR, 9 * HOUR, self.anonymous)
        opening = at(np.full(len(seeds), start), 9 * HOUR + np.arange(len(seeds)) * 60)
        moment = np.r_[opening, leads.created[lead] - rng.integers(180, 1200, len(lead)), came]
        person = np.r_[seeds, leads.person[lead], VISITOR + visitors + np.arange(self.anonymous)]
        keep = (moment >= opening.max(initial=0)) | (np.arange(len(moment)) < len(seeds))
        keep &= (moment <= NOW) & (moment < at(np.array([start + 14]), np.array([0]))[0])
        order = np.argsort(np.where(keep, moment, NOW * 2), kind="stable")[: keep.sum()]
        self.moment, self.person = moment[order], person[order]
        self.count = len(order)
        self.parent = self._parents(len(seeds))
        slot = rng.choice(len(SHARE_CHANNEL_SHARE), self.count * 2, p=SHARE_CHANNEL_SHARE)
        self.channel = slot.reshape(self.count, 2)
        self.branch = (rng.random(self.count) < 0.3).astype(np.int64)

    def _parents(self, seeds: int) -> Ints:
        row = np.arange(self.count)
        parent = (row * self.rng.random(self.count) ** _STEEP).astype(np.int64)
        if self.activity == STAR:
            parent = np.where(self.rng.random(self.count) < _STAR_SHARE, 0, parent)
        alone = (row < max(seeds, 1)) | (self.rng.random(self.count) < 0.14)
        parent[alone] = NONE
        earlier: Ints = np.minimum(parent, row - 1)
        return earlier

    def arrivals(self, base: int) -> Events:
        """One visit each, with the share it came by."""
        came = self.parent >= 0
        share = np.where(came, base + self.parent * 2 + self.branch, NONE)
        used = np.where(came, self.channel[self.parent, self.branch], NONE)
        return self._events("page_view", np.arange(self.count), self.moment).with_share(
            from_share=share, share_channel=used
        )

    def shares(self, base: int) -> Events:
        """One share for each sharer and way of sharing, before its first arrival."""
        came = np.nonzero(self.parent >= 0)[0]
        key = self.parent[came] * 2 + self.branch[came]
        used, first = np.unique(key, return_index=True)  # rows are in order of time
        sharer = used // 2
        gap = self.moment[came[first]] - self.moment[sharer]
        moment = self.moment[sharer] + (gap * self.rng.uniform(0.05, 0.9, len(gap))).astype(
            np.int64
        )
        idle = self._idle(sharer)
        events = self._events("share", np.r_[sharer, idle], np.r_[moment, self.moment[idle] + 60])
        return events.with_share(
            share=base + np.r_[used, idle * 2],
            share_channel=np.r_[self.channel[sharer, used % 2], self.channel[idle, 0]],
        )

    def returns(self) -> Events:
        """Later visits of people who leave no phone: a few come back again and again."""
        keen = np.nonzero((self.person >= VISITOR) & (self.rng.random(self.count) < _KEEN))[0]
        row = np.repeat(keen, 1 + self.rng.poisson(3.2, len(keen)))
        later = (self.rng.exponential(2.5 * DAY, len(row))).astype(np.int64) + HOUR
        row, moment = row[self.moment[row] + later <= NOW], self.moment[row] + later
        events = self._events("page_view", row, moment[moment <= NOW])
        events.dwell = np.round(self.rng.lognormal(5.2, 0.7, len(row)), 1)
        return events

    def _idle(self, sharers: Ints) -> Ints:
        """People whose share nobody followed."""
        quiet = np.setdiff1d(np.arange(self.count), sharers)
        quiet = quiet[self.rng.random(len(quiet)) < 0.1]
        past: Ints = quiet[self.moment[quiet] + 60 <= NOW]
        return past

    def _events(self, name: str, row: Ints, moment: Ints) -> Events:
        person = self.person[row]
        visitor = person >= VISITOR
        block = self.leads.block
        wechat: Flags = np.where(visitor, person % 10 < 6, on_wechat(people(block, person)))
        campaign = np.full(len(row), FIRST_CAMPAIGN[self.leaf])
        return events_of(
            len(row),
            name=np.full(len(row), NAME[name]),
            at=moment,
            campus=np.full(len(row), self.campus),
            leaf=np.full(len(row), self.leaf),
            campaign=campaign,
            activity=np.full(len(row), self.activity),
            device=person,
            wechat=np.where(wechat, person, NONE),
            page=np.full(len(row), PAGE["/activity"]),
            dwell=np.round(self.rng.lognormal(3.4, 0.8, len(row)), 1),
        )


def _seeds(leads: Leads, campus: int, before: int) -> Ints:
    """Members of the campus who share often, the most eager first."""
    eager = np.nonzero(leads.first & (leads.campus == campus) & (leads.formal > 0))[0]
    eager = eager[leads.formal[eager] < before - DAY][: _SEEDS * 2]
    return eager[:_SEEDS]
