"""Save and recall: were alarmed students called in time, did they come back, did they stay?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from data.facts import Facts
from metrics.foundation.clock import HOURS_AHEAD
from metrics.foundation.intervals import newcombe
from metrics.foundation.registry import table
from metrics.service.tiers import TIERS, attendance_states

SPELL_WEEKS = 26
CONTACT_HOURS, RETURN_DAYS, ACTIVE_DAYS = 48, 14, 30
LEAST = 30
_GRAVE = ("about_to_leave", "lost")
_EPOCH = date(1970, 1, 1)
_KEPT = ("enrolment_id", "student_id", "person_id", "campus_id", "course_id", "class_teacher_id")


def alarm_spells(table: pa.Table) -> pd.DataFrame:
    """Each time an enrolment came to be about to leave or lost, and what followed.

    The kernel for a store's fold over `tiers.tier_rows`. Spells are seen at weeks' ends.

    Returns
    -------
    DataFrame
        One row per spell: who, ``tier_name``, ``alarm_on``, ``has_returned`` (attended within
        14 days), ``is_active`` (enrolled at the first week's end at least 30 days later, and
        not lost then), ``is_mature`` (that week's end has come).
    """
    states = attendance_states(table)
    columns = [*_KEPT, "tier_name", "alarm_on", "has_returned", "is_active", "is_mature"]
    if states.found.empty:
        return pd.DataFrame(columns=columns)
    found = states.found[["enrolment", "checkpoint", "tier", "last_on"]].copy()
    found["day"] = np.array([(d - _EPOCH).days for d in states.days])[found["checkpoint"]]
    grave = found["tier"].isin([TIERS.index(t) for t in _GRAVE])
    before = grave.groupby(found["enrolment"]).shift(fill_value=False)
    starts = found[grave & ~before].reset_index(drop=True)
    rows = starts.merge(found, on="enrolment", suffixes=("", "_then"))
    ahead = rows["day_then"] - rows["day"]
    back = rows[(ahead > 0) & (rows["last_on_then"] > rows["day"])
                & (rows["last_on_then"] <= rows["day"] + RETURN_DAYS)]  # fmt: skip
    later = rows[(ahead >= ACTIVE_DAYS) & (ahead < ACTIVE_DAYS + 7)]
    stayed = later[later["tier_then"] != TIERS.index("lost")]
    key = ["enrolment", "day"]
    place = pd.MultiIndex.from_frame(starts[key])
    spells = states.enrolments[list(_KEPT)].iloc[starts["enrolment"]].reset_index(drop=True)
    return spells.assign(
        tier_name=[TIERS[code] for code in starts["tier"]],
        alarm_on=[_EPOCH + timedelta(days=int(d)) for d in starts["day"]],
        has_returned=place.isin(pd.MultiIndex.from_frame(back[key])),
        is_active=place.isin(pd.MultiIndex.from_frame(stayed[key])),
        is_mature=(starts["day"] + ACTIVE_DAYS + 6 <= int(found["day"].max())).to_numpy(),
    )[columns]


@table(grain="contact")
def service_contacts(facts: Facts) -> ir.Table:
    """Effective contacts with persons who have a formal enrolment.

    Of the weeks in which alarms are looked at: ``person_id``, ``at``, ``seconds`` (0 or
    missing where their length is not on record).
    """
    since = facts.as_of - ibis.interval(weeks=SPELL_WEEKS + 2)
    enrolled = facts.enrolment.filter(facts.enrolment.is_formal).select("person_id").distinct()
    calls = facts.followup
    calls = calls.filter(calls.is_effective, calls.happened_at >= since)
    return calls.semi_join(enrolled, "person_id").select(
        "person_id", at="happened_at", seconds="duration_seconds"
    )


@dataclass(frozen=True)
class Recall:
    """What became of alarmed students; rates are of ``mature`` spells.

    ``difference`` is the share that returned of those called in time less that of the
    others, with ``low`` and ``high`` (95 %): an association, since nobody was held out at
    random; missing with fewer than `LEAST` on either side.
    """

    spells: int
    mature: int
    contacted: int
    returned: int
    active: int
    returned_contacted: int
    returned_others: int
    difference: float
    low: float
    high: float


def recall(spells: pd.DataFrame, contacts: pd.DataFrame) -> Recall:
    """Spells of `alarm_spells` with the contacts of `service_contacts`."""
    mature = spells[spells["is_mature"].astype(bool)].reset_index(drop=True)
    called = is_contacted(mature, contacts)
    came = mature["has_returned"].astype(bool).to_numpy()
    n1, n0 = int(called.sum()), int((~called).sum())
    x1, x0 = int((came & called).sum()), int((came & ~called).sum())
    enough = min(n1, n0) >= LEAST
    difference = newcombe(x1, n1, x0, n0) if enough else (np.nan, np.nan, np.nan)
    return Recall(
        len(spells), len(mature), n1, int(came.sum()), int(mature["is_active"].sum()), x1, x0,
        *difference,
    )  # fmt: skip


def is_contacted(spells: pd.DataFrame, contacts: pd.DataFrame) -> np.ndarray:
    """Whether each spell's person was effectively contacted within 48 hours of the alarm.

    The clock starts at the end of the day on which the alarm was seen.
    """
    found: np.ndarray = spells.index.isin(waits(spells, contacts)["row"])
    return found


def waits(spells: pd.DataFrame, contacts: pd.DataFrame) -> pd.DataFrame:
    """The contacts within 48 hours of an alarm, each with ``row``, the place of its spell."""
    if spells.empty or contacts.empty:
        return contacts.iloc[:0].assign(row=pd.Series(dtype=int))
    end = pd.to_datetime(spells["alarm_on"]) + pd.Timedelta(days=1, hours=-HOURS_AHEAD)
    asked = pd.DataFrame({"person_id": spells["person_id"], "from_at": end, "row": spells.index})
    both = asked.merge(contacts, on="person_id")
    wait = both["at"] - both["from_at"]
    hit: pd.DataFrame = both[
        (wait >= pd.Timedelta(0)) & (wait <= pd.Timedelta(hours=CONTACT_HOURS))
    ]
    return hit
