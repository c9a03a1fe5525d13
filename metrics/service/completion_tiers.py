"""Completion tiers: is each enrolment where its plan says it should be, and when does it end?"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa

from metrics.service.completion import COMPLETE
from metrics.service.student_tiers import depletion
from metrics.service.tiers import attendance_states

PACES = ("ahead", "on_pace", "behind", "stalled")
STALLED_DAYS = 28  # without a lesson attended
_EPOCH = date(1970, 1, 1)
_KEPT = (
    "enrolment_id", "student_id", "person_id", "campus_id", "course_id", "class_id",
    "class_teacher_id", "lessons_bought", "until_day",
)  # fmt: skip


def completion_tiers(table: pa.Table) -> pd.DataFrame:
    """Enrolments running on the as-of day against their planned lesson curve.

    The plan is a straight line from the first lesson to the term's end, over the lessons
    bought. A lesson attended, or made up within 14 days, is finished, as for a course's
    completion. Ahead: finished what the plan asks or more. On pace: at least 80 % of it, as
    much as a complete course needs. Behind: less. Stalled: nothing attended for 28 days.

    Parameters
    ----------
    table
        The rows of `tiers.tier_rows`.

    Returns
    -------
    DataFrame
        One row per enrolment with an end and a number of lessons: who it is of, ``pace``
        (of `PACES`), ``finished``, ``planned`` (lessons by now), ``left`` (lessons not
        consumed), ``velocity`` (lessons a week), ``depletes_on`` (at that velocity; missing
        where it is 0), ``ends_on``; the farthest behind first.
    """
    states = attendance_states(table)
    if states.found.empty:
        return pd.DataFrame(columns=[*_KEPT, "pace", "finished", "planned", "left", "velocity"])
    today = (states.days[-1] - _EPOCH).days
    now = states.found[states.found["checkpoint"] == len(states.days) - 1].reset_index(drop=True)
    who = states.enrolments[list(_KEPT)].iloc[now["enrolment"]].reset_index(drop=True)
    bought = who["lessons_bought"].to_numpy(dtype=float, na_value=np.nan)
    until, first = who["until_day"].to_numpy(dtype=float), now["first_on"].to_numpy()
    share = np.clip((today - first) / np.maximum(until - first, 1), 0, 1)
    last = np.where(now["last_on"] >= 0, now["last_on"], first)
    planned = bought * share
    done = now["finished"] >= COMPLETE * bought
    pace = np.select(
        [(today - last >= STALLED_DAYS) & ~done, now["finished"] >= planned,
         now["finished"] >= COMPLETE * planned],
        ["stalled", "ahead", "on_pace"], "behind",
    )  # fmt: skip
    left = (bought - now["consumed"]).clip(lower=0)
    found = who.assign(
        pace=pace, finished=now["finished"], planned=planned, left=left,
        velocity=now["velocity"],
        depletes_on=depletion(states.days[-1], left, now["velocity"]),
        ends_on=[_EPOCH + timedelta(days=int(d)) for d in np.minimum(until, 2_000_000)],
        gap=now["finished"] - planned,
    )  # fmt: skip
    known = found[(bought > 0) & (until < 1_000_000)]
    order: pd.DataFrame = known.sort_values(["gap", "enrolment_id"]).drop(columns="until_day")
    return order
