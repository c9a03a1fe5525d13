"""Who will stop: a weekly hazard learned from past enrolments, tried on later weeks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from data.facts import Facts
from metrics.foundation.registry import table
from metrics.models.hazard import LEAST_EVENTS, fit_hazard
from metrics.models.logit import Logit
from metrics.models.roc import Discrimination, discrimination
from metrics.service.tiers import States, attendance_states, tier_rows

MOST_ENROLMENTS = 3_000  # the model learns from no more: a sample by the person's id
HORIZON_DAYS = 28  # within which a listed student must stop for the list to be right
LOOK_BACK_DAYS = 56  # a warning older than this is no warning of this stop
HOLD_OUT = 0.3  # of the stops, the latest, that the model is tried on
CAPACITIES = (5, 10, 20)  # students that a class teacher can call in a week

# What a risk is explained by, and the features that speak for it.
REASONS = {
    "run": ("one_miss", "two_misses", "three_misses", "misses"),
    "since": ("days_since",),
    "falling": ("falling", "missing_share"),
    "leaves": ("leaves",),
    "stage": ("weeks_in", "progress"),
}
_MOST_REASONS = 2

# What a person-week is judged by: all of it known at the end of the day.
FEATURES = (
    "one_miss", "two_misses", "three_misses", "missing_share", "falling", "days_since",
    "misses", "leaves", "weeks_in", "progress",
)  # fmt: skip
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUV"  # of a person's id
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@table(grain="institution")
def enrolments_ever(facts: Facts) -> ir.Table:
    """How many formal enrolments there are: ``enrolments``."""
    return facts.enrolment.aggregate(enrolments=facts.enrolment.is_formal.sum().fill_null(0))


def sample_for(enrolments: int, most: int = MOST_ENROLMENTS) -> str:
    """The end of a person's id below which persons are learned from; "" keeps everybody.

    A person's id is a hash, so its end is as good as a die that always falls alike.
    """
    if enrolments <= most:
        return ""
    cut = max(1, most * len(_DIGITS) ** 2 // enrolments)
    return _DIGITS[cut // len(_DIGITS)] + _DIGITS[cut % len(_DIGITS)]


@table(grain="seat or enrolment")
def risk_rows(facts: Facts, *, sample: str = "") -> ir.Table:
    """`tier_rows` of all enrolments there ever were, of a sample of persons."""
    # Stops of every course teach; too few of one would not.
    return tier_rows(facts.filtered(None), sample=sample, whole_history=True)


@dataclass(frozen=True)
class Trial:
    """How the model did on weeks after those it had learned from.

    ``roc`` of stopping within the week; ``listed`` students on the lists of the tried
    weeks, ``right`` of them stopped within 28 days; ``base`` the share of all students who
    did; ``stops`` in those weeks, ``warned`` of them were on a list before, by ``lead_days``
    (median; missing where none was).
    """

    roc: Discrimination
    weeks: int
    listed: int
    right: int
    base: float
    stops: int
    warned: int
    lead_days: float

    @property
    def precision(self) -> float:
        """Right ÷ listed; missing where nobody was listed."""
        return self.right / self.listed if self.listed else float("nan")

    @property
    def lift(self) -> float:
        """Precision against calling anybody."""
        return self.precision / self.base if self.base else float("nan")


@dataclass(frozen=True)
class RiskModel:
    """What was learned: a hazard, how it was tried at each of `CAPACITIES`, and on how much.

    Where there is no hazard, ``refusal`` says why.
    """

    hazard: Logit | None
    enrolments: int
    person_weeks: int
    stops: int
    trials: dict[int, Trial] = field(default_factory=dict)
    scored_on: date | None = None
    sampled: float = 1.0  # share of the institution's persons it was learned from
    refusal: str = ""


NO_MODEL = RiskModel(None, 0, 0, 0, refusal="not_asked")


def learned(table: pa.Table) -> RiskModel:
    """Learn the hazard from the rows of `risk_rows`, and try it on the latest weeks.

    A model needs `LEAST_EVENTS` stops before the split; with fewer there is none, and the
    tiers alone must do.
    """
    return learn(attendance_states(table))


def learn(states: States) -> RiskModel:
    """As `learned`, from states of the whole history."""
    if not states.days or states.found.empty:
        return RiskModel(None, len(states.enrolments), 0, 0, refusal="too_few_stops")
    weeks = person_weeks(states)
    known = weeks.day + 7 <= weeks.as_of_day
    stops_soon = weeks.stops_within(7)
    events = int((stops_soon & known).sum())
    told = RiskModel(
        None, len(states.enrolments), int(known.sum()), events, scored_on=states.days[-1],
        sampled=weeks.sampled,
    )  # fmt: skip
    if events < LEAST_EVENTS:
        return replace(told, refusal="too_few_stops")
    split = int(np.quantile(weeks.day[stops_soon & known], 1 - HOLD_OUT))
    before = known & (weeks.day + 7 <= split)
    trials = {}
    if int((stops_soon & before).sum()) >= LEAST_EVENTS:
        earlier = fit_hazard(weeks.features[before], stops_soon[before])
        later = known & (weeks.day >= split)
        score = np.zeros(weeks.day.size)
        score[later] = earlier.chance(weeks.features[later])
        trials = {n: _tried(score, weeks, later, split, n) for n in CAPACITIES}
    return replace(told, hazard=fit_hazard(weeks.features[known], stops_soon[known]), trials=trials)


@dataclass(frozen=True)
class PersonWeeks:
    """Person-weeks: what was known on a day, and when the enrolment was stopped."""

    features: Floats
    day: NDArray[np.int64]
    stop_day: Floats  # NaN where not stopped
    enrolment: NDArray[np.int64]
    teachers: int  # class teachers who have any of them
    sampled: float  # share of the institution's persons that they are of
    as_of_day: int

    def stops_within(self, days: int) -> Flags:
        """Whether the enrolment was stopped in so many days after each row's day."""
        ahead = self.stop_day - self.day
        found: Flags = (ahead > 0) & (ahead <= days)
        return found


def person_weeks(states: States) -> PersonWeeks:
    """A row per enrolment and week in which it ran, with `FEATURES`."""
    found, who = states.found, states.enrolments
    place = found["enrolment"].to_numpy()
    days = np.array([(d - date(1970, 1, 1)).days for d in states.days], dtype=np.int64)
    day = days[found["checkpoint"].to_numpy()]
    bought = who["lessons_bought"].to_numpy(dtype=float, na_value=np.nan)[place]
    stop = who["stop_day"].to_numpy(dtype=float, na_value=np.nan)[place]
    sampled = float(who["sampled"].iloc[0]) / 32**2 if len(who) else 1.0
    return PersonWeeks(
        features_of(found, day, bought), day, stop, place,
        max(who["class_teacher_id"].nunique(), 1), sampled, int(days[-1]),
    )  # fmt: skip


def features_of(found: pd.DataFrame, day: NDArray[np.int64], bought: Floats) -> Floats:
    """`FEATURES` of rows of the kernel on their days."""
    run, share = found["run"].to_numpy(), found["share"].to_numpy()
    last, first = found["last_on"].to_numpy(), found["first_on"].to_numpy()
    since = np.minimum(day - np.where(last >= 0, last, first), 30)
    progress = np.clip(found["consumed"].to_numpy() / np.where(bought > 0, bought, np.nan), 0, 1)
    return np.column_stack(
        [
            run == 1, run == 2, run >= 3, 1 - share,
            np.maximum(found["share_before"].to_numpy() - share, 0), since / 7,
            np.minimum(found["misses"].to_numpy(), 6), np.minimum(found["leaves"].to_numpy(), 6),
            np.log1p((day - first) / 7), np.nan_to_num(progress, nan=0.5),
        ]
    ).astype(np.float64)  # fmt: skip


def _tried(score: Floats, weeks: PersonWeeks, later: Flags, split: int, capacity: int) -> Trial:
    # Of a sample only its part of the lists: all class teachers' calls of a week together.
    calls = max(round(capacity * weeks.teachers * weeks.sampled), 1)
    on_list = at_capacity(score, weeks.day, later, calls)
    ripe = later & (weeks.day + HORIZON_DAYS <= weeks.as_of_day)
    stopped = weeks.stops_within(HORIZON_DAYS)
    lead, stops = _lead(weeks, on_list, split)
    return Trial(
        roc=discrimination(weeks.stops_within(7)[later], score[later]),
        weeks=int(np.unique(weeks.day[ripe]).size), listed=int((on_list & ripe).sum()),
        right=int((on_list & ripe & stopped).sum()),
        base=float(stopped[ripe].mean()) if ripe.any() else float("nan"), stops=stops,
        warned=lead.size, lead_days=float(np.median(lead)) if lead.size else float("nan"),
    )  # fmt: skip


def at_capacity(score: Floats, week: NDArray[np.int64], among: Flags, capacity: int) -> Flags:
    """The highest scores of each week, at most ``capacity`` of them; ties by place."""
    rows = np.flatnonzero(among)
    order = rows[np.lexsort((rows, -score[rows], week[rows]))]
    groups = week[order]
    starts = np.r_[0, np.flatnonzero(np.diff(groups)) + 1] if order.size else np.zeros(0, int)
    rank = np.arange(order.size) - np.repeat(starts, np.diff(np.r_[starts, order.size]))
    picked = np.zeros(score.size, dtype=bool)
    picked[order[rank < capacity]] = True
    return picked


def _lead(weeks: PersonWeeks, on_list: Flags, split: int) -> tuple[Floats, int]:
    """Days from the first warning to each stop that had one, and how many stops there were."""
    rows = pd.DataFrame({"enrolment": weeks.enrolment, "day": weeks.day, "stop": weeks.stop_day})
    # A stop in the first weeks after the split could not have been warned of before it.
    rows = rows[rows["stop"] > split + 7]
    ahead = rows["stop"] - rows["day"]
    warned = rows[on_list[rows.index] & (ahead > 0) & (ahead <= LOOK_BACK_DAYS)]
    first = warned.groupby("enrolment").agg(stop=("stop", "first"), day=("day", "min"))
    return (first["stop"] - first["day"]).to_numpy(dtype=float), int(rows["enrolment"].nunique())


def scored(now: pd.DataFrame, model: RiskModel, *, as_of_day: int) -> pd.DataFrame:
    """Students of `StudentTiers.now` with their risk, the highest first.

    Returns
    -------
    DataFrame
        The rows with ``risk`` (chance of stopping within 28 days if nothing changes;
        missing without a model) and ``reasons`` (up to two keys of `REASONS`, what raises
        it most first). Without a model the gravest tier stands first.
    """
    bought = now["lessons_bought"].to_numpy(dtype=float, na_value=np.nan)
    features = features_of(now, np.full(len(now), as_of_day), bought)
    if model.hazard is None or now.empty:
        return now.assign(risk=np.nan, reasons=_reasons(now, np.ones_like(features), as_of_day))
    weekly = model.hazard.chance(features)
    parts = model.hazard.pulls(features)
    ranked = now.assign(
        risk=(1 - (1 - weekly) ** (HORIZON_DAYS / 7)),
        reasons=_reasons(now, parts, as_of_day),
    )
    return ranked.sort_values(["risk", "enrolment_id"], ascending=[False, True])


def _reasons(now: pd.DataFrame, parts: Floats, as_of_day: int) -> pd.Series:
    """For each student the reasons that are true of them, by what they add to the risk."""
    last = now["last_on"].where(now["last_on"] >= 0, now["first_on"])
    true_of = {
        "run": now["run"] >= 1,
        "since": as_of_day - last >= 10,
        "falling": now["share"] < now["share_before"] - 0.05,
        "leaves": now["leaves"] >= 2,
        "stage": pd.Series(True, index=now.index),
    }
    keys = list(REASONS)
    weight = np.column_stack(
        [parts[:, [FEATURES.index(name) for name in REASONS[key]]].sum(axis=1) for key in keys]
    )
    holds = np.column_stack([true_of[key].to_numpy() for key in keys]) & (weight > 0)
    order = np.argsort(-np.where(holds, weight, -np.inf), axis=1, kind="stable")
    found = [
        tuple(keys[k] for k in row[:_MOST_REASONS] if held[k])
        for row, held in zip(order, holds, strict=True)
    ]
    return pd.Series(found, index=now.index, dtype=object)
