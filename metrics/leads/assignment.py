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
from metrics.foundation.clock import local_days
from metrics.leads.consultant_skill import Skills, home_campus, ratios, received, skills_of
from metrics.leads.score import LeadScore
from metrics.models.assignment import NOBODY, Places, fair_slots, given

Floats = NDArray[np.float64]

EARLIER = 0.6  # share of the leads, the oldest, that consultants are learnt from
SIMULATED_DAYS = 60
LEAST_LEADS = 300  # on either side, below which nothing is simulated
MOST_SHARE = 0.3  # over an equal share that a consultant may be given
_DRAWS = 400
_SEED = 20_260_101
_CHANCES = 20  # levels of chance that are told apart in drawing


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
    """The kernel for `metrics.leads.features.received_rows`; None where leads are too few.

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
    """As `simulator`, of leads as `metrics.leads.consultant_skill.received` gives them."""
    cut = round(len(leads) * EARLIER)
    before, after = leads.iloc[:cut], leads.iloc[cut:].reset_index(drop=True)
    if min(len(before), len(after)) < LEAST_LEADS or not before["won"].any():
        return None
    since = after["created_at"].max() - pd.Timedelta(days=SIMULATED_DAYS)
    judge, learnt = _Judge(after), skills_of(before)
    ways = _Ways(judge)
    for campus, new in after[after["created_at"] > since].groupby("campus_id", sort=True):
        staff = [o for o in sorted(new["owner_id"].unique()) if judge.campus[o] == campus]
        if len(staff) >= 2:
            limits = np.array([capacity.get(owner, a_day) for owner in staff], dtype=np.int64)
            ways.give(new, staff, ratios(learnt, staff, judge.kinds), limits, most_share)
    if not ways.leads:
        return None
    now, draws = judge.ratio(), judge.draws()

    def outcome(worth: Floats) -> tuple[float, float, tuple[float, float, float]]:
        skilled, turned = worth
        drawn = (draws * (skilled - turned)).sum(axis=(1, 2))
        low, high = np.quantile(drawn, [0.025, 0.975])
        both = float((now * skilled).sum()), float((now * turned).sum())
        return *both, (both[0] - both[1], float(low), float(high))

    orders, orders_in_turn, gain_orders = outcome(ways.orders)
    cny, cny_in_turn, gain_cny = outcome(ways.cny)
    return Simulation(
        leads=ways.leads, consultants=ways.consultants, orders=orders,
        orders_in_turn=orders_in_turn, gain_orders=gain_orders, cny=cny, cny_in_turn=cny_in_turn,
        gain_cny=gain_cny, most_given=ways.most_given, skills=skills_of(leads),
    )  # fmt: skip


class _Ways:
    """Leads given by skill and in turn: (2, consultants, kinds) of orders promised and yuan."""

    def __init__(self, judge: _Judge) -> None:
        self._judge = judge
        self.orders, self.cny = np.zeros((2, *judge.shape)), np.zeros((2, *judge.shape))
        self.leads, self.consultants, self.most_given = 0, 0, 0.0

    def give(
        self, new: pd.DataFrame, staff: list[str], ratio: Floats, limits: Places, most_share: float
    ) -> None:
        """Give a campus's leads, the oldest first, day by day."""
        kinds = self._judge.kinds.get_indexer(pd.Index(new["kind"]))
        rows = self._judge.owners.get_indexer(pd.Index(staff))
        p, cny = new["p"].to_numpy(), new["cny"].to_numpy()
        days = local_days(new["created_at"])
        counts = np.zeros(len(staff), dtype=np.int64)
        for day in np.split(np.arange(len(new)), np.flatnonzero(days[1:] != days[:-1]) + 1):
            slots = fair_slots(counts, day.size, limits, most_share)
            to = given(cny[day], kinds[day], ratio, slots)
            taken = to != NOBODY
            counts += np.bincount(to[taken], minlength=len(staff))
            first = day[: limits.sum()]  # in turn, by their arrival
            for worth, (skilled, turned) in ((p, self.orders), (cny, self.cny)):
                np.add.at(skilled, (rows[to[taken]], kinds[day[taken]]), worth[day[taken]])
                turned[rows] += np.bincount(
                    kinds[first], worth[first], skilled.shape[1]
                ) / len(staff)  # fmt: skip
        total = int(counts.sum())
        if total:
            self.most_given = max(self.most_given, float(counts.max()) * len(staff) / total - 1)
        self.leads += total
        self.consultants += len(staff)


class _Judge:
    """What consultants made of leads, to judge by: hardly drawn anywhere, so as not to flatter."""

    def __init__(self, leads: pd.DataFrame) -> None:
        home = home_campus(leads)
        self.campus = dict(zip(home.index, home, strict=True))
        self.owners, self.kinds = pd.Index(home.index), pd.Index(sorted(leads["kind"].unique()))
        self.shape = (len(self.owners), len(self.kinds))
        row = self.owners.get_indexer(pd.Index(leads["owner_id"]))
        column = self.kinds.get_indexer(pd.Index(leads["kind"]))
        won, p = leads["won"].to_numpy(), leads["p"].to_numpy()
        # Leads alike are drawn together: of one consultant, kind and outcome, of about one chance.
        alike = np.floor(p * _CHANCES).astype(np.int64)
        code = ((row * self.shape[1] + column) * 2 + won.astype(np.int64)) * (_CHANCES + 1) + alike
        codes, place, counts = np.unique(code, return_inverse=True, return_counts=True)
        self._cell = codes // (2 * (_CHANCES + 1))
        self._won = (codes // (_CHANCES + 1) % 2).astype(np.float64)
        self._n = counts.astype(np.float64)
        self._p = np.bincount(place, p) / self._n
        self._campus, _names = pd.factorize(home, sort=True)

    def ratio(self, n: Floats | None = None) -> Floats:
        """(consultants, kinds): orders ÷ orders promised, an order's worth drawn to the mean.

        The campus's own ratio is in it, so that its sums are of orders, not of promises.
        """
        w = self._n if n is None else n
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
            [self.ratio(rng.poisson(self._n).astype(np.float64)) for _draw in range(_DRAWS)]
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
