"""The facts' columns: what metrics may read. One schema serves DuckDB, Parquet and Spark.

Suffixes: ``_at`` UTC instant, ``_on`` the campus's local day, ``_cny`` money. ``at`` and
``on`` name the column by which a fact is known (as-of) and by which a period takes it.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis

Columns = dict[str, str]

UNASSIGNED = "-"  # campus of rows that name none: seen by whole-institution roles only

_WHO: Columns = {"person_id": "string", "campus_id": "string"}
_SOURCE: Columns = {"channel_id": "string", "campaign": "string", "material": "string"}


@dataclass(frozen=True)
class FactSchema:
    """One fact: its columns, the time it is known by, and the columns that are personal."""

    name: str
    columns: Columns
    at: str = ""  # instant; compared with the as-of instant
    on: str = ""  # day; compared with the as-of day where there is no instant
    personal: tuple[str, ...] = ()  # each has a twin ``<column>_masked``
    sources: tuple[str, ...] = ()  # contracts it is built from

    @property
    def table(self) -> str:
        """The stored table's name."""
        return f"fact_{self.name}"

    @property
    def schema(self) -> ibis.Schema:
        """The fact as an Ibis schema."""
        return ibis.schema(self.columns)


_DATE, _TIME, _TEXT, _INT, _REAL, _BOOL, _CNY = (
    "date", "timestamp(6)", "string", "int64", "float64", "boolean", "decimal(18, 2)",
)  # fmt: skip

_FACTS = (
    FactSchema(
        "lead",
        {
            "lead_id": _TEXT, **_WHO, "household_id": _TEXT, **_SOURCE, "activity_id": _TEXT,
            "course_line": _TEXT, "owner_id": _TEXT, "created_at": _TIME, "created_on": _DATE,
            "created_hour": _INT, "assigned_at": _TIME, "status": _TEXT, "lost_reason": _TEXT,
            "introducer_person_id": _TEXT,
            "is_first": _BOOL,  # the person's first lead ever, anywhere
            "is_valid": _BOOL,  # missing where no lead at all has a phone: not to be judged
            "is_mapped": _BOOL, "has_touch": _BOOL,
            # What the person had done by the lead's creation: later events never change it.
            "visits_before": _INT, "pages_before": _INT, "dwell_seconds_before": _REAL,
            "properties": _TEXT,  # JSON: what the imported row said beyond the contract
        },
        at="created_at", on="created_on", sources=("leads", "events", "channels"),
    ),
    FactSchema(
        "touch",
        {
            "touch_id": _TEXT, **_WHO, **_SOURCE, "kind": _TEXT,  # click, visit, scan, lead
            "touched_at": _TIME, "touched_on": _DATE, "is_direct": _BOOL, "has_cost": _BOOL,
        },
        at="touched_at", on="touched_on", sources=("events", "leads", "spend"),
    ),
    FactSchema(
        "visit",
        {
            "visit_id": _TEXT, **_WHO, "channel_id": _TEXT, "activity_id": _TEXT,
            "started_at": _TIME, "started_on": _DATE, "pages": _INT, "dwell_seconds": _REAL,
            # The person's way at this campus: sums run up to this visit's end, so that the
            # latest visit known tells of all before it.
            "visit_no": _INT, "pages_so_far": _INT, "dwell_seconds_so_far": _REAL,
            "first_at": _TIME, "first_channel_id": _TEXT,
            "next_at": _TIME,  # the visit after it; missing where none is known
            "is_elsewhere": _BOOL,  # the person visits other campuses too
        },
        at="started_at", on="started_on", sources=("events",),
    ),
    FactSchema(
        "event",
        {
            "event_id": _TEXT, "name": _TEXT, **_WHO, **_SOURCE, "activity_id": _TEXT,
            "occurred_at": _TIME, "occurred_on": _DATE, "page": _TEXT, "dwell_seconds": _REAL,
            "share_id": _TEXT, "from_share_id": _TEXT, "share_channel": _TEXT,
            "sop": _TEXT, "arm": _TEXT,  # of an exposure: the playbook; treated or held_out
        },
        at="occurred_at", on="occurred_on", sources=("events",),
    ),
    # Events of activities alone, activity by activity: one of them is read without the rest.
    FactSchema(
        "activity_event",
        {
            "event_id": _TEXT, "activity_id": _TEXT, **_WHO, "name": _TEXT, "occurred_at": _TIME,
            "occurred_on": _DATE, "dwell_seconds": _REAL, "share_channel": _TEXT,
        },
        at="occurred_at", on="occurred_on", sources=("events",),
    ),
    FactSchema(
        "share_edge",
        {
            "activity_id": _TEXT, "sharer_person_id": _TEXT, **_WHO, "share_channel": _TEXT,
            "arrived_at": _TIME, "arrived_on": _DATE,
        },
        at="arrived_at", on="arrived_on", sources=("events",),
    ),
    FactSchema(
        "followup",
        {
            "followup_id": _TEXT, "lead_id": _TEXT, **_WHO, "staff_id": _TEXT,
            "happened_at": _TIME, "happened_on": _DATE, "method": _TEXT, "result": _TEXT,
            "is_effective": _BOOL, "duration_seconds": _INT, "note": _TEXT, "note_masked": _TEXT,
            "reason": _TEXT,  # why it was refused
        },
        at="happened_at", on="happened_on", personal=("note",), sources=("followups", "leads"),
    ),
    FactSchema(
        "order_line",
        {
            "order_line_id": _TEXT, "order_id": _TEXT, **_WHO, "household_id": _TEXT,
            "student_id": _TEXT, "lead_id": _TEXT, "course_id": _TEXT, "course_line": _TEXT,
            "paid_at": _TIME, "paid_on": _DATE, "kind": _TEXT,  # as orders.type
            "is_formal": _BOOL,  # a charge for a full-price course: what converts a lead
            "is_trial": _BOOL,  # a charge for a trial or token-price course
            "is_first": _BOOL,  # the person's first formal line ever, or first trial line, anywhere
            "net_cny": _CNY,  # paid positive, refunded negative, transfers and carry-overs 0
            "lessons": _INT,
        },
        at="paid_at", on="paid_on", sources=("orders", "order_lines", "courses"),
    ),
    FactSchema(
        "enrolment",
        {
            "enrolment_id": _TEXT, **_WHO, "household_id": _TEXT, "student_id": _TEXT,
            "course_id": _TEXT, "course_line": _TEXT, "class_id": _TEXT, "teacher_id": _TEXT,
            "class_teacher_id": _TEXT, "started_on": _DATE, "ends_on": _DATE,
            "lessons_bought": _INT, "state": _TEXT, "stopped_on": _DATE,
            "renewed_from_id": _TEXT,
            "is_renewal_inferred": _BOOL,  # read off the orders: no source names one
            "is_formal": _BOOL,
        },
        on="started_on",
        sources=("enrolments", "classes", "courses", "orders", "order_lines", "seats", "lessons"),
    ),
    # One row per formal enrolment: when it falls due, and whether and how it was renewed.
    FactSchema(
        "due",
        {
            "enrolment_id": _TEXT, **_WHO, "student_id": _TEXT, "course_id": _TEXT,
            "course_line": _TEXT, "class_id": _TEXT, "teacher_id": _TEXT,
            "class_teacher_id": _TEXT, "is_school_age": _BOOL, "started_on": _DATE,
            "basis": _TEXT,  # term, pack, day_card
            "due_on": _DATE,  # missing while a pack without an end is not used up
            "ends_on": _DATE,
            "depleted_on": _DATE,  # the day its last lesson was used
            "lessons_bought": _INT, "lessons_used": _REAL, "last_lesson_on": _DATE,
            "weekly_lessons": _REAL,  # velocity at the last lesson, exponentially weighted
            "due_cny": _CNY,  # what it was bought for
            "paid_on": _DATE, "order_kind": _TEXT,  # of its own order: as orders.type
            "state": _TEXT, "stopped_on": _DATE, "refunded_on": _DATE, "refunded_cny": _CNY,
            "renewed_from_id": _TEXT, "term_no": _INT,  # 1 for one that renews none
            "renewal_id": _TEXT, "renewed_on": _DATE,  # the day the renewal was paid
            "renewed_cny": _CNY, "renewal_kind": _TEXT,  # charge, carry_over, transfer
            "renewal_starts_on": _DATE,
            "is_renewal_inferred": _BOOL,  # the renewal is read off the orders
            "renewal_refunded_on": _DATE, "lessons_left_at_renewal": _REAL,
        },
        on="started_on",
        sources=("enrolments", "orders", "order_lines", "seats", "lessons", "courses"),
    ),
    FactSchema(
        "seat",
        {
            "seat_id": _TEXT, **_WHO, "student_id": _TEXT, "enrolment_id": _TEXT,
            "class_id": _TEXT, "course_id": _TEXT, "course_line": _TEXT, "teacher_id": _TEXT,
            "lesson_id": _TEXT, "lesson_no": _INT, "starts_at": _TIME, "held_on": _DATE,
            "lesson_state": _TEXT, "attendance": _TEXT, "made_up_on": _DATE,
            "consumed_lessons": _REAL, "watched_share": _REAL,
        },
        at="starts_at", on="held_on", sources=("seats", "lessons", "classes", "courses"),
    ),
    FactSchema(
        "assessment",
        {
            "assessment_id": _TEXT, **_WHO, "student_id": _TEXT, "course_id": _TEXT,
            "class_id": _TEXT, "due_on": _DATE, "taken_on": _DATE, "score": _REAL,
            "full_score": _REAL,
        },
        on="due_on", sources=("assessments",),
    ),
    FactSchema(
        "feedback",
        {
            "feedback_id": _TEXT, **_WHO, "student_id": _TEXT, "class_id": _TEXT,
            "given_at": _TIME, "given_on": _DATE, "rating": _REAL, "nps": _REAL,
            "is_complaint": _BOOL,
        },
        at="given_at", on="given_on", sources=("feedback",),
    ),
    FactSchema(
        "reward",
        {
            "reward_id": _TEXT, **_WHO, "student_id": _TEXT, "lead_id": _TEXT,
            "activity_id": _TEXT, "granted_at": _TIME, "granted_on": _DATE, "cost_cny": _CNY,
        },
        at="granted_at", on="granted_on", sources=("rewards",),
    ),
    # One row per lead that names who recommended it.
    FactSchema(
        "referral",
        {
            "lead_id": _TEXT, **_WHO, **_SOURCE, "course_line": _TEXT, "activity_id": _TEXT,
            "introducer_person_id": _TEXT, "created_at": _TIME, "created_on": _DATE,
            "is_first": _BOOL,  # the person's first lead ever
            "code_no": _INT,  # 1 for the person's first introducer, 2 for the next…
            "is_same_person": _BOOL,  # who recommends themselves, by phone or account
            "is_same_device": _BOOL,  # left from a device of the introducer's own leads
        },
        at="created_at", on="created_on", sources=("leads", "students", "guardians"),
    ),
    FactSchema(
        "spend",
        {
            "spend_id": _TEXT, "campus_id": _TEXT, **_SOURCE, "spend_on": _DATE,
            "impressions": _INT, "clicks": _INT, "cost_cny": _CNY, "claimed_conversions": _INT,
            "is_mapped": _BOOL,
        },
        on="spend_on", sources=("spend", "channels"),
    ),
    FactSchema(
        "target",
        {"campus_id": _TEXT, "month_on": _DATE, "metric": _TEXT, "value": _REAL},
        sources=("targets",),
    ),
    FactSchema(
        "activity_plan",
        {
            "activity_id": _TEXT, "campus_id": _TEXT, "phase": _TEXT, "share_channel": _TEXT,
            "planned_visits": _INT, "planned_leads": _INT,
        },
        sources=("activity_plans", "activities"),
    ),
    # Plans are edited after the newest load too, so no instant cuts their history.
    FactSchema(
        "plan_edit",
        {
            "edit_id": _TEXT, "campus_id": _TEXT, "plan": _TEXT, "month_on": _DATE,
            "activity_id": _TEXT, "phase": _TEXT, "share_channel": _TEXT, "item": _TEXT,
            "before": _REAL, "after": _REAL, "edited_at": _TIME, "edited_by": _TEXT,
        },
        sources=("plan_edits",),
    ),
    # One row per person and campus that knows them: who may be found, and by whom.
    FactSchema(
        "person",
        {
            **_WHO, "household_id": _TEXT, "owner_id": _TEXT, "name": _TEXT, "name_masked": _TEXT,
            "pinyin": _TEXT, "pinyin_masked": _TEXT, "initials": _TEXT, "initials_masked": _TEXT,
            "phone": _TEXT, "phone_masked": _TEXT,
            "phone_key": _TEXT,  # keyed hash of the full number: finds it without showing it
            "student_names": _TEXT, "student_names_masked": _TEXT,
            "stage": _TEXT,  # visitor, lead, trial, payer
            "first_seen_at": _TIME, "last_seen_at": _TIME,
        },
        at="first_seen_at", personal=("name", "pinyin", "initials", "phone", "student_names"),
        sources=("leads", "students", "guardians", "events"),
    ),
    FactSchema(
        "identifier",
        {
            **_WHO, "kind": _TEXT, "value": _TEXT, "value_masked": _TEXT, "is_weak": _BOOL,
            "evidence": _TEXT, "source": _TEXT, "linked_at": _TIME,
        },
        at="linked_at", personal=("value",), sources=("leads", "students", "guardians", "events"),
    ),
    # Two identifiers that stood side by side and were not joined: for a person to decide.
    FactSchema(
        "conflict",
        {
            **_WHO, "other_person_id": _TEXT,
            "reason": _TEXT,  # limit_<kind>, too_large, shared, device_of_many
            "kind": _TEXT, "value": _TEXT, "value_masked": _TEXT,
            "other_kind": _TEXT, "other_value": _TEXT, "other_value_masked": _TEXT,
            "evidence": _TEXT, "source": _TEXT, "seen_at": _TIME,
        },
        at="seen_at", personal=("value", "other_value"),
        sources=("leads", "guardians", "events"),
    ),
)  # fmt: skip

FACTS: dict[str, FactSchema] = {fact.name: fact for fact in _FACTS}
