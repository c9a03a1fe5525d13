"""What metrics count in a month is what the campus's clock puts there."""

from datetime import date

import pytest

from data.facts.build import rebuild
from data.scope import Filters, Period
from metrics.leads.funnel import lead_steps
from metrics.referral.funnel import referral_funnel
from tests.journeys import KEY, moment

MAY = Filters(period=Period(start=date(2026, 5, 1), end=date(2026, 6, 1)))
JUNE = Filters(period=Period(start=date(2026, 6, 1), end=date(2026, 7, 1)))


@pytest.fixture
def abroad(store, journeys):
    """Tell days of a campus, its clock in another zone."""

    def tell(zone, people):
        journeys(people, as_of="2026-12-01")
        with store.writing() as cursor:
            cursor.execute("UPDATE campuses SET timezone = ?", [zone])
            rebuild(cursor, {"campuses"}, KEY)

    return tell


@pytest.mark.parametrize(
    ("at", "month"),
    [
        ("Asia/Urumqi 2026-05-31T17:59", MAY),
        ("Asia/Urumqi 2026-05-31T18:00", JUNE),
        ("America/New_York 2026-06-01T03:59", MAY),
        ("America/New_York 2026-06-01T04:00", JUNE),
        ("Pacific/Auckland 2026-05-31T11:59", MAY),
        ("Pacific/Auckland 2026-05-31T12:00", JUNE),
    ],
)
def test_lead_and_its_steps_stand_in_the_campuss_month(abroad, facts, fetch, at, month):
    zone, instant = at.split()
    abroad(zone, {"lin": [f"{instant} lead sem", f"{instant} followup effective"]})
    for filters in (MAY, JUNE):
        rows = fetch(lead_steps(facts.filtered(filters)))
        assert [row.contact_at for row in rows] == ([moment(instant)] if filters == month else [])


def test_invited_stand_in_the_campuss_month(abroad, facts, fetch):
    abroad(
        "America/New_York",
        {
            "ann": ["2026-05-01 order 5000", "2026-05-01 child"],
            "bob": ["2026-06-01T03:59 lead referral by=ann"],
            "cid": ["2026-06-01T04:00 lead referral by=ann"],
        },
    )
    assert [row.invited for row in fetch(referral_funnel(facts.filtered(MAY)))] == [1]
    assert [row.invited for row in fetch(referral_funnel(facts.filtered(JUNE)))] == [1]
