"""The door to rows: nobody sees what is outside their scope, nor after their as-of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pytest

from data.facts import DIMENSIONS, FACTS, Facts
from data.facts.build import rebuild
from data.landing.loader import create_tables
from data.scope import EVERY_CAMPUS, ROLES, Filters, Period, Scope
from data.stores.duck import DuckDBStore
from tests.conftest import StoreFacts, person_ids
from tests.journeys import KEY, Story, moment

Fetch = Callable[..., list[Any]]
FactsFor = Callable[..., StoreFacts]
JANUARY = Period(start=date(2026, 1, 1), end=date(2026, 2, 1))

STORY = {
    "lin": [
        "2026-01-01 click sem",
        "2026-01-02 lead sem owner=c1 name=林志玲 child=林小小",
        "2026-01-03 followup effective staff=c1 note=secret",
        "2026-01-05 order 5000",
        "2026-01-06 enrol E1 teacher=t1 class_teacher=k1 class=one",
        "2026-01-07 seat present class=one",
        "2026-01-08 assess 90 class=one",
        "2026-01-08 feedback 5 class=one",
        "2026-01-09 share s1 activity=A",
        "2026-01-09 reward 20",
    ],
    "wu": [
        "2026-01-02 lead feed owner=c2 name=吴京 by=lin",
        "2026-01-06 enrol E2 teacher=t2 class=two",
        "2026-01-07 seat present class=two",
        "2026-01-10 view /a activity=A from=s1",
    ],
    "he": [
        "2026-01-02 lead feed owner=c9 name=何炅 @south",
        "2026-01-05 order 6000 @south",
        "2026-01-06 enrol E3 teacher=t9 class=three @south",
        "2026-01-07 seat absent class=three @south",
    ],
    "-": [
        "2026-01-01 spend sem 100",
        "2026-01-01 spend sem 70 @south",
        "2026-01-01 target new_leads 9",
        "2026-01-01 target new_leads 7 @south",
        "2026-01-02 view /nowhere device=stray @-",
    ],
}


@pytest.fixture(scope="module")
def told() -> Iterator[tuple[DuckDBStore, dict[str, str]]]:
    """A store in which all of it happened, once for all tests, and the people told of."""
    opened = DuckDBStore(Path(":memory:"))
    story = Story()
    story.tell(STORY)
    story.add("activities", activity_id="A", campus_id="north", name="A", type="game")
    story.add("activity_plans", activity_id="A", phase="launch", share_channel="group")
    story.add(
        "plan_edits", edit_id="1", edited_at=story.latest, edited_by="boss", plan="targets",
        campus_id="north", item="new_leads", after=9.0,
    )  # fmt: skip
    with opened.writing() as cursor:
        create_tables(cursor)
        story.flush(cursor)
        rebuild(cursor, None, KEY)
        cursor.execute("UPDATE store_state SET version = 1, as_of = ?", [story.latest])
    yield opened, person_ids(opened, story)
    opened.close()


@pytest.fixture
def store(told: tuple[DuckDBStore, dict[str, str]]) -> DuckDBStore:
    """The told store."""
    return told[0]


@pytest.fixture
def ids(told: tuple[DuckDBStore, dict[str, str]]) -> dict[str, str]:
    """The people told of."""
    return told[1]


def every_row(facts: Facts, fetch: Fetch) -> dict[str, list[Any]]:
    """All rows of all facts that a viewer reads."""
    return {name: fetch(getattr(facts, name)) for name in FACTS}


@pytest.mark.parametrize("role", ["", "owner", "Manager", "manager "])
def test_an_unknown_role_reads_nothing(
    ids: dict[str, str], facts_for: FactsFor, fetch: Fetch, role: str
) -> None:
    viewer = facts_for(role)
    assert not any(every_row(viewer, fetch).values())
    assert not any(fetch(getattr(viewer, name)) for name in DIMENSIONS)


@pytest.mark.parametrize("role", ROLES)
def test_an_empty_scope_reads_nothing(
    ids: dict[str, str], facts_for: FactsFor, fetch: Fetch, role: str
) -> None:
    viewer = facts_for(role, (), "c1")
    assert not any(every_row(viewer, fetch).values())
    assert not any(fetch(getattr(viewer, name)) for name in DIMENSIONS)


def test_a_manager_reads_every_fact(ids: dict[str, str], facts: Facts, fetch: Fetch) -> None:
    rows = every_row(facts, fetch)
    assert [name for name, found in rows.items() if not found] == ["conflict"]
    assert {row.campus_id for row in rows["event"]} == {"north", "-"}


@pytest.mark.parametrize("role", ROLES)
def test_nobody_reads_another_campus(
    ids: dict[str, str], facts_for: FactsFor, fetch: Fetch, role: str
) -> None:
    staff = {"consultant": "c1", "teacher": "t1"}.get(role, "")
    for name, rows in every_row(facts_for(role, ("north",), staff), fetch).items():
        assert {row.campus_id for row in rows} <= {"north"}, name
        assert not any(ids["he"] in row for row in rows), name


def test_a_campus_head_reads_all_of_the_campus_with_names(
    ids: dict[str, str], facts_for: FactsFor, fetch: Fetch
) -> None:
    head = facts_for("campus_head", ("north",))
    assert [row.name for row in fetch(head.person.order_by("name")) if row.name] == [
        "吴京",
        "林志玲",
    ]
    assert [row.cost_cny for row in fetch(head.spend)] == [100]
    assert [row.campus_id for row in fetch(head.campus)] == ["north"]
    assert [row.note for row in fetch(head.followup)] == ["secret"]


def test_a_consultant_reads_own_leads_and_their_people(
    ids: dict[str, str], facts_for: FactsFor, fetch: Fetch
) -> None:
    rows = every_row(facts_for("consultant", ("north",), "c1"), fetch)
    assert [row.lead_id for row in rows["lead"]] == ["lin-2"]
    assert rows["spend"] == []
    assert {row.person_id for row in rows["person"]} == {ids["lin"]}
    people = {row.person_id for name in FACTS for row in rows[name] if hasattr(row, "person_id")}
    assert people == {ids["lin"]}


def test_a_consultant_without_a_staff_number_reads_no_person(
    ids: dict[str, str], facts_for: FactsFor, fetch: Fetch
) -> None:
    rows = every_row(facts_for("consultant", ("north",), ""), fetch)
    assert {name for name, found in rows.items() if found} <= {
        "target",
        "activity_plan",
        "plan_edit",
    }


def test_a_teacher_reads_own_classes_and_no_money(
    ids: dict[str, str], facts_for: FactsFor, fetch: Fetch
) -> None:
    for staff in ("t1", "k1"):
        rows = every_row(facts_for("teacher", ("north",), staff), fetch)
        assert {row.person_id for row in rows["seat"]} == {ids["lin"]}
        for hidden in ("spend", "order_line", "touch", "reward", "followup"):
            assert rows[hidden] == []


@pytest.mark.parametrize("role", ["marketing", "analyst"])
def test_who_may_not_read_personal_data_gets_it_masked(
    ids: dict[str, str], facts_for: FactsFor, fetch: Fetch, role: str
) -> None:
    viewer = facts_for(role)
    shown = {row.person_id: row for row in fetch(viewer.person)}
    lin = shown[ids["lin"]]
    assert (lin.name, lin.phone, lin.student_names, lin.pinyin, lin.initials) == (
        "林**", "138****0000", "l***、林**", None, None,
    )  # fmt: skip
    assert [row.note for row in fetch(viewer.followup)] == ["***"]
    told = repr(every_row(viewer, fetch))
    for secret in ("林志玲", "吴京", "何炅", "林小小", "13800000000", "secret", "lin-device"):
        assert secret not in told


def test_no_fact_gives_its_masked_twins_away_or_lacks_them() -> None:
    scope = Scope(user="test", role="manager", campuses=EVERY_CAMPUS, as_of=moment("2026-01-01"))
    for name, fact in FACTS.items():
        assert set(getattr(Facts(scope), name).columns) == {
            column for column in fact.columns if not column.endswith("_masked")
        }
        assert {f"{column}_masked" for column in fact.personal} == {
            column for column in fact.columns if column.endswith("_masked")
        }


def test_nothing_is_known_before_it_happened(
    ids: dict[str, str], store: DuckDBStore, fetch: Fetch
) -> None:
    def at(instant: datetime) -> Facts:
        return Facts(Scope(user="test", role="manager", campuses=EVERY_CAMPUS, as_of=instant))

    dated = {name: fact for name, fact in FACTS.items() if fact.at or fact.on}
    full = every_row(at(store.as_of), fetch)
    for days in range(12):
        known = at(store.as_of - timedelta(days=days))
        for name, fact in dated.items():
            limit = known.scope.as_of if fact.at else known.scope.as_of_on
            rows = fetch(getattr(known, name))
            assert all(getattr(row, fact.at or fact.on) <= limit for row in rows)
            expected = [row for row in full[name] if getattr(row, fact.at or fact.on) <= limit]
            assert len(rows) == len(expected), name


def test_an_own_lead_of_the_future_opens_no_person_today(ids: dict[str, str], fetch: Fetch) -> None:
    before = moment("2026-01-01T12:00")
    viewer = Facts(
        Scope(user="test", role="consultant", campuses=("north",), staff_id="c1", as_of=before)
    )
    assert fetch(viewer.touch) == []
    assert fetch(viewer.event) == []


@pytest.mark.parametrize(("lines", "kept"), [((), [None, None, None, 70, 100]), (("maths",), [])])
def test_nothing_is_left_of_one_course_line_where_rows_read_spend(
    facts_for: FactsFor, fetch: Fetch, lines: tuple[str, ...], kept: list[int | None]
) -> None:
    """Leads have a course line and spend has none: the leads alone would cost nothing."""
    facts = facts_for("manager").filtered(Filters(period=JANUARY, course_lines=lines))
    leads = facts.lead.select("course_line", cost=ibis.null("float64"))
    spend = facts.spend.select(
        course_line=ibis.null("string"), cost=facts.spend.cost_cny.cast("float64")
    )
    rows = fetch(facts.picked(leads.union(spend)))
    assert sorted((row.cost for row in rows), key=lambda cost: cost or 0) == kept
