"""A statement whose values are bound answers as one in which they are written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from inspect import Parameter
from typing import Any

import pandas as pd
import pytest

from data.facts import Facts, Look, variables_in
from data.scope import EVERY_CAMPUS, Filters, Period, Scope
from metrics import load_all
from metrics.foundation.question import (
    Question,
    asked,
    bearing,
    expression_of,
    pairs,
    statement_of,
    variables_of,
)
from metrics.foundation.registry import REGISTRY, TABLES
from metrics.leads.new_leads import new_leads
from metrics.leads.response import response_time

load_all()
SPRING = Period(start=date(2026, 3, 1), end=date(2026, 7, 1))
WINTER = Period(start=date(2025, 11, 1), end=date(2026, 3, 1))
NEEDED: dict[str, Any] = {
    "channel": "C0101", "channels": ("CH0101",), "people": ("P1",), "person_id": "P1",
    "person_ids": ("P1",), "lead_ids": ("L1",), "owner_id": "S00101", "phone_key": "k",
    "activity": "A00001", "activities": ("A00001",), "days": 30, "window_days": 30,
    "month_on": date(2026, 5, 1), "metric": "new_leads", "start": date(2026, 5, 1),
    "end": date(2026, 6, 1), "until": date(2025, 12, 1), "after": date(2026, 6, 1), "repeats": 0,
    "step": "lead", "part": "opening", "segment": "campus_id", "outcome": "renewal",
    "group": "C001", "plan": "targets", "parents": ("P1",),
}  # fmt: skip
PARTS = {"bridge_rows": "closings"}
STEPS = {"leads_at_step": "valid"}
MADE_OF = {"duration_tally": response_time, "channel_tally": new_leads}


def needed(name: str) -> dict[str, Any]:
    """Options for a table: made-up ones for those without a default."""
    own = {"part": PARTS, "step": STEPS, "metric": MADE_OF}
    return {
        option: own.get(option, {}).get(name, NEEDED[option])
        for option, default in TABLES[name].options.items()
        if default is Parameter.empty
    }


@pytest.fixture(scope="module")
def looks(institution) -> list[Look]:
    """A manager's and a consultant's look, and one at some campuses, channels and courses."""
    as_of = institution.store.as_of
    manager = Scope(user="", role="manager", campuses=EVERY_CAMPUS, as_of=as_of)
    consultant = replace(manager, role="consultant", campuses=("C001",), staff_id="S00101")
    some = replace(manager, role="campus_head", campuses=("C001", "C002"))
    tree = institution.store.fetch(Facts(manager).channel)
    lines = institution.store.fetch(Facts(manager).course)["course_line"].dropna()
    picked = Filters(
        period=SPRING, comparison=WINTER, channels=tuple(sorted(tree["channel_id"])[:6]),
        course_lines=(sorted(lines)[0],),
    )  # fmt: skip
    return [
        Look(manager, Filters(period=SPRING)),
        Look(some, picked),
        Look(consultant, Filters(period=SPRING)),
    ]


def answers(store, question: Question, look: Look) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The bound answer and the written one, each in an order of its own columns."""
    stands_in, bound = asked(question, look)
    statement = statement_of(stands_in, bound)
    values = bound.values
    told = {name: values[name] for name in variables_in(statement)}
    found = store.fetch(store.compile(statement), told), store.fetch(expression_of(question, look))
    one, other = (frame.sort_values(list(map(str, frame.columns))) for frame in map(plain, found))
    return one.reset_index(drop=True), other.reset_index(drop=True)


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers rounded and the rest as text, so that rows of equal cells sort alike."""
    return pd.DataFrame(
        {
            name: frame[name].astype("float64").round(6)
            if pd.api.types.is_numeric_dtype(frame[name])
            else frame[name].astype(str)
            for name in frame
        }
    )


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_metric_is_the_same_bound_and_written(institution, looks, name):
    for look in looks[1:]:
        question = Question(REGISTRY[name], by=("campus_id", "channel_id"))
        pd.testing.assert_frame_equal(*answers(institution.store, question, look))


@pytest.mark.parametrize("name", sorted(TABLES))
def test_table_is_the_same_bound_and_written(institution, looks, name):
    question = Question(TABLES[name], options=pairs(needed(name)))
    for look in looks[:2]:
        pd.testing.assert_frame_equal(*answers(institution.store, question, look))


def test_a_statement_holds_nothing_of_the_look(looks):
    other = Look(
        replace(looks[1].scope, campuses=("C009",)),
        Filters(period=WINTER, comparison=SPRING, channels=("x",), course_lines=("y",)),
    )
    for entry in REGISTRY.values():
        question = Question(entry, by=("campus_id",))
        ours, theirs = (statement_of(*asked(question, look)) for look in (looks[1], other))
        assert ours.equals(theirs), entry.name


@pytest.mark.parametrize("text", ["' OR 1=1 --", "x'; DROP TABLE fact_lead; --", "\x02", "李"])
def test_told_text_is_bound_and_never_part_of_a_statement(institution, looks, text):
    question = Question(TABLES["current_state"], options=(("person_id", text),))
    stands_in, bound = asked(question, looks[0])
    sql = institution.store.compile(statement_of(stands_in, bound))
    assert text not in sql or text == "\x02"
    assert "option_person_id" in sql
    assert institution.store.fetch(sql, bound.values).empty


def test_rows_are_asked_for_by_bound_groups(institution, looks):
    entry = REGISTRY["new_leads"]
    for where in ({"campus_id": "C001"}, {"campus_id": ("C001", "C003")}, {"channel_id": None}):
        question = Question(entry, as_rows=True, where=pairs(where))
        one, other = answers(institution.store, question, looks[0])
        pd.testing.assert_frame_equal(one, other)
        assert len(one) or where == {"channel_id": None}
        wanted = next(iter(where.values()))
        if isinstance(wanted, str):
            assert set(one["campus_id"]) == {wanted}


def test_a_value_that_is_missing_is_said_and_not_taken_for_nothing(institution, looks):
    stands_in, bound = asked(Question(REGISTRY["new_leads"]), looks[0])
    names = variables_in(statement_of(stands_in, bound))
    assert {"as_of", "period_start", "period_end", "campuses", "channels"} <= set(names)
    with pytest.raises(KeyError):
        _ = {name: Look(looks[0].scope).values[name] for name in names}


def test_what_bears_on_a_question_is_read_off_its_statement(looks):
    def found(name):
        of = REGISTRY.get(name) or TABLES[name]
        return bearing(variables_of(Question(of), looks[1]))

    assert found("new_leads") == {"period", "channels", "course_lines"}
    assert found("attendance_strict") == {"period", "course_lines"}
    assert found("spread_nodes") == frozenset()
    assert found("pool_table") == {"channels", "course_lines"}


def test_a_metric_among_the_options_is_its_name_in_every_process():
    question = Question(TABLES["channel_tally"], options=pairs({"metric": new_leads}))
    assert question.name == "('channel_tally', False, (), (), (('metric', new_leads),))"


def test_options_that_are_a_metric_are_told_from_the_others():
    assert TABLES["channel_tally"].metric_options == {"metric"}
    assert TABLES["campus_plans"].metric_options == set(), "a plan's figure has a name of its own"
    assert REGISTRY["ltv"].metric_options == set()
