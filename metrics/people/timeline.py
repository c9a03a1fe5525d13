"""A person's life with the institution, from the first click to the referral, newest first."""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from data.errors import UnknownName
from data.facts import Facts
from metrics.foundation.registry import table
from metrics.people.entries import as_entries, joined, local_day_of
from metrics.people.lessons import MISSES_ALARM, assessment_weeks, lesson_weeks

TIMELINE_LIMIT = 2000

_PHONE_IN_TEXT = r"(1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})"


@table(grain="entry")
def timeline(facts: Facts, *, person_id: str, kinds: tuple[str, ...] = ()) -> ir.Table:
    """Everything the viewer may know of a person, one row an entry, newest first.

    Lessons and assessments come one row a week, student and course: a year of lessons
    would hide the rest. Entries of which only the day is known have no ``at`` and stand
    below that day's others. What a role may not read (costs, orders, notes) is left out
    or masked by `Facts`; numbers written into notes are masked for all.

    Parameters
    ----------
    facts
        The viewer's facts.
    person_id
        The resolved person.
    kinds
        Kinds wanted, of `KINDS`; none gives all.

    Returns
    -------
    ibis Table
        The columns of `metrics.people.entries.ENTRY`; at most 2,000 entries; none for a
        person out of scope.

    Raises
    ------
    UnknownName
        If a kind is not known.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise UnknownName("kind", kind, KINDS)
    wanted = set(kinds or KINDS)
    found = [source(facts, person_id) for source, gives in _SOURCES if wanted & set(gives)]
    entries = ibis.union(*found) if len(found) > 1 else found[0]
    if kinds:
        entries = entries.filter(entries.kind.isin(kinds))
    newest = (ibis.desc(entries["on"]), entries["at"].desc(nulls_first=False), "kind", "entry_id")
    return entries.order_by(newest).limit(TIMELINE_LIMIT)


def _touch(facts: Facts, person_id: str) -> ir.Table:
    rows = facts.touch.filter(facts.touch.person_id == person_id)
    rows = rows.filter(~rows.kind.isin(["visit", "lead"]))  # they have entries of their own
    return as_entries(
        rows, "touch", entry_id=rows.touch_id, at=rows.touched_at, on=rows.touched_on,
        title=rows.kind, detail=joined(rows.campaign, rows.material),
    )  # fmt: skip


def _visit(facts: Facts, person_id: str) -> ir.Table:
    rows = facts.visit.filter(facts.visit.person_id == person_id)
    rows = rows.filter((rows.pages > 0) | (rows.dwell_seconds > 0))  # a click alone is a touch
    return as_entries(
        rows, "visit", entry_id=rows.visit_id, at=rows.started_at, on=rows.started_on,
        title=ibis.literal("visit"), quantity=rows.pages, seconds=rows.dwell_seconds,
    )  # fmt: skip


def _share(facts: Facts, person_id: str) -> ir.Table:
    rows = facts.event.filter(facts.event.person_id == person_id)
    own = rows.from_share_id.isnull() | (rows.share_id != rows.from_share_id)
    rows = rows.filter(rows.share_id.notnull() & own)
    return as_entries(
        rows, "share", entry_id=rows.event_id, at=rows.occurred_at, on=rows.occurred_on,
        title=ibis.literal("shared"), status=rows.share_channel, ref_id=rows.share_id,
    )  # fmt: skip


def _arrival(facts: Facts, person_id: str) -> ir.Table:
    """People who came through the person's shares, by day, and the share they came by."""
    edges = facts.share_edge
    brought = edges.filter(edges.sharer_person_id == person_id)
    days = brought.group_by("activity_id", "arrived_on").aggregate(
        at=brought.arrived_at.max(),
        quantity=brought.person_id.nunique(),
        campus_id=brought.campus_id.max(),
        status=brought.share_channel.max(),
        other_person_id=ibis.ifelse(
            brought.person_id.nunique() == 1, brought.person_id.max(), ibis.null("string")
        ),
    )
    out = as_entries(
        days, "arrival", on=days.arrived_on, title=ibis.literal("brought"),
        entry_id=days.activity_id + "/" + days.arrived_on.cast("string"),
    )  # fmt: skip
    came = edges.filter(edges.person_id == person_id)
    # Only the sharers are looked up: everybody is a great many.
    sharers = facts.person.semi_join(came, facts.person.person_id == came.sharer_person_id)
    seen = sharers.select(other_person_id="person_id").distinct()
    came = came.left_join(seen, came.sharer_person_id == seen.other_person_id)
    return out.union(
        as_entries(
            came, "arrival", entry_id=came.activity_id, at=came.arrived_at, on=came.arrived_on,
            title=ibis.literal("came"), status=came.share_channel,
        )
    )  # fmt: skip


def _lead(facts: Facts, person_id: str) -> ir.Table:
    rows = facts.lead.filter(facts.lead.person_id == person_id)
    detail = joined(rows.campaign, rows.material)
    created = as_entries(
        rows, "lead", entry_id=rows.lead_id, at=rows.created_at, on=rows.created_on,
        title=ibis.literal("created"), detail=detail, ref_id=rows.lead_id,
    )  # fmt: skip
    # Assignment may be later than the lead, hence later than what is known.
    given = rows.filter(rows.assigned_at <= facts.as_of)
    assigned = as_entries(
        given.drop("channel_id"), "lead", entry_id=given.lead_id + "/assigned",
        at=given.assigned_at, on=local_day_of(given.assigned_at), title=ibis.literal("assigned"),
        staff_id=given.owner_id, ref_id=given.lead_id,
    )  # fmt: skip
    return created.union(assigned)


def _followup(facts: Facts, person_id: str) -> ir.Table:
    rows = facts.followup.filter(facts.followup.person_id == person_id)
    note = rows.note.re_replace(_PHONE_IN_TEXT, r"\1****\2")
    return as_entries(
        rows, "followup", entry_id=rows.followup_id, at=rows.happened_at, on=rows.happened_on,
        title=rows.method, status=rows.result, detail=note, seconds=rows.duration_seconds,
        ref_id=rows.lead_id,
    )  # fmt: skip


def _money(facts: Facts, person_id: str) -> ir.Table:
    """Trial orders, orders, refunds and transfers, one entry an order and kind."""
    lines = facts.order_line.filter(facts.order_line.person_id == person_id)
    kind = ibis.cases(
        (lines.kind == "refund", "refund"),
        (lines.kind != "charge", "transfer"),
        (lines.is_trial, "trial"),
        else_="order",
    )
    lines = lines.mutate(what=kind)
    orders = lines.group_by("order_id", "what").aggregate(
        at=lines.paid_at.min(), on=lines.paid_on.min(), title=lines.kind.max(),
        amount_cny=lines.net_cny.sum(), quantity=lines.lessons.sum(),
        campus_id=lines.campus_id.max(), course_id=lines.course_id.max(),
        student_id=lines.student_id.max(),
    )  # fmt: skip
    entry_id = orders.order_id + "/" + orders.what
    return as_entries(orders, orders.what, entry_id=entry_id, ref_id=orders.order_id)


def _trial_courses(facts: Facts) -> ir.Table:
    """Courses whose lessons are trials."""
    types = facts.course.filter(facts.course.type.isin(["trial", "token"]))
    return types.select("course_id").distinct()


def _trial(facts: Facts, person_id: str) -> ir.Table:
    seats = facts.seat.filter(facts.seat.person_id == person_id)
    seats = seats.filter(seats.lesson_state != "cancelled")
    lessons = seats.semi_join(_trial_courses(facts), "course_id")
    return as_entries(
        lessons, "trial", entry_id=lessons.seat_id, at=lessons.starts_at, on=lessons.held_on,
        title=ibis.literal("lesson"), status=lessons.attendance, staff_id=lessons.teacher_id,
        ref_id=lessons.lesson_id,
    )  # fmt: skip


def _enrolment(facts: Facts, person_id: str) -> ir.Table:
    rows = facts.enrolment.filter(facts.enrolment.person_id == person_id)
    started = as_entries(
        rows, "enrolment", entry_id=rows.enrolment_id, on=rows.started_on,
        title=ibis.ifelse(rows.renewed_from_id.notnull(), "renewed", "started"),
        status=ibis.ifelse(rows.is_formal, ibis.null("string"), "trial"),
        quantity=rows.lessons_bought, ref_id=rows.enrolment_id, staff_id=rows.class_teacher_id,
    )  # fmt: skip
    ended = rows.filter(rows.stopped_on <= facts.today)
    stopped = as_entries(
        ended, "enrolment", entry_id=ended.enrolment_id + "/stopped", on=ended.stopped_on,
        title=ibis.literal("stopped"), status=ended.state, ref_id=ended.enrolment_id,
    )  # fmt: skip
    return started.union(stopped)


def _lesson(facts: Facts, person_id: str) -> ir.Table:
    seats = facts.seat.filter(facts.seat.person_id == person_id)
    weeks = lesson_weeks(seats.anti_join(_trial_courses(facts), "course_id"))
    status = ibis.cases(
        (weeks.miss_run >= MISSES_ALARM, "alarm"),
        (weeks.absent > 0, "missed"),
        else_=ibis.null("string"),
    )
    return as_entries(
        weeks, "lesson", title=ibis.literal("week"), status=status,
        entry_id=joined(weeks.week_on.cast("string"), weeks.student_id, weeks.course_id),
    )  # fmt: skip


def _assessment(facts: Facts, person_id: str) -> ir.Table:
    tests = facts.assessment.filter(facts.assessment.person_id == person_id)
    weeks = assessment_weeks(facts, tests)
    return as_entries(
        weeks, "assessment", title=ibis.literal("week"),
        entry_id=joined(weeks.week_on.cast("string"), weeks.student_id, weeks.course_id),
    )  # fmt: skip


def _feedback(facts: Facts, person_id: str) -> ir.Table:
    rows = facts.feedback.filter(facts.feedback.person_id == person_id)
    title = ibis.cases(
        (rows.is_complaint, "complaint"), (rows.rating.notnull(), "rating"), else_="nps"
    )
    return as_entries(
        rows, "feedback", entry_id=rows.feedback_id, at=rows.given_at, on=rows.given_on,
        title=title, score=rows.rating.coalesce(rows.nps),
    )  # fmt: skip


def _reward(facts: Facts, person_id: str) -> ir.Table:
    rows = facts.reward.filter(facts.reward.person_id == person_id)
    return as_entries(
        rows, "reward", entry_id=rows.reward_id, at=rows.granted_at, on=rows.granted_on,
        title=ibis.literal("granted"), amount_cny=rows.cost_cny, ref_id=rows.lead_id,
    )  # fmt: skip


def _referral(facts: Facts, person_id: str) -> ir.Table:
    rows = facts.lead.filter(facts.lead.introducer_person_id == person_id)
    return as_entries(
        rows, "referral", entry_id=rows.lead_id, at=rows.created_at, on=rows.created_on,
        title=ibis.literal("referred"), status=rows.status, other_person_id=rows.person_id,
        ref_id=rows.lead_id,
    )  # fmt: skip


# Each source with the kinds of entries it gives.
_SOURCES: tuple[tuple[Callable[[Facts, str], ir.Table], tuple[str, ...]], ...] = (
    (_touch, ("touch",)), (_visit, ("visit",)), (_share, ("share",)), (_arrival, ("arrival",)),
    (_lead, ("lead",)), (_followup, ("followup",)), (_trial, ("trial",)),
    (_money, ("trial", "order", "refund", "transfer")), (_enrolment, ("enrolment",)),
    (_lesson, ("lesson",)), (_assessment, ("assessment",)), (_feedback, ("feedback",)),
    (_reward, ("reward",)), (_referral, ("referral",)),
)  # fmt: skip
KINDS = tuple(dict.fromkeys(kind for _, kinds in _SOURCES for kind in kinds))
