"""Interest scores and the way up: against the formula in plain Python, and by hand."""

from datetime import date

import pandas as pd
import pytest

from data.scope import Filters, Period
from metrics.visitors.interest import (
    band_outcomes,
    interest,
    lead_worth,
    scored_visitors,
    upstream_chains,
    upstream_edges,
)
from metrics.visitors.worth import band_rates, expected_value

EVER = Filters(period=Period(start=date(2020, 1, 1), end=date(2030, 1, 1)))


def by_hand(visits, today):
    """Σ over visits of half-lives, then points × x ÷ (x + half) for each part."""
    weight = [0.5 ** ((today - on).days / 14) for on, _s, _p in visits]
    rows = [
        (w, min(seconds, 1800) / 60, pages)
        for w, (_on, seconds, pages) in zip(weight, visits, strict=True)
    ]
    amounts = (
        (sum(weight), 40, 3),
        (sum(w * minutes for w, minutes, _pages in rows), 40, 10),
        (sum(w * pages for w, _minutes, pages in rows), 20, 10),
    )
    return [points * x / (x + half) for x, points, half in amounts]


def test_the_score_is_what_the_formula_says_and_its_parts_add_up(journeys, facts, fetch):
    days = [date(2026, 3, 1), date(2026, 3, 15), date(2026, 3, 28)]
    journeys(
        {"anon": [f"{on} visit sem dwell={120 * (i + 1)}" for i, on in enumerate(days)]},
        as_of="2026-03-29",
    )
    (row,) = fetch(interest(facts))
    expected = by_hand([(on, 120 * (i + 1), 1) for i, on in enumerate(days)], date(2026, 3, 29))
    parts = [row.visits_points, row.dwell_minutes_points, row.pages_points]
    assert parts == pytest.approx(expected)
    assert row.score == pytest.approx(sum(expected))
    assert 0 < row.score < 100


def test_a_visit_counts_half_after_fourteen_days_and_not_at_all_after_eighty_four(
    journeys, facts, fetch
):
    journeys({"anon": ["2026-01-01 visit sem"]}, as_of="2026-01-15")
    (row,) = fetch(interest(facts))
    assert row.visits_points == pytest.approx(40 * 0.5 / 3.5)
    journeys({}, as_of="2026-03-27")
    assert not fetch(interest(facts))
    journeys({}, as_of="2026-03-26")  # 84 days and a visit that old is just out
    assert not fetch(interest(facts))
    journeys({}, as_of="2026-03-25")
    assert len(fetch(interest(facts))) == 1


def test_scored_visitors_give_the_first_and_say_how_many_there_are(journeys, facts, fetch):
    people = {f"p{i}": [f"2026-03-0{day + 1} visit sem" for day in range(i)] for i in range(1, 6)}
    journeys({**people, "lin": ["2026-03-01 visit sem", "2026-03-01 lead sem"]})
    rows = fetch(scored_visitors(facts.filtered(EVER), most=2))
    assert [(row.visits, row.total) for row in rows] == [(5, 6), (4, 6)]
    keen = fetch(scored_visitors(facts.filtered(EVER), keen_only=True))
    assert [row.visits for row in keen] == [5, 4, 3]
    assert not any(row.has_phone for row in keen)
    later = Filters(period=Period(start=date(2026, 3, 5), end=date(2026, 3, 6)))
    assert [row.visits for row in fetch(scored_visitors(facts.filtered(later)))] == [5]


def test_the_way_up_ends_at_the_first_sharer_with_a_phone(journeys, facts, store):
    """lin (phone) → a → b → c; z came alone; y by x, who has no phone and came alone."""
    page = "event page_view activity=A page=/a"
    ids = journeys(
        {
            "lin": ["2026-03-01 lead sem", f"2026-03-01T05:00 {page}",
                    "2026-03-01T05:01 share s0 activity=A"],
            "a": [f"2026-03-02 {page} from=s0", "2026-03-02T05:00 share s1 activity=A"],
            "b": [f"2026-03-03 {page} from=s1", "2026-03-03T05:00 share s2 activity=A"],
            "c": [f"2026-03-04 {page} from=s2"],
            "x": [f"2026-03-04 {page}", "2026-03-04T05:00 share s3 activity=A"],
            "y": [f"2026-03-05 {page} from=s3"],
            "z": [f"2026-03-05 {page}"],
        }
    )  # fmt: skip
    people = tuple(ids[name] for name in ("a", "c", "y", "z"))
    chains = upstream_chains(store.fetch(upstream_edges(facts, people=people)), people)
    way = chains[ids["c"]]
    assert way.people == (ids["b"], ids["a"], ids["lin"])
    assert (way.distance, way.reached) == (3, True)
    assert (chains[ids["a"]].distance, chains[ids["a"]].reached) == (1, True)
    assert (chains[ids["y"]].people, chains[ids["y"]].reached) == ((ids["x"],), False)
    assert ids["z"] not in chains


def test_of_two_ways_the_shorter_one_that_reaches_is_taken():
    edges = pd.DataFrame(
        [
            ("A", "v", "m", 1, False), ("A", "m", "p", 0, True),
            ("B", "v", "q", 5, True), ("C", "v", "n", 9, False),
        ],
        columns=["activity_id", "person_id", "sharer_person_id", "arrived_at", "sharer_has_phone"],
    )  # fmt: skip
    assert upstream_chains(edges, ("v",))["v"].people == ("q",)


def test_a_circle_ends_the_way():
    edges = pd.DataFrame(
        [("A", "v", "m", 1, False), ("A", "m", "v", 0, False)],
        columns=["activity_id", "person_id", "sharer_person_id", "arrived_at", "sharer_has_phone"],
    )
    assert upstream_chains(edges, ("v",))["v"].people == ("m",)


def test_a_sharer_of_another_campus_is_not_known(journeys, facts_for, store):
    page = "event page_view activity=A page=/a"
    ids = journeys(
        {
            "lin": ["2026-03-01 lead sem @south", f"2026-03-01T05:00 {page} @south",
                    "2026-03-01T05:01 share s0 activity=A @south"],
            "v": [f"2026-03-02 {page} from=s0"],
        }
    )  # fmt: skip
    rows = store.fetch(upstream_edges(facts_for("campus_head", ("north",)), people=(ids["v"],)))
    assert not rows["sharer_has_phone"].any()
    assert rows[["sharer_name", "sharer_phone"]].isna().all(axis=None)


def test_band_outcomes_know_only_what_was_known_then(journeys, facts, fetch):
    often = [f"2026-03-0{day} visit sem dwell=600" for day in range(1, 6)]
    journeys(
        {
            "came": [*often, "2026-03-20 lead sem"],
            "never": often,
            "before": [*often, "2026-03-05 lead sem"],  # had a lead then: not asked about
            "after": ["2026-03-10 visit sem"],  # not seen then
        },
        as_of="2026-04-05",
    )
    assert [(r.people, r.leads) for r in fetch(band_outcomes(facts))] == [(2, 1)]


def test_a_lead_is_worth_what_leads_of_the_year_before_brought_in_ninety_days(
    journeys, facts, fetch
):
    journeys(
        {
            "a": ["2025-06-01 lead sem", "2025-06-20 order 3000", "2025-12-01 order 500"],
            "b": ["2025-06-01 lead sem"],
            "young": ["2026-01-01 lead sem", "2026-01-02 order 9999"],
        },
        as_of="2026-02-01",
    )
    assert [(r.leads, r.net_cny) for r in fetch(lead_worth(facts))] == [(2, 3000)]


def test_expected_value_is_chance_times_worth_and_chance_does_not_fall():
    outcomes = pd.DataFrame(
        {"band": [0, 1, 2], "people": [10_000, 1000, 100], "leads": [50, 20, 0]}
    )
    rates = band_rates(outcomes)["rate"]
    assert rates.is_monotonic_increasing
    assert rates[0] == pytest.approx(0.005, rel=0.1)
    assert rates[1] == rates[2] == rates[3]
    worth = pd.DataFrame({"leads": [10], "net_cny": [5000.0]})
    (row,) = expected_value(pd.DataFrame({"band": [1]}), outcomes, worth).to_dict("records")
    assert row["expected_cny"] == pytest.approx(rates[1] * 500)
    nothing = worth.assign(net_cny=float("nan"))
    assert (
        expected_value(pd.DataFrame({"band": [1]}), outcomes, nothing)["expected_cny"].isna().all()
    )
