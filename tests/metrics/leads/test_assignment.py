"""Leads given by skill: the best sum by brute force, a planted skill found, chance not believed."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from data.errors import InvalidOption
from data.facts import Facts
from data.scope import EVERY_CAMPUS, Filters, Period, Scope
from metrics.leads.assignment import proposed, simulate, simulator
from metrics.leads.consultant_skill import Skills, ratios, skills_of
from metrics.leads.features import received_rows, training_rows
from metrics.leads.score import fit_lead_score
from metrics.models.assignment import NOBODY, fair_slots, given

EVERY = Filters(period=Period(start=date(2024, 1, 1), end=date(2027, 1, 1)))


def made_up(seed: int, skill: dict[tuple[str, str], float], *, days: int = 200) -> pd.DataFrame:
    """Leads of two campuses with four consultants each, given at random."""
    rng = np.random.default_rng(seed)
    n = days * 40
    campus = rng.integers(0, 2, n)
    owner = campus * 4 + rng.integers(0, 4, n)
    kind = np.where(rng.random(n) < 0.5, "art", "maths")
    p = rng.beta(2, 18, n)
    times = [skill.get((f"S{o}", k), 1.0) for o, k in zip(owner, kind, strict=True)]
    frame = pd.DataFrame(
        {
            "owner_id": [f"S{o}" for o in owner], "campus_id": [f"C{c}" for c in campus],
            "kind": kind, "lead_id": [f"L{i:06d}" for i in range(n)], "p": p,
            "won": (rng.random(n) < np.minimum(p * times, 1)).astype(float),
            "created_at": pd.Timestamp("2026-01-01")
            + pd.to_timedelta(rng.integers(0, days * 24, n), unit="h"),
        }
    )  # fmt: skip
    frame["cny"] = frame["p"] * 5_000.0
    return frame.sort_values(["created_at", "lead_id"], ignore_index=True)


def test_leads_are_given_so_that_the_sum_is_greatest():
    rng = np.random.default_rng(2)
    for _case in range(20):
        worth, ratio = rng.random(5) * 100, 0.5 + rng.random((3, 2))
        kinds, slots = rng.integers(0, 2, 5), np.array([2, 1, 2])
        found = given(worth, kinds, ratio, slots)
        places = np.repeat([0, 1, 2], slots)
        best = max(
            sum(worth[i] * ratio[places[k], kinds[i]] for i, k in enumerate(order))
            for order in permutations(range(5))
        )
        assert (worth * ratio[found, kinds]).sum() == pytest.approx(best)
        assert (np.bincount(found, minlength=3) <= slots).all()


def test_beyond_all_slots_the_least_worth_wait():
    found = given(
        np.array([10.0, 90.0, 50.0]), np.zeros(3, dtype=np.int64), np.ones((2, 1)), np.array([1, 1])
    )
    assert found[0] == NOBODY
    assert sorted(found[1:]) == [0, 1]


def test_slots_keep_to_capacity_and_to_the_fair_share_of_all_so_far():
    none = np.zeros(4, dtype=np.int64)
    many = np.full(4, 10)
    # eight leads of four people: two each, at most 2.6 → 3
    assert fair_slots(none, 8, many, 0.3).tolist() == [3, 3, 3, 3]
    assert fair_slots(none, 8, np.array([1, 10, 10, 10]), 0.3).tolist() == [1, 3, 3, 3]
    # who already has 12 of 20 may take none of the next eight
    so_far = np.array([12, 4, 2, 2])
    assert fair_slots(so_far, 8, many, 0.3).tolist() == [0, 6, 8, 8]
    assert fair_slots(none, 8, many, 0.0).tolist() == [2, 2, 2, 2]


def test_skills_are_drawn_to_the_campus_by_how_little_they_tell():
    skill = {("S0", "art"): 2.0, ("S1", "art"): 0.4}
    found = skills_of(made_up(3, skill))
    ratio = pd.DataFrame(found.ratio, index=found.owners, columns=found.kinds)
    assert found.differ
    assert ratio["art"].idxmax() == "S0"
    assert 1.3 < ratio.loc["S0", "art"] < 2.0
    assert ratio.loc["S1", "art"] < 0.8
    assert ratio.loc[[f"S{i}" for i in range(4, 8)]].sub(1).abs().to_numpy().max() < 0.25
    few = skills_of(made_up(3, skill, days=3))
    assert np.abs(few.ratio - 1).max() < np.abs(found.ratio - 1).max()
    assert dict(zip(found.owners, found.campuses, strict=True))["S5"] == "C1"


def test_of_whom_nothing_is_known_makes_what_the_campus_makes():
    skills = Skills(("a",), ("C0",), ("art", "maths"), np.array([[1.5, 0.5]]))
    found = ratios(skills, ["a", "new"], ["maths", "chess"])
    assert found.tolist() == [[0.5, 1.0], [1.0, 1.0]]


def test_a_planted_skill_brings_a_proven_gain_and_more_of_it_without_the_cap():
    skill = {("S0", "art"): 2.2, ("S1", "maths"): 2.2, ("S2", "art"): 0.3, ("S3", "maths"): 0.3}
    leads = made_up(5, skill)
    found = simulate(leads, {}, a_day=20, most_share=0.3)
    assert found.is_proven
    gain, low, high = found.gain_orders
    assert low < gain < high
    assert found.orders - found.orders_in_turn == pytest.approx(gain)
    assert found.most_given <= 0.3 + 0.05  # a lead is a whole one
    free = simulate(leads, {}, a_day=20, most_share=2.0)
    assert free.gain_orders[0] > gain
    assert 0 < gain < 0.5 * found.orders


def test_where_nobody_differs_a_gain_is_rarely_proven():
    proven = [
        simulate(made_up(seed, {}, days=120), {}, a_day=20, most_share=0.3).is_proven
        for seed in range(12)
    ]
    assert sum(proven) <= 1  # of a one-sided 2.5 %: 0.3 expected


def test_too_few_leads_simulate_nothing_and_bounds_are_kept():
    assert simulate(made_up(1, {}, days=10), {}, a_day=5, most_share=0.3) is None
    score = object()
    with pytest.raises(InvalidOption, match="most_share must be at least 0"):
        simulator(score, capacity={}, a_day=5, most_share=-0.1)


def test_leads_are_given_by_the_campus_day():
    """All of a campus's day, from midnight to midnight, is within its capacity."""
    leads = made_up(3, {})
    day = leads["created_at"].dt.floor("D")
    place = leads.groupby(day).cumcount()
    at_campus = leads.assign(created_at=day - pd.Timedelta(hours=8) + place * pd.Timedelta("1min"))
    spread = leads.assign(created_at=day - pd.Timedelta(hours=8) + place * pd.Timedelta("20min"))
    few = [simulate(rows, {}, a_day=1, most_share=1.0) for rows in (at_campus, spread)]
    assert few[0] is not None
    assert few[1] is not None
    assert few[0].leads == few[1].leads


def test_a_day_without_capacity_gives_nothing():
    leads = made_up(5, {})
    nobody = {f"S{i}": 0 for i in range(8)}
    assert simulate(leads, nobody, a_day=20, most_share=0.3) is None
    some = simulate(leads, {f"S{i}": 1 for i in range(8)}, a_day=20, most_share=0.3)
    assert some.leads <= 8 * 61


def test_the_proposal_keeps_leads_at_their_campus_and_to_the_capacity():
    skills = Skills(("a", "b", "c"), ("C0", "C0", "C1"), ("art",), np.array([[2.0], [0.5], [1.0]]))
    leads = pd.DataFrame(
        {
            "lead_id": ["1", "2", "3", "4"], "campus_id": ["C0", "C0", "C1", "C2"],
            "course_line": ["art", None, "art", "art"],
            "expected_cny": [100.0, 300.0, 50.0, 80.0],
        }
    )  # fmt: skip
    campus_of = {"a": "C0", "b": "C0", "c": "C1"}
    rows = proposed(leads, skills, campus_of=campus_of, capacity={"c": 0}, a_day=1)
    # Nobody works at C2, and c has no time. The dear lead goes to who makes more of leads.
    assert rows[["lead_id", "to", "worth_cny"]].values.tolist() == [["2", "a", 600], ["1", "b", 50]]
    assert proposed(leads, skills, campus_of={}, capacity={}, a_day=1).empty


def test_the_samples_consultants_bring_no_proven_gain(institution):
    store = institution.store
    facts = Facts(Scope(user="", role="analyst", campuses=EVERY_CAMPUS, as_of=store.as_of))
    score = store.fold(training_rows(facts.filtered(EVERY), window_days=90), fit_lead_score)
    kernel = simulator(score, capacity={}, a_day=10)
    found = store.fold(received_rows(facts.filtered(EVERY), window_days=90), kernel)
    assert found.leads > 1_000
    assert not found.is_proven
    own = Facts(institution.accounts.viewer("head_north").scope(store.as_of))
    part = store.fold(received_rows(own.filtered(EVERY), window_days=90), kernel)
    assert part is None or part.leads < found.leads
