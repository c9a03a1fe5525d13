"""One person: who is meant, what is known of them, and who belongs to them.

Functions of `Facts`, not metrics: each gives rows about people the viewer may read, so a
person outside the scope and one who does not exist give the same empty table. Phone
numbers come masked for every role; only `phone` gives one whole.
"""

from __future__ import annotations

import unicodedata

import ibis
import ibis.expr.types as ir

from data.errors import InvalidOption
from data.facts import Facts
from metrics.foundation.registry import table
from metrics.people.contribution import contribution, descendants, introduced, share_children
from metrics.people.phone import masked_phone
from metrics.people.state import Standing, current_state, standing
from metrics.people.timeline import KINDS, timeline

__all__ = [
    "KINDS", "SEARCH_LIMIT", "Standing", "contribution", "current_state", "descendants",
    "household", "identifiers", "introduced", "masked_phone", "phone", "search", "share_children",
    "standing", "timeline",
]  # fmt: skip

SEARCH_LIMIT = 20
_LAST_DIGITS = 4  # fewer digits would find half the institution
_NO_MATCH = 9


@table(grain="person")
def search(facts: Facts, *, text: str = "", phone_key: str = "", written: str = "") -> ir.Table:
    """The people a viewer means by a name, pinyin, number or id, best match first.

    A role without personal rights has masked names and pinyin, and only these are
    compared: what it cannot read cannot be guessed letter by letter. The last four
    digits are compared with the masked number, a full number with its keyed hash.

    Parameters
    ----------
    facts
        The viewer's facts.
    text
        Part of the parent's or the student's name, full pinyin or initials, the last
        four digits of the number, or a person, lead, student or CRM id.
    written
        How the text is written, as `writing` tells it; "" has it told here. Where the text
        is bound to a statement, only who asks has seen it.
    phone_key
        Keyed hash of a full number; with it ``text`` takes no part.

    Returns
    -------
    ibis Table
        At most 20 people, one row each: ``person_id``, ``name``, ``student_names``,
        ``phone`` (masked), ``campus_id`` (where last seen), ``campuses`` (how many know
        them), ``stage``, ``owner_id``, ``first_seen_at``, ``last_seen_at``, ``rank`` (0
        exact, 1 beginning, 2 part).
    """
    who = facts.person.mutate(phone=masked_phone(facts.person.phone))
    if phone_key:
        found = who.mutate(rank=ibis.ifelse(who.phone_key == phone_key, 0, _NO_MATCH))
    else:
        plain = normalised(text)
        found = _ranked(facts, who, plain, written or writing(plain))
    found = found.filter(found.rank < _NO_MATCH)
    best = found.group_by("person_id").aggregate(
        **{
            name: found[name].argmax(found.last_seen_at)
            for name in ("name", "student_names", "phone", "campus_id", "stage", "owner_id")
        },
        campuses=found.campus_id.nunique(),
        first_seen_at=found.first_seen_at.min(),
        last_seen_at=found.last_seen_at.max(),
        rank=found["rank"].min(),
    )
    order = (best["rank"], ibis.desc(best.last_seen_at), best.person_id)
    return best.order_by(order).limit(SEARCH_LIMIT)


def normalised(text: str) -> str:
    """A text as it is compared: full-width letters as half-width, one blank between words."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def writing(text: str) -> str:
    """How a normalised text is written: one of "nothing", "digits", "id", "letters", "name"."""
    if not text:
        return "nothing"
    if text.isascii() and any(map(str.isdigit, text)):
        return "digits" if text.isdigit() and len(text) >= _LAST_DIGITS else "id"
    return "letters" if text.isascii() and len(text) > 1 else "name"


def _ranked(facts: Facts, who: ir.Table, text: str, written: str) -> ir.Table:
    if written == "nothing":
        return who.mutate(rank=ibis.literal(_NO_MATCH))
    asked = ibis.literal(text)
    if written in ("digits", "id"):
        return _ranked_by_number(facts, who, asked, is_digits=written == "digits")
    plain = asked.lower()
    name = who.name.lower()
    students = who.student_names.lower()
    ranks = [
        (name == plain, 0),
        (students == plain, 0),
        (name.startswith(plain), 1),
        (name.contains(plain), 2),
        (students.contains(plain), 2),
    ]
    if written == "letters":
        ranks.append((who.person_id == asked.upper(), 0))  # a person's id may lack digits
        letters = plain.re_replace("[^a-z]", "")
        blank = ibis.literal(" ")
        # One word a name: the parent's first, then the students'.
        for spelt in (" " + who.pinyin + " ", " " + who.initials + " "):
            ranks += [
                (spelt.contains(blank + letters + blank), 0), (spelt.contains(blank + letters), 1),
            ]  # fmt: skip
        ranks.append((who.pinyin.contains(letters), 2))
    ranks.sort(key=lambda pair: pair[1])
    return who.mutate(rank=ibis.cases(*ranks, else_=_NO_MATCH))


def _ranked_by_number(
    facts: Facts, who: ir.Table, asked: ir.StringValue, *, is_digits: bool
) -> ir.Table:
    """Ids exactly as written; four digits and more against the masked number's end."""
    spellings = [asked, asked.upper(), asked.lower()]
    # A full number is found by its key alone.
    known = facts.identifier.filter(facts.identifier.kind != "phone")
    named = ibis.union(
        facts.lead.filter(facts.lead.lead_id.isin(spellings)).select("person_id"),
        facts.enrolment.filter(facts.enrolment.student_id.isin(spellings)).select("person_id"),
        facts.order_line.filter(facts.order_line.student_id.isin(spellings)).select("person_id"),
        known.filter(known.value.isin(spellings)).select("person_id"),
        who.filter(who.person_id.isin(spellings)).select("person_id"),
        distinct=True,
    )
    marked = who.left_join(named.mutate(is_named=True), "person_id").drop("person_id_right")
    ranks = [(marked.is_named.fill_null(False), 0)]
    if is_digits:
        ranks.append((marked.phone.endswith(asked), 1))
    return marked.mutate(rank=ibis.cases(*ranks, else_=_NO_MATCH)).drop("is_named")


@table(grain="phone", gated=True)
def phone(facts: Facts, *, person_id: str) -> ir.Table:
    """A person's numbers as the role may read them: whole with personal rights, else masked.

    Only what the viewer asked to see by a button, with a reason, may run this.
    """
    who = facts.person.filter(facts.person.person_id == _checked(person_id))
    return who.filter(who.phone.notnull()).select("phone").distinct().order_by("phone")


@table(grain="identifier")
def identifiers(facts: Facts, *, person_id: str) -> ir.Table:
    """What makes these records one person: each identifier with its evidence, newest first.

    ``value`` is as the role may read it, phone numbers masked for all; ``is_weak`` marks
    what alone never joins two people.
    """
    known = facts.identifier.filter(facts.identifier.person_id == _checked(person_id))
    value = ibis.ifelse(known.kind == "phone", masked_phone(known.value), known.value)
    rows = known.mutate(value=value).group_by("kind", "value", "is_weak", "evidence", "source")
    linked = rows.aggregate(linked_at=known.linked_at.min())
    return linked.order_by("is_weak", ibis.desc("linked_at"), "kind", "value")


@table(grain="person")
def household(facts: Facts, *, person_id: str) -> ir.Table:
    """Who belongs to the person's household: adults first, then students.

    Returns
    -------
    ibis Table
        ``member`` ("self", "adult", "student"), ``member_id`` (person or student id),
        ``name`` (missing for students: the adults' rows name them), ``student_names``,
        ``phone`` (masked), ``stage``, ``course_id`` and ``state`` (of a student's
        newest enrolment), ``enrolments``, ``last_at`` (last seen, UTC; missing for students).
    """
    asked = _checked(person_id)
    own = facts.person.filter(facts.person.person_id == asked)
    homes = own.filter(own.household_id.notnull()).select("household_id").distinct()
    together = facts.person.semi_join(homes, "household_id").union(own, distinct=True)
    adults = together.group_by("person_id").aggregate(
        **{
            name: together[name].argmax(together.last_seen_at)
            for name in ("name", "student_names", "phone", "stage")
        },
        last_at=together.last_seen_at.max(),
    )
    nothing = ibis.null("string")
    adults = adults.select(
        member=ibis.ifelse(adults.person_id == asked, "self", "adult"),
        member_id=adults.person_id,
        name=adults.name,
        student_names=adults.student_names,
        phone=masked_phone(adults.phone),
        stage=adults.stage,
        course_id=nothing,
        state=nothing,
        enrolments=ibis.literal(0, "int64"),
        last_at=adults.last_at,
    )
    studies = facts.enrolment.semi_join(
        together.select("person_id").distinct(), "person_id"
    )  # a student without enrolment is named by the adults' rows alone
    students = studies.group_by("student_id").aggregate(
        course_id=studies.course_id.argmax(studies.started_on),
        state=studies.state.argmax(studies.started_on),
        enrolments=studies.enrolment_id.nunique().cast("int64"),
    )
    students = students.select(
        member=ibis.literal("student"),
        member_id=students.student_id,
        name=nothing,
        student_names=nothing,
        phone=nothing,
        stage=nothing,
        course_id=students.course_id,
        state=students.state,
        enrolments=students.enrolments,
        last_at=ibis.null("timestamp(6)"),
    )
    rows = adults.union(students)
    place = ibis.cases((rows.member == "self", 0), (rows.member == "adult", 1), else_=2)
    return rows.order_by(place, "member_id")


def _checked(person_id: str) -> str:
    if not person_id:
        raise InvalidOption("person_id must name a person, got nothing")
    return person_id
