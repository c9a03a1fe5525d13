"""What consultants did with their leads."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from data.sample.calendar import DAY, NOW, office_hours
from data.sample.columns import NONE, instants, labelled, numbered, rows
from data.sample.institution import staff_ids
from data.sample.names import share_of
from data.sample.people_tables import lead_ids
from data.sample.reaching.leads import Leads

_METHODS = ("call", "wecom", "visit", "sms")
_RESULTS = ("no_answer", "talked", "invited", "visited", "trial_booked", "refused")
NO_ANSWER, TALKED, INVITED, VISITED, BOOKED, REFUSED = range(6)
_NOTES = (
    "家长想先了解上课时间和师资",
    "孩子周末有其他课，约下周再聊",
    "对价格有顾虑，已发课程介绍",
    "已加企业微信，发送试听邀请",
    "电话未接，稍后再拨",
    "同小区已有孩子在读，意向较高",
    "希望看一次公开课再决定",
    "已约周末到校体验",
)


def followup_table(rng: np.random.Generator, leads: Leads) -> pa.Table:
    """One row per contact: the first soon after the assignment, then every few days."""
    called = leads.owner > 0
    called &= rng.random(leads.count) < np.where(leads.valid, 0.97, 0.85)
    row = np.nonzero(called)[0]
    pace = 0.6 + share_of(leads.owner[row], 41) * 1.6
    minutes = rng.lognormal(3.2, 1.25, len(row)) * pace
    first = office_hours(rng, leads.assigned[row] + (minutes * 60).astype(np.int64))
    more = 0.8 + 1.1 * (leads.trial[row] > 0) + np.exp(0.3 * leads.interest[row])
    count = 1 + np.minimum(rng.poisson(more * leads.valid[row]), 8)
    lead = np.repeat(row, count)
    begins = np.cumsum(count) - count
    step = np.arange(len(lead)) - np.repeat(begins, count)
    gap = np.where(step == 0, 0.0, rng.exponential(5.0, len(lead)) + 0.4)
    total = np.cumsum(gap)
    total -= np.repeat(total[begins], count)
    happened = np.repeat(first, count) + (total * DAY).astype(np.int64)
    happened = np.where(step == 0, happened, office_hours(rng, happened))
    until = np.where(leads.formal[lead] > 0, leads.formal[lead] + DAY, NOW)
    keep = (happened <= NOW) & (happened <= until)
    lead, step, happened = lead[keep], step[keep], happened[keep]
    reachable = leads.reachable[lead]
    u = rng.random(len(lead))
    warm = 1 / (1 + np.exp(-leads.interest[lead]))
    result = np.where(u < 0.42, TALKED, np.where(u < 0.42 + 0.32 * warm, INVITED, TALKED))
    result = np.where(u > 0.80, NO_ANSWER, result)
    result = np.where((u > 0.74) & (u <= 0.80) & (warm < 0.5), REFUSED, result)
    trial = leads.trial[lead]
    result = np.where((trial > happened) & (trial - happened < 4 * DAY) & (u < 0.8), BOOKED, result)
    result = np.where((trial > 0) & (trial < happened) & (u < 0.35), VISITED, result)
    result = np.where(reachable, result, NO_ANSWER)
    effective = result != NO_ANSWER
    method = np.where(result == VISITED, 2, rng.choice(4, len(lead), p=[0.62, 0.31, 0.0, 0.07]))
    talked = effective & (method == 0)
    seconds = np.where(talked, rng.lognormal(4.7, 0.7, len(lead)), 0).astype(np.int64)
    upcoming = office_hours(rng, happened + rng.integers(DAY, 6 * DAY, len(lead)))
    upcoming = np.where(effective & (leads.formal[lead] < 0) & (u < 0.6), upcoming, NONE)
    note = np.where(effective, rng.integers(0, len(_NOTES), len(lead)), 4)
    return rows(
        "followups",
        followup_id=numbered("F", leads.block * 1_000_000 + np.arange(len(lead)), 9),
        lead_id=lead_ids(leads.block, lead),
        staff_id=staff_ids(leads.owner[lead]),
        happened_at=instants(happened),
        method=labelled(_METHODS, method),
        result=labelled(_RESULTS, result),
        is_effective=effective,
        duration_seconds=seconds,
        note=labelled(_NOTES, np.where(u < 0.7, note, NONE)),
        next_at=instants(upcoming),
    )
