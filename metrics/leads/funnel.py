"""The whole chain: impression, click, visit, lead … order, lesson, renewal, referral."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

from data.errors import InvalidOption, UnknownName
from data.facts import Facts
from metrics.foundation.clock import day_start_at, first_leads, formal_lines, trial_lines
from metrics.foundation.intervals import share_bounds
from metrics.foundation.registry import table
from metrics.referral.rates import honest_referrals
from metrics.renewal.due import sold_renewals


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step after the lead and the days from the lead within which it counts."""

    name: str
    days: int


STEPS = (
    Step(name="valid", days=3),
    Step(name="contact", days=30),
    Step(name="trial", days=60),
    Step(name="order", days=90),
    Step(name="first_lesson", days=120),
    Step(name="renewal", days=365),
    Step(name="referral", days=365),
)
# What consultants do with a lead, from its assignment to the first order.
SALES_STEPS = (
    Step(name="assigned", days=1),
    Step(name="first_contact", days=2),
    Step(name="contact", days=7),
    Step(name="visit_or_trial", days=30),
    Step(name="order", days=60),
)
CHAINS = {"lifecycle": STEPS, "sales": SALES_STEPS}
TOP = ("impression", "click", "visit")
_CARRIED = ("lead_id", "person_id", "campus_id", "channel_id", "created_at", "is_valid")


def lead_steps(facts: Facts, *, skip: tuple[str, ...] = (), chain: str = "lifecycle") -> ir.Table:
    """When each new lead of the period took each step after the one before it.

    Sequential: a step's time is the person's first such time at or after the step before
    it, so a trial before the first contact does not count unless there is another one.

    Parameters
    ----------
    facts
        The cohort: persons whose first lead falls in the period, channels and course
        lines.
    skip
        Steps the chain leaves out: ``("trial",)`` for where orders come without one, and
        those that nobody records (`metrics.leads.new_leads.recorded_steps.recorded_steps`).
    chain
        A name of `CHAINS`.

    Returns
    -------
    ibis Table
        One row per person: the lead's keys, ``<step>_at`` (UTC; missing where not
        reached) in sequence, and ``any_<step>_at``: the first time after the lead,
        whatever came before it.

    Raises
    ------
    UnknownName
        If ``skip`` names no step, or there is no such chain.
    """
    leads = first_leads(facts)
    cohort = facts.picked(leads, on="created_on")  # fmt: skip
    rows, previous = cohort.select(*_CARRIED, "assigned_at"), "created_at"
    persons = cohort.select(event_person_id="person_id")
    for step in _chosen(skip, chain):
        if step.name in ("valid", "assigned"):  # of the lead itself
            taken = rows.assigned_at <= facts.as_of if step.name == "assigned" else rows.is_valid
            at = rows.assigned_at if step.name == "assigned" else rows.created_at
            at = taken.fill_null(False).ifelse(at, None)
            previous = f"{step.name}_at"
            rows = rows.mutate(**{f"any_{previous}": at, previous: at})
            continue
        # Only the cohort's events: a join of everybody's would hold them all in memory.
        events = step_events(facts, step.name, persons).semi_join(persons, "event_person_id")
        # No step is older than the cohort (to the east a day earlier): older rows go unread.
        earliest = day_start_at(facts.period.start) - ibis.interval(days=1)
        events = events.filter(events.event_at >= earliest)
        rows = _next(rows, events, step.name, previous)
        previous = f"{step.name}_at"
    return rows


def _next(rows: ir.Table, events: ir.Table, name: str, previous: str) -> ir.Table:
    """The rows with one more step: its first time at or after the step before."""
    joined = rows.left_join(events, rows.person_id == events.event_person_id)
    return joined.group_by(*rows.columns).aggregate(
        **{
            f"any_{name}_at": joined.event_at.min(where=joined.event_at >= joined.created_at),
            f"{name}_at": joined.event_at.min(where=joined.event_at >= joined[previous]),
        }
    )


def step_events(facts: Facts, name: str, persons: ir.Table | None = None) -> ir.Table:
    """A step's times, at least those of the persons: ``event_person_id`` and ``event_at``."""
    if name in ("contact", "first_contact"):
        rows = facts.followup
        if name == "contact":
            rows = rows.filter(rows.is_effective)
        return rows.select(event_person_id="person_id", event_at="happened_at")
    if name == "visit_or_trial":
        rows = facts.followup.filter(facts.followup.result == "visited")
        rows = rows.select(event_person_id="person_id", event_at="happened_at")
        return rows.union(step_events(facts, "trial", persons))
    if name in ("trial", "order"):
        rows = trial_lines(facts) if name == "trial" else formal_lines(facts)
        return rows.select(event_person_id="person_id", event_at="paid_at")
    if name == "first_lesson":
        rows = facts.seat.filter(
            facts.seat.attendance.isin(["present", "late"]), facts.seat.lesson_state != "cancelled"
        )
        # By the few enrolments of the cohort: there are far more seats than anything else.
        formal = facts.enrolment.filter(facts.enrolment.is_formal)
        if persons is not None:
            formal = formal.semi_join(persons, formal.person_id == persons.event_person_id)
        rows = rows.semi_join(formal.select("enrolment_id"), "enrolment_id")
        return rows.select(event_person_id="person_id", event_at="starts_at")
    if name == "renewal":
        rows = sold_renewals(facts)
        # A renewal has a day, not a time: it counts until that day's end.
        ends_at = day_start_at(rows.renewed_on) + ibis.interval(days=1)
        return rows.select(event_person_id="person_id", event_at=ends_at)
    return honest_referrals(facts).select(
        event_person_id="introducer_person_id", event_at="created_at"
    )


def _chosen(skip: tuple[str, ...], chain: str) -> list[Step]:
    if chain not in CHAINS:
        raise UnknownName("chain", chain, CHAINS)
    steps = CHAINS[chain]
    names = [step.name for step in steps]
    for name in skip:
        if name not in names:
            raise UnknownName("step", name, names)
    if set(names) <= set(skip):
        raise InvalidOption(f"skip must leave a step, got {skip}")
    return [step for step in steps if step.name not in skip]


@table(grain="group")
def lead_funnel(
    facts: Facts,
    *,
    by: str | None = None,
    skip: tuple[str, ...] = (),
    chain: str = "lifecycle",
) -> ir.Table:
    """Counts of `lead_steps`, in one row per group; `funnel_table` makes steps of them.

    Parameters
    ----------
    facts, skip, chain
        As in `lead_steps`.
    by
        ``channel_id`` or ``campus_id``; None for the whole.

    Returns
    -------
    ibis Table
        ``by``, ``leads``, and for each step ``<step>_old`` (leads as old as the step's
        window), ``<step>_from`` (those of them at the step before), ``<step>_reached``
        (of those, in time), ``<step>_anyway`` (of the old, in time, in any order).
    """
    rows = lead_steps(facts, skip=skip, chain=chain)
    counts: dict[str, ir.Value] = {"leads": rows.count()}
    reached_before: ir.Value = ibis.literal(True)
    for step in _chosen(skip, chain):
        window = ibis.interval(days=step.days)
        old = rows.created_at + window <= facts.as_of
        in_time = (rows[f"{step.name}_at"] <= rows.created_at + window).fill_null(False)
        anyway = (rows[f"any_{step.name}_at"] <= rows.created_at + window).fill_null(False)
        reached = reached_before & in_time
        for part, condition in {
            "old": old, "from": old & reached_before, "reached": old & reached,
            "anyway": old & anyway,
        }.items():  # fmt: skip
            counts[f"{step.name}_{part}"] = condition.sum().fill_null(0)
        reached_before = reached
    return rows.aggregate(by=[by] if by else [], **counts)


@table(grain="step")
def funnel_top(facts: Facts) -> ir.Table:
    """What stands above the leads: impressions and clicks as platforms count them, visitors.

    These are not the cohort's persons: a visitor may have clicked in another period.

    Returns
    -------
    ibis Table
        ``step`` (of `TOP`) and ``reached``: impressions, clicks, distinct visitors.
    """
    spend, visits = facts.spend, facts.visit
    paid = facts.picked(spend, on="spend_on", course_lines=False)
    came = facts.picked(visits, on="started_on", course_lines=False)
    counts = (
        paid.aggregate(reached=paid.impressions.sum().fill_null(0).cast("int64")),
        paid.aggregate(reached=paid.clicks.sum().fill_null(0).cast("int64")),
        came.aggregate(reached=came.person_id.nunique().cast("int64")),
    )
    steps = [
        count.select(step=ibis.literal(name), reached=count.reached)
        for name, count in zip(TOP, counts, strict=True)
    ]
    return steps[0].union(*steps[1:])


def funnel_table(
    counts: pd.Series,
    *,
    top: pd.DataFrame | None = None,
    skip: tuple[str, ...] = (),
    chain: str = "lifecycle",
) -> pd.DataFrame:
    """The chain as one row per step, with rates over leads old enough for the step.

    A step's rate is never of the count above it in the table: that one holds younger
    leads. Both sides of a rate are of the same leads.

    Parameters
    ----------
    counts
        A row of `lead_funnel`.
    top
        Rows of `funnel_top`; None leaves them out.
    skip, chain
        As given to `lead_funnel`.

    Returns
    -------
    DataFrame
        ``step``, ``window_days`` (missing above the lead), ``reached`` (of leads old
        enough), ``entered`` (those of them at the step before), ``rate`` (reached ÷
        entered, missing where nobody entered) with ``low`` and ``high`` (Wilson 95 %),
        ``of_leads`` (reached ÷ leads old enough), ``anyway`` (did it in any order),
        ``immature`` (leads too young for the step).
    """
    rows: list[dict[str, object]] = []
    above: int | None = None
    if top is not None:
        by_step = top.set_index("step")["reached"]
        for name in TOP:
            reached = int(by_step.get(name, 0))
            rate = reached / above if above else None
            rows.append({"step": name, "reached": reached, "entered": above, "rate": rate})
            above = reached
    leads = int(counts["leads"])
    first = {"step": "lead", "window_days": 0, "reached": leads, "entered": above, "immature": 0}
    rows.append(
        {**first, "rate": leads / above if above else None, "of_leads": 1.0, "anyway": leads}
    )
    for step in _chosen(skip, chain):
        old, entered, reached, anyway = (
            int(counts[f"{step.name}_{part}"]) for part in ("old", "from", "reached", "anyway")
        )
        low, high = share_bounds(reached, entered)
        rows.append(
            {
                "step": step.name, "window_days": step.days, "reached": reached,
                "entered": entered, "rate": reached / entered if entered else None,
                "low": float(low), "high": float(high),
                "of_leads": reached / old if old else None, "anyway": anyway,
                "immature": leads - old,
            }
        )  # fmt: skip
    columns = [
        "step", "window_days", "reached", "entered", "rate", "low", "high", "of_leads", "anyway",
        "immature",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    whole = ["window_days", "reached", "entered", "anyway", "immature"]
    return table.astype(dict.fromkeys(whole, "Int64") | dict.fromkeys(columns[4:8], "float64"))
