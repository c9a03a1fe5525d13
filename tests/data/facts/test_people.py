"""Who is known to whom, and what of them is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from data.facts import Facts
from data.identity.phone import mask_identifier, mask_phone, phone_key
from data.stores.duck import DuckDBStore
from tests.conftest import Journeys
from tests.journeys import KEY, moment

Fetch = Callable[..., list[Any]]


def test_person_is_known_to_each_campus_by_what_that_campus_saw(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    journeys(
        {
            "lin": [
                "2026-01-01 lead sem name=林志玲 child=林小小 owner=c1",
                "2026-01-02 trial",
                "2026-01-05 view /home @south",
            ]
        }
    )
    north, south = fetch(facts.person.order_by("campus_id"))
    assert (north.name, north.pinyin, north.initials, north.student_names, north.stage) == (
        "林志玲", "linzhiling linxiaoxiao", "lzl lxx", "林小小", "trial",
    )  # fmt: skip
    assert (north.owner_id, north.phone_key) == ("c1", phone_key(KEY, "+8613800000000"))
    assert (south.name, south.phone, south.stage) == (None, None, "visitor")
    assert north.first_seen_at == moment("2026-01-01")
    seen = {(row.campus_id, row.kind) for row in fetch(facts.identifier)}
    assert seen == {("north", "phone"), ("north", "device")}


def test_conflict_is_shown_to_the_campus_of_the_row_that_brought_both(
    facts: Facts, journeys: Journeys, fetch: Fetch
) -> None:
    ids = journeys(
        {
            "lin": ["2026-01-01 lead sem unionid=U1", "2026-01-02 event form known unionid=U2"],
            "wu": ["2026-01-01 lead sem unionid=U3", "2026-01-02 lead sem unionid=U4 @south"],
        }
    )
    found = fetch(facts.conflict)
    assert [(row.campus_id, row.reason, row.value, row.other_value) for row in found] == [
        ("north", "limit_unionid", "+8613800000000", "U2"),
        ("south", "limit_unionid", "+8613800000001", "U4"),
    ]
    assert [row.person_id for row in found] == [ids["lin"], ids["wu"]]


def test_person_stage_climbs_to_payer(facts: Facts, journeys: Journeys, fetch: Fetch) -> None:
    journeys(
        {
            "a": ["2026-01-01 view /"],
            "b": ["2026-01-01 lead sem"],
            "c": ["2026-01-01 lead sem", "2026-01-02 token 99"],
            "d": ["2026-01-01 lead sem", "2026-01-02 order 5000"],
        }
    )
    assert sorted(row.stage for row in fetch(facts.person)) == ["lead", "payer", "trial", "visitor"]


def test_masked_columns_say_what_python_says(store: DuckDBStore, journeys: Journeys) -> None:
    journeys(
        {
            "lin": ["2026-01-01 lead sem name=欧阳娜娜 unionid=u-123456789 openid=short"],
            "wu": ["2026-01-01 lead sem name=Ann phone=+85291234567"],
            "he": ["2026-01-01 lead sem phone=+861012345678"],
        }
    )
    rows = store.cursor().execute("SELECT phone, phone_masked FROM fact_person").fetchall()
    assert len(rows) == 3
    assert all(masked == mask_phone(phone) for phone, masked in rows)
    rows = (
        store.cursor().execute("SELECT kind, value, value_masked FROM fact_identifier").fetchall()
    )
    assert len(rows) == 8
    assert all(masked == mask_identifier(kind, value) for kind, value, masked in rows)
    names = store.cursor().execute("SELECT name, name_masked FROM fact_person").fetchall()
    assert dict(names) == {"欧阳娜娜": "欧阳**", "Ann": "A***", "he": "h***"}
