"""Generations, K and concentration by hand; the planted fakes and nothing else."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from data.facts import Facts
from data.sample.truths import BURST_AT, BURST_CAMPUS, BURST_LEADS, SELF_REFERRERS
from data.scope import Filters, Period
from metrics.referral.checks import CHECKS, checked_rows, referral_checks
from metrics.referral.tree import referral_nodes, referral_tree

START = datetime(2026, 1, 1)  # noqa: DTZ001  # UTC without zone
AS_OF = datetime(2026, 12, 31)  # noqa: DTZ001


def node(person, by=None, lead=0, paid=None, cny=0.0):
    return {
        "person_id": person, "introducer_person_id": by, "campus_id": "north",
        "referred_at": START + timedelta(days=lead) if by else None,
        "paid_at": None if paid is None else START + timedelta(days=paid),
        "revenue_cny": cny, "as_of": AS_OF,
    }  # fmt: skip


def tree(*rows):
    frame = pd.DataFrame(list(rows))
    for column in ("referred_at", "paid_at", "as_of"):
        frame[column] = pd.to_datetime(frame[column])
    return referral_tree(pa.Table.from_pandas(frame, preserve_index=False))


def test_each_generation_brings_its_own():
    """lin brings wu (paid) and xu (not); wu brings he, and ren too late to count."""
    found = tree(
        node("lin", paid=0, cny=100.0),
        node("wu", "lin", 10, 20, 200.0),
        node("xu", "lin", 11),
        node("he", "wu", 30, 40, 300.0),
        node("ren", "wu", 240, 250, 50.0),
        node("alone", paid=300),
    )
    rows = found.generations.set_index("generation")
    assert rows["payers"].to_dict() == {0: 2, 1: 1, 2: 2}
    assert rows["mature"].to_dict() == {0: 1, 1: 1, 2: 1}  # alone and ren are too young
    assert rows["brought"].to_dict() == {0: 1, 1: 1, 2: 0}
    assert found.k == pytest.approx(2 / 3)
    assert found.k_low < found.k < found.k_high
    top = found.introducers.set_index("person_id")
    assert top.loc["lin", ["leads", "payers", "below"]].tolist() == [2, 1, 4]
    assert top.loc["lin", "revenue_cny"] == 200
    assert top.loc["lin", "below_cny"] == 550
    assert top.loc["wu", "leads"] == 2
    listed = found.payers.groupby("generation").agg(
        mature=("person_id", "size"), brought=("brought", "sum")
    )
    assert listed.equals(rows[["mature", "brought"]].astype("int64"))
    assert set(found.payers["person_id"]) == {"lin", "wu", "he"}


def test_payers_whom_nobody_brought_are_one_generation():
    found = tree(node("lin", paid=1), node("wu", paid=2))
    assert found.generations["generation"].to_list() == [0]
    assert found.generations["payers"].to_list() == [2]


def test_a_payer_is_listed_by_the_campus_day():
    """17:00 UTC is one o'clock of the next day at the campus."""
    found = tree(node("lin", paid=17 / 24), node("wu", paid=15 / 24))
    assert found.payers.set_index("person_id")["paid_on"].to_dict() == {
        "lin": date(2026, 1, 2), "wu": date(2026, 1, 1),
    }  # fmt: skip


def test_a_circle_of_introducers_is_cut_not_followed():
    found = tree(node("a", "b", 1, 2), node("b", "a", 3, 4), node("c", "c", 5, 6))
    assert found.generations["payers"].sum() == 3


def test_stars_of_before_are_stars_again_only_where_they_are():
    rows = [node(f"m{n}", paid=-400) for n in range(40)]
    for n in range(10):  # the same ten bring in both halves
        rows += [node(f"e{n}", f"m{n}", 100 + n), node(f"l{n}", f"m{n}", 300 + n)]
    found = tree(*rows)
    assert found.stability == pytest.approx(1.0, abs=1e-6) or found.stability > 0.99
    assert found.stability_n == 40


def test_nobody_recommended_is_no_tree():
    found = tree(node("a", paid=0))
    assert found.introducers.empty
    assert found.spread.verdict == "too_few"


@pytest.fixture(scope="module")
def seen(institution):
    facts = Facts(institution.accounts.viewer("manager").scope(institution.store.as_of))
    day = facts.scope.as_of_on
    return institution.store, facts, Filters(period=Period(start=day, end=day))


def test_every_planted_fake_is_found_and_no_other_burst(seen):
    store, facts, filters = seen
    found = store.fold(checked_rows(facts.filtered(filters)), referral_checks)
    counts = found["check"].value_counts()
    assert counts["same_person"] + counts["same_device"] == SELF_REFERRERS
    burst = found[found["check"] == "burst"]
    assert len(burst) == BURST_LEADS
    assert set(burst["campus_id"]) == {BURST_CAMPUS}
    assert burst["introducer_person_id"].nunique() == 1
    assert (burst["created_at"] >= BURST_AT).all()
    assert (burst["created_at"] < BURST_AT + timedelta(hours=1)).all()


def test_a_role_without_personal_data_finds_the_same(institution, seen):
    store, _facts, filters = seen
    analyst = Facts(institution.accounts.viewer("analyst").scope(store.as_of))
    counts = store.fold(checked_rows(analyst.filtered(filters)), referral_checks)[
        "check"
    ].value_counts()
    assert counts["same_person"] + counts["same_device"] == SELF_REFERRERS


def test_k_on_the_sample_is_that_of_plain_sql(seen):
    store, facts, filters = seen
    found = store.fold(referral_nodes(facts.filtered(filters)), referral_tree)
    payers = store.fetch(
        "SELECT count(DISTINCT person_id) AS n FROM fact_order_line WHERE is_formal"
    )["n"].item()
    assert found.generations["payers"].sum() == payers
    assert 0.05 < found.k < 0.12
    assert found.spread.verdict == "does_not_hold"
    assert found.introducers["leads"].sum() == found.spread.total


def checks(*rows):
    frame = pd.DataFrame(
        [
            {
                "lead_id": f"L{n}", "person_id": f"p{n}", "introducer_person_id": by,
                "campus_id": "north", "created_at": START + timedelta(minutes=at),
                "is_same_person": False, "is_same_device": False, "code_no": code,
                "rewards": rewards, "reward_cny": 30.0 * rewards,
            }
            for n, (by, at, rewards, code) in enumerate(rows)
        ]
    )  # fmt: skip
    found = referral_checks(pa.Table.from_pandas(frame, preserve_index=False))
    return {check: set(found.loc[found["check"] == check, "lead_id"]) for check in CHECKS}


def test_a_burst_is_five_within_the_hour_and_four_are_none():
    four = checks(*[("a", 10 * n, 0, 1) for n in range(4)])
    assert four["burst"] == set()
    five = checks(*[("a", 15 * n, 0, 1) for n in range(5)], ("a", 200, 0, 1), ("b", 5, 0, 1))
    assert five["burst"] == {"L0", "L1", "L2", "L3", "L4"}
    slow = checks(*[("a", 15.1 * n, 0, 1) for n in range(5)])
    assert slow["burst"] == set()


def test_the_sixth_reward_in_thirty_days_is_over_the_cap():
    day = 24 * 60
    found = checks(*[("a", n * day, 1, 1) for n in range(6)], ("a", 60 * day, 1, 1))
    assert found["reward_cap"] == {"L5"}


def test_a_reward_for_the_second_introducer_is_told():
    found = checks(("a", 0, 1, 1), ("b", 10, 1, 2), ("c", 20, 0, 3))
    assert found["later_code"] == {"L1"}


def test_those_who_recommend_each_other_are_told_and_nobody_who_hangs_on_them():
    def told(**by):
        rows = [
            {
                "lead_id": who, "person_id": who, "introducer_person_id": introducer,
                "campus_id": "north", "created_at": START + timedelta(days=n),
                "is_same_person": who == introducer, "is_same_device": False, "code_no": 1,
                "rewards": 0, "reward_cny": 0.0,
            }
            for n, (who, introducer) in enumerate(by.items())
        ]  # fmt: skip
        frame = pd.DataFrame(rows)
        found = referral_checks(pa.Table.from_pandas(frame, preserve_index=False))
        return set(found.loc[found["check"] == "circle", "lead_id"])

    assert told(a="b", b="a") == {"a", "b"}
    assert told(a="c", b="a", c="b", below="a", under="below", d="e", e="root") == {"a", "b", "c"}
    assert told(a="a", b="a", c="b") == set()  # oneself is another check
