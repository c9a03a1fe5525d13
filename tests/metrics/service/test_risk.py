"""The weekly hazard of stopping, on made worlds, against statsmodels, and on later weeks."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from data.errors import InvalidOption
from data.facts import Facts
from data.scope import EVERY_CAMPUS, Scope
from metrics.models.hazard import fit_hazard
from metrics.service.risk import (
    FEATURES,
    at_capacity,
    learn,
    learned,
    person_weeks,
    risk_rows,
    sample_for,
    scored,
)
from metrics.service.student_tiers import of_states, student_tiers
from metrics.service.tiers import States, sampled_of, tier_rows

DAY0 = (date(2026, 1, 4) - date(1970, 1, 1)).days  # a Sunday


def test_the_hazard_is_the_logit_of_statsmodels_with_its_prior():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(4000, 3)) * [1, 5, 0.2] + [0, 3, 1]
    odds = -2 + 0.8 * x[:, 0] - 0.3 * (x[:, 1] - 3)
    happened = rng.random(4000) < 1 / (1 + np.exp(-odds))
    fitted = fit_hazard(x, happened)
    scaled = (x - x.mean(axis=0)) / x.std(axis=0)
    design = np.vstack(
        [sm.add_constant(scaled), np.column_stack([np.zeros(6), np.repeat(np.eye(3), 2, axis=0)])]
    )
    outcome = np.r_[happened, [0, 1] * 3].astype(float)
    glm = sm.GLM(outcome, design, family=sm.families.Binomial()).fit()
    np.testing.assert_allclose([fitted.intercept, *fitted.coefficients], glm.params, rtol=1e-5)
    np.testing.assert_allclose(
        fitted.chance(x), glm.predict(sm.add_constant(scaled)), rtol=1e-5
    )  # fmt: skip
    assert fitted.coefficients[0] == pytest.approx(0.8, abs=0.15)


def test_a_column_that_separates_perfectly_gets_a_finite_coefficient():
    happened = np.arange(200) < 60
    fitted = fit_hazard(happened[:, None].astype(float), happened)
    assert np.isfinite(fitted.coefficients).all()
    assert fitted.chance(np.array([[1.0]])).item() > 0.9
    assert fitted.chance(np.array([[0.0]])).item() < 0.1


def test_a_hazard_needs_thirty_events():
    happened = np.arange(500) < 29
    with pytest.raises(InvalidOption, match="events must be at least 30, got 29"):
        fit_hazard(np.ones((500, 1)), happened)


def test_a_list_holds_the_highest_scores_of_each_week_up_to_capacity():
    score = np.array([0.9, 0.8, 0.8, 0.1, 0.5, 0.7])
    group = np.array([1, 1, 1, 2, 2, 2])
    among = np.array([True, True, True, True, True, False])
    assert at_capacity(score, group, among, 2).tolist() == [True, True, False, True, True, False]
    assert not at_capacity(score, group, np.zeros(6, bool), 2).any()


def world(rng, students=400, weeks=40, effect=3.0):
    """States of children of whom those who miss are likelier to stop in the coming week."""
    rows, who = [], []
    for s in range(students):
        stop, run = None, 0
        for w in range(weeks):
            run = run + 1 if rng.random() < 0.15 else 0
            rows.append((s, w, 0, run, w + 1, w + 1 - run, DAY0 + 7 * (w - run), DAY0, run, 0,
                         1.0 - 0.1 * min(run, 9), 1.0, w, 1.0))  # fmt: skip
            if rng.random() < 1 / (1 + np.exp(5 - effect * min(run, 2))):
                stop = DAY0 + 7 * w + int(rng.integers(1, 8))
                break
        who.append((f"E{s}", f"S{s}", f"P{s}", f"T{s % 4}", stop))
    names = ["enrolment", "checkpoint", "tier", "run", "held", "attended", "last_on", "first_on",
             "misses", "leaves", "share", "share_before", "consumed", "velocity"]  # fmt: skip
    found = pd.DataFrame(rows, columns=names)
    columns = ["enrolment_id", "student_id", "person_id", "class_teacher_id", "stop_day"]
    enrolments = pd.DataFrame(who, columns=columns).assign(
        lessons_bought=48, campus_id="north", course_id="K", course_line="m", class_id="B",
        teacher_id="T", sampled=1024,
    )  # fmt: skip
    days = [date(1970, 1, 1) + timedelta(days=DAY0 + 7 * w) for w in range(weeks)]
    return States(enrolments, days, found)


def test_a_world_where_misses_lead_to_stops_is_learned_and_holds_on_later_weeks():
    model = learn(world(np.random.default_rng(4)))
    assert model.hazard is not None
    trial = model.trials[5]
    assert trial.roc.low > 0.7
    assert trial.lift > 2
    assert 0 < trial.warned <= trial.stops
    assert trial.lead_days >= 1


def test_a_sample_is_tried_with_its_part_of_the_lists():
    states = world(np.random.default_rng(4))
    half = States(states.enrolments.assign(sampled=512), states.days, states.found)
    whole, part = learn(states).trials, learn(half).trials
    assert part[10].listed == whole[5].listed
    assert part[10].right == whole[5].right


def test_a_world_of_luck_is_not_learned():
    trial = learn(world(np.random.default_rng(5), effect=0.0, students=600)).trials[5]
    assert trial.roc.low < 0.5 < trial.roc.high
    assert trial.lift < 1.6


def test_too_few_stops_give_no_model_and_the_tier_leads():
    states = world(np.random.default_rng(6), students=8)
    model = learn(states)
    assert (model.hazard, model.refusal) == (None, "too_few_stops")
    now = of_states(states).now
    assert scored(now, model, as_of_day=DAY0 + 7 * 39)["risk"].isna().all()


def test_features_know_nothing_of_the_week_they_are_judged_by():
    states = world(np.random.default_rng(7), students=50)
    weeks = person_weeks(states)
    blind = States(states.enrolments.assign(stop_day=np.nan), states.days, states.found)
    np.testing.assert_array_equal(weeks.features, person_weeks(blind).features)
    later = weeks.day > DAY0 + 7 * 20
    cut = States(states.enrolments, states.days[:21], states.found[~later])
    np.testing.assert_array_equal(weeks.features[~later], person_weeks(cut).features)
    assert weeks.features.shape[1] == len(FEATURES)


def test_a_sample_is_cut_by_the_end_of_the_persons_id():
    assert sample_for(3_000) == ""
    assert sample_for(6_000) == "G0"  # half of 32 × 32
    assert sample_for(10**9) == "01"
    assert [sampled_of(text) for text in ("", "G0", "01")] == [1024, 512, 1]


def test_the_sample_institution_is_learned_and_holds_on_later_weeks(institution):
    facts = Facts(
        Scope(
            user="test", role="manager", campuses=EVERY_CAMPUS, as_of=institution.store.as_of
        )
    )  # fmt: skip
    model = institution.store.fold(risk_rows(facts), learned)
    trial = model.trials[5]
    assert trial.roc.low > 0.9
    assert trial.lift > 4
    assert trial.warned / trial.stops > 0.8
    assert trial.lead_days >= 7
    assert model.scored_on == date(2026, 11, 21)
    now = institution.store.fold(tier_rows(facts), student_tiers).now
    ranked = scored(now, model, as_of_day=(date(2026, 11, 21) - date(1970, 1, 1)).days)
    assert ranked["risk"].between(0, 1).all()
    assert ranked["risk"].is_monotonic_decreasing
    first = ranked.head(10)
    assert (first["reasons"].map(len) > 0).all()
    assert first["days_since"].mean() > ranked["days_since"].mean()
