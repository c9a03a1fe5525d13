"""Events as codes, and their rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from data.sample.columns import NONE, Ints, Reals, instants, labelled, numbered, rows
from data.sample.institution import campus_ids
from data.sample.names import devices, openids, people, phones, share_of, unionids
from data.sample.people_tables import student_ids
from data.sample.reaching.activities import SHARE_CHANNELS
from data.sample.reaching.channels import CAMPAIGNS, LEAF_IDS, MATERIALS
from data.sample.truths import UNMAPPED_CHANNEL

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
