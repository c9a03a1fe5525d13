"""What a score may know: known at creation, refused by name, the same sample every time."""

from __future__ import annotations

from datetime import date

import pytest

from data.errors import InvalidOption
from data.scope import Filters, Period
from metrics.leads.features import (
    CATEGORIES,
    NUMBERS,
    allowed,
    open_rows,
    refused,
    revival_rows,
    training_rows,
)

EVERY = Filters(period=Period(start=date(2025, 1, 1), end=date(2027, 1, 1)))


@pytest.mark.parametrize(
    "name",
    [
        "Tags", "Lead Quality", "Lead Profile", "Asymmetrique Activity Index",
        "Asymmetrique Profile Score", "Last Activity", "Last Notable Activity", "lead_quality",
        "status", "lost_reason", "is_valid", "is_reachable", "owner_id", "assigned_at", "result",
        "状态", "流失原因", "跟进结果", "备注",
    ],
)  # fmt: skip
def test_columns_filled_in_after_contact_are_refused_by_name(name):
    with pytest.raises(InvalidOption, match="before the first contact") as error:
        allowed(["channel_id", name])
    assert repr(name) in str(error.value)
    assert "'channel_id'" not in str(error.value)


def test_every_late_column_is_named_at_once():
    assert refused(["Tags", "City", "Lead Quality"]) == ("Tags", "Lead Quality")


def test_our_own_features_are_known_before_contact():
    assert allowed([*CATEGORIES, *NUMBERS]) == (*CATEGORIES, *NUMBERS)
    assert refused(["Total Time Spent on Website", "TotalVisits", "Lead Origin", "年龄"]) == ()


def test_training_rows_know_the_outcome_and_only_what_was_before(facts, fetch, journeys):
    journeys(
        {
            "won": ["2026-01-01T10:00 visit sem page=/a dwell=40", "2026-01-02 lead sem",
                    "2026-01-05T10:00 visit sem page=/b dwell=99", "2026-01-12 order 5000",
                    "2026-01-20 refund 1000", "2026-03-20 order 900"],
            "lost": ["2026-01-02 lead feed", "2026-03-01 order 100"],
            "payer": ["2025-12-01 order 500", "2026-01-02 lead feed", "2026-01-03 order 500"],
            "young": ["2026-04-20 lead feed", "2026-04-21 order 500"],
        },
        as_of="2026-05-01",
    )  # fmt: skip
    found = {row.lead_id.split("-")[0]: row for row in fetch(training_rows(facts.filtered(EVERY)))}
    assert set(found) == {"won", "lost"}
    won, lost = found["won"], found["lost"]
    assert (won.won, won.paid_days, won.net_cny) == (True, 10, 4000)
    assert (won.visits_before, won.pages_before, won.dwell_seconds_before) == (1, 1, 40)
    assert (lost.won, lost.paid_days, lost.net_cny) == (False, None, 0)
    assert won.leads == 3  # those old enough, before families that had paid are taken out


def test_training_rows_of_many_are_a_part_that_is_the_same_every_time(facts, fetch, journeys):
    journeys(
        {f"p{n}": [f"2026-01-{1 + n % 28:02d}T0{n % 8}:{n % 60:02d} lead sem"] for n in range(200)},
        as_of="2026-05-01",
    )
    some = [row.lead_id for row in fetch(training_rows(facts.filtered(EVERY), most=50))]
    again = [row.lead_id for row in fetch(training_rows(facts.filtered(EVERY), most=50))]
    assert sorted(some) == sorted(again)
    assert 20 < len(some) < 90
    assert len(fetch(training_rows(facts.filtered(EVERY), most=200))) == 200


def test_open_rows_are_unpaid_and_not_lost(facts, fetch, journeys):
    ids = journeys(
        {
            "open": ["2026-01-02 lead sem name=Lin"],
            "paid": ["2026-01-02 lead sem", "2026-01-03 order 5000"],
            "lost": ["2026-01-02 lead sem status=lost"],
        }
    )
    (row,) = fetch(open_rows(facts.filtered(EVERY)))
    assert (row.person_id, row.name, row.state) == (ids["open"], "Lin", "unassigned")
    assert fetch(open_rows(facts.filtered(EVERY), person_id=ids["paid"])) == []
    assert len(fetch(open_rows(facts.filtered(EVERY), person_id=ids["open"]))) == 1


def test_revival_is_of_old_leads_whose_family_came_back(facts, fetch, journeys):
    ids = journeys(
        {
            "back": ["2026-01-02 lead sem status=lost", "2026-05-20 visit organic page=/a"],
            "away": ["2026-01-02 lead sem"],
            "once": ["2026-05-19 visit organic page=/a", "2026-05-20 lead sem"],
            "paid": ["2026-01-02 lead sem", "2026-02-01 order 500", "2026-05-20 visit organic"],
        },
        as_of="2026-06-01",
    )
    assert [row.person_id for row in fetch(revival_rows(facts.filtered(EVERY)))] == [ids["back"]]
    assert fetch(revival_rows(facts.filtered(EVERY), seen_days=5)) == []


def test_another_consultants_leads_are_not_listed(facts_for, fetch, journeys):
    ids = journeys(
        {"lin": ["2026-01-02 lead sem owner=c1"], "wang": ["2026-01-02 lead sem owner=c2"]}
    )
    own = facts_for("consultant", ("north",), "c1")
    assert [row.person_id for row in fetch(open_rows(own.filtered(EVERY)))] == [ids["lin"]]
