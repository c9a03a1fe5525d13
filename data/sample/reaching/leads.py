"""A block's leads: who came, by which channel, to whom they were given, what became of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.sample.calendar import (
    DAY,
    NOW,
    day_number,
    local_day,
    office_hours,
)
from data.sample.columns import NONE, Flags, Ints, Reals
from data.sample.institution import (
    FIRST,
    LINES_PER_CAMPUS,
    LUCKY_STAFF,
    SHORT,
    YEAR,
    consultants_of,
    lines_of,
    staff_numbers,
)
from data.sample.reaching.arrivals import Arrivals, in_burst
from data.sample.reaching.channels import CHEAP, FIRST_CAMPAIGN, LEAF, LEAVES, of_leaves
from data.sample.reaching.spend import material_of
from data.sample.truths import (
    HARMFUL_SOP,
    HELD_OUT_SHARE,
    SOP_WINDOWS,
    USEFUL_SOP,
    USELESS_SOP,
)

_LUCKY_SKILL = -0.3  # logits: what he adds to a lead, below his colleagues
_SOP_FACTOR = {HARMFUL_SOP: 0.5, USEFUL_SOP: 1.45}


@dataclass
class Leads:
    """A block's leads in order of time, one row each; -1 stands for none."""

    block: int
    created: Ints  # UTC seconds, like every time here
    campus: Ints
    leaf: Ints
    campaign: Ints
    material: Ints
    activity: Ints  # activity number
    family: Ints  # the row of the family's first lead
    person: Ints  # the parent who came: numbered as the family, or as its second parent
    phone: Ints  # the person whose phone was left
    device: Ints  # the person whose device it was
    line: Ints
    interest: Reals  # what nobody sees: standard normal
    engaged: Reals
    reachable: Flags
    in_area: Flags
    blacklisted: Flags
    competitor: Flags
    owner: Ints  # staff number
    assigned: Ints
    trial: Ints
    formal: Ints
    level: Ints  # of the course first bought
    arms: dict[str, Ints]  # by playbook: 1 treated, 0 held out, -1 not in it

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.created)

    @property
    def first(self) -> Flags:
        """Rows that are the family's first."""
        found: Flags = self.family == np.arange(self.count)
        return found

    @property
    def valid(self) -> Flags:
        """Reachable, in the area, neither blacklisted nor a competitor, not a repeat."""
        known = self.reachable & self.in_area & ~self.blacklisted & ~self.competitor
        found: Flags = known & self.first
        return found


def draw_leads(rng: np.random.Generator, block: int, came: Arrivals) -> Leads:
    """Give arrivals a campaign, an owner and a way to the first order, or none."""
    created, campus, leaf, family = came.created, came.campus, came.leaf, came.family
    count = len(created)
    day = local_day(created)
    campaign = FIRST_CAMPAIGN[leaf] + _campaign_within(rng, leaf)
    cheap = campaign == CHEAP
    interest = rng.standard_normal(count)[family]
    # Four independent reasons; together they leave the channel's valid share.
    lost = 1 - of_leaves("valid")[leaf]
    reason = rng.random(count) / np.maximum(lost, 1e-9)
    owner, assigned = _owners(rng, created, campus, leaf, interest)
    leads = Leads(
        block=block,
        created=created,
        campus=campus,
        leaf=leaf,
        campaign=campaign,
        material=material_of(campaign, day),
        activity=came.activity,
        family=family,
        person=family.copy(),
        phone=family.copy(),
        device=family.copy(),
        line=lines_of(campus, rng.integers(0, LINES_PER_CAMPUS, count))[family],
        interest=interest,
        engaged=(rng.standard_normal(count) * 0.7 + 0.25 * interest)[family],
        reachable=~(reason < 0.62),
        in_area=~((reason >= 0.62) & (reason < 0.86)),
        blacklisted=(reason >= 0.86) & (reason < 0.93),
        competitor=(reason >= 0.93) & (reason < 1.0),
        owner=owner,
        assigned=assigned,
        trial=np.full(count, NONE),
        formal=np.full(count, NONE),
        level=np.where(cheap, SHORT, np.where(rng.random(count) < 0.1, YEAR, FIRST)),
        arms={},
    )
    leads.engaged += of_leaves("engaged")[leaf]
    chance = of_leaves("converts")[leaf] / of_leaves("valid")[leaf]
    chance = np.where(cheap, chance, np.where(leaf == LEAF["feed_douyin"], chance * 0.8, chance))
    factor = np.ones(count)
    for sop, (start, end) in SOP_WINDOWS.items():
        window = (day >= day_number(start)) & (day <= day_number(end))
        drawn = window & leads.valid & (created < NOW - DAY)
        arm = np.where(rng.random(count) < HELD_OUT_SHARE, 0, 1)
        leads.arms[sop] = np.where(drawn, arm, NONE)
        factor[leads.arms[sop] == 1] *= _SOP_FACTOR.get(sop, 1.0)
    # exp(0.55 z - 0.15) has mean 1: interest moves leads around the channel's rate.
    chance = chance * np.exp(0.55 * interest - 0.151) * np.exp(_skill(owner)) * factor
    leads.reachable &= ~in_burst(created, campus, leaf)
    # A lead nobody owns is not called; only a few come by themselves.
    chance *= leads.valid * np.where(owner > 0, 1.0, 0.3)
    group = leads.arms[USELESS_SOP] * 2**40 + owner * len(LEAVES) + leaf
    won = _drawn_evenly(rng, np.minimum(chance, 0.95), by=group)
    median = np.where(cheap, 9.0, of_leaves("median_days")[leaf])
    spread = np.where(leaf == LEAF["feed_xhs"], 0.32, 0.75)
    delay = np.maximum(median * np.exp(spread * rng.standard_normal(count)), 0.15)
    formal = _visit_time(rng, created, delay)
    leads.formal = np.where(won & (formal <= NOW), formal, NONE)
    tries = np.where(won, rng.random(count) < 0.82, rng.random(count) < _trial_chance(interest))
    until = np.where(won, delay * rng.uniform(0.25, 0.8, count), rng.lognormal(1.9, 0.6, count))
    trial = _visit_time(rng, created, until)
    trial = np.where(won, np.minimum(trial, formal - 1800), trial)
    tries &= leads.valid & (trial > created) & (trial <= NOW)
    leads.trial = np.where(tries, trial, NONE)
    return leads


def _drawn_evenly(rng: np.random.Generator, chance: Reals, *, by: Ints) -> Flags:
    """Draw rows by chance, so that each group gets its expected number, within one.

    Independent draws would now and then hide a planted truth behind luck.
    """
    order = np.lexsort((rng.random(len(chance)), by))
    steps = np.floor(np.cumsum(chance[order]) + rng.random())
    drawn = np.zeros(len(chance), dtype=bool)
    drawn[order] = np.diff(steps, prepend=0.0) > 0
    return drawn


def _campaign_within(rng: np.random.Generator, leaf: Ints) -> Ints:
    """The place of each lead's campaign within its channel."""
    first = np.array([channel.campaigns[0][1] for channel in LEAVES])
    place: Ints = (rng.random(len(leaf)) >= first[leaf]).astype(np.int64)
    return place


def _trial_chance(interest: Reals) -> Reals:
    chance: Reals = 0.19 * np.exp(0.45 * interest - 0.1)
    return chance


def _visit_time(rng: np.random.Generator, created: Ints, delay_days: Reals) -> Ints:
    """About so many days later, at an hour when the campus is open."""
    return office_hours(rng, created + (delay_days * DAY).astype(np.int64))


def _skill(owner: Ints) -> Reals:
    """What a consultant adds, in logs of the chance."""
    skill = ((owner * 2_654_435_761 % 1_000_003) / 1_000_003 - 0.5) * 0.2
    skill[owner == LUCKY_STAFF] = _LUCKY_SKILL
    found: Reals = skill
    return found


def _owners(
    rng: np.random.Generator, created: Ints, campus: Ints, leaf: Ints, interest: Reals
) -> tuple[Ints, Ints]:
    """Give leads to the campus's consultants, some late and some to nobody."""
    count = len(created)
    post = 1 + rng.integers(0, 1 << 30, count) % consultants_of(campus)
    good = of_leaves("converts")[leaf] >= 0.135
    lucky = LUCKY_STAFF % 100
    at_his_campus = campus == LUCKY_STAFF // 100 - 1
    u = rng.random(count)
    to_him = at_his_campus & np.where(good, u < 0.8, u < 0.04)
    other = 1 + lucky + rng.integers(0, 1 << 30, count) % (consultants_of(campus) - 1)
    post = np.where(at_his_campus, np.where(to_him, lucky, other), post)
    minutes = np.where(
        rng.random(count) < 0.8, rng.exponential(25, count), rng.exponential(600, count)
    )
    assigned = office_hours(rng, created + (minutes * 60).astype(np.int64))
    nobody = rng.random(count) < 0.045
    waiting = assigned > NOW
    given = ~(nobody | waiting)
    return (
        np.where(given, staff_numbers(campus, post), NONE),
        np.where(given, assigned, NONE),
    )
