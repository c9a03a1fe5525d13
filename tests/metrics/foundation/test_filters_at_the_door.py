"""Every filter bears on every figure as its rows say, or says that it does not bear on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from data.facts import Facts, Look
from data.scope import EVERY_CAMPUS, Filters, Period, Scope
from metrics import load_all
from metrics.foundation.figures import figures_of
from metrics.foundation.question import Question, bearing, variables_of
from metrics.foundation.registry import REGISTRY

load_all()
YEAR = Filters(period=Period(start=date(2025, 11, 1), end=date(2026, 11, 1)))
SUMS = ["numerator", "denominator", "n", "immature"]
ADDED_UP = sorted(n for n, m in REGISTRY.items() if m.kind != "duration" and n != "over_claim")


@pytest.fixture(scope="module")
def looked(institution):
    """The sample's facts without filters beside the days, and the values that may be picked."""
    store = institution.store
    scope = Scope(user="", role="manager", campuses=EVERY_CAMPUS, as_of=store.as_of)
    facts = Facts(scope, YEAR)
    channels = sorted(store.fetch(facts.channel)["channel_id"])
    lines = sorted(store.fetch(facts.course)["course_line"].dropna().unique())
    return store, facts, {"channels": channels[::2], "course_lines": lines[:1]}


def sums(store, facts, name: str, *by: str) -> pd.DataFrame:
    return store.fetch(figures_of(facts, REGISTRY[name], by=by, options={}))


@pytest.mark.parametrize("name", ADDED_UP)
@pytest.mark.parametrize(
    ("filtered", "column"), [("channels", "channel_id"), ("course_lines", "course_line")]
)
def test_a_filter_keeps_the_groups_picked_or_bears_on_nothing(looked, name, filtered, column):
    store, facts, picks = looked
    picked = picks[filtered]
    narrowed = facts.filtered(replace(YEAR, **{filtered: tuple(picked)}))
    (found,) = sums(store, narrowed, name)[SUMS].astype("float64").to_dict("records")
    groups = sums(store, facts, name, column)
    question = Question(REGISTRY[name])
    bears = filtered in bearing(variables_of(question, Look(facts.scope, YEAR)))
    assert bears or not groups[column].notna().any(), "its rows have the dimension"
    if not bears:
        kept = groups
    elif filtered == "course_lines" and "spend" in REGISTRY[name].sources:
        kept = groups.iloc[:0]  # spend is booked for no course line: nothing is left
    else:
        kept = groups[groups[column].isin(picked)]
    expected = kept[SUMS].astype("float64").sum().to_dict()
    if found["denominator"] and expected["denominator"]:
        # A ratio to given amounts counts what was observed, and those only once in all.
        found, expected = ({k: v for k, v in d.items() if k != "n"} for d in (found, expected))
    assert found == pytest.approx(expected)


def test_most_figures_heed_the_filters(looked):
    _store, facts, _picks = looked
    look = Look(facts.scope, YEAR)
    heeded = [bearing(variables_of(Question(entry), look)) for entry in REGISTRY.values()]
    assert all("period" in names for names in heeded)
    assert sum("channels" in names for names in heeded) > len(heeded) / 2
    assert sum("course_lines" in names for names in heeded) > len(heeded) / 2
