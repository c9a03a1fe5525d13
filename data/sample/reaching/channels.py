"""The sample's channel tree and what each leaf brings: price, quality, patience."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data.sample.columns import Reals, rows


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A channel that brings leads, and how they turn out.

    ``share`` of the leads no activity brings; ``cpl`` CNY of media cost per lead, 0 where
    none is booked; ``converts`` chance of a formal order; ``median_days`` from lead to
    order; ``stops``, ``refunds``, ``renews`` chances of an enrolment; ``engaged`` shift of
    attendance, in logits; ``overclaims`` claimed ÷ real conversions.
    """

    id: str
    name: str
    parent: str
    kind: str
    share: float
    cpl: float = 0.0
    converts: float
    median_days: float = 16.0
    valid: float = 0.83
    stops: float = 0.13
    refunds: float = 0.5
    renews: float = 0.70
    engaged: float = 0.0
    overclaims: float = 0.0
    campaigns: tuple[tuple[str, float], ...] = (("常规", 1.0),)


# fmt: off
_BRANCHES = (
    ("online", "线上", None, "online"), ("offline", "线下", None, "offline"),
    ("referral", "转介绍", None, "referral"), ("organic", "自然", None, "organic"),
    ("direct", "直接访问", None, "direct"),
    ("sem", "搜索 SEM", "online", "online"), ("feed", "信息流", "online", "online"),
    ("video", "短视频", "online", "online"), ("media", "自媒体", "online", "online"),
    ("agency", "线索代理", "online", "online"),
    ("street", "地推", "offline", "offline"), ("partner", "异业", "offline", "offline"),
    ("event", "活动", "offline", "offline"),
    ("introduced", "老带新", "referral", "referral"), ("fission", "裂变", "referral", "referral"),
    ("arrival", "自然到访", "organic", "organic"), ("site", "官网", "direct", "direct"),
)
LEAVES = (
    Leaf(id="sem_baidu", name="百度搜索", parent="sem", kind="online", share=.13, cpl=200,
         converts=.150, median_days=11, overclaims=1.45, renews=.72,
         campaigns=(("百度-品牌词", .4), ("百度-通用词", .6))),
    Leaf(id="sem_shenma", name="神马搜索", parent="sem", kind="online", share=.05, cpl=175,
         converts=.105, median_days=13, overclaims=1.6, campaigns=(("神马-通用词", 1.0),)),
    Leaf(id="feed_douyin", name="抖音信息流", parent="feed", kind="online", share=.17, cpl=42,
         converts=.033, median_days=9, valid=.66, stops=.45, refunds=.72, renews=.16,
         engaged=-1.25, overclaims=2.0, campaigns=(("抖音-9.9元引流", .92), ("抖音-品牌课", .08))),
    Leaf(id="feed_moments", name="朋友圈广告", parent="feed", kind="online", share=.10, cpl=178,
         converts=.118, overclaims=1.5, campaigns=(("朋友圈-同城", .6), ("朋友圈-老客相似", .4))),
    Leaf(id="feed_xhs", name="小红书", parent="feed", kind="online", share=.10, cpl=160,
         converts=.245, median_days=66, overclaims=1.3, renews=.78, engaged=.25,
         campaigns=(("小红书-种草笔记", .7), ("小红书-聚光", .3))),
    Leaf(id="video_douyin", name="抖音短视频", parent="video", kind="online", share=.07, cpl=140,
         converts=.098, overclaims=1.7, campaigns=(("抖音-达人", .5), ("抖音-直播间", .5))),
    Leaf(id="video_wechat", name="视频号", parent="video", kind="online", share=.04, cpl=145,
         converts=.115, overclaims=1.4, campaigns=(("视频号-课堂片段", 1.0),)),
    Leaf(id="media_official", name="公众号", parent="media", kind="online", share=.05, cpl=110,
         converts=.135, overclaims=1.3, campaigns=(("公众号-推文", 1.0),)),
    Leaf(id="vendor_a", name="代理甲", parent="agency", kind="online", share=.06, cpl=120,
         converts=.068, valid=.72, overclaims=1.8, campaigns=(("代理甲-名单", 1.0),)),
    Leaf(id="vendor_b", name="代理乙", parent="agency", kind="online", share=.05, cpl=112,
         converts=.066, valid=.70, overclaims=1.9, campaigns=(("代理乙-名单", 1.0),)),
    Leaf(id="street_community", name="社区地推", parent="street", kind="offline", share=.04,
         cpl=108, converts=.085, campaigns=(("社区摆台", 1.0),)),
    Leaf(id="street_school", name="校门口地推", parent="street", kind="offline", share=.04, cpl=120,
         converts=.095, campaigns=(("放学时段", 1.0),)),
    Leaf(id="partner_shops", name="异业合作", parent="partner", kind="offline", share=.03, cpl=95,
         converts=.105, campaigns=(("书店联名", 1.0),)),
    Leaf(id="event_open_day", name="开放日", parent="event", kind="offline", share=.015, cpl=150,
         converts=.165, engaged=.1, campaigns=(("开放日", 1.0),)),
    Leaf(id="introduced_member", name="学员推荐", parent="introduced", kind="referral", share=.09,
         converts=.265, valid=.94, renews=.78, engaged=.3, stops=.07),
    Leaf(id="fission_wechat", name="微信裂变", parent="fission", kind="referral", share=.0,
         converts=.120, valid=.86),
    Leaf(id="walk_in", name="到店", parent="arrival", kind="organic", share=.03,
         converts=.30, median_days=6, valid=.95, renews=.74),
    Leaf(id="phone_in", name="来电", parent="arrival", kind="organic", share=.02,
         converts=.24, median_days=8, valid=.93),
    Leaf(id="site_direct", name="官网直达", parent="site", kind="direct", share=.02,
         converts=.16, valid=.88),
)
# fmt: on

LEAF_IDS = tuple(leaf.id for leaf in LEAVES)
LEAF = {leaf.id: number for number, leaf in enumerate(LEAVES)}
CAMPAIGNS = tuple(name for leaf in LEAVES for name, _ in leaf.campaigns)
MATERIALS = ("素材A-课堂实拍", "素材B-作品展示")
FIRST_CAMPAIGN = np.cumsum([0, *(len(leaf.campaigns) for leaf in LEAVES[:-1])])
CHEAP = CAMPAIGNS.index("抖音-9.9元引流")


def of_leaves(field: str) -> Reals:
    """One figure of every leaf, in the order of `LEAVES`."""
    return np.array([getattr(leaf, field) for leaf in LEAVES], dtype=float)


def base_shares() -> Reals:
    """Each leaf's share of the leads that no activity brings; they sum to 1."""
    share = of_leaves("share")
    normal: Reals = share / share.sum()
    return normal


def channel_table() -> pa.Table:
    """The tree, three levels deep."""
    paid = {leaf.parent for leaf in LEAVES if leaf.cpl}
    paid |= {parent for id_, _, parent, _ in _BRANCHES if id_ in paid and parent}
    nodes = [(id_, name, parent, kind, id_ in paid) for id_, name, parent, kind in _BRANCHES]
    nodes += [(leaf.id, leaf.name, leaf.parent, leaf.kind, leaf.cpl > 0) for leaf in LEAVES]
    ids, names, parents, kinds, is_paid = (list(column) for column in zip(*nodes, strict=True))
    return rows(
        "channels", channel_id=ids, name=names, parent_id=parents, kind=kinds, is_paid=is_paid
    )
