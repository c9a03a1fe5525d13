"""The lead score: on the sample institution, on X Education, and where it must refuse."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from data.errors import InvalidOption
from data.facts import Facts
from data.facts.build import rebuild
from data.landing.loader import load
from data.landing.zone import Landing
from data.scope import EVERY_CAMPUS, Filters, Period, Scope
from data.sources.imports import import_files
from data.sources.mapping import find_mapping
from data.stores.duck import DuckDBStore
from metrics.leads.features import CATEGORIES, NUMBERS, training_rows
from metrics.leads.score import LEAST_CONVERSIONS, LeadScore, fit_lead_score

EVERY = Filters(period=Period(start=date(2024, 1, 1), end=date(2027, 1, 1)))
KEY = b"a key for tests, 32 bytes long.."


def leads(n=2400, *, seed=0, properties=None, rate=0.25):
    """Leads of two channels, of which "good" buys three times as often."""
    random = np.random.default_rng(seed)
    good = random.random(n) < 0.5
    won = random.random(n) < np.where(good, 1.5 * rate, 0.5 * rate)
    start = datetime(2026, 1, 1)  # noqa: DTZ001
    columns = {name: ["same"] * n for name in CATEGORIES}
    columns |= {name: random.integers(0, 9, n).astype(float) for name in NUMBERS}
    columns |= {
        "channel_id": np.where(good, "good", "poor"), "won": won,
        "lead_id": [f"L{i:05d}" for i in range(n)],
        "created_at": [start + timedelta(minutes=30 * i) for i in range(n)],
        "paid_days": [float(d) if w else None for d, w in zip(random.integers(1, 30, n), won,
                                                              strict=True)],
        "net_cny": np.where(won, 1000.0, 0.0), "leads": [n] * n,
        "properties": pa.array([None] * n if properties is None else
                               [json.dumps(properties(i, bool(won[i]))) for i in range(n)],
                               pa.string()),
    }  # fmt: skip
    return pa.table(columns)


def test_it_learns_which_channel_buys():
    score = fit_lead_score(leads())
    assert score.is_model
    assert score.conversions == pytest.approx(600, abs=60)
    by_level = dict(zip(score.features[0].levels, score.fit.weights[0], strict=False))
    assert by_level["good"] - by_level["poor"] > 0.8
    assert score.quality.order.low > 0.55
    assert score.quality.leads == 600


def test_the_newest_leads_judge_and_were_not_learned_from():
    """What only the oldest leads show is worth nothing on the newest."""
    n = 2400
    table = leads(properties=lambda i, won: {"hint": "y" if won and i < n * 0.75 else "n"})
    score = fit_lead_score(table)
    assert score.quality.order.auc < 0.75


def test_an_imported_column_known_only_after_contact_is_left_out_and_named():
    table = leads(properties=lambda i, won: {"Tags": "closed" if won else "busy", "City": "a"})
    score = fit_lead_score(table)
    assert score.left_out == ("Tags",)
    assert "Tags" not in [feature.name for feature in score.features]
    with pytest.raises(InvalidOption, match="before the first contact, got 'Tags'"):
        fit_lead_score(table, features=["channel_id", "Tags"])


def test_a_column_that_alone_tells_the_outcome_is_left_out():
    table = leads(properties=lambda i, won: {"signed": "yes" if won else "no"})
    score = fit_lead_score(table)
    assert score.suspicious == ("signed",)
    assert score.quality.order.auc < 0.9


def test_imported_attributes_are_learned_from():
    table = leads(properties=lambda i, won: {"visits": i % 7, "Origin": ["web", "fair"][i % 2]})
    names = [feature.name for feature in fit_lead_score(table).features]
    assert {"visits", "Origin"} <= set(names)
    assert fit_lead_score(table, features=["visits"]).features[0].is_number


def test_too_few_conversions_teach_no_model():
    score = fit_lead_score(leads(600, rate=0.2))
    assert score.conversions < LEAST_CONVERSIONS
    assert not score.is_model
    assert score.quality is None


def test_nothing_at_all_teaches_no_model():
    score = fit_lead_score(leads(40).slice(0, 0))
    assert (score.is_model, score.leads, score.conversions) == (False, 0, 0)


def test_a_channel_never_seen_has_the_weight_of_the_others():
    score = fit_lead_score(leads())
    strange = leads(10).set_column(
        leads(10).schema.get_field_index("channel_id"), "channel_id", pa.array(["new"] * 10)
    )
    chances = score.probability(score.codes(strange))
    assert np.isfinite(chances).all()
    codes = score.codes(strange)
    assert (codes[0] == score.features[0].size - 2).all()


def test_what_is_left_of_the_chance_falls_with_age_and_ends_with_the_window():
    score = fit_lead_score(leads())
    left = score.remaining(np.full(4, 0.3), np.array([0.0, 10.0, 25.0, 40.0]))
    assert left[0] == pytest.approx(0.3)
    assert left[0] > left[1] > left[2] > left[3] == 0


def test_a_payer_is_expected_to_bring_what_such_payers_brought():
    score = fit_lead_score(leads())
    assert score.expected_revenue(["same", None, "unknown"]).tolist() == [1000, 1000, 1000]


@pytest.fixture(scope="module")
def sample_score(sample_facts) -> LeadScore:
    facts, store = sample_facts
    return store.fold(training_rows(facts.filtered(EVERY)), fit_lead_score)


@pytest.fixture(scope="module")
def sample_facts(institution):
    store = institution.store
    scope = Scope(user="", role="analyst", campuses=EVERY_CAMPUS, as_of=store.as_of)
    return Facts(scope), store


def test_on_the_sample_institution_the_score_is_better_than_chance(sample_score):
    quality = sample_score.quality
    assert quality.order.low > 0.62
    assert quality.brier < quality.base_brier
    top = quality.lift.set_index("share")
    assert top.loc[0.1, "lift"] > 1.8
    assert top["captured"].is_monotonic_increasing


def test_on_the_sample_institution_no_feature_came_after_contact(sample_score):
    names = {feature.name for feature in sample_score.features}
    assert names == {*CATEGORIES, *NUMBERS, "age", "goal", "score"}


@pytest.mark.realdata
def test_x_education_without_the_leaking_columns(repo_dataset, tmp_path):
    table = imported(repo_dataset("x_education_leads") / "Leads.csv", tmp_path)
    score = fit_lead_score(table)
    assert (table.num_rows, score.conversions) == (6468, 2454)
    assert score.quality.order.auc >= 0.87
    assert score.quality.order.low > 0.85
    assert score.quality.lift.set_index("share").loc[0.2, "rate"] > 0.85
    for leak in ("Tags", "Lead Quality", "Lead Profile", "Asymmetrique Activity Score",
                 "Last Notable Activity"):  # fmt: skip
        with pytest.raises(InvalidOption, match=leak):
            fit_lead_score(table, features=["TotalVisits", leak])


def imported(path: Path, folder: Path) -> pa.Table:
    """X Education's leads as the product brings them in."""
    landing = Landing(folder / "landing")
    store = DuckDBStore(folder / "store.duckdb")
    import_files(
        None, landing, [path], mapping=find_mapping("x_education", []), actor="test", commit=True
    )
    load(store, landing, key=KEY, rebuild=rebuild)
    facts = Facts(Scope(user="", role="analyst", campuses=EVERY_CAMPUS, as_of=store.as_of))
    table = store.fold(training_rows(facts.filtered(EVERY)), _itself)
    store.close()
    return table


def _itself(table: pa.Table) -> pa.Table:
    return table
