"""Playbooks: the one that works, the useless and the harmful are told apart."""

from __future__ import annotations

import pandas as pd
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from data.facts import Facts
from data.sample.truths import HARMFUL_SOP, USEFUL_SOP, USELESS_SOP
from data.scope import EVERY_CAMPUS, Scope
from metrics.foundation.units import rollup
from metrics.leads.sop_effect import (
    HARMFUL,
    TOO_FEW,
    UNCLEAR,
    WORKS,
    sop_arms,
    sop_conversion,
    sop_effects,
)


def test_the_planted_playbooks_are_found(institution):
    store = institution.store
    facts = Facts(Scope(user="", role="manager", campuses=EVERY_CAMPUS, as_of=store.as_of))
    found = sop_effects(store.fetch(sop_arms(facts))).set_index("sop")
    assert found["verdict"].to_dict() == {
        USEFUL_SOP: WORKS, USELESS_SOP: UNCLEAR, HARMFUL_SOP: HARMFUL,
    }  # fmt: skip
    assert found.loc[HARMFUL_SOP, "rate"] == pytest.approx(0.072, abs=0.005)
    assert found.loc[HARMFUL_SOP, "rate_held_out"] == pytest.approx(0.123, abs=0.005)
    assert found.loc[USEFUL_SOP, "rate"] == pytest.approx(0.206, abs=0.005)
    assert found.loc[USELESS_SOP, "difference"] == pytest.approx(0.0, abs=0.01)
    assert found.loc[USEFUL_SOP, "cny_low"] > 0 > found.loc[HARMFUL_SOP, "cny_high"]
    assert found.index[0] == USEFUL_SOP


def exposed(day, arm, sop="HELLO"):
    return f'{day} event sop_exposure properties={{"sop":"{sop}","arm":"{arm}"}} known'


def test_playbook_conversion_by_hand(facts, fetch, journeys):
    journeys(
        {
            "bought": [exposed("2026-01-01", "treated"), "2026-01-20 order 5000"],
            "twice": [exposed("2026-01-01", "treated"), exposed("2026-02-01", "treated")],
            "held": [exposed("2026-01-01", "held_out"), "2026-05-01 order 5000"],
            "both": [exposed("2026-01-01", "treated"), exposed("2026-01-02", "held_out")],
            "paid": ["2025-12-01 order 100", exposed("2026-01-01", "treated")],
            "young": [exposed("2026-05-20", "treated")],
        },
        as_of="2026-06-01",
    )
    found = fetch(
        rollup(sop_conversion(facts), kind="proportion", as_of=facts.as_of, by=["sop", "arm"])
    )
    assert {row.arm: (row.numerator, row.denominator, row.immature) for row in found} == {
        "treated": (1, 2, 1), "held_out": (0, 1, 0),
    }  # fmt: skip
    arms = fetch(sop_arms(facts))
    assert {row.arm: (row.n, row.won, row.net_cny) for row in arms} == {
        "treated": (2, 1, 5000.0), "held_out": (1, 0, 0.0),
    }  # fmt: skip


def arms(treated, held_out):
    rows = [
        {"sop": "S", "arm": arm, "n": n, "won": won, "net_cny": won * 100.0,
         "net_squared": won * 10_000.0, "first_on": "2026-01-01", "last_on": "2026-02-01"}
        for arm, (won, n) in (("treated", treated), ("held_out", held_out))
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_the_interval_is_newcombes():
    (row,) = sop_effects(arms((60, 400), (8, 100))).to_dict("records")
    oracle = confint_proportions_2indep(60, 400, 8, 100, method="newcomb")
    assert (row["low"], row["high"]) == pytest.approx(oracle, abs=1e-9)
    assert row["persons"] == pytest.approx(400 * (0.15 - 0.08))
    assert row["cny"] == pytest.approx(400 * (15.0 - 8.0))


def test_few_people_give_no_verdict():
    assert sop_effects(arms((9, 20), (0, 20)))["verdict"].tolist() == [TOO_FEW]


def test_a_playbook_without_anybody_held_out_is_not_judged():
    assert sop_effects(arms((9, 90), (0, 90)).iloc[:1]).empty


def test_another_campuses_people_are_not_in_it(facts_for, fetch, journeys):
    journeys(
        {
            "north": ["2026-01-01 lead sem", exposed("2026-01-02", "treated")],
            "south": ["2026-01-01 lead sem @south", exposed("2026-01-02", "treated") + " @south"],
        },
        as_of="2026-06-01",
    )
    head = facts_for("campus_head", ("north",))
    assert [(row.arm, row.n) for row in fetch(sop_arms(head))] == [("treated", 1)]
