"""Students by tier, now and at the end of each week: the gravest of their enrolments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from data.facts import Facts
from metrics.foundation.registry import table
from metrics.service.tiers import TIERS, States, attendance_states

ABSENT = -1  # not enrolled, or before the first lesson
_EPOCH = date(1970, 1, 1)
_FROM_ENROLMENT = (
    "enrolment_id", "student_id", "person_id", "campus_id", "course_id", "course_line", "class_id",
    "teacher_id", "class_teacher_id", "lessons_bought",
)  # fmt: skip
_FROM_STATE = (
    "tier", "run", "held", "attended", "last_on", "first_on", "misses", "leaves", "share",
    "share_before", "consumed", "velocity",
)  # fmt: skip


@dataclass(frozen=True)
class StudentTiers:
    """Who is in which tier.

    ``students`` has a row per student seen in the weeks, with the enrolment that puts them
    into their tier of the as-of day (of the last week they were enrolled, where they no
    longer are); ``tiers`` their tier by week (students × weeks, a place in `TIERS` or
    `ABSENT`); ``days`` the last day of each week, the as-of day last.
    """

    students: pd.DataFrame
    tiers: NDArray[np.int8]
    days: list[date]

    @cached_property
    def now(self) -> pd.DataFrame:
        """Students enrolled on the as-of day: ``tier_name``, ``days_since``, ``left``,
        ``depletes_on`` beside their columns; the gravest first."""
        if not self.days:
            return self.students
        here = self.students[self.tiers[:, -1] != ABSENT].copy()
        today = (self.days[-1] - _EPOCH).days
        here["tier_name"] = np.array(TIERS)[here["tier"].to_numpy()]
        last = here["last_on"].where(here["last_on"] >= 0, here["first_on"])
        here["days_since"] = today - last
        here["left"] = (here["lessons_bought"] - here["consumed"]).clip(lower=0)
        here["depletes_on"] = depletion(self.days[-1], here["left"], here["velocity"])
        gravest: pd.DataFrame = here.sort_values(
            ["tier", "run", "days_since", "enrolment_id"], ascending=[False, False, False, True]
        )
        return gravest

    def counts(self, week: int = -1) -> dict[str, int]:
        """How many students are in each tier at a week's end."""
        if not self.days:
            return dict.fromkeys(TIERS, 0)
        codes = self.tiers[:, week]
        found = np.bincount(codes[codes >= 0], minlength=len(TIERS))
        return {name: int(n) for name, n in zip(TIERS, found, strict=True)}

    def moves(self, week: int) -> pd.DataFrame:
        """Students by tier at a week's end (``before``) and at the next (``after``).

        ``week`` is a place in ``days``, not the last. "gone" is a student no longer
        enrolled, "new" one not yet enrolled before. A row per pair that occurs, with ``n``
        and ``share`` of the tier before.
        """
        before, after = self.tiers[:, week], self.tiers[:, week + 1]
        both = pd.DataFrame({"before": before, "after": after})
        both = both[(both["before"] != ABSENT) | (both["after"] != ABSENT)]
        counted = both.value_counts().rename("n").reset_index()
        counted["share"] = counted["n"] / counted.groupby("before")["n"].transform("sum")
        counted["before"] = [tier_name(code, "new") for code in counted["before"]]
        counted["after"] = [tier_name(code, "gone") for code in counted["after"]]
        return counted

    def moved(self, week: int, before: str, after: str) -> pd.DataFrame:
        """The students behind a cell of `moves`."""
        codes = {name: code for code, name in enumerate(TIERS)}
        there = self.tiers[:, week] == codes.get(before, ABSENT)
        then = self.tiers[:, week + 1] == codes.get(after, ABSENT)
        found: pd.DataFrame = self.students[there & then]
        return found

    def within(self, tier: str, week: int = -1) -> pd.DataFrame:
        """The students in a tier at a week's end."""
        found: pd.DataFrame = self.students[self.tiers[:, week] == TIERS.index(tier)]
        return found


def depletion(day: date, left: pd.Series, velocity: pd.Series) -> pd.Series:
    """The day on which lessons end at a velocity a week; missing where it is 0.

    As `metrics.renewal.legal_window.depletion_rows` has it.
    """
    days = (7 * left / velocity.where(velocity > 0)).clip(upper=40_000)
    whole = -(-days // 1)
    found: pd.Series = pd.Timestamp(day) + pd.to_timedelta(whole, unit="D")
    return found


def tier_name(code: int, absent: str) -> str:
    """A tier's name; what a student is called who has none."""
    return absent if code == ABSENT else TIERS[code]


def student_tiers(table: pa.Table) -> StudentTiers:
    """The kernel for a store's fold over `tiers.tier_rows`."""
    return of_states(attendance_states(table))


def of_states(states: States) -> StudentTiers:
    """Students' tiers from their enrolments' states."""
    who, found = states.enrolments, states.found
    if found.empty:
        # None of the rows, but their types: what is computed of them goes on.
        nobody = pd.concat([who[list(_FROM_ENROLMENT)].iloc[:0], found[list(_FROM_STATE)]], axis=1)
        return StudentTiers(nobody, np.empty((0, len(states.days)), np.int8), states.days)
    place = found["enrolment"].to_numpy()
    code, _names = pd.factorize(who["student_id"])
    student = code[place]
    tiers = np.full((int(code.max()) + 1, len(states.days)), ABSENT, np.int8)
    np.maximum.at(
        tiers, (student, found["checkpoint"].to_numpy()), found["tier"].to_numpy().astype(np.int8)
    )
    # Enrolments tie by their id, whatever order they came in: ranked once, not row by row.
    rank = np.empty(len(who), np.int64)
    rank[np.argsort(who["enrolment_id"].to_numpy().astype(str), kind="stable")] = np.arange(
        len(who)
    )
    run = np.minimum(found["run"].to_numpy(), 999)
    gravity = (found["checkpoint"].to_numpy() * len(TIERS) + found["tier"].to_numpy()) * 1000 + run
    order = np.argsort(gravity * len(who) + rank[place])
    last = np.full(len(tiers), -1)
    last[student[order]] = order  # the latest checkpoint, then the gravest tier and run, wins
    seen = last >= 0
    rows = last[seen]
    students = pd.concat(
        [
            who[list(_FROM_ENROLMENT)].iloc[place[rows]].reset_index(drop=True),
            found[list(_FROM_STATE)].iloc[rows].reset_index(drop=True),
        ],
        axis=1,
    )
    students["lessons_bought"] = students["lessons_bought"].astype(float)
    return StudentTiers(students, tiers[seen], states.days)


@table(grain="person")
def people_named(facts: Facts, *, person_ids: tuple[str, ...]) -> ir.Table:
    """Who persons are: ``person_id``, ``campus_id``, ``name``, ``student_names``, ``phone``."""
    people = facts.person
    found = people.filter(people.person_id.isin(person_ids))
    return found.select("person_id", "campus_id", "name", "student_names", "phone")
