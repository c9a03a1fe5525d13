"""What people did online: visits before a lead, anonymous visits, and life after the first order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from data.sample.activities import SHARE_CHANNELS
from data.sample.calendar import DAY, FIRST_DAY, NOW, TODAY, at, demand, local_day, time_of_day
from data.sample.channels import CAMPAIGNS, FIRST_CAMPAIGN, LEAF_IDS, LEAVES, MATERIALS, of_leaves
from data.sample.columns import NONE, Flags, Ints, Reals, instants, labelled, numbered, rows
from data.sample.institution import Shape, campus_ids, campus_share
from data.sample.leads import Leads
from data.sample.names import devices, on_wechat, openids, people, phones, share_of, unionids
from data.sample.people_tables import student_ids
from data.sample.service import Students
from data.sample.spend import material_of
from data.sample.truths import UNMAPPED_CHANNEL, WITHOUT_TOUCH_SHARE

CHUNK = 500_000
NAMES = (
    "ad_click", "scan", "page_view", "course_view", "video_play", "consult_click",
    "form_view", "form_submit", "app_open", "lesson_view", "homework_submit", "share",
    "sop_exposure",
)  # fmt: skip
NAME = {name: number for number, name in enumerate(NAMES)}
PAGES = (
    "/home", "/course/list", "/course/detail", "/teacher", "/campus", "/price", "/form",
    "/app/home", "/app/lesson", "/app/homework", "/activity", "/story",
)  # fmt: skip
PAGE = {page: number for number, page in enumerate(PAGES)}
VISITOR = 100_000  # devices of visitors who leave no phone, beyond a block's people
_DEVICES_PER_BLOCK = 1_000_000
_BROWSED = np.array([NAME[n] for n in ("page_view", "course_view", "video_play", "consult_click")])
_BROWSED_SHARE = np.array([0.52, 0.30, 0.12, 0.06])
_VISITORS_PER_LEAD = 2.75


@dataclass
class Events:
    """Events as codes, one row each; -1 stands for none."""

    name: Ints
    at: Ints
    campus: Ints
    leaf: Ints
    campaign: Ints
    material: Ints
    activity: Ints
    device: Ints  # person or visitor of the block
    wechat: Ints  # the same, where the unionid is known
    phone: Ints
    student: Ints
    login: Ints
    page: Ints
    dwell: Reals
    share: Ints
    from_share: Ints
    share_channel: Ints
    properties: Ints  # place among the block's property texts

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.name)

    def with_share(
        self, *, share_channel: Ints, share: Ints | None = None, from_share: Ints | None = None
    ) -> Events:
        """The same events, as shares or as arrivals by a share."""
        self.share_channel = share_channel
        self.share = self.share if share is None else share
        self.from_share = self.from_share if from_share is None else from_share
        return self


def events_of(count: int, **columns: Ints | Reals) -> Events:
    """Events with the given columns; the others are empty."""
    none = np.full(count, NONE)
    empty = {field.name: none for field in fields(Events)} | {"dwell": np.full(count, np.nan)}
    return Events(**{**empty, **columns})  # type: ignore[arg-type]


def joined(parts: list[Events]) -> Events:
    """Several batches as one, in order of time."""
    order = np.argsort(np.concatenate([part.at for part in parts]), kind="stable")
    return Events(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])[order]
            for field in fields(Events)
        }
    )


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
    device = np.where(share_of(leads.device[lead], 6) < 0.82, leads.device[lead], NONE)
    known = on_wechat(people(leads.block, leads.person[lead]))
    wechat = np.where(
        known & ((share_of(ends, 45) < 0.4) | last | (device < 0)), leads.person[lead], NONE
    )
    keep = (device >= 0) | (wechat >= 0)
    lead, last, ends, leaf, same = (x[keep] for x in (lead, last, ends, leaf, same))
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
        device=np.where(share_of(person, 6) < 0.82, person, NONE),
        wechat=np.where(known, person, NONE),
        phone=person,
        student=member[row[who]],
        login=np.where(share_of(person, 51) < 0.7, person, NONE),
        page=PAGE["/app/home"] + step,
        dwell=np.round(rng.lognormal(3.6, 0.8, len(who)), 1),
    )


def sop_events(leads: Leads) -> tuple[Events, list[str]]:
    """Who was given each playbook and who was held out, a day after the lead."""
    parts, texts = [], []
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


def event_tables(block: int, found: Events, texts: list[str]) -> Iterator[pa.Table]:
    """The events' rows, in chunks."""
    for start in range(0, max(found.count, 1), CHUNK):
        part = Events(
            **{f.name: getattr(found, f.name)[start : start + CHUNK] for f in fields(Events)}
        )
        yield _event_rows(block, part, start, texts)


def _event_rows(block: int, part: Events, start: int, texts: list[str]) -> pa.Table:
    wechat = _numbers(block, part.wechat)
    mapped = (part.leaf < 0) | (share_of(part.at * 7 + part.device, 49) >= 0.006)
    channel = np.where(mapped, part.leaf, len(LEAF_IDS))
    share = np.where(part.share < 0, NONE, block * 1_000_000 + part.share)
    from_share = np.where(part.from_share < 0, NONE, block * 1_000_000 + part.from_share)
    return rows(
        "events",
        event_id=numbered("V", block * 10_000_000 + start + np.arange(part.count), 10),
        name=labelled(NAMES, part.name),
        occurred_at=instants(part.at),
        campus_id=campus_ids(part.campus),
        channel_id=labelled((*LEAF_IDS, UNMAPPED_CHANNEL), channel),
        campaign=labelled(CAMPAIGNS, part.campaign),
        material=labelled(MATERIALS, part.material),
        activity_id=numbered("A", part.activity, 5),
        device_id=devices(_numbers(block, part.device)),
        login_id=numbered("U", people(block, part.login), 9),
        phone=phones(people(block, part.phone)),
        unionid=unionids(wechat),
        openid=openids(np.where(share_of(wechat, 2) < 0.8, wechat, NONE)),
        student_id=student_ids(block, part.student),
        page=labelled(PAGES, part.page),
        dwell_seconds=pa.array(part.dwell, mask=np.isnan(part.dwell)),
        share_id=numbered("H", share, 9),
        from_share_id=numbered("H", from_share, 9),
        share_channel=labelled(SHARE_CHANNELS, part.share_channel),
        properties=labelled(texts, part.properties),
    )


def _numbers(block: int, local: Ints) -> Ints:
    """The number of a person as elsewhere, or of a visitor beyond all people."""
    beyond = 1_000_000_000 + block * _DEVICES_PER_BLOCK + local
    return np.where(local < VISITOR, people(block, local), beyond)
