"""Attendance, completion, tiers and risk on sets that others made.

OULAD comes in by the shipped mapping: a week with a click is a lesson attended, a
withdrawal a stop. The drop-out set of UCI 697 is one row a student; only the model itself
is tried on it. The sets are not part of the project.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd
import pytest

from data.facts import Facts
from data.landing.loader import load
from data.landing.zone import Landing
from data.scope import EVERY_CAMPUS, Filters, Period, Scope, local_day
from data.sources.imports import import_files
from data.sources.mapping import find_mapping
from data.stores.duck import DuckDBStore
from metrics.foundation.units import rollup
from metrics.models.hazard import fit_hazard
from metrics.models.roc import discrimination
from metrics.service.attendance import attendance_strict
from metrics.service.completion import course_completion
from metrics.service.league import league, league_rows
from metrics.service.risk import learned, person_weeks, risk_rows
from metrics.service.tiers import TIERS, attendance_states
from tests.journeys import KEY

pytestmark = pytest.mark.realdata

MODULE = "BBB"  # three presentations: the whole set takes longer than a test should
OUTCOMES = ["Distinction", "Pass", "Fail", "Withdrawn"]


@pytest.fixture(scope="module")
def oulad(repo_dataset, tmp_path_factory) -> Iterator[DuckDBStore]:
    """One module of OULAD with its facts."""
    folder = tmp_path_factory.mktemp("oulad")
    few = []
    with duckdb.connect() as connection:
        for path in sorted(repo_dataset("oulad").glob("*.parquet")):
            target = folder / path.name
            names = connection.sql(f"FROM '{path}' LIMIT 0").columns
            where = f"WHERE code_module = '{MODULE}'" if "code_module" in names else ""
            connection.execute(f"COPY (FROM '{path}' {where}) TO '{target}' (FORMAT parquet)")
            few.append(target)
    store = DuckDBStore(folder / "store.duckdb")
    landing = Landing(folder / "landing")
    import_files(None, landing, few, mapping=find_mapping("oulad", []), actor="test", commit=True)
    load(store, landing, key=KEY)
    yield store
    store.close()


@pytest.fixture(scope="module")
def oulad_facts(oulad) -> Facts:
    return Facts(
        Scope(user="test", role="manager", campuses=EVERY_CAMPUS, as_of=oulad.as_of)
    )  # fmt: skip


@pytest.fixture(scope="module")
def outcome(repo_dataset) -> pd.Series:
    """The final result of each enrolment, from the set itself."""
    info = duckdb.sql(
        f"""SELECT final_result,
          'E-' || id_student::BIGINT || '-' || code_module || '-' || code_presentation AS id
        FROM '{repo_dataset("oulad")}/studentInfo.parquet' WHERE code_module = '{MODULE}'"""
    ).df()
    return info.set_index("id")["final_result"]


def test_active_days_and_attendance_are_ordered_as_the_outcomes_are(oulad, oulad_facts, outcome):
    events, enrolments = oulad_facts.event, oulad_facts.enrolment
    days = oulad.fetch(
        enrolments.left_join(events, "person_id")
        .filter(lambda t: t.occurred_on.between(t.started_on, t.ends_on))
        .group_by("enrolment_id").aggregate(days=lambda t: t.occurred_on.nunique())
    )  # fmt: skip
    active = outcome.to_frame("outcome").join(days.set_index("enrolment_id")).fillna({"days": 0})
    mean = active.groupby("outcome")["days"].mean()[OUTCOMES]
    assert mean.is_monotonic_decreasing
    assert mean["Pass"] > 2 * mean["Fail"] > 2 * mean["Withdrawn"]
    units = attendance_strict(oulad_facts)
    seats = oulad.fetch(
        rollup(units, kind="proportion", as_of=oulad_facts.as_of, by=["enrolment_id"])
    ).set_index("enrolment_id")[["numerator", "denominator"]]
    sums = seats.join(outcome).groupby("final_result").sum()
    rate = (sums["numerator"] / sums["denominator"])[["Distinction", "Pass", "Fail"]]
    assert rate.is_monotonic_decreasing
    assert rate["Distinction"] > 0.75
    assert rate["Fail"] < 0.5


def test_who_withdrew_completed_nothing_and_who_excelled_mostly_did(oulad, oulad_facts, outcome):
    units = oulad.fetch(course_completion(oulad_facts))
    units["outcome"] = units["unit_id"].map(outcome)
    share = units.groupby("outcome")["numerator"].mean().astype(float)
    assert share["Withdrawn"] == 0
    assert share["Distinction"] > share["Pass"] > 3 * share["Fail"]
    assert share["Distinction"] > 0.5


def test_the_graver_the_tier_the_more_withdraw_in_the_next_four_weeks(oulad, oulad_facts):
    states = oulad.fold(risk_rows(oulad_facts), attendance_states)
    weeks = person_weeks(states)
    ripe = weeks.day + 28 <= weeks.as_of_day
    stops = pd.Series(weeks.stops_within(28)[ripe])
    share = stops.groupby(states.found.loc[ripe, "tier"].to_numpy()).agg(["mean", "size"])
    share.index = [TIERS[code] for code in share.index]
    assert share["size"].min() > 300
    healthy = share.loc["healthy", "mean"]
    assert share.loc["about_to_leave", "mean"] > 2 * healthy
    assert share.loc["at_risk", "mean"] > share.loc["watch", "mean"] > healthy


def test_the_hazard_learned_of_early_presentations_holds_for_the_later_one(oulad, oulad_facts):
    model = oulad.fold(risk_rows(oulad_facts), learned)
    trial = model.trials[10]
    assert model.stops > 500
    assert trial.roc.low > 0.65
    assert trial.lift > 2
    assert trial.lead_days >= 1


def test_classes_are_compared_by_their_intake(oulad, oulad_facts):
    ever = Period(start=local_day(oulad.as_of).replace(year=2013), end=local_day(oulad.as_of))
    found = oulad.fold(
        league_rows(oulad_facts.filtered(Filters(period=ever)), of="class_id"), league
    ).set_index("class_id")  # fmt: skip
    whole = found["numerator"].sum() / found["denominator"].sum()
    assert found["expected"].sum() == pytest.approx(found["numerator"].sum())
    assert len(found) == 3
    assert 0.3 < whole < 0.9


def test_the_model_tells_drop_outs_of_a_polytechnic_from_the_rest(repo_dataset):
    rows = pd.read_csv(repo_dataset("uci_student_dropout") / "data.csv", sep=";")
    assert rows["Target"].value_counts().to_dict() == {
        "Graduate": 2209, "Dropout": 1421, "Enrolled": 794,
    }  # fmt: skip
    # What is known after the first semester; the second is the outcome's own time.
    known = [
        "Admission grade", "Tuition fees up to date", "Debtor", "Scholarship holder",
        "Age at enrollment", "Gender", "Curricular units 1st sem (approved)",
        "Curricular units 1st sem (enrolled)", "Curricular units 1st sem (evaluations)",
        "Curricular units 1st sem (grade)",
    ]  # fmt: skip
    features, happened = rows[known].to_numpy(float), (rows["Target"] == "Dropout").to_numpy()
    held_out = np.random.default_rng(9).random(len(rows)) < 0.3
    model = fit_hazard(features[~held_out], happened[~held_out])
    found = discrimination(happened[held_out], model.chance(features[held_out]))
    assert found.low > 0.82
    assert found.auc > 0.85
    chance = model.chance(features[held_out])
    tenth = np.argsort(-chance)[: held_out.sum() // 10]
    assert happened[held_out][tenth].mean() > 0.9
