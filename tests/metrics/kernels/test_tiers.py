"""The walk over seats against a slow version written from the rules."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.kernels.tiers import LEAVE, MADE_UP, walk
from metrics.service.tiers import TIERS


def slow(days, marks, today, leave_is_miss):
    """The rules, read off METRICS and the kernel's constants, one seat after another."""
    seen = [(d, m) for d, m in zip(days, marks, strict=True) if d <= today]
    if not seen:
        return None
    told = [(d, 2 if leave_is_miss and m == 3 else m) for d, m in seen]
    shares, run, last, back = [1.0], 0, None, 0
    for d, m in told:
        if m == 1:
            gone = run >= 3 or d - (last if last is not None else seen[0][0]) >= 30
            back = 4 if gone else max(back - 1, 0)
            run, last = 0, d
            shares.append(shares[-1] + (1 - 0.5**0.25) * (1 - shares[-1]))
        elif m == 2:
            run += 1
            shares.append(shares[-1] * 0.5**0.25)
    held = len(shares) - 1
    before = shares[held - 8] if held >= 8 else 1.0
    month = [m for d, m in told if d > today - 30]
    since = today - (last if last is not None else seen[0][0])
    if since >= 30 and not (month and 2 not in month):
        return "lost"
    if run >= 3:
        return "about_to_leave"
    if run >= 2 or (held >= 12 and shares[-1] <= 0.6 * before):
        return "at_risk"
    if back:
        return "returned"
    return "watch" if run == 1 or shares[-1] < 0.75 else "healthy"


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(st.integers(1, 12), st.sampled_from([0, 1, 1, 1, 2, 2, 3, 4, 5])),
        min_size=1, max_size=40,
    ),
    st.booleans(),
)  # fmt: skip
def test_the_kernel_agrees_with_the_rules_read_one_by_one(steps, leave_is_miss):
    days = 20_000 + np.cumsum([gap for gap, _ in steps])
    marks = np.array([mark for _, mark in steps], np.int8)
    checkpoints = np.arange(days[0] - 5, days[-1] + 45, 3, dtype=np.int64)
    whole, _ = walk(
        np.array([0, len(days)]), days, marks, np.ones(len(days)), np.array([10**6]),
        checkpoints, leave_is_miss,
    )  # fmt: skip
    found = {int(checkpoints[row[1]]): TIERS[row[2]] for row in whole}
    said = np.where(marks > LEAVE, marks - MADE_UP, marks)  # missed or on leave all the same
    expected = {int(c): slow(days, said, c, leave_is_miss) for c in checkpoints}
    assert found == {c: tier for c, tier in expected.items() if tier}
