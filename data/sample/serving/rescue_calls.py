"""What class teachers did about children who stayed away: calls in the week after."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from data.sample.calendar import HOUR, NOW, at, local_day, office_hours
from data.sample.columns import Ints, instants, labelled, numbered, rows
from data.sample.institution import CLASS_TEACHERS, staff_ids, staff_numbers
from data.sample.people_tables import lead_ids
from data.sample.reaching.leads import Leads
from data.sample.serving.lessons import Classes
from data.sample.serving.seats import ABSENT, LATE, PRESENT, Seats
from data.sample.serving.service import Enrolments, Students

_METHODS = ("call", "wecom")
_RESULTS = ("no_answer", "talked")
_TALKED = 1
_CALLED = 0.6  # of the runs of misses
_REACHED = 0.85
_RUN = 3  # misses running, leave aside, at which a family is called
_FIRST_ROW = 800_000  # of the block's contacts; the talks about going on stand before it
_SUNDAY = 3  # 1970-01-04, the first end of a week


def rescue_followups(
    seed: int,
    leads: Leads,
    *,
    students: Students,
    enrolments: Enrolments,
    found: Classes,
    seats: Seats,
) -> pa.Table:
    """One row per call to a family whose child missed three lessons running.

    On the Monday or Tuesday after that week. Who is called does not depend on what the
    child does next, and the call changes nothing: no saving is planted.
    """
    rng = np.random.default_rng([seed, leads.block, 13])
    enrolment, day = _third_misses(found, seats)
    known = (students.lead[enrolments.student[enrolment]] >= 0) & (
        rng.random(len(enrolment)) < _CALLED
    )
    enrolment, day = enrolment[known], day[known]
    count = len(enrolment)
    week_end = day + (_SUNDAY - day) % 7
    moment = at(week_end + rng.integers(1, 3, count), rng.integers(9, 19, count) * HOUR)
    happened = office_hours(rng, moment)
    result = (rng.random(count) < _REACHED).astype(np.int64)
    method = rng.choice(len(_METHODS), count, p=[0.8, 0.2])
    spoken = (result == _TALKED) & (method == 0)
    seconds = np.where(spoken, rng.lognormal(5.0, 0.6, count), 0).astype(np.int64)
    keep = happened <= NOW
    student = enrolments.student[enrolment]
    post = np.take(CLASS_TEACHERS, student % len(CLASS_TEACHERS))
    staff = staff_numbers(enrolments.campus[enrolment], post)
    number = leads.block * 1_000_000 + _FIRST_ROW + np.arange(count)
    return rows(
        "followups",
        followup_id=numbered("F", number[keep], 9),
        lead_id=lead_ids(leads.block, students.lead[student[keep]]),
        staff_id=staff_ids(staff[keep]),
        happened_at=instants(happened[keep]),
        method=labelled(_METHODS, method[keep]),
        result=labelled(_RESULTS, result[keep]),
        is_effective=result[keep] == _TALKED,
        duration_seconds=seconds[keep],
    )


def _third_misses(found: Classes, seats: Seats) -> tuple[Ints, Ints]:
    """Enrolment and local day of each third miss of a run; leave neither breaks nor adds."""
    told = np.isin(seats.attendance, (PRESENT, LATE, ABSENT))
    enrolment, lesson = seats.enrolment[told], seats.lesson[told]
    came = seats.attendance[told] != ABSENT
    place = np.arange(len(enrolment))
    begins = np.r_[True, enrolment[1:] != enrolment[:-1]] if len(place) else np.zeros(0, bool)
    # The place before a run: of the lesson last attended, else before the first one.
    before = np.maximum.accumulate(np.where(came, place, np.where(begins, place - 1, -1)))
    third = ~came & (place - before == _RUN)
    return enrolment[third], local_day(found.lesson_starts[lesson[third]])
