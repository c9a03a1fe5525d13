"""What nobody records reads as no data: by hand, and on a real set without phones and calls."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from data.facts import Facts
from data.landing.loader import load
from data.landing.zone import Landing
from data.scope import EVERY_CAMPUS, Filters, Period, Scope
from data.sources.imports import import_files
from data.sources.mapping import find_mapping
from data.stores.duck import DuckDBStore
from metrics.acquisition.cost import cpvl
from metrics.foundation.figures import figures_of
from metrics.leads.funnel import funnel_table, lead_funnel
from metrics.leads.funnel_rows import leads_at_step
from metrics.leads.new_leads import new_leads, valid_lead_rate
from metrics.leads.process import (
    effective_contact_rate,
    first_contact_rate,
    followups_per_lead,
    unassigned_rate,
)
from metrics.leads.recorded_steps import recorded_steps
from metrics.leads.response import response_time
from tests.journeys import KEY

JANUARY = Filters(period=Period(start=date(2026, 1, 1), end=date(2026, 2, 1)))
EVER = Filters(period=Period(start=date(2000, 1, 1), end=date(2030, 1, 1)))
BOUGHT = ["2026-01-05 lead sem", "2026-01-20 order 5000"]


def recorded(fetch, facts, chain="lifecycle"):
    return {row.step: row.is_recorded for row in fetch(recorded_steps(facts, chain=chain))}


def funnel(fetch, facts, **options):
    (row,) = fetch(lead_funnel(facts.filtered(JANUARY), **options))
    table = funnel_table(pd.Series(row._asdict()), **options)
    return table.set_index("step")["reached"].to_dict()


def test_a_step_is_recorded_once_anybody_took_it(facts, journeys, fetch):
    journeys({"lin": BOUGHT}, as_of="2027-06-01")
    assert recorded(fetch, facts) == {
        "valid": True, "contact": False, "trial": False, "order": True, "first_lesson": False,
        "renewal": False, "referral": False,
    }  # fmt: skip
    assert recorded(fetch, facts, "sales") == {
        "assigned": False, "first_contact": False, "contact": False, "visit_or_trial": False,
        "order": True,
    }  # fmt: skip
    journeys({"lin": ["2026-01-06 followup effective", "2026-01-07 trial 9"]}, as_of="2027-06-01")
    now = recorded(fetch, facts)
    assert now["contact"] is now["trial"] is True


def test_a_chain_without_what_nobody_records_reaches_the_order(facts, journeys, fetch):
    journeys({"lin": BOUGHT, "wu": ["2026-01-06 lead sem"]}, as_of="2027-06-01")
    assert funnel(fetch, facts)["order"] == 0  # none was called, so none bought after a call
    missing = ("contact", "first_lesson", "referral", "renewal", "trial")
    assert funnel(fetch, facts, skip=missing) == {"lead": 2, "valid": 2, "order": 1}
    rows = fetch(leads_at_step(facts.filtered(JANUARY), step="order", skip=missing))
    assert len(rows) == 1
    sales = ("assigned", "contact", "first_contact", "visit_or_trial")
    assert funnel(fetch, facts, skip=sales, chain="sales") == {"lead": 2, "order": 1}


@pytest.mark.parametrize(
    "metric", [first_contact_rate, effective_contact_rate, followups_per_lead, response_time]
)
def test_without_any_follow_up_in_the_institution_calls_are_not_known(
    facts, facts_for, journeys, fetch, metric
):
    given = "2026-01-05 lead sem owner=c1 assigned=2026-01-05T05:00"
    journeys({"lin": [given]}, as_of="2027-06-01")
    assert fetch(metric(facts)) == []
    journeys({"wu": [given, "2026-01-06 followup effective @south"]}, as_of="2027-06-01")
    assert len(fetch(metric(facts))) == 2
    # A consultant who called nobody has called nobody.
    own = facts_for("consultant", ("north",), "c1")
    assert len(fetch(metric(own))) == 2


def test_where_nobody_was_ever_given_a_lead_none_is_unassigned(facts, journeys, fetch):
    journeys({"lin": ["2026-01-05 lead sem"]}, as_of="2027-06-01")
    assert fetch(unassigned_rate(facts)) == []
    journeys({"wu": ["2026-01-05 lead sem assigned=2026-01-05T05:00"]}, as_of="2027-06-01")
    assert sorted(row.numerator for row in fetch(unassigned_rate(facts))) == [0, 1]


def test_validity_that_is_not_known_is_no_rate_and_no_cost(facts, journeys, fetch):
    journeys(
        {"lin": ["2026-01-05 lead sem nophone"], "money": ["2026-01-05 spend sem 500"]},
        as_of="2027-06-01",
    )
    assert fetch(valid_lead_rate(facts)) == []
    (cost,) = fetch(figures_of(facts.filtered(JANUARY), cpvl, by=(), options={}))
    assert (cost.numerator, cost.value) == (500, None)


@pytest.mark.realdata
def test_of_leads_without_phones_and_calls_only_the_orders_are_told(repo_dataset, tmp_path: Path):
    paths = [repo_dataset("x_education_leads") / "Leads.csv"]
    store, landing = DuckDBStore(tmp_path / "store.duckdb"), Landing(tmp_path / "landing")
    import_files(
        None, landing, paths, mapping=find_mapping("x_education", []), actor="test", commit=True
    )
    load(store, landing, key=KEY)
    facts = Facts(Scope(user="", role="analyst", campuses=EVERY_CAMPUS, as_of=store.as_of))
    for metric in (valid_lead_rate, first_contact_rate, effective_contact_rate, unassigned_rate):
        (figure,) = store.fetch(
            figures_of(facts.filtered(EVER), metric, by=(), options={})
        ).to_dict("records")
        assert figure["denominator"] == figure["immature"] == 0, metric.name
    (leads,) = store.fetch(figures_of(facts.filtered(EVER), new_leads, by=(), options={}))["value"]
    steps = store.fetch(recorded_steps(facts)).set_index("step")["is_recorded"]
    assert steps[steps].index.tolist() == ["order"]
    skip = tuple(sorted(steps[~steps].index))
    counts = store.fetch(lead_funnel(facts.filtered(EVER), skip=skip)).iloc[0]
    table = funnel_table(counts, skip=skip).set_index("step")
    assert table.loc["lead", "reached"] == leads == 6_468
    assert table.loc["order", "entered"] == leads - table.loc["order", "immature"]
    assert 0.35 < table.loc["order", "rate"] < 0.42  # 38.5 % of the whole set converted
    store.close()
