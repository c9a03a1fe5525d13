"""Who should get which lead: consultants by what they make of each kind, within bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from data.errors import InvalidOption
from metrics.consultant_skill import Skills, ratios, received, skills_of
from metrics.lead_score import LeadScore
from metrics.models.assignment import NOBODY, fair_slots, given

Floats = NDArray[np.float64]

EARLIER = 0.6  # share of the leads, the oldest, that consultants are learnt from
SIMULATED_DAYS = 60
LEAST_LEADS = 300  # on either side, below which nothing is simulated
MOST_SHARE = 0.3  # over an equal share that a consultant may be given
_DRAWS = 400
_SEED = 20_260_101


@dataclass(frozen=True)
class Simulation:
    """What giving leads by skill would have brought, against giving them in turn.

    Skills are learnt from earlier leads and judged by what the same consultants made of
    later ones, which they were not learnt from. ``orders`` and ``cny`` of both ways are
    of the ``leads`` of the last days; ``gain_*`` is their difference with a 95 % bootstrap
    interval. ``most_given`` is the largest share over an equal one that anybody was given.
    """

    leads: int
    consultants: int
    orders: float
    orders_in_turn: float
    gain_orders: tuple[float, float, float]
    cny: float
    cny_in_turn: float
    gain_cny: tuple[float, float, float]
    most_given: float
    skills: Skills  # learnt from all leads, for those that wait now

    @property
    def is_proven(self) -> bool:
        """Whether the gain is above nought beyond chance."""
        return self.gain_cny[1] > 0


def simulator(
    score: LeadScore, *, capacity: Mapping[str, int], a_day: int, most_share: float = MOST_SHARE
) -> Callable[[pa.Table], Simulation | None]:
    """The kernel for `metrics.lead_features.received_rows`; None where leads are too few.

    Parameters
    ----------
    score
        A model: what each lead promises.
    capacity
        Leads a day by consultant; who is not named takes ``a_day``, at least 1.
    most_share
        How far over an equal share a consultant may be given leads, 0 or more.

    Raises
    ------
    InvalidOption
        If an option is out of bounds.

    References
    ----------
    METRICS, "assignment".
    """
    if most_share < 0 or a_day < 1:
        raise InvalidOption(
            f"most_share must be at least 0 and a_day at least 1, got {most_share}, {a_day}"
        )
    limits = dict(capacity)

    def simulated(table: pa.Table) -> Simulation | None:
        return simulate(received(table, score), limits, a_day=a_day, most_share=most_share)

    held = sha256(
        f"{score.fingerprint}|{sorted(limits.items())}|{a_day}|{most_share}".encode()
    ).hexdigest()
    simulated.__qualname__ = f"simulator.{held}"
    return simulated


def simulate(
    leads: pd.DataFrame, capacity: Mapping[str, int], *, a_day: int, most_share: float
) -> Simulation | None:
    """As `simulator`, of leads as `metrics.consultant_skill.received` gives them."""
    cut = round(len(leads) * EARLIER)
    before, after = leads.iloc[:cut], leads.iloc[cut:].reset_index(drop=True)
    if min(len(before), len(after)) < LEAST_LEADS or not before["won"].any():
        return None
    since = after["created_at"].max() - pd.Timedelta(days=SIMULATED_DAYS)
    days = after[after["created_at"] > since]
    judge = _Judge(after)
    learnt = skills_of(before)
    by_skill, in_turn = np.zeros(judge.shape), np.zeros(judge.shape)
    orders_by_skill, orders_in_turn = np.zeros(judge.shape), np.zeros(judge.shape)
    placed, most_given, people = 0, 0.0, 0
    for campus, own in days.groupby("campus_id", sort=True):
        staff = [o for o in sorted(set(own["owner_id"])) if judge.campus[o] == campus]
        if len(staff) < 2:
            continue
        ratio = ratios(learnt, staff, judge.kinds)
        limits = np.array([capacity.get(owner, a_day) for owner in staff], dtype=np.int64)
        rows = judge.owners.get_indexer(pd.Index(staff))
        counts = np.zeros(len(staff), dtype=np.int64)
        for _day, new in own.groupby(own["created_at"].dt.floor("D"), sort=True):
            kinds = judge.kinds.get_indexer(pd.Index(new["kind"]))
            slots = fair_slots(counts, len(new), limits, most_share)
            to = given(new["cny"].to_numpy(), kinds, ratio, slots)
            taken = to != NOBODY
            counts += np.bincount(to[taken], minlength=len(staff))
            first = np.arange(len(new)) < limits.sum()  # in turn, by their arrival
            for worth, skilled, turned in (
                (new["cny"].to_numpy(), by_skill, in_turn),
                (new["p"].to_numpy(), orders_by_skill, orders_in_turn),
            ):
                np.add.at(skilled, (rows[to[taken]], kinds[taken]), worth[taken])
                shares = np.bincount(kinds[first], worth[first], judge.shape[1]) / len(staff)
                turned[rows] += shares
        placed += int(counts.sum())
        people += len(staff)
        if counts.sum():
            most_given = max(most_given, float(counts.max() * len(staff) / counts.sum() - 1))
    if not placed:
        return None
    now, draws = judge.ratio(), judge.draws()

    def gain(skilled: Floats, turned: Floats) -> tuple[float, float, float]:
        drawn = (draws * (skilled - turned)).sum(axis=(1, 2))
        low, high = np.quantile(drawn, [0.025, 0.975])
        return float((now * (skilled - turned)).sum()), float(low), float(high)

    return Simulation(
        leads=placed, consultants=people, orders=float((now * orders_by_skill).sum()),
        orders_in_turn=float((now * orders_in_turn).sum()),
        gain_orders=gain(orders_by_skill, orders_in_turn), cny=float((now * by_skill).sum()),
        cny_in_turn=float((now * in_turn).sum()), gain_cny=gain(by_skill, in_turn),
        most_given=most_given, skills=skills_of(leads),
    )  # fmt: skip


class _Judge:
    """What consultants made of leads, to judge by: hardly drawn anywhere, so as not to flatter."""

    def __init__(self, leads: pd.DataFrame) -> None:
        self.campus = {
            str(owner): str(values.mode().iloc[0])
            for owner, values in leads.groupby("owner_id")["campus_id"]
        }
        self.owners = pd.Index(sorted(self.campus))
        self.kinds = pd.Index(sorted(set(leads["kind"])))
        self.shape = (len(self.owners), len(self.kinds))
        row = self.owners.get_indexer(pd.Index(leads["owner_id"]))
        self._cell = row * self.shape[1] + self.kinds.get_indexer(pd.Index(leads["kind"]))
        self._won, self._p = leads["won"].to_numpy(), leads["p"].to_numpy()
        place = pd.Index(sorted(set(self.campus.values())))
        self._campus = place.get_indexer(pd.Index([self.campus[owner] for owner in self.owners]))

    def ratio(self, weights: Floats | None = None) -> Floats:
        """(consultants, kinds): orders ÷ orders promised, an order's worth drawn to the mean.

        The campus's own ratio is in it, so that its sums are of orders, not of promises.
        """
        w = np.ones(self._p.size) if weights is None else weights
        cells = self.shape[0] * self.shape[1]
        observed = np.bincount(self._cell, self._won * w, cells).reshape(self.shape)
        expected = np.bincount(self._cell, self._p * w, cells).reshape(self.shape)
        of_campus = np.bincount(self._campus, observed.sum(axis=1)) / np.maximum(
            np.bincount(self._campus, expected.sum(axis=1)), 1e-9
        )
        usual = of_campus[self._campus]
        own = (observed.sum(axis=1) + usual) / (expected.sum(axis=1) + 1)
        found: Floats = (observed + own[:, None]) / (expected + 1)
        return found

    def draws(self) -> Floats:
        """(draws, consultants, kinds): the ratio of leads drawn anew (Poisson bootstrap)."""
        rng = np.random.default_rng(_SEED)
        return np.stack(
            [
                self.ratio(rng.poisson(1.0, self._p.size).astype(np.float64))
                for _draw in range(_DRAWS)
            ]
        )


def proposed(
    leads: pd.DataFrame,
    skills: Skills,
    *,
    campus_of: Mapping[str, str],
    capacity: Mapping[str, int],
    a_day: int,
    most_share: float = MOST_SHARE,
) -> pd.DataFrame:
    """The leads that can be given out today, with ``to`` and what they are worth in those hands.

    Parameters
    ----------
    leads
        With ``lead_id``, ``campus_id``, ``course_line`` and ``expected_cny``.
    skills
        As learnt; of whom nothing is known makes what the campus makes.
    campus_of
        Consultants who work now → campus; a lead stays at its campus.
    capacity, a_day, most_share
        As for `simulator`.

    Returns
    -------
    The rows given out, the worth most first; those beyond all capacity are left out.
    """
    parts = []
    for campus, own in leads.groupby("campus_id", sort=True):
        staff = sorted(owner for owner, place in campus_of.items() if place == campus)
        if not staff:
            continue
        kinds = sorted(set(own["course_line"].fillna("")))
        place = pd.Index(kinds).get_indexer(own["course_line"].fillna(""))
        ratio = ratios(skills, staff, kinds)
        limits = np.array([capacity.get(owner, a_day) for owner in staff], dtype=np.int64)
        slots = fair_slots(np.zeros(len(staff), dtype=np.int64), len(own), limits, most_share)
        to = given(own["expected_cny"].to_numpy(dtype=np.float64), place, ratio, slots)
        taken = to != NOBODY
        parts.append(
            own[taken].assign(
                to=np.array(staff, dtype=object)[to[taken]],
                worth_cny=own["expected_cny"].to_numpy(dtype=np.float64)[taken]
                * ratio[to[taken], place[taken]],
            )
        )
    if not parts:
        return leads.iloc[:0].assign(to="", worth_cny=0.0)
    ranked: pd.DataFrame = pd.concat(parts).sort_values(
        ["worth_cny", "lead_id"], ascending=[False, True], ignore_index=True
    )
    return ranked
