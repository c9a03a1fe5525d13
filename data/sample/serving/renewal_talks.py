"""What class teachers did before a term ended: the talks about going on."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from data.sample.calendar import NOW, at, office_hours
from data.sample.columns import NONE, instants, labelled, numbered, rows
from data.sample.institution import CLASS_TEACHERS, staff_ids, staff_numbers
from data.sample.people_tables import lead_ids
from data.sample.reaching.leads import Leads
from data.sample.serving.service import ACTIVE, COMPLETED, Enrolments, Students

_METHODS = ("call", "wecom", "visit")
_RESULTS = ("no_answer", "talked", "promised", "refused")
_NO_ANSWER, _TALKED, _PROMISED, _REFUSED = range(4)
_REASONS = ("时间冲突", "价格", "换兴趣", "搬家", "效果不满意")
_REASON_SHARE = np.array([0.34, 0.26, 0.18, 0.12, 0.10])
_TALKED_TO = 0.7  # of the families whose term ends
_FIRST_ROW = 500_000  # of the block's contacts; those with leads stand before it


def renewal_followups(seed: int, leads: Leads, students: Students, found: Enrolments) -> pa.Table:
    """One row per talk in the seven weeks before a term ends, up to the renewal.

    How a talk goes depends on the channel and on how engaged the family is, as the renewal
    itself does, and not on whether it renews later.
    """
    rng = np.random.default_rng([seed, leads.block, 11])
    paid = np.full(found.count, np.iinfo(np.int64).max)
    next_ones = np.nonzero(found.renewed_from >= 0)[0]
    paid[found.renewed_from[next_ones]] = found.paid[next_ones]
    runs = (found.state == ACTIVE) | (found.state == COMPLETED)
    known = runs & (students.lead[found.student] >= 0) & (rng.random(found.count) < _TALKED_TO)
    row = np.repeat(np.nonzero(known)[0], 1 + rng.integers(0, 3, int(known.sum())))
    day = found.last_lesson[row] - rng.integers(0, 49, len(row))
    happened = office_hours(rng, at(day, rng.integers(9, 19, len(row)) * 3600))
    keep = (happened <= NOW) & (happened < paid[row])
    row, happened = row[keep], happened[keep]
    chance = students.renews[found.student[row]] + 0.10 * students.engaged[found.student[row]]
    warm, u = np.clip(chance, 0.03, 0.97), rng.random(len(row))
    result = np.where(u < 0.25 * warm, _PROMISED, _TALKED)
    result = np.where(u > 1 - 0.3 * (1 - warm), _REFUSED, result)
    result = np.where(rng.random(len(row)) < 0.18, _NO_ANSWER, result)
    reason = rng.choice(len(_REASONS), len(row), p=_REASON_SHARE)
    post = np.take(CLASS_TEACHERS, found.student[row] % len(CLASS_TEACHERS))
    method = rng.choice(len(_METHODS), len(row), p=[0.5, 0.35, 0.15])
    talked = (result != _NO_ANSWER) & (method == 0)
    number = leads.block * 1_000_000 + _FIRST_ROW + np.arange(len(row))
    return rows(
        "followups",
        followup_id=numbered("F", number, 9),
        lead_id=lead_ids(leads.block, students.lead[found.student[row]]),
        staff_id=staff_ids(staff_numbers(found.campus[row], post)),
        happened_at=instants(happened),
        method=labelled(_METHODS, method),
        result=labelled(_RESULTS, result),
        is_effective=result != _NO_ANSWER,
        duration_seconds=np.where(talked, rng.lognormal(4.9, 0.6, len(row)), 0).astype(np.int64),
        reason=labelled(_REASONS, np.where(result == _REFUSED, reason, NONE)),
    )
