"""One-ID: families told by hand, the vendor's test vectors, traps."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from data.facts.build import rebuild
from data.identity import resolve
from data.identity.kinds import KINDS, LARGEST_PERSON
from data.landing.loader import create_tables
from data.stores.duck import DuckDBStore
from tests.journeys import KEY, Story, moment

START = moment("2026-01-01")


class Log:
    """Rows that name identifiers, one a minute, and who they turn out to be."""

    def __init__(self, store: DuckDBStore) -> None:
        self.store = store
        self.story = Story()
        self.minute = 0
        self.has_facts = False

    def event(
        self, name: str = "page_view", at: datetime | None = None, key: str = "", **given: Any
    ) -> str:
        """An event with these identifiers; gives its id."""
        self.minute += 1
        key = key or f"e{self.minute}"
        when = at or START + timedelta(minutes=self.minute)
        device = given.pop("device", None)
        self.story.add(
            "events", event_id=key, name=name, occurred_at=when, device_id=device, **given
        )
        return key

    def lead(self, at: datetime | None = None, **given: Any) -> str:
        """A lead with these identifiers; gives its id."""
        self.minute += 1
        key = f"l{self.minute}"
        when = at or START + timedelta(minutes=self.minute)
        device = given.pop("device", None)
        self.story.add(
            "leads", lead_id=key, created_at=when, campus_id="north", device_id=device, **given
        )
        return key

    def guardian(self, student: str, phone: str, **given: Any) -> None:
        """A student's parent."""
        self.story.once("students", (student,), student_id=student, name=student, campus_id="north")
        self.story.add("guardians", student_id=student, phone=phone, **given)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the store; facts are built when they are first asked for."""
        if "fact_" in sql and not self.has_facts:
            with self.store.writing() as cursor:
                rebuild(cursor, None, KEY)
            self.has_facts = True
        return self.store.cursor().execute(sql).fetchall()

    def build(self) -> None:
        """Resolve what was told."""
        with self.store.writing() as cursor:
            self.story.flush(cursor)
            resolve(cursor, KEY)
        self.has_facts = False

    def people(self) -> set[frozenset[str]]:
        """Who is one person: the values of their identifiers."""
        rows = self.query(
            "SELECT list(value) FROM identity_identifier JOIN identity_person USING (identifier_no)"
            " GROUP BY person_id"
        )
        return {frozenset(values) for (values,) in rows}

    def conflicts(self) -> set[tuple[str, str, str]]:
        """Pairs that were not joined: the two values, sorted, and the reason."""
        rows = self.query(
            "SELECT least(l.value, r.value), greatest(l.value, r.value), reason"
            " FROM identity_conflict JOIN identity_identifier l ON l.identifier_no = left_no"
            " JOIN identity_identifier r ON r.identifier_no = right_no"
        )
        return set(rows)

    def whose(self, *events: str) -> list[str]:
        """The persons of events."""
        found = dict(self.query("SELECT event_id, person_id FROM fact_event"))
        return [found[event] for event in events]

    def person(self, value: str) -> str:
        """The person of an identifier."""
        ((person,),) = self.query(
            "SELECT person_id FROM identity_identifier JOIN identity_person USING (identifier_no)"
            f" WHERE value = '{value}'"
        )
        return str(person)


@pytest.fixture
def log(store: DuckDBStore) -> Log:
    return Log(store)


M1, M2, M3, M4 = (f"+861380000000{digit}" for digit in (1, 2, 3, 4))


# Test vectors of the event collector's identity rules, by their numbers.


def test_t1_a_sign_up_takes_the_anonymous_past_along(log: Log) -> None:
    before = log.event(device="X")
    log.event("$SignUp", device="X", login_id="A")
    after = log.event(device="X", login_id="A")
    log.build()
    assert log.people() == {frozenset({"X", "A"})}
    assert len(set(log.whose(before, after))) == 1


def test_t2_a_second_account_on_the_device_is_another_person(log: Log) -> None:
    log.event("$SignUp", device="X", login_id="A")
    log.event("$SignUp", device="X", login_id="B")
    a, b = log.event(device="X", login_id="A"), log.event(device="X", login_id="B")
    log.build()
    assert log.whose(a, b) == [log.person("A"), log.person("B")]
    assert log.person("A") != log.person("B")


def test_t3_a_second_devices_past_moves_to_its_account(log: Log) -> None:
    log.event("$SignUp", device="X", login_id="A")
    past = log.event(device="Y")
    log.event("$SignUp", device="Y", login_id="A")
    log.build()
    assert log.people() == {frozenset({"X", "Y", "A"})}
    assert log.whose(past) == [log.person("A")]


def test_t4_a_device_of_two_people_is_nobodys(log: Log) -> None:
    """Where the vendor gives the event to the device's first account, we give it to nobody."""
    log.event("$SignUp", device="X", login_id="A")
    log.event("$SignUp", device="X", login_id="B")
    anonymous = log.event(device="X")
    log.build()
    (person,) = log.whose(anonymous)
    assert person not in {log.person("A"), log.person("B")}
    assert log.conflicts() == {("A", "X", "device_of_many"), ("B", "X", "device_of_many")}


def test_t5_a_login_meets_phone_and_wechat(log: Log) -> None:
    log.event("$BindID", phone=M1, unionid="U")
    log.event("$SignUp", login_id="A", phone=M1)
    log.build()
    assert log.people() == {frozenset({"A", M1, "U"})}


def test_t6_a_second_phone_of_an_account_is_refused(log: Log) -> None:
    log.event("$BindID", login_id="A", phone=M1)
    bound = log.event("$BindID", login_id="A", phone=M2)
    log.build()
    assert log.people() == {frozenset({"A", M1}), frozenset({M2})}
    assert log.conflicts() == {(M2, "A", "limit_phone")}
    assert log.whose(bound) == [log.person("A")]


def test_t7_a_phone_of_another_account_is_refused(log: Log) -> None:
    log.event("$BindID", login_id="A", phone=M1)
    log.event(login_id="B")
    bound = log.event("$BindID", login_id="B", phone=M1)
    log.build()
    assert log.people() == {frozenset({"A", M1}), frozenset({"B"})}
    assert log.whose(bound) == [log.person("B")]
    assert log.conflicts() == {(M1, "B", "limit_login_id")}


def test_t8_an_unbound_phone_moves_to_the_next_account(log: Log) -> None:
    old = log.event("$BindID", login_id="A", phone=M1)
    log.event("$UnbindID", phone=M1)
    log.event("$BindID", login_id="B", phone=M1)
    log.build()
    assert log.people() == {frozenset({"A"}), frozenset({"B", M1})}
    assert log.whose(old) == [log.person("A")]
    assert log.conflicts() == set()


def test_t8_an_unbound_phone_can_be_bound_again_to_the_same_account(log: Log) -> None:
    log.event("$BindID", login_id="A", phone=M1)
    log.event("$UnbindID", phone=M1)
    log.event("$BindID", login_id="A", phone=M1)
    log.build()
    assert log.people() == {frozenset({"A", M1})}


def test_t9_an_unbound_wechat_takes_its_openids_along(log: Log) -> None:
    log.event("$SignUp", login_id="A", unionid="U", openid="O")
    log.event("$UnbindID", unionid="U")
    log.event(unionid="U", openid="O2")
    log.build()
    assert log.people() == {frozenset({"A"}), frozenset({"U", "O2"})}


def test_t10_a_sign_up_before_its_anonymous_events_gives_one_person(log: Log) -> None:
    log.event("$SignUp", device="X", login_id="A", at=START + timedelta(days=1))
    late = log.event(device="X", at=START)
    log.build()
    assert log.whose(late) == [log.person("A")]


def test_t11_the_same_sign_up_five_times_is_one_link(log: Log) -> None:
    for _ in range(5):
        log.event("$SignUp", phone=M1, login_id="A")
    log.build()
    assert log.query("SELECT count(*) FROM identity_link") == [(1,)]


@pytest.mark.parametrize("turned", [False, True])
def test_t14_of_two_binds_at_one_instant_exactly_one_wins(log: Log, turned: bool) -> None:
    for login in "BA" if turned else "AB":
        log.event("$BindID", key=login, phone=M1, login_id=login, at=START)
    log.build()
    assert log.people() == {frozenset({"A", M1}), frozenset({"B"})}
    assert log.conflicts() == {(M1, "B", "limit_login_id")}


# Families.


def test_two_parents_of_a_child_are_two_people_and_one_household(log: Log) -> None:
    log.guardian("child", M1, name="爸爸")
    log.guardian("child", M2, name="妈妈", is_primary=True, unionid="U")
    log.build()
    assert log.people() == {frozenset({M1}), frozenset({M2, "U"})}
    assert len(log.query("SELECT DISTINCT household_id FROM identity_household")) == 1
    assert log.query("SELECT person_id FROM identity_student WHERE is_primary") == [
        (log.person(M2),)
    ]


def test_siblings_under_one_phone_stay_two_students_of_one_person(log: Log) -> None:
    log.guardian("older", M1)
    log.guardian("younger", M1)
    log.build()
    assert log.people() == {frozenset({M1})}
    assert log.query("SELECT student_id FROM identity_student ORDER BY ALL") == [
        ("older",),
        ("younger",),
    ]


def test_households_meet_through_a_grandparent(log: Log) -> None:
    for student, phone in (("a", M1), ("a", M2), ("b", M2), ("b", M3), ("c", M4)):
        log.guardian(student, phone)
    log.build()
    homes = dict(log.query("SELECT person_id, household_id FROM identity_household"))
    assert homes[log.person(M1)] == homes[log.person(M2)] == homes[log.person(M3)]
    assert homes[log.person(M4)] != homes[log.person(M1)]


def test_the_schools_own_number_makes_no_household(log: Log) -> None:
    for number in range(20):
        log.guardian(f"s{number}", M1)
        log.guardian(f"s{number}", f"+861390000{number:04d}")
    log.build()
    ((homes,),) = log.query("SELECT count(DISTINCT household_id) FROM identity_household")
    assert homes == 21


def test_a_student_without_a_phone_stands_for_their_people(log: Log) -> None:
    log.story.add("students", student_id="s", name="s", campus_id="north")
    log.build()
    assert log.query("SELECT student_id, person_id FROM identity_student") == [
        ("s", log.person("s"))
    ]


# What must not merge.


def test_a_device_alone_never_merges(log: Log) -> None:
    log.lead(phone=M1, device="X")
    log.lead(phone=M2, device="X")
    past = log.event(device="X")
    log.build()
    assert log.people() == {frozenset({M1}), frozenset({M2}), frozenset({"X"})}
    assert log.whose(past) == [log.person("X")]


def test_a_name_alone_never_merges(log: Log) -> None:
    log.lead(phone=M1, name="张伟")
    log.lead(phone=M2, name="张伟")
    log.build()
    assert log.people() == {frozenset({M1}), frozenset({M2})}


def test_a_consultants_wechat_on_many_leads_merges_nobody(log: Log) -> None:
    leads = [log.lead(phone=phone, unionid="staff") for phone in (M1, M2, M3)]
    log.build()
    assert log.people() == {frozenset({M1}), frozenset({M2}), frozenset({M3}), frozenset({"staff"})}
    assert {reason for *_, reason in log.conflicts()} == {"shared"}
    found = dict(log.query("SELECT lead_id, person_id FROM fact_lead"))
    assert [found[lead] for lead in leads] == [log.person(M1), log.person(M2), log.person(M3)]


def test_a_placeholder_phone_leaves_people_their_wechats(log: Log) -> None:
    leads = [log.lead(phone=M1, unionid=f"U{number}") for number in range(5)]
    log.build()
    found = dict(log.query("SELECT lead_id, person_id FROM fact_lead"))
    assert [found[lead] for lead in leads] == [log.person(f"U{number}") for number in range(5)]


def test_a_parents_second_number_is_the_same_wechat_user(log: Log) -> None:
    log.lead(phone=M1, unionid="U")
    log.lead(phone=M2, unionid="U")
    log.build()
    assert log.people() == {frozenset({M1, M2, "U"})}


def test_two_wechats_of_one_phone_are_a_conflict(log: Log) -> None:
    log.lead(phone=M1, unionid="U1")
    second = log.lead(phone=M1, unionid="U2")
    log.build()
    assert log.people() == {frozenset({M1, "U1"}), frozenset({"U2"})}
    assert log.conflicts() == {(M1, "U2", "limit_unionid")}
    assert log.query(f"SELECT person_id FROM fact_lead WHERE lead_id = '{second}'") == [
        (log.person(M1),)
    ]


def test_a_bridge_of_many_identifiers_is_refused(log: Log) -> None:
    """Chained openids and numbers stay below the largest person."""
    for number in range(8):
        log.lead(openid=f"O{number // 2}", crm_id=f"C{(number + 1) // 2}")
    log.build()
    assert max(len(person) for person in log.people()) <= LARGEST_PERSON
    assert log.conflicts()


def test_a_row_without_identifiers_is_a_person_of_its_own(log: Log) -> None:
    first, second = log.lead(name="张伟"), log.lead(name="张伟")
    nobody = log.event()
    log.build()
    assert log.people() == {frozenset({first}), frozenset({second})}
    assert log.whose(nobody) == [f"event:{nobody}"]


def test_an_unreadable_phone_is_no_identifier(log: Log) -> None:
    log.lead(phone="无", unionid="U1")
    log.lead(phone="无", unionid="U2")
    log.build()
    assert log.people() == {frozenset({"U1"}), frozenset({"U2"})}


# Evidence, decisions, stability.


def test_every_link_says_which_row_made_it(log: Log) -> None:
    lead = log.lead(phone=M1, unionid="U")
    log.lead(phone=M1, unionid="U")
    log.build()
    assert log.query("SELECT source, evidence, linked_at, is_weak FROM identity_link") == [
        ("leads", lead, START + timedelta(minutes=1), False)
    ]


def decide(log: Log, name: str, left: tuple[str, str], right: tuple[str, str]) -> None:
    """A person's decision about two identifiers, as the application records it."""
    properties = (
        f'{{"left_kind": "{left[0]}", "left_value": "{left[1]}",'
        f' "right_kind": "{right[0]}", "right_value": "{right[1]}"}}'
    )
    log.event(name, properties=properties)


def test_a_link_can_be_undone_and_accepted_again(log: Log) -> None:
    log.lead(phone=M1, unionid="U")
    decide(log, "identity_undo", ("phone", M1), ("unionid", "U"))
    log.build()
    assert log.people() == {frozenset({M1}), frozenset({"U"})}
    decide(log, "identity_accept", ("unionid", "U"), ("phone", M1))
    log.build()
    assert log.people() == {frozenset({M1, "U"})}
    assert log.query("SELECT source FROM identity_link") == [("decision",)]


def test_an_accepted_conflict_merges_beyond_the_limit(log: Log) -> None:
    log.lead(phone=M1, unionid="U1")
    log.lead(phone=M1, unionid="U2")
    decide(log, "identity_accept", ("phone", M1), ("unionid", "U2"))
    log.build()
    assert log.people() == {frozenset({M1, "U1", "U2"})}


def test_person_ids_outlive_the_arrival_of_older_rows(log: Log) -> None:
    log.lead(phone=M1, unionid="U")
    log.event(device="X", login_id="A")
    log.build()
    before = {value: log.person(value) for value in (M1, "A")}
    log.lead(phone=M2, at=START - timedelta(days=30))
    log.event(device="W", at=START - timedelta(days=30))
    log.build()
    assert {value: log.person(value) for value in (M1, "A")} == before


def test_a_rebuild_gives_the_same_tables(log: Log) -> None:
    log.lead(phone=M1, unionid="U", device="X")
    log.lead(phone=M2, unionid="U2", device="X")
    log.guardian("s", M1)
    log.build()
    tables = ("identifier", "link", "conflict", "person", "household", "student")
    before = [log.query(f"FROM identity_{table}") for table in tables]
    log.build()
    assert [log.query(f"FROM identity_{table}") for table in tables] == before


def test_resolve_tells_whether_known_people_moved(log: Log, store: DuckDBStore) -> None:
    def moved() -> bool:
        with store.writing() as cursor:
            log.story.flush(cursor)
            return resolve(cursor, KEY)

    log.event(device="X")
    assert not moved()
    log.lead(phone=M1)
    assert not moved()
    log.event(device="X", phone=M1)
    assert moved()
    assert not moved()


def test_a_person_id_hangs_on_the_installations_key(log: Log, store: DuckDBStore) -> None:
    log.lead(phone=M1)
    log.build()
    ours = log.person(M1)
    with store.writing() as cursor:
        resolve(cursor, b"another key")
    assert log.person(M1) != ours
    assert len(ours) == 12


def test_resolve_of_an_empty_store_has_no_people(store: DuckDBStore) -> None:
    with store.writing() as cursor:
        create_tables(cursor)
        assert resolve(cursor, KEY) is False
    assert store.cursor().execute("FROM identity_person").fetchall() == []


def test_kinds_are_ranked_without_gaps() -> None:
    assert [kind.priority for kind in KINDS] == list(range(1, len(KINDS) + 1))
