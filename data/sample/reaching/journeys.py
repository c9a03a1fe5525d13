"""What people did online: before a lead, without ever leaving a phone, and as members."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.sample.calendar import DAY, FIRST_DAY, NOW, TODAY, at, demand, local_day, time_of_day
from data.sample.columns import NONE, Flags, Ints, Reals
from data.sample.institution import Shape, campus_share
from data.sample.names import has_device, on_wechat, people, share_of
from data.sample.reaching.channels import FIRST_CAMPAIGN, LEAVES, of_leaves
from data.sample.reaching.events import NAME, PAGE, VISITOR, Events, events_of, joined
from data.sample.reaching.leads import Leads
from data.sample.reaching.spend import material_of
from data.sample.serving.service import Students
from data.sample.truths import WITHOUT_TOUCH_SHARE

_BROWSED = np.array([NAME[n] for n in ("page_view", "course_view", "video_play", "consult_click")])
_BROWSED_SHARE = np.array([0.52, 0.30, 0.12, 0.06])
_VISITORS_PER_LEAD = 2.75


@dataclass
class _Sessions:
    """Visits, one row each: where they came from, when they ended, how many events."""

    ends: Ints
    size: Ints
    campus: Ints
    leaf: Ints
    campaign: Ints
    activity: Ints
    device: Ints
    wechat: Ints
    submits: Flags


def _browse(rng: np.random.Generator, visits: _Sessions, phone: Ints) -> Events:
    """The events of visits: an arrival, pages, and the form where one is sent."""
    row = np.repeat(np.arange(len(visits.size)), visits.size)
    begins = np.cumsum(visits.size) - visits.size
    step = np.arange(len(row)) - begins[row]
    left = visits.size[row] - 1 - step
    dwell = np.round(rng.lognormal(3.3, 0.9, len(row)), 1)
    until = np.cumsum(dwell + 2)
    ends = until[begins + visits.size - 1]
    moment = visits.ends[row] - (ends[row] - until).astype(np.int64)
    name = _BROWSED[np.searchsorted(np.cumsum(_BROWSED_SHARE), rng.random(len(row)) * 0.999)]
    page = rng.integers(0, 6, len(row))
    page = np.where(name == NAME["course_view"], PAGE["/course/detail"], page)
    kind = np.array(
        [
            ("online", "offline").index(c.kind) if c.kind in ("online", "offline") else 2
            for c in LEAVES
        ]
    )
    arrives = np.array([NAME["ad_click"], NAME["scan"], NAME["page_view"]])[kind[visits.leaf[row]]]
    name = np.where(step == 0, arrives, name)
    sent = visits.submits[row] & (left == 0)
    name = np.where(sent, NAME["form_submit"], name)
    name = np.where(visits.submits[row] & (left == 1), NAME["form_view"], name)
    page = np.where(name >= NAME["form_view"], PAGE["/form"], page)
    landing = name == NAME["ad_click"]
    return events_of(
        len(row),
        name=name,
        at=moment,
        campus=visits.campus[row],
        leaf=visits.leaf[row],
        campaign=visits.campaign[row],
        material=material_of(visits.campaign[row], local_day(moment)),
        activity=visits.activity[row],
        device=visits.device[row],
        wechat=visits.wechat[row],
        phone=np.where(sent, phone[row], NONE),
        page=page,
        dwell=np.where(landing | sent, np.nan, dwell),
    )


def lead_events(rng: np.random.Generator, leads: Leads) -> Events:
    """The visits that led to a lead; the more interest, the more of them."""
    touched = np.nonzero(share_of(leads.created + 3, 43) >= WITHOUT_TOUCH_SHARE)[0]
    visits = 1 + np.minimum(rng.poisson(0.55 * np.exp(0.5 * leads.interest[touched])), 8)
    lead = np.repeat(touched, visits)
    begins = np.cumsum(visits) - visits
    step = np.arange(len(lead)) - np.repeat(begins, visits)
    last = step == 0  # counted back from the lead
    wait = np.where(last, 0.0, rng.exponential(6.0, len(lead)) + 0.05)
    back = np.cumsum(wait)
    back -= np.repeat(back[begins], visits)
    ends = leads.created[lead] - (back * DAY).astype(np.int64)
    early = local_day(ends) < FIRST_DAY
    lead, last, ends = lead[~early], last[~early], ends[~early]
    same = last | (rng.random(len(lead)) < 0.55)
    leaf = np.where(same, leads.leaf[lead], rng.choice(len(LEAVES), len(lead), p=_touch_shares()))
    device = np.where(has_device(people(leads.block, leads.device[lead])), leads.device[lead], NONE)
    known = on_wechat(people(leads.block, leads.person[lead]))
    wechat = np.where(
        known & ((share_of(ends, 45) < 0.4) | last | (device < 0)), leads.person[lead], NONE
    )
    keep = (device >= 0) | (wechat >= 0)
    lead, ends, leaf = lead[keep], ends[keep], leaf[keep]
    last, same = last[keep], same[keep]
    device, wechat = device[keep], wechat[keep]
    return _browse(
        rng,
        _Sessions(
            ends=ends,
            size=1 + last + rng.poisson(1.7 + 0.5 * np.clip(leads.interest[lead], -1, 3)),
            campus=leads.campus[lead],
            leaf=leaf,
            campaign=np.where(same, leads.campaign[lead], FIRST_CAMPAIGN[leaf]),
            activity=np.where(last, leads.activity[lead], NONE),
            device=device,
            wechat=wechat,
            submits=last,
        ),
        leads.phone[lead],
    )


def visitor_events(rng: np.random.Generator, shape: Shape, leads: Leads) -> Events:
    """Visits of people who never leave a phone."""
    count = int(leads.count * _VISITORS_PER_LEAD)
    campuses = shape.campuses_of(shape.group_of(leads.block))
    keen = rng.standard_normal(count)
    visits = 1 + np.minimum(rng.poisson(0.75 * np.exp(0.6 * keen)), 14)
    visitor = np.repeat(np.arange(count), visits)
    begins = np.cumsum(visits) - visits
    step = np.arange(len(visitor)) - np.repeat(begins, visits)
    first = np.minimum(FIRST_DAY + np.searchsorted(np.cumsum(demand()), rng.random(count)), TODAY)
    day = first[visitor] + np.where(step == 0, 0, rng.exponential(9, len(visitor))).astype(np.int64)
    keep = day <= TODAY
    visitor, day = visitor[keep], day[keep]
    leaf = rng.choice(len(LEAVES), count, p=_touch_shares())[visitor]
    wechat = share_of(visitor, 47) < 0.4
    return _browse(
        rng,
        _Sessions(
            ends=at(day, time_of_day(rng, day)),
            size=1 + rng.poisson(2.7, len(visitor)),
            campus=campuses[rng.choice(len(campuses), count, p=campus_share(campuses))][visitor],
            leaf=leaf,
            campaign=FIRST_CAMPAIGN[leaf],
            activity=np.full(len(visitor), NONE),
            device=VISITOR + visitor,
            wechat=np.where(wechat, VISITOR + visitor, NONE),
            submits=np.zeros(len(visitor), dtype=bool),
        ),
        np.full(len(visitor), NONE),
    )


def _touch_shares() -> Reals:
    share = of_leaves("share")
    share = np.where(share > 0, share + 0.02, 0.0)  # leaves that only activities use stay out
    normal: Reals = share / share.sum()
    return normal


def member_events(rng: np.random.Generator, leads: Leads, students: Students) -> Events:
    """What known parents do in the app once they have bought."""
    member = np.nonzero(students.lead >= 0)[0]
    formal = leads.formal[students.lead[member]] > 0
    since = local_day(students.enrolled[member])
    age = TODAY - since
    many = np.where(
        formal, 0.055 * np.minimum(age, 300) * np.exp(0.3 * students.engaged[member]), 0.8
    )
    visits = rng.poisson(many)
    row = np.repeat(np.arange(len(member)), visits)
    day = since[row] + (rng.random(len(row)) * np.minimum(age[row] + 1, 320)).astype(np.int64)
    size = 1 + rng.integers(0, 3, len(row))
    opened = at(day, time_of_day(rng, day))
    who = np.repeat(np.arange(len(row)), size)
    step = np.arange(len(who)) - np.repeat(np.cumsum(size) - size, size)
    moment = opened[who] + step * rng.integers(15, 90, len(who))
    keep = (moment <= NOW) & (moment > students.enrolled[member[row[who]]])
    who, step, moment = who[keep], step[keep], moment[keep]
    person = students.person[member[row[who]]]
    name = np.where(
        step == 0,
        NAME["app_open"],
        np.where(step == 1, NAME["lesson_view"], NAME["homework_submit"]),
    )
    known = on_wechat(people(leads.block, person))
    return events_of(
        len(who),
        name=name,
        at=moment,
        campus=students.campus[member[row[who]]],
        device=np.where(has_device(people(leads.block, person)), person, NONE),
        wechat=np.where(known, person, NONE),
        phone=person,
        student=member[row[who]],
        login=np.where(share_of(person, 51) < 0.7, person, NONE),
        page=PAGE["/app/home"] + step,
        dwell=np.round(rng.lognormal(3.6, 0.8, len(who)), 1),
    )


def sop_events(leads: Leads) -> tuple[Events, list[str]]:
    """Who was given each playbook and who was held out, a day after the lead."""
    parts: list[Events] = []
    texts: list[str] = []
    for sop, arms in leads.arms.items():
        row = np.nonzero(arms >= 0)[0]
        base = len(texts)
        texts += [f'{{"sop": "{sop}", "arm": "{arm}"}}' for arm in ("held_out", "treated")]
        known = on_wechat(people(leads.block, leads.person[row]))
        parts.append(
            events_of(
                len(row),
                name=np.full(len(row), NAME["sop_exposure"]),
                at=leads.created[row] + DAY,
                campus=leads.campus[row],
                wechat=np.where(known, leads.person[row], NONE),
                phone=leads.phone[row],
                properties=base + arms[row],
            )
        )
    return joined(parts), texts
