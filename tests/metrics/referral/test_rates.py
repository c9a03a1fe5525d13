"""Two referral rates, participation, cost and return, by hand."""

from __future__ import annotations

from datetime import date

import pytest

from data.errors import InvalidOption
from data.scope import Filters, Period
from metrics.referral.funnel import invited_at_step, referral_funnel
from metrics.referral.potential import referral_potential
from metrics.referral.rates import (
    referral_cac,
    referral_participation,
    referral_rate_people,
    referred_persons,
    referred_share_of_new,
    reward_roi,
)
from tests.metrics.tiny_facts import moment

FEBRUARY = Period(start=date(2026, 2, 1), end=date(2026, 3, 1))
AS_OF = "2026-12-31"
MEMBER = ["2026-01-05 order 5000", "2026-01-06 enrol {} ends=2026-12-20"]


def member(name):
    return [step.format(name) for step in MEMBER]


def told(tiny):
    tiny.tell(
        {
            "lin": ["2026-01-04 lead organic", *member("A"), "2026-02-20 reward 60 lead=W"],
            "wu": ["2026-02-01 lead referral by=lin id=W", "2026-02-10 order 3000"],
            "xu": ["2026-02-02 lead referral by=lin"],
            "fake": [*member("B"), "2026-02-03 lead referral by=fake"],
            "twin": ["2026-02-04 lead referral device=lin-device by=lin", "2026-02-09 order 100"],
            "second": ["2026-01-20 lead referral by=own", "2026-02-05 lead referral by=fake"],
            "own": ["2026-02-11 order 2000"],
            "known": ["2026-01-01 lead sem", "2026-02-06 lead referral by=lin"],
        }
    )
    return tiny.facts(AS_OF)


def test_referred_persons_leave_out_who_recommends_themselves_and_who_was_known(tiny):
    rows = tiny.behind(referred_persons, told(tiny))
    # Of the two who recommended one person, the first counts.
    brought = dict(zip(rows["person_id"], rows["introducer_person_id"], strict=True))
    assert brought == {"second": "own", "wu": "lin", "xu": "lin"}


def test_the_two_referral_rates_divide_by_different_people(tiny):
    facts = told(tiny)
    people = tiny.figure(referral_rate_people, facts, period=FEBRUARY)
    assert (people.numerator, people.denominator) == (1, 2)  # wu paid; lin and fake were there
    share = tiny.figure(referred_share_of_new, facts, period=FEBRUARY)
    assert (share.numerator, share.denominator) == (1, 3)  # wu of wu, twin, own


def test_referral_participation_counts_members_who_brought_anybody(tiny):
    facts = told(tiny)
    row = tiny.figure(referral_participation, facts, period=FEBRUARY)
    assert (row.numerator, row.denominator) == (1, 2)
    tiny.tell(
        {
            "fake": ["2026-02-09T01:00 view / share=S activity=A known"],
            "guest": ["2026-02-09T04:00 view / from=S activity=A"],
        }
    )
    assert tiny.figure(referral_participation, facts, period=FEBRUARY).numerator == 2


def test_referral_participation_counts_a_share_that_nobody_followed(tiny):
    told(tiny)
    tiny.tell(
        {
            "fake": ["2026-02-09 share S activity=A known"],
            "own": ["2026-02-10 view / activity=A known"],
        }
    )
    row = tiny.figure(referral_participation, tiny.facts(AS_OF), period=FEBRUARY)
    assert (row.numerator, row.denominator) == (2, 2)


def test_referral_cac_divides_rewards_by_referred_payers(tiny):
    row = tiny.figure(referral_cac, told(tiny), period=FEBRUARY)
    assert (row.numerator, row.denominator, row.value) == (60, 1, 60)


def test_reward_roi_takes_every_reward_off_and_waits_for_the_days(tiny):
    facts = told(tiny)
    row = tiny.figure(reward_roi, facts, period=FEBRUARY)
    assert (row.numerator, row.denominator, row.value) == (3000 - 60, 60, 49)
    young = tiny.figure(reward_roi, tiny.facts("2026-07-01"), period=FEBRUARY)
    assert (young.denominator, young.immature) == (0, 2)
    with pytest.raises(InvalidOption, match="days must be at least 1, got 0"):
        reward_roi(facts, days=0)


def test_reward_roi_knows_the_rewards_that_brought_nobody(tiny):
    told(tiny)
    tiny.tell(
        {
            "fake": ["2026-02-20 reward 30 lead=F"],
            "lin": ["2026-02-21 reward 10 lead=K", "2026-02-22 reward 100"],
            "f": ["2026-02-03 lead referral by=f id=F"],  # oneself
            "k": ["2026-01-01 lead sem", "2026-02-06 lead referral by=lin id=K"],  # known before
        }
    )
    row = tiny.figure(reward_roi, tiny.facts(AS_OF), period=FEBRUARY)
    assert (row.numerator, row.denominator) == (3000 - 200, 200)


def test_referral_funnel_is_a_sequence_and_its_rows_are_as_many(tiny):
    facts = told(tiny)
    filters = Filters(period=FEBRUARY)
    row = tiny.fetch(referral_funnel(facts.filtered(filters))).iloc[0]
    assert row.to_dict() == {"invited": 2, "lead": 2, "trial": 1, "paid": 1, "immature": 0}
    for step in ("invited", "lead", "trial", "paid"):
        assert len(tiny.fetch(invited_at_step(facts.filtered(filters), step=step))) == row[step]


def test_referral_potential_is_pleased_and_has_brought_nobody_lately(tiny):
    for person in ("asks", "brings", "cross", "meh"):
        tiny.tell({person: [f"2026-01-06 enrol {person.upper()} ends=2027-06-30"]})
    tiny.tell({"wu": ["2026-11-01 lead referral by=brings"]})
    for n, (person, rating, complaint) in enumerate(
        (("asks", 5.0, False), ("brings", 5.0, False), ("cross", 5.0, True), ("meh", 3.0, False))
    ):
        tiny.add(
            "feedback", feedback_id=str(n), student_id=f"{person}-child", rating=rating,
            given_at=moment("2026-10-01"), is_complaint=complaint,
        )  # fmt: skip
    rows = tiny.behind(referral_potential, tiny.facts(AS_OF))
    assert rows["person_id"].tolist() == ["asks"]
    assert len(tiny.behind(referral_potential, tiny.facts("2027-05-01"))) == 0
    with pytest.raises(InvalidOption, match="days must be at least 1, got 0"):
        referral_potential(tiny.facts(AS_OF), days=0)
