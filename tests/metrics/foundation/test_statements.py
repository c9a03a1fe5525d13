"""A statement that is written says, letter for letter, what compiling would have said."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import ibis
import pytest

from data.scope import EVERY_CAMPUS, Filters, Period, Scope
from metrics import load_all
from metrics.foundation.question import FunctionRows, MetricFigures, MetricRows
from metrics.foundation.registry import REGISTRY
from metrics.foundation.statements import Look, Statements, statement_of

load_all()
AS_OF = datetime(2026, 3, 31, 16, 30, 1, 250)  # noqa: DTZ001
JUNE = Period(start=date(2026, 6, 1), end=date(2026, 7, 1))
FEBRUARY = Period(start=date(2024, 2, 1), end=date(2024, 3, 1))
# Their text follows the calendar, which no distance in days tells.
FOLLOW_THE_CALENDAR = {"expansion_rate", "referral_rate_people", "referral_participation"}


def compiled(asked, look) -> str:
    return str(ibis.to_sql(asked(look), dialect="duckdb", pretty=False))


def look(*, campuses=EVERY_CAMPUS, as_of=AS_OF, period=JUNE, before=None, staff="", **picked):
    role = "consultant" if staff else "manager"
    scope = Scope(user="", role=role, campuses=campuses, staff_id=staff, as_of=as_of)
    return Look(scope, Filters(period=period, comparison=before, **picked))


def learned(asked, *looks):
    statements = Statements()
    for one in looks:
        assert statements.written(asked, one) is None, "nothing is known yet"
    statements.learn(compiled)
    return statements


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_metric_is_written_as_it_compiles(name):
    asked = MetricFigures(name, ("campus_id",), ())
    one = look(campuses=("a",), channels=("c",))
    other = look(
        campuses=("a", "it's", "z"), channels=("x", "y"), as_of=AS_OF + timedelta(days=77),
        period=FEBRUARY,
    )  # fmt: skip
    written = learned(asked, one).written(asked, other)
    if name in FOLLOW_THE_CALENDAR:
        assert written is None, "it is known by days now: take it out of the list"
    else:
        assert written == compiled(asked, other)


def test_days_beside_a_period_keep_their_distance():
    def day_before(facts, filters):
        return facts.lead.filter(
            facts.lead.created_on >= filters.period.start - timedelta(days=30),
            facts.lead.created_on < filters.comparison.end - timedelta(days=1),
            facts.lead.created_at < facts.scope.as_of - timedelta(weeks=2),
        )

    asked = FunctionRows(day_before, ())
    one, other = (
        look(before=FEBRUARY),
        look(period=FEBRUARY, before=JUNE, as_of=AS_OF - timedelta(days=400)),
    )
    sql = learned(asked, one).written(asked, other)
    assert sql == compiled(asked, other)
    assert "MAKE_DATE(2024, 1, 2)" in sql
    assert "MAKE_DATE(2026, 6, 30)" in sql


@pytest.mark.parametrize(
    "text_of",
    [
        lambda facts, filters: filters.period.days,
        lambda facts, filters: filters.period.start.month,
        lambda facts, filters: len(filters.channels),
        lambda facts, filters: int(filters.period.end > facts.scope.as_of_on),
        lambda facts, filters: int(len(facts.scope.campuses) == 1),
        lambda facts, filters: facts.scope.as_of_on.replace(day=1),
    ],
    ids=["length", "month", "count", "unfinished", "one campus", "first of the month"],
)
def test_what_hangs_on_more_than_the_days_is_compiled_each_time(text_of):
    asked = FunctionRows(
        lambda facts, f: facts.lead.mutate(told=ibis.literal(text_of(facts, f))), ()
    )
    one = look(campuses=("a",), channels=("c",))
    assert learned(asked, one).written(asked, one) is None


def test_looks_of_another_shape_are_not_written():
    asked = MetricFigures("new_leads", (), ())
    statements = learned(asked, look())
    assert statements.written(asked, look(period=FEBRUARY)) is not None
    for other in (
        look(campuses=("a",)), look(campuses=()), look(staff="s1"), look(channels=("c",)),
        look(before=FEBRUARY), look(course_lines=("math",)),
    ):  # fmt: skip
        assert statements.written(asked, other) is None


def test_a_campus_cannot_speak_sql():
    asked = MetricFigures("new_leads", (), ())
    evil = look(campuses=("a') OR ('1' = '1", "b"))
    written = learned(asked, look(campuses=("a",))).written(asked, evil)
    assert written == compiled(asked, evil)
    assert "'a'') OR (''1'' = ''1', 'b'" in written


def test_a_person_and_the_rows_behind_a_number_are_written():
    def events_of(facts, *, person_id):
        return facts.event.filter(facts.event.person_id == person_id)

    scope = look(staff="s1", campuses=("a",)).scope
    asked = FunctionRows(events_of, ())
    written = learned(asked, Look(scope, None, "p1")).written(asked, Look(scope, None, "o'hara"))
    assert written == compiled(asked, Look(scope, None, "o'hara"))
    rows = MetricRows("new_leads", (("campus_id", "a"),), ())
    assert learned(rows, look()).written(rows, look(period=FEBRUARY)) == compiled(
        rows, look(period=FEBRUARY)
    )


def test_only_so_many_statements_are_kept(monkeypatch):
    monkeypatch.setattr("metrics.foundation.statements.MOST_KNOWN", 2)
    asked = [MetricFigures(name, (), ()) for name in ("new_leads", "valid_lead_rate", "cpl")]
    statements = Statements()
    for one in asked:
        statements.written(one, look())
    statements.learn(compiled, most=1)
    assert [one.metric for one, _look in statements.met] == ["new_leads", "valid_lead_rate"]
    statements.learn(compiled)
    assert [statements.written(one, look()) is not None for one in asked] == [True, True, False]


def test_a_value_of_another_look_never_stays_in_a_statement():
    asked = MetricFigures("new_leads", (), ())
    statement = statement_of(lambda one: compiled(asked, one), look(campuses=("secret",)))
    assert statement is not None
    assert "secret" not in str(statement.parts)
    assert "<<" not in statement.written(look(campuses=("a",)))
