"""Where a person stands now: stage, owner, last contact, next step and the contact clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from data.facts import Facts
from data.scope import ROLES, local_day
from metrics.foundation.registry import table
from metrics.people.lessons import MISSES_ALARM
from metrics.people.phone import masked_phone

# A lead nobody has reached: day 3 reminds its owner, day 5 tells the head, day 7 gives it
# to another.
SLA_LADDER_DAYS = (3, 5, 7)
RENEWAL_LESSONS_LEFT = 20  # earliest renewal talk allowed for school-age training
RENEWAL_DAYS_LEFT = 30
_STAGES = ("visitor", "lead", "trial", "payer")
_CLOSED = ("paid", "lost", "recycled")

# What follows from the last contact's result, and within how many days. The planned next
# contact is not among the facts, so a rule stands in for it.
_AFTER_CONTACT = {
    "no_answer": ("call_again", 1),
    "talked": ("invite_trial", 3),
    "invited": ("confirm_visit", 1),
    "visited": ("ask_decision", 2),
    "trial_booked": ("confirm_trial", 1),
    "refused": ("revive", 30),
}


@table(grain="person")
def current_state(facts: Facts, *, person_id: str) -> ir.Table:
    """What is known of a person as of now, one row; none for a person out of scope.

    Parameters
    ----------
    facts
        The viewer's facts. What the role may not read counts as absent.
    person_id
        The resolved person.

    Returns
    -------
    ibis Table
        Who: ``person_id``, ``name``, ``student_names``, ``stage``, ``campus_id``,
        ``campuses``, ``owner_id``, ``phone`` (masked), ``has_phone``,
        ``first_seen_at``, ``last_seen_at``.
        Leads: ``leads``, ``open_leads``, ``first_lead_at``, ``first_channel_id``,
        ``lead_status``, ``lost_reason``, ``open_since_at`` (the newest open lead's
        assignment, else its creation), ``is_unassigned``.
        Contact: ``reads_contacts`` (the role may), ``contacts``, ``effective_contacts``,
        ``last_contact_at``, ``last_effective_at``, ``last_method``, ``last_result``,
        ``last_staff_id``.
        Learning: ``lessons_held``, ``lessons_attended``, ``last_attended_on``,
        ``active_enrolments`` (formal, not over), ``lessons_left`` (of all),
        ``least_lessons_left`` (of the one that has least), ``ends_on`` (the nearest),
        ``misses_running`` (the longest over active enrolments).
    """
    state = _who(facts, person_id)
    for part in (_leads, _contacts, _learning):
        state = state.cross_join(part(facts, person_id))
    return state.filter(state.person_id.notnull())


def _who(facts: Facts, person_id: str) -> ir.Table:
    rows = facts.person.filter(facts.person.person_id == person_id)
    rank = rows.stage.cases(*((name, i) for i, name in enumerate(_STAGES)), else_=-1)
    newest = {
        name: rows[name].argmax(rows.last_seen_at)
        for name in ("name", "student_names", "campus_id", "owner_id")
    }
    shown = masked_phone(rows.phone)
    return rows.aggregate(
        person_id=rows.person_id.max(),
        **newest,
        stage=rows.stage.argmax(rank),
        campuses=rows.campus_id.nunique(),
        phone=shown.argmax(rows.last_seen_at),
        has_phone=rows.phone.notnull().any(),
        first_seen_at=rows.first_seen_at.min(),
        last_seen_at=rows.last_seen_at.max(),
    )


def _leads(facts: Facts, person_id: str) -> ir.Table:
    rows = facts.lead.filter(facts.lead.person_id == person_id)
    is_assigned = (rows.assigned_at <= facts.as_of).fill_null(False)
    rows = rows.mutate(
        is_open=~rows.status.fill_null("new").isin(_CLOSED),
        is_assigned=is_assigned,
        since_at=ibis.ifelse(is_assigned, rows.assigned_at, rows.created_at),
    )
    return rows.aggregate(
        leads=rows.count(),
        open_leads=rows.is_open.sum().fill_null(0),
        first_lead_at=rows.created_at.min(),
        first_channel_id=rows.channel_id.argmin(rows.created_at),
        lead_status=rows.status.argmax(rows.created_at),
        lost_reason=rows.lost_reason.argmax(rows.created_at, where=rows.status == "lost"),
        open_since_at=rows.since_at.max(where=rows.is_open),
        is_unassigned=(rows.is_open & ~rows.is_assigned).any().fill_null(False),
    )


def _contacts(facts: Facts, person_id: str) -> ir.Table:
    rows = facts.followup.filter(facts.followup.person_id == person_id)
    effective = rows.is_effective.fill_null(False)
    role = ROLES.get(facts.scope.role)
    return rows.aggregate(
        reads_contacts=ibis.literal(role is not None and "followup" not in role.hidden_facts),
        contacts=rows.count(),
        effective_contacts=effective.sum().fill_null(0),
        last_contact_at=rows.happened_at.max(),
        last_effective_at=rows.happened_at.max(where=effective),
        last_method=rows.method.argmax(rows.happened_at),
        last_result=rows.result.argmax(rows.happened_at),
        last_staff_id=rows.staff_id.argmax(rows.happened_at),
    )


def _learning(facts: Facts, person_id: str) -> ir.Table:
    enrolments = facts.enrolment.filter(facts.enrolment.person_id == person_id)
    today = facts.today
    # A trial is no membership, and a term that is over runs no more, whatever its state says.
    active = enrolments.filter(
        enrolments.state == "active", enrolments.is_formal.fill_null(True),
        enrolments.ends_on.fill_null(today) >= today,
    )  # fmt: skip
    seats = facts.seat.filter(facts.seat.person_id == person_id)
    seats = seats.filter(seats.lesson_state != "cancelled")
    attended = seats.attendance.isin(["present", "late"])
    seats = seats.mutate(
        is_attended=attended,
        last_at=seats.starts_at.max(where=attended).over(group_by="enrolment_id"),
    )
    since = seats.last_at.isnull() | (seats.starts_at > seats.last_at)
    by_enrolment = seats.group_by("enrolment_id").aggregate(
        held=seats.attendance.isin(["present", "late", "leave", "absent"]).sum(),
        attended=seats.is_attended.sum(),
        consumed=seats.consumed_lessons.sum(),
        last_attended_on=seats.held_on.max(where=seats.is_attended),
        run=(since & (seats.attendance == "absent")).sum(),
    )
    taught = by_enrolment.aggregate(
        lessons_held=by_enrolment.held.sum().fill_null(0),
        lessons_attended=by_enrolment.attended.sum().fill_null(0),
        last_attended_on=by_enrolment.last_attended_on.max(),
    )
    going = active.left_join(by_enrolment, "enrolment_id")
    left = going.lessons_bought.cast("float64") - going.consumed.fill_null(0.0)
    now = going.aggregate(
        active_enrolments=going.count(),
        lessons_left=ibis.greatest(left, 0.0).sum(),
        least_lessons_left=ibis.greatest(left, 0.0).min(),
        ends_on=going.ends_on.min(),
        misses_running=going.run.max().fill_null(0),
    )
    return taught.cross_join(now)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What follows from a person's state at an instant.

    ``waiting_days`` whole days that an open lead has waited to be reached, missing once it
    was; ``sla_step`` how many steps of the ladder it has passed (1 remind, 2 head,
    3 reassign); ``sla_next_at`` when the next is due; ``next_step`` a key, "" where there
    is nothing to do; ``due_at`` its deadline, missing where it is due now.
    """

    days_since_contact: int | None
    waiting_days: int | None
    sla_step: int
    sla_next_at: datetime | None
    next_step: str
    due_at: datetime | None


def standing(state: Mapping[str, Any], as_of: datetime) -> Standing:
    """What to do about a person, from a row of `current_state`.

    The clock runs for an open lead that nobody has effectively reached since it was given
    to its owner, and only for roles that read contacts: others cannot tell.
    """
    last_contact_at = _known(state["last_contact_at"])
    waiting_since = _waiting_since(state)
    waiting_days = None if waiting_since is None else (as_of - waiting_since).days
    passed = sum(waiting_days is not None and waiting_days >= n for n in SLA_LADDER_DAYS)
    ahead = SLA_LADDER_DAYS[passed : passed + 1] if waiting_since else ()
    step, within_days = _next_step(state, waiting_since, local_day(as_of))
    due = last_contact_at + timedelta(days=within_days) if last_contact_at and within_days else None
    return Standing(
        days_since_contact=(as_of - last_contact_at).days if last_contact_at else None,
        waiting_days=waiting_days,
        sla_step=passed,
        sla_next_at=waiting_since + timedelta(days=ahead[0]) if waiting_since and ahead else None,
        next_step=step,
        due_at=due,
    )


def _waiting_since(state: Mapping[str, Any]) -> datetime | None:
    since, reached = _known(state["open_since_at"]), _known(state["last_effective_at"])
    if not state["reads_contacts"] or since is None:
        return None
    return since if reached is None or reached < since else None


def _next_step(
    state: Mapping[str, Any], waiting_since: datetime | None, today: date
) -> tuple[str, int]:
    """The first rule that fits, most urgent first, and days from the last contact."""
    after_contact = _AFTER_CONTACT.get(state["last_result"], ("call", 0))
    rules = (
        (state["misses_running"] >= MISSES_ALARM, ("recall", 0)),
        (_untouched(state, waiting_since), ("first_contact", 0)),
        (state["active_enrolments"] and _ends_soon(state, today), ("renewal_talk", 0)),
        (state["active_enrolments"], ("keep_warm", 0)),
        (state["stage"] == "payer", ("win_back", 0)),
        (not state["has_phone"], ("get_phone", 0)),
        (state["reads_contacts"], after_contact),
    )
    return next((step for fits, step in rules if fits), ("", 0))


def _untouched(state: Mapping[str, Any], waiting_since: datetime | None) -> bool:
    """Whether nobody even tried since the open lead was given."""
    tried_at = _known(state["last_contact_at"])
    return waiting_since is not None and (tried_at is None or tried_at < waiting_since)


def _ends_soon(state: Mapping[str, Any], today: date) -> bool:
    left, ends_on = _known(state["least_lessons_left"]), _known(state["ends_on"])
    if left is not None and left <= RENEWAL_LESSONS_LEFT:
        return True
    if ends_on is None:
        return False
    last_day = ends_on.date() if isinstance(ends_on, datetime) else ends_on
    return bool(last_day <= today + timedelta(days=RENEWAL_DAYS_LEFT))


def _known(value: Any) -> Any:
    """The value, or None where a frame has NaN or NaT, which do not equal themselves."""
    return None if value is None or value != value else value  # noqa: PLR0124
