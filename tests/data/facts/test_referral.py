"""Who recommended whom, and who recommended themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from data.facts import Facts
from tests.conftest import Journeys

Fetch = Callable[..., list[Any]]


def test_referral_knows_who_is_who(facts: Facts, journeys: Journeys, fetch: Fetch) -> None:
    ids = journeys(
        {
            "lin": ["2026-01-01 lead sem", "2026-01-02 child"],
            "wu": ["2026-02-01 lead referral by=lin id=W"],
            "own": ["2026-01-01 lead sem", "2026-01-02 child", "2026-02-02 lead referral by=own"],
            "he": ["2026-02-03 lead referral by=lin device=lin-device id=H"],
            "xu": ["2026-02-04 lead sem"],
        }
    )
    rows = {row.person_id: row for row in fetch(facts.referral)}
    assert set(rows) == {ids["wu"], ids["own"], ids["he"]}
    wu, own, he = rows[ids["wu"]], rows[ids["own"]], rows[ids["he"]]
    assert (wu.introducer_person_id, wu.is_first, wu.code_no) == (ids["lin"], True, 1)
    assert (wu.is_same_person, wu.is_same_device) == (False, False)
    assert (own.is_same_person, own.is_same_device, own.is_first) == (True, False, False)
    assert (he.is_same_person, he.is_same_device) == (False, True)


def test_referral_numbers_the_introducers_of_a_person(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "a": ["2026-01-01 child"],
            "b": ["2026-01-01 child"],
            "wu": [
                "2026-02-01 lead referral by=b id=1",
                "2026-02-02 lead referral by=a id=2",
                "2026-02-03 lead referral by=b id=3",
            ],
        }
    )
    assert {row.lead_id: row.code_no for row in fetch(facts.referral)} == {"1": 1, "2": 2, "3": 1}
