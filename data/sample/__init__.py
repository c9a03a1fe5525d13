"""The sample institution: believable, deterministic, with truths planted to be found."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from data.errors import InvalidOption
from data.sample.accounts import SAMPLE_ACCOUNTS, SampleAccount
from data.sample.calendar import AS_OF
from data.sample.experiments import experiment_table
from data.sample.institution import Shape, campus_table, course_table, staff_table
from data.sample.names import MAX_BLOCKS
from data.sample.people_tables import guardian_table, lead_table, student_table
from data.sample.planted import plant
from data.sample.reaching.activities import LEAD_SHARE, activities_of, activity_table, plan_table
from data.sample.reaching.arrivals import draw_arrivals
from data.sample.reaching.channels import channel_table
from data.sample.reaching.events import event_tables, joined
from data.sample.reaching.followups import followup_table
from data.sample.reaching.journeys import lead_events, member_events, sop_events, visitor_events
from data.sample.reaching.leads import draw_leads
from data.sample.reaching.shares import share_events
from data.sample.reaching.spend import spend_table
from data.sample.serving.lessons import class_table, classes_of, lesson_table
from data.sample.serving.money_tables import enrolment_table, order_tables
from data.sample.serving.renewal_talks import renewal_followups
from data.sample.serving.rescue_calls import rescue_followups
from data.sample.serving.seats import seat_table, seats_of
from data.sample.serving.service import enrol, introducers, students_of
from data.sample.serving.voices import assessment_table, feedback_table, reward_table
from data.sample.targets import Plans, plan_edit_table

__all__ = ["AS_OF", "SAMPLE_ACCOUNTS", "SampleAccount", "generate"]

Rows = Iterator[tuple[str, pa.Table]]


def generate(scale: float = 1.0, seed: int = 7) -> Rows:
    """Stream the sample institution's tables, each in its contract's Arrow schema.

    Parameters
    ----------
    scale
        1 is 20,000 leads and about 600,000 events; above 0, at most 333. Memory is that
        of one block of 20,000 leads, whatever the scale.
    seed
        The same scale and seed give the same rows.

    Yields
    ------
    (str, pyarrow.Table)
        Contract name and rows; a contract comes several times, its keys never twice.
        Nothing in them happened after `AS_OF`; what is planned may lie ahead.

    Raises
    ------
    InvalidOption
        A scale out of bounds.
    """
    if not 0 < scale <= MAX_BLOCKS:
        raise InvalidOption(f"scale must be above 0 and at most {MAX_BLOCKS}, got {scale}")
    shape = Shape(scale)
    yield "campuses", campus_table(shape)
    yield "staff", staff_table(shape)
    yield "channels", channel_table()
    yield "courses", course_table()
    yield "experiments", experiment_table()
    for group in range(shape.groups):
        found = activities_of(shape, group, seed)
        yield "activities", activity_table(found)
        yield "activity_plans", plan_table(found)
        base = shape.leads_of(group) * (1 - LEAD_SHARE)
        yield "spend", spend_table(shape, group, seed, base, found)
    plans = Plans(shape)
    for block in range(len(shape.blocks)):
        yield from _block(shape, block, seed, plans)
    targets = plans.table(seed)
    yield "targets", targets
    yield "plan_edits", plan_edit_table(targets)


def _block(shape: Shape, block: int, seed: int, plans: Plans) -> Rows:
    rng = np.random.default_rng([seed, block])
    found = activities_of(shape, shape.group_of(block), seed)
    leads = draw_leads(rng, block, draw_arrivals(rng, shape, block, found))
    students = students_of(rng, leads)
    introducer = introducers(rng, leads, students)
    surname = plant(leads, students, introducer)
    enrolments = enrol(rng, leads, students)
    plans.count(leads, enrolments)
    yield "leads", lead_table(leads, introducer, surname)
    yield "followups", followup_table(rng, leads)
    yield "students", student_table(leads, students, introducer)
    yield "guardians", guardian_table(leads, students)
    classes = classes_of(rng, block, leads, students, enrolments)
    yield "classes", class_table(classes)
    yield "lessons", lesson_table(block, classes)
    yield "enrolments", enrolment_table(leads, students, enrolments, classes)
    yield "followups", renewal_followups(seed, leads, students, enrolments)
    orders, lines = order_tables(rng, leads, students, enrolments)
    yield "orders", orders
    yield "order_lines", lines
    seats = seats_of(rng, students, enrolments, classes)
    yield (
        "followups",
        rescue_followups(
            seed, leads, students=students, enrolments=enrolments, found=classes, seats=seats
        ),
    )
    yield (
        "seats",
        seat_table(
            rng, leads=leads, found=classes, seats=seats, students=students, enrolments=enrolments
        ),
    )
    yield (
        "assessments",
        assessment_table(
            rng, block, classes=classes, seats=seats, students=students, enrolments=enrolments
        ),
    )
    yield (
        "feedback",
        feedback_table(rng, block, classes=classes, students=students, enrolments=enrolments),
    )
    yield "rewards", reward_table(leads, students, introducer)
    exposures, texts = sop_events(leads)
    happened = joined(
        [
            lead_events(rng, leads),
            visitor_events(rng, shape, leads),
            member_events(rng, leads, students),
            share_events(rng, leads, found),
            exposures,
        ]
    )
    for part in event_tables(block, happened, texts):
        yield "events", part
