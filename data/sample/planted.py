"""Plant among a block's leads: shared phones, false introducers, second parents."""

from __future__ import annotations

import numpy as np

from data.sample.calendar import DAY
from data.sample.columns import NONE, Flags, Ints
from data.sample.names import SECOND_PARENT, conflict_surnames, has_device, on_wechat, share_of
from data.sample.reaching.arrivals import in_burst
from data.sample.reaching.channels import LEAF
from data.sample.reaching.leads import Leads
from data.sample.serving.service import Students
from data.sample.truths import CONFLICT_CAMPUS, CONFLICT_LEADS, SELF_REFERRERS, VENDORS

SECOND_PARENT_SHARE = 0.38
_CONFLICT_CAMPUS_NUMBER = int(CONFLICT_CAMPUS[1:]) - 1


def has_second_parent(family: Ints) -> Flags:
    """Whether both parents of a family are known."""
    found: Flags = share_of(family, 3) < SECOND_PARENT_SHARE
    return found


def conflict_rows(leads: Leads) -> Ints:
    """The leads of two families that left one phone from one device; block 0 only."""
    if leads.block:
        return np.zeros(0, dtype=np.int64)
    free = _untouched(leads) & (leads.campus == _CONFLICT_CAMPUS_NUMBER)
    free &= on_wechat(leads.person) & has_device(leads.person) & leads.reachable
    rows = np.nonzero(free)[0]
    picked = np.linspace(0.2, 0.8, CONFLICT_LEADS) * (len(rows) - 1)
    return rows[picked.astype(np.int64)]


def plant(leads: Leads, students: Students, introducer: Ints) -> Ints:
    """Change the leads in place; gives the surname to use for each row, -1 for its own."""
    # A family's later lead often comes from the other parent.
    other = ~leads.first & has_second_parent(leads.family) & (share_of(leads.created, 5) < 0.5)
    other &= ~np.isin(leads.leaf, [LEAF[vendor] for vendor in VENDORS])
    for numbers in (leads.person, leads.phone, leads.device):
        numbers[other] = leads.family[other] + SECOND_PARENT
    surname = np.full(leads.count, NONE)
    shared = conflict_rows(leads)
    if len(shared):
        leads.phone[shared] = leads.phone[shared[0]]
        leads.device[shared] = leads.device[shared[0]]
        _leave_out(leads, shared)
        surname[shared] = conflict_surnames(np.arange(len(shared)) % 2)
    if leads.block == 0:
        _plant_introducers(leads, students, introducer)
    return surname


def _plant_introducers(leads: Leads, students: Students, introducer: Ints) -> None:
    burst = np.nonzero(in_burst(leads.created, leads.campus, leads.leaf))[0]
    if len(burst):
        known = introducer[burst[introducer[burst] >= 0]]
        introducer[burst] = known[0] if len(known) else NONE
    free = (
        _untouched(leads) & (introducer >= 0) & ~in_burst(leads.created, leads.campus, leads.leaf)
    )
    free &= has_device(np.where(free, students.lead[introducer], NONE))
    rows = np.nonzero(free)[0][-SELF_REFERRERS:]
    own = students.lead[introducer[rows]]
    # The first half use their own phone, the others a new phone on the same device.
    half = len(rows) // 2
    leads.family[rows[:half]] = own[:half]
    for numbers in (leads.person, leads.phone):
        numbers[rows[:half]] = own[:half]
    leads.device[rows] = own
    _leave_out(leads, rows)


def _leave_out(leads: Leads, rows: Ints) -> None:
    """Keep planted rows out of the playbooks: they would blur who was held out."""
    for arms in leads.arms.values():
        arms[rows] = NONE


def _untouched(leads: Leads) -> Flags:
    """First leads of families that never came further, and that no activity brought."""
    repeated = np.zeros(leads.count, dtype=bool)
    repeated[leads.family[~leads.first]] = True
    free = leads.first & ~repeated & (leads.trial < 0) & (leads.formal < 0)
    free &= (leads.activity < 0) & (leads.created > leads.created[0] + 30 * DAY)
    free &= leads.leaf != LEAF["feed_douyin"]
    found: Flags = free
    return found
