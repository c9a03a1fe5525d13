"""One person: found by what a viewer knows of them, told from first click to referral."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from data.errors import InvalidOption, UnknownName
from data.identity import phone_key
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
from tests.journeys import KEY
from tests.metrics.tiny_facts import TinyFacts

AS_OF = "2026-11-21T10:00"
NOW = datetime.fromisoformat(AS_OF)
PEOPLE = {
    "lin": ("林晓梅", "+8613812345678", "林小宝"),
    "lina": ("林娜", "+8613900001234", "周周"),
    "wang": ("王芳", "+8613700005678", "王林林"),
    "ou": ("欧阳静", "+8613612341234", "欧阳文"),
}


KEYS = {person: phone_key(KEY, number) for person, (_, number, _) in PEOPLE.items()}


@pytest.fixture
def known(tiny):
    """Four parents: three of the north campus, one of the south."""
    return _told(tiny)


@pytest.fixture(scope="module")
def known_once():
    """The same four, for tests that add nothing."""
    tiny = TinyFacts()
    yield _told(tiny)
    tiny.close()


def ago(days):
    """The moment so many days before the as-of time."""
    return (NOW - timedelta(days=days)).isoformat()


GIVEN = f"assigned={ago(30)}"


def _told(tiny, lin=GIVEN):
    for i, (person, (name, number, student)) in enumerate(PEOPLE.items()):
        tiny.phone(person, number)
        campus, owner = "south" if person == "ou" else "north", "S2" if person == "wang" else "S1"
        given = lin if person == "lin" else GIVEN
        own = "device=D-77" if person == "lin" else ""
        tiny.tell(
            {
                person: [
                    f"{ago(30)} lead - id=L{i} owner={owner} status=new name={name}"
                    f" child={student} {own} {given}",
                    f"{ago(9 - i)} view / known {own}",
                ]
            },
            campus=campus,
        )
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
        ("lin", ["lina", "lin", "wang"]),  # a child of wang is called Linlin
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
    assert _found(known_once, phone_key=KEYS["lin"]) == ["lin"]
    assert _found(known_once, phone_key=KEYS["lin"], role="analyst") == ["lin"]
    assert _found(known_once, text="13812345678") == []
    assert _found(known_once, text="+8613812345678") == []


def test_search_by_student_crm_and_person_id(known):
    known.tell(
        {
            "wang": [f"{ago(1)} lead - crm=CRM77"],
            "lina": ["2026-09-01 enrol E1 student=ST9"],
            "Pf00d1": [f"{ago(0)} view /"],
        }
    )
    assert _found(known, text="CRM77") == ["wang"]
    assert _found(known, text="st9") == ["lina"]
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
    (row,) = known_once.fetch(search(facts, phone_key=KEYS["lin"])).itertuples()
    assert (row.name, row.student_names, row.phone) == ("林**", "林**", "138****5678")


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
    assert _found(known_once, phone_key=KEYS["ou"], **head) == []
    own = {"role": "consultant", "campuses": ("north",), "staff_id": "S1"}
    assert _found(known_once, text="林", **own) == ["lina", "lin"]
    assert _found(known_once, text="L2", **own) == []
    assert _found(known_once, text="林", role="nobody") == []


def test_search_gives_at_most_twenty_and_one_row_a_person(tiny):
    for campus in ("north", "south"):
        tiny.tell({f"p{i:02}": [f"{ago(i)} lead - name=李雷"] for i in range(30)}, campus=campus)
    found = _found(tiny, text="李雷")
    assert found == [f"p{i:02}" for i in range(20)]


def _tell_a_life(tiny, more=""):
    lessons = (
        ("07", "present", ""), ("09", "late", ""), ("11", "leave", ""), ("14", "absent", ""),
        ("16", "absent", ""), ("18", "absent", "lesson=cancelled"), ("21", "absent", ""),
        ("23", "unmarked", ""),
    )  # fmt: skip
    tiny.tell({
        "lin": [
            "2026-08-01T02:00 touch feed",
            "2026-08-03T02:00 lead feed owner=S1 id=LA",
            "2026-08-20T02:00 trial 9.9",
            "2026-08-25T02:00 order 5000",
            f"2026-09-01 enrol E1 student=ST1 {more}",
            *(
                f"2026-09-{day}T02:00 seat {said} enrolment=E1 student=ST1"
                f" consumed={int(said == 'present')} {which}"
                for day, said, which in lessons
            ),
            "2026-10-01T02:00 refund 1000",
        ],
    })  # fmt: skip
    tiny.add(
        "followups", followup_id="F1", lead_id="LA", staff_id="S1", method="call",
        happened_at=datetime.fromisoformat("2026-08-04T02:00"), result="talked",
        is_effective=True, duration_seconds=95, note="改打 138-1234 5678",
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
    tiny.tell({"lin": ["2026-08-05T00:00 lead - id=L9 owner=S1 assigned=2026-08-09T00:00"]})
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


def test_timeline_leaves_out_what_a_role_may_not_read(tiny, tinies):
    own = {"role": "teacher", "campuses": ("north",), "staff_id": "T1"}
    _tell_a_life(tiny, "teacher=T2")
    assert _entries(tiny, **own).empty
    taught = tinies()
    _tell_a_life(taught, "teacher=T1")
    assert set(_entries(taught, **own)["kind"]) == {"lead", "enrolment", "lesson"}


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
    rows = known.fetch(identifiers(known.facts(AS_OF), person_id="lin"))
    assert list(zip(rows["kind"], rows["value"], rows["is_weak"], strict=True)) == [
        ("phone", "138****5678", False),
        ("device", "D-77", True),
    ]
    masked = known.fetch(identifiers(known.facts(AS_OF, role="analyst"), person_id="lin"))
    assert list(masked["value"]) == ["138****5678", "***"]


def test_phone_comes_whole_only_with_personal_rights(known_once):
    (whole,) = known_once.fetch(phone(known_once.facts(AS_OF), person_id="lin"))["phone"]
    (masked,) = known_once.fetch(phone(known_once.facts(AS_OF, role="marketing"), person_id="lin"))[
        "phone"
    ]
    assert (whole, masked) == ("+8613812345678", "138****5678")
    with pytest.raises(InvalidOption, match="person_id must name a person"):
        phone(known_once.facts(AS_OF), person_id="")


def test_household_lists_adults_then_students(known):
    known.tell(
        {
            "wang": [
                "2026-01-01 enrol E0 student=ST1 course=K0 state=completed",
                "2026-09-01 enrol E1 student=ST1 course=K1",
                "2026-09-01 enrol E2 student=ST2 course=K2",
            ]
        }
    )
    known.add("guardians", student_id="ST1", phone=known.phone("lin"), is_primary=False)
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
def test_sla_clock_climbs_the_ladder_while_nobody_was_reached(tiny, days, step, next_day):
    start = NOW - timedelta(days=days)
    _told(tiny, lin=f"assigned={ago(days)}")
    # A call that nobody answered does not stop the clock.
    tiny.tell({"lin": [f"{ago(0)} followup result=no_answer"]})
    _, now = _standing(tiny)
    assert (now.waiting_days, now.sla_step) == (int(days), step)
    assert now.sla_next_at == (start + timedelta(days=next_day) if next_day else None)
    assert (now.next_step, now.due_at) == ("call_again", NOW + timedelta(days=1))


def test_sla_clock_stops_when_the_lead_was_reached_or_closed(known, tinies):
    known.tell({"lin": [f"{ago(2)} followup effective result=talked"]})
    row, now = _standing(known)
    assert (now.waiting_days, now.sla_step, now.sla_next_at) == (None, 0, None)
    assert (now.days_since_contact, now.next_step) == (2, "invite_trial")
    assert (row["contacts"], row["last_result"]) == (1, "talked")
    row, now = _standing(_told(tinies(), lin=f"status=lost {GIVEN}"))
    assert (row["open_leads"], now.waiting_days) == (0, None)


def test_sla_clock_starts_again_with_a_new_lead_and_counts_unassigned_from_creation(known):
    known.tell(
        {
            "lin": [
                f"{ago(20)} followup effective result=talked",
                f"{ago(4)} lead - id=L9 status=new",
            ]
        }
    )
    row, now = _standing(known)
    assert (now.waiting_days, now.sla_step, row["is_unassigned"]) == (4, 1, True)


def test_sla_clock_is_silent_for_a_role_that_reads_no_contacts(known):
    known.tell({"lin": ["2026-09-01 enrol E1 teacher=T1 lessons=40"]})
    row, now = _standing(known, role="teacher", campuses=("north",), staff_id="T1")
    assert (now.waiting_days, now.days_since_contact, row["reads_contacts"]) == (None, None, False)
    assert now.next_step == "keep_warm"


def test_current_state_sees_misses_running_and_lessons_left(tiny, tinies):
    back = {"lin": ["2026-09-28T02:00 seat present enrolment=E1 student=ST1"]}
    _tell_a_life(tiny)
    row, now = _standing(tiny)
    assert (row["misses_running"], row["lessons_held"], row["lessons_attended"]) == (3, 6, 2)
    assert (row["lessons_left"], row["active_enrolments"], now.next_step) == (47, 1, "recall")
    tiny.tell(back)
    row, now = _standing(tiny)
    assert (row["misses_running"], now.next_step) == (0, "keep_warm")
    for ends, step in (("2026-12-21", "renewal_talk"), ("2026-12-22", "keep_warm")):
        ending = tinies()
        _tell_a_life(ending, f"ends={ends}")
        ending.tell(back)
        assert _standing(ending)[1].next_step == step


def test_the_child_with_the_fewest_lessons_decides_on_the_talk(tiny):
    for child in ("elder", "younger"):
        tiny.tell({"lin": [f"2026-11-01 enrol {child} ends=2027-06-30 lessons=16 student={child}"]})
    row, now = _standing(tiny)
    assert (row["lessons_left"], row["least_lessons_left"]) == (32, 16)
    assert now.next_step == "renewal_talk"


@pytest.mark.parametrize("kind", ["course=taste ends=2027-06-30", "ends=2026-11-20"])
def test_a_trial_and_a_term_that_is_over_are_no_running_enrolment(tiny, kind):
    tiny.add("courses", course_id="taste", name="taste", course_line="maths", type="trial")
    tiny.tell({"lin": ["2026-10-30 order 5000", f"2026-11-01 enrol E1 {kind} lessons=16"]})
    row, now = _standing(tiny)
    assert (row["active_enrolments"], now.next_step) == (0, "win_back")


def test_contribution_counts_each_order_and_person_once(known):
    _tell_a_life(known)
    known.tell({
        "wang": ["2026-09-01 lead by=lin", "2026-09-02 lead by=lin", "2026-09-05 order 3000"],
        "lina": ["2026-09-01 lead by=lin"],
        "lin": ["2026-09-03 lead by=lin"],  # their own introducer: nobody referred
        "twin": ["2026-09-03 lead - device=lin-device by=lin"],  # from lin's own device
        "known": ["2026-01-03 lead", "2026-09-03 lead by=lin"],  # was known before
        # Somebody else's code came first.
        "second": ["2026-09-02 lead by=ou", "2026-09-03 lead by=lin"],
    })  # fmt: skip
    (row,) = known.fetch(contribution(known.facts(AS_OF), person_id="lin")).itertuples()
    assert (row.net_cny, row.orders) == (4009.9, 1)
    assert (row.referred, row.referred_payers, row.referred_net_cny) == (2, 1, 3000)
    assert row.first_paid_at == datetime.fromisoformat("2026-08-25T02:00")


def test_descendants_walk_the_share_tree_of_each_activity_apart(tiny):
    came = {
        "A1": [("lin", ""), ("b", "lin"), ("c", "b"), ("d", "c")],
        # In another activity: x not through lin.
        "A2": [("lin", ""), ("b", ""), ("x", "b"), ("c", "lin")],
    }
    for activity, people in came.items():
        for n, (person, by) in enumerate(people):
            link = f"from={activity}-{by}" if by else ""
            view = f"2026-11-20T0{n}:00 view / activity={activity} share={activity}-{person} {link}"
            tiny.tell({person: [view]})
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
