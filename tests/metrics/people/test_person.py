"""One person: found by what a viewer knows of them, told from first click to referral."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from data.errors import InvalidOption, UnknownName
from metrics.people.person import (
    KINDS,
    contribution,
    current_state,
    descendants,
    household,
    identifiers,
    introduced,
    phone,
    search,
    share_children,
    standing,
    timeline,
)
from tests.metrics.tiny_facts import TinyFacts

AS_OF = "2026-11-21T10:00"
NOW = datetime.fromisoformat(AS_OF)
PEOPLE = {
    "lin": ("林晓梅", "linxiaomei", "lxm", "13812345678", "林小宝"),
    "lina": ("林娜", "linna zhouzhou", "ln zz", "13900001234", "周周"),
    "wang": ("王芳", "wangfang", "wf", "13700005678", "王林林"),
    "ou": ("欧阳静", "ouyangjing", "oyj", "13612341234", "欧阳文"),
}


@pytest.fixture
def known(tiny):
    """Four parents: three of the north campus, one of the south."""
    return _told(tiny)


@pytest.fixture(scope="module")
def known_once():
    """The same four, for tests that add nothing."""
    return _told(TinyFacts())


def _told(tiny):
    for i, (person, (name, pinyin, initials, number, student)) in enumerate(PEOPLE.items()):
        tiny.add(
            "person", person_id=person, campus_id="south" if person == "ou" else "north",
            household_id=f"home-{person}", owner_id="S2" if person == "wang" else "S1",
            name=name, name_masked=name[0] + "*", pinyin=pinyin, pinyin_masked=pinyin[:2],
            initials=initials, initials_masked=initials[0], phone=f"+86{number}",
            phone_masked=f"{number[:3]}****{number[-4:]}", phone_key=f"key-{person}",
            student_names=student, student_names_masked=student[0] + "*", stage="lead",
            first_seen_at=NOW - timedelta(days=90), last_seen_at=NOW - timedelta(days=9 - i),
        )  # fmt: skip
        tiny.add(
            "lead", lead_id=f"L{i}", person_id=person,
            campus_id="south" if person == "ou" else "north", created_at=NOW - timedelta(days=30),
            created_on=date(2026, 10, 22), owner_id="S2" if person == "wang" else "S1",
            status="new", assigned_at=NOW - timedelta(days=30),
        )  # fmt: skip
    return tiny


def _found(tiny, **asked):
    role = asked.pop("role", "manager")
    campuses = asked.pop("campuses", ("*",))
    staff_id = asked.pop("staff_id", "")
    facts = tiny.facts(AS_OF, role=role, campuses=campuses, staff_id=staff_id)
    return list(tiny.fetch(search(facts, **asked))["person_id"])


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("林晓梅", ["lin"]),
        ("林", ["lina", "lin", "wang"]),  # beginning before part, then the last seen
        ("小宝", ["lin"]),
        ("LinXiaoMei", ["lin"]),
        ("lin xiao", ["lin"]),
        ("lxm", ["lin"]),
        ("ln", ["lina"]),
        ("xiaomei", ["lin"]),
        ("zz", ["lina"]),
        ("zhouzhou", ["lina"]),
        ("meizhou", []),
        ("oy", ["ou"]),
        ("5678", ["wang", "lin"]),
        ("1234", ["ou", "lina"]),
        ("L2", ["wang"]),
        ("l2", ["wang"]),
        ("lin", ["lina", "lin"]),
        ("678", []),
        ("", []),
        ("   ", []),
        ("没有这个人", []),
        ("%", []),
        ("_", []),
        ("' OR 1=1 --", []),
    ],
)
def test_search_finds_by_name_pinyin_initials_last_digits_and_id(known_once, text, people):
    assert _found(known_once, text=text) == people


def test_search_by_full_number_goes_through_the_key_alone(known_once):
    assert _found(known_once, phone_key="key-lin") == ["lin"]
    assert _found(known_once, phone_key="key-lin", role="analyst") == ["lin"]
    assert _found(known_once, text="13812345678") == []
    assert _found(known_once, text="+8613812345678") == []


def test_search_by_student_crm_and_person_id(known):
    known.add("identifier", person_id="wang", campus_id="north", kind="crm_id", value="CRM77",
              value_masked="***", is_weak=False, linked_at=NOW - timedelta(days=1))  # fmt: skip
    known.add("enrolment", enrolment_id="E1", person_id="lina", campus_id="north",
              student_id="ST9", started_on=date(2026, 9, 1))  # fmt: skip
    assert _found(known, text="CRM77") == ["wang"]
    assert _found(known, text="st9") == ["lina"]
    known.add("person", person_id="Pf00d1", campus_id="north", name="无名", stage="visitor",
              first_seen_at=NOW, last_seen_at=NOW)  # fmt: skip
    assert _found(known, text="Pf00d1") == ["Pf00d1"]
    # The masked id is all that an analyst could compare.
    assert _found(known, text="CRM77", role="analyst") == []


def test_search_without_personal_rights_cannot_guess_a_name(known_once):
    assert _found(known_once, text="晓", role="analyst") == []
    assert _found(known_once, text="林晓", role="marketing") == []
    assert _found(known_once, text="linxiaomei", role="analyst") == []
    assert _found(known_once, text="lxm", role="analyst") == []
    assert _found(known_once, text="小宝", role="analyst") == []
    facts = known_once.facts(AS_OF, role="analyst")
    (row,) = known_once.fetch(search(facts, phone_key="key-lin")).itertuples()
    assert (row.name, row.student_names, row.phone) == ("林*", "林*", "138****5678")


def test_search_shows_no_role_a_whole_number(known_once):
    for role in ("manager", "campus_head", "analyst"):
        campuses = ("*",) if role != "campus_head" else ("north",)
        found = known_once.fetch(
            search(known_once.facts(AS_OF, role=role, campuses=campuses), text="林")
        )
        assert not found["phone"].str.contains(r"\d{8}").any()


def test_search_leaves_other_campuses_and_other_consultants_out(known_once):
    head = {"role": "campus_head", "campuses": ("north",)}
    assert _found(known_once, text="欧阳静", **head) == []
    assert _found(known_once, phone_key="key-ou", **head) == []
    own = {"role": "consultant", "campuses": ("north",), "staff_id": "S1"}
    assert _found(known_once, text="林", **own) == ["lina", "lin"]
    assert _found(known_once, text="L2", **own) == []
    assert _found(known_once, text="林", role="nobody") == []


def test_search_gives_at_most_twenty_and_one_row_a_person(tiny):
    for i in range(30):
        for campus in ("north", "south"):
            tiny.add("person", person_id=f"p{i:02}", campus_id=campus, name="李雷", stage="lead",
                     first_seen_at=NOW, last_seen_at=NOW - timedelta(days=i))  # fmt: skip
    found = _found(tiny, text="李雷")
    assert found == [f"p{i:02}" for i in range(20)]


def _tell_a_life(tiny):
    tiny.tell({
        "lin": [
            "2026-08-01T02:00 touch feed",
            "2026-08-03T02:00 lead feed owner=S1 id=L1",
            "2026-08-20T02:00 trial 9.9",
            "2026-08-25T02:00 order 5000",
            "2026-09-07T02:00 seat present enrolment=E1",
            "2026-09-09T02:00 seat late enrolment=E1",
            "2026-09-11T02:00 seat leave enrolment=E1",
            "2026-09-14T02:00 seat absent enrolment=E1",
            "2026-09-16T02:00 seat absent enrolment=E1",
            "2026-09-18T02:00 seat absent enrolment=E1 lesson=cancelled",
            "2026-09-21T02:00 seat absent enrolment=E1",
            "2026-09-23T02:00 seat unmarked enrolment=E1",
            "2026-10-01T02:00 refund 1000",
        ],
    })  # fmt: skip
    tiny.add(
        "followup", followup_id="F1", lead_id="L1", person_id="lin", campus_id="north",
        staff_id="S1", happened_at=datetime.fromisoformat("2026-08-04T02:00"),
        happened_on=date(2026, 8, 4), method="call", result="talked", is_effective=True,
        duration_seconds=95,
        note="改打 138-1234 5678", note_masked="***",
    )  # fmt: skip
    tiny.add(
        "enrolment", enrolment_id="E1", person_id="lin", campus_id="north", student_id="ST1",
        course_id="K1", started_on=date(2026, 9, 1), state="active", lessons_bought=48,
        is_formal=True,
    )  # fmt: skip


def _entries(tiny, *, role="manager", as_of=AS_OF, campuses=("*",), staff_id="", kinds=()):
    facts = tiny.facts(as_of, role=role, campuses=campuses, staff_id=staff_id)
    return tiny.fetch(timeline(facts, person_id="lin", kinds=kinds))


def test_timeline_tells_a_life_newest_first(tiny):
    _tell_a_life(tiny)
    rows = _entries(tiny)
    assert [(str(r.on)[:10], r.kind, r.title) for r in rows.itertuples()] == [
        ("2026-10-01", "refund", "refund"),
        ("2026-09-23", "lesson", "week"),
        ("2026-09-16", "lesson", "week"),
        ("2026-09-11", "lesson", "week"),
        ("2026-09-01", "enrolment", "started"),
        ("2026-08-25", "order", "charge"),
        ("2026-08-20", "trial", "charge"),
        ("2026-08-04", "followup", "call"),
        ("2026-08-03", "lead", "created"),
        ("2026-08-01", "touch", "click"),
    ]
    money = dict(zip(rows["kind"], rows["amount_cny"], strict=True))
    assert (money["refund"], money["order"]) == (Decimal("-1000.00"), Decimal("5000.00"))


def test_timeline_counts_a_week_of_lessons_and_runs_of_misses(tiny):
    _tell_a_life(tiny)
    weeks = _entries(tiny, kinds=("lesson",))
    seen = [
        (r.quantity, r.attended, r.late, r.on_leave, r.absent, r.unmarked, r.miss_run, r.status)
        for r in weeks.fillna({"status": ""}).itertuples()
    ]
    assert seen == [
        (1, 0, 0, 0, 1, 1, 3, "alarm"),  # the unmarked lesson is no miss
        (2, 0, 0, 0, 2, 0, 2, "missed"),  # the cancelled one neither
        (3, 2, 1, 1, 0, 0, 0, ""),  # leave did not begin the run
    ]


def test_timeline_knows_nothing_after_its_as_of(tiny):
    _tell_a_life(tiny)
    tiny.add("lead", lead_id="L9", person_id="lin", campus_id="north", owner_id="S1",
             created_at=datetime.fromisoformat("2026-08-05T00:00"), created_on=date(2026, 8, 5),
             assigned_at=datetime.fromisoformat("2026-08-09T00:00"))  # fmt: skip
    rows = _entries(tiny, as_of="2026-08-06T00:00")
    assert list(rows["kind"]) == ["lead", "followup", "lead", "touch"]
    assert list(rows[rows["kind"] == "lead"]["title"]) == ["created", "created"]
    later = _entries(tiny, as_of="2026-08-10T00:00")
    assert ("lead", "assigned") in set(zip(later["kind"], later["title"], strict=True))


def test_timeline_masks_notes_by_role_and_numbers_for_all(tiny):
    _tell_a_life(tiny)
    (note,) = _entries(tiny, kinds=("followup",))["detail"]
    assert note == "改打 138****5678"
    (note,) = _entries(tiny, role="analyst", kinds=("followup",))["detail"]
    assert note == "***"


def test_timeline_leaves_out_what_a_role_may_not_read(tiny):
    _tell_a_life(tiny)
    own = {"role": "teacher", "campuses": ("north",), "staff_id": "T1"}
    assert _entries(tiny, **own).empty
    tiny.connection.execute("UPDATE fact_enrolment SET teacher_id = 'T1'")
    assert set(_entries(tiny, **own)["kind"]) == {"lead", "enrolment", "lesson"}


@pytest.mark.parametrize(
    "viewer",
    [
        {"role": "campus_head", "campuses": ("south",)},
        {"role": "consultant", "campuses": ("north",), "staff_id": "S2"},
        {"role": "consultant", "campuses": ("south",), "staff_id": "S1"},
        {"role": "manager", "campuses": ()},
        {"role": "nobody"},
    ],
)
def test_a_person_out_of_scope_is_nobody(known, viewer):
    _tell_a_life(known)
    facts = known.facts(AS_OF, **viewer)
    for of in (timeline, identifiers, household, current_state, phone):
        assert known.fetch(of(facts, person_id="lin")).empty, of.__name__
    assert known.fetch(introduced(facts, parents=("lin",))).empty
    (row,) = known.fetch(contribution(facts, person_id="lin")).itertuples()
    assert (row.net_cny, row.orders, row.visitors, row.referred) == (0, 0, 0, 0)


def test_timeline_refuses_an_unknown_kind(tiny):
    with pytest.raises(UnknownName, match="kind must be a known name, got 'lesons'; did you mean"):
        timeline(tiny.facts(AS_OF), person_id="lin", kinds=("lesons",))
    assert len(KINDS) == len(set(KINDS))


def test_identifiers_show_evidence_and_no_whole_number(known):
    for kind, value, weak in (("phone", "+8613812345678", False), ("device", "D-77", True)):
        known.add("identifier", person_id="lin", campus_id="north", kind=kind, value=value,
                  value_masked="D***" if weak else "138****5678", is_weak=weak, evidence="L0",
                  source="leads", linked_at=NOW - timedelta(days=3))  # fmt: skip
    rows = known.fetch(identifiers(known.facts(AS_OF), person_id="lin"))
    assert list(zip(rows["kind"], rows["value"], rows["is_weak"], strict=True)) == [
        ("phone", "138****5678", False),
        ("device", "D-77", True),
    ]
    masked = known.fetch(identifiers(known.facts(AS_OF, role="analyst"), person_id="lin"))
    assert list(masked["value"]) == ["138****5678", "D***"]


def test_phone_comes_whole_only_with_personal_rights(known_once):
    (whole,) = known_once.fetch(phone(known_once.facts(AS_OF), person_id="lin"))["phone"]
    (masked,) = known_once.fetch(phone(known_once.facts(AS_OF, role="marketing"), person_id="lin"))[
        "phone"
    ]
    assert (whole, masked) == ("+8613812345678", "138****5678")
    with pytest.raises(InvalidOption, match="person_id must name a person"):
        phone(known_once.facts(AS_OF), person_id="")


def test_household_lists_adults_then_students(known):
    known.connection.execute(
        "UPDATE fact_person SET household_id = 'home-lin' WHERE person_id = 'wang'"
    )
    for number, (student, started, state) in enumerate(
        [("ST1", date(2026, 1, 1), "completed"), ("ST1", date(2026, 9, 1), "active"),
         ("ST2", date(2026, 9, 1), "active")]
    ):  # fmt: skip
        known.add("enrolment", enrolment_id=f"E{number}", person_id="wang", campus_id="north",
                  student_id=student, course_id=f"K{number}", started_on=started,
                  state=state)  # fmt: skip
    rows = known.fetch(household(known.facts(AS_OF), person_id="lin")).fillna({"course_id": ""})
    assert [(r.member, r.member_id, r.course_id, r.enrolments) for r in rows.itertuples()] == [
        ("self", "lin", "", 0),
        ("adult", "wang", "", 0),
        ("student", "ST1", "K1", 2),
        ("student", "ST2", "K2", 1),
    ]
    # Another consultant's parent stays out even within the household.
    own = known.facts(AS_OF, role="consultant", campuses=("north",), staff_id="S1")
    assert list(known.fetch(household(own, person_id="lin"))["member_id"]) == ["lin"]


def _standing(tiny, as_of=AS_OF, **viewer):
    facts = tiny.facts(as_of, **viewer)
    (row,) = tiny.fetch(current_state(facts, person_id="lin")).to_dict("records")
    return row, standing(row, facts.scope.as_of)


@pytest.mark.parametrize(
    ("days", "step", "next_day"),
    [(0, 0, 3), (2.99, 0, 3), (3, 1, 5), (4.99, 1, 5), (5, 2, 7), (7, 3, None), (40, 3, None)],
)
def test_sla_clock_climbs_the_ladder_while_nobody_was_reached(known, days, step, next_day):
    start = NOW - timedelta(days=days)
    known.connection.execute("UPDATE fact_lead SET assigned_at = ? WHERE lead_id = 'L0'", [start])
    # A call that nobody answered does not stop the clock.
    known.add("followup", followup_id="F1", lead_id="L0", person_id="lin", campus_id="north",
              happened_at=NOW, result="no_answer",
              is_effective=False)  # fmt: skip
    _, now = _standing(known)
    assert (now.waiting_days, now.sla_step) == (int(days), step)
    assert now.sla_next_at == (start + timedelta(days=next_day) if next_day else None)
    assert (now.next_step, now.due_at) == ("call_again", NOW + timedelta(days=1))


def test_sla_clock_stops_when_the_lead_was_reached_or_closed(known):
    known.add("followup", followup_id="F1", person_id="lin", campus_id="north", result="talked",
              happened_at=NOW - timedelta(days=2), is_effective=True)  # fmt: skip
    row, now = _standing(known)
    assert (now.waiting_days, now.sla_step, now.sla_next_at) == (None, 0, None)
    assert (now.days_since_contact, now.next_step) == (2, "invite_trial")
    assert (row["contacts"], row["last_result"]) == (1, "talked")
    known.connection.execute("DELETE FROM fact_followup")
    known.connection.execute("UPDATE fact_lead SET status = 'lost' WHERE lead_id = 'L0'")
    row, now = _standing(known)
    assert (row["open_leads"], now.waiting_days) == (0, None)


def test_sla_clock_starts_again_with_a_new_lead_and_counts_unassigned_from_creation(known):
    known.add("followup", followup_id="F1", person_id="lin", campus_id="north", result="talked",
              happened_at=NOW - timedelta(days=20), is_effective=True)  # fmt: skip
    known.add("lead", lead_id="L9", person_id="lin", campus_id="north", status="new",
              created_at=NOW - timedelta(days=4), created_on=date(2026, 11, 17))  # fmt: skip
    row, now = _standing(known)
    assert (now.waiting_days, now.sla_step, row["is_unassigned"]) == (4, 1, True)


def test_sla_clock_is_silent_for_a_role_that_reads_no_contacts(known):
    known.add("enrolment", enrolment_id="E1", person_id="lin", campus_id="north",
              teacher_id="T1", started_on=date(2026, 9, 1), state="active",
              lessons_bought=40)  # fmt: skip
    row, now = _standing(known, role="teacher", campuses=("north",), staff_id="T1")
    assert (now.waiting_days, now.days_since_contact, row["reads_contacts"]) == (None, None, False)
    assert now.next_step == "keep_warm"


def test_current_state_sees_misses_running_and_lessons_left(tiny):
    _tell_a_life(tiny)
    tiny.add("person", person_id="lin", campus_id="north", stage="payer", phone="+8613812345678",
             first_seen_at=NOW - timedelta(days=90), last_seen_at=NOW)  # fmt: skip
    tiny.connection.execute(
        "UPDATE fact_seat SET consumed_lessons = 1 WHERE attendance = 'present'"
    )
    row, now = _standing(tiny)
    assert (row["misses_running"], row["lessons_held"], row["lessons_attended"]) == (3, 6, 2)
    assert (row["lessons_left"], row["active_enrolments"], now.next_step) == (47, 1, "recall")
    tiny.tell({"lin": ["2026-09-28T02:00 seat present enrolment=E1"]})
    row, now = _standing(tiny)
    assert (row["misses_running"], now.next_step) == (0, "keep_warm")
    tiny.connection.execute("UPDATE fact_enrolment SET ends_on = DATE '2026-12-21'")
    assert _standing(tiny)[1].next_step == "renewal_talk"
    tiny.connection.execute("UPDATE fact_enrolment SET ends_on = DATE '2026-12-22'")
    assert _standing(tiny)[1].next_step == "keep_warm"


def test_the_child_with_the_fewest_lessons_decides_on_the_talk(tiny):
    tiny.add("person", person_id="lin", campus_id="north", stage="payer", phone="+8613812345678",
             first_seen_at=NOW - timedelta(days=90), last_seen_at=NOW)  # fmt: skip
    for child in ("elder", "younger"):
        tiny.tell({"lin": [f"2026-11-01 enrol {child} ends=2027-06-30 lessons=16 student={child}"]})
    row, now = _standing(tiny)
    assert (row["lessons_left"], row["least_lessons_left"]) == (32, 16)
    assert now.next_step == "renewal_talk"


@pytest.mark.parametrize("change", ["is_formal = false", "ends_on = DATE '2026-11-20'"])
def test_a_trial_and_a_term_that_is_over_are_no_running_enrolment(tiny, change):
    tiny.add("person", person_id="lin", campus_id="north", stage="payer", phone="+8613812345678",
             first_seen_at=NOW - timedelta(days=90), last_seen_at=NOW)  # fmt: skip
    tiny.tell({"lin": ["2026-11-01 enrol E1 ends=2027-06-30 lessons=16"]})
    tiny.connection.execute(f"UPDATE fact_enrolment SET {change}")
    row, now = _standing(tiny)
    assert (row["active_enrolments"], now.next_step) == (0, "win_back")


def test_contribution_counts_each_order_and_person_once(known):
    _tell_a_life(known)
    known.tell({
        "wang": ["2026-09-01 lead by=lin", "2026-09-02 lead by=lin", "2026-09-05 order 3000"],
        "lina": ["2026-09-01 lead by=lin"],
        "lin": ["2026-09-03 lead by=lin"],  # their own introducer: nobody referred
        "twin": ["2026-09-03 lead device by=lin"],  # from lin's own device
        "known": ["2026-01-03 lead", "2026-09-03 lead by=lin"],  # was known before
        "second": ["2026-09-03 lead by=lin code=2"],  # somebody else's code came first
    })  # fmt: skip
    (row,) = known.fetch(contribution(known.facts(AS_OF), person_id="lin")).itertuples()
    assert (row.net_cny, row.orders) == (4009.9, 1)
    assert (row.referred, row.referred_payers, row.referred_net_cny) == (2, 1, 3000)
    assert row.first_paid_at == datetime.fromisoformat("2026-08-25T02:00")


def test_descendants_walk_the_share_tree_of_each_activity_apart(tiny):
    edges = [
        ("A1", "lin", "b"), ("A1", "b", "c"), ("A1", "c", "d"),
        ("A2", "b", "x"),  # in another activity: not through lin
        ("A2", "lin", "c"),
    ]  # fmt: skip
    for activity, sharer, person in edges:
        tiny.add("share_edge", activity_id=activity, sharer_person_id=sharer, person_id=person,
                 campus_id="north", arrived_at=NOW, arrived_on=date(2026, 11, 21))  # fmt: skip
    facts = tiny.facts(AS_OF)

    def below(person):
        return descendants(lambda nodes: tiny.fetch(share_children(facts, parents=nodes)), person)

    assert below("lin") == (3, 3)
    assert below("b") == (3, 2)
    assert below("d") == (0, 0)


def test_descendants_of_a_circle_end(tiny):
    tiny.tell({"a": ["2026-09-01 lead by=b"], "b": ["2026-09-02 lead by=a"]})
    facts = tiny.facts(AS_OF)
    people, _ = descendants(lambda ids: tiny.fetch(introduced(facts, parents=ids)), "a")
    assert people == 1
