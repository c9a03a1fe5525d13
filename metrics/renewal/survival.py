"""How soon families stop, how soon they renew, and how many renew again."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from data.facts import Facts
from metrics.foundation.active import ended_on
from metrics.foundation.registry import table
from metrics.models.kaplan_meier import Survival, kaplan_meier
from metrics.models.sbg import Sbg, fit_sbg
from metrics.renewal.due import EARLY_DAYS, LATE_DAYS, due_rows, settled_at

MOST_GROUPS, LEAST = 6, 30


@table(grain="duration")
def times_to_renewal(facts: Facts, *, segment: str) -> ir.Table:
    """Days from 60 days before the end to the renewal, counted by segment; open ones are kept.

    Of what fell due in the filter's days or before: ``segment``, ``days``, ``happened``
    (renewed; else watched so far, up to 30 days after the end, or gone), ``n``.
    """
    return _counted(_until_renewal(facts), segment)


@table(grain="duration")
def times_to_stop(facts: Facts, *, segment: str) -> ir.Table:
    """Days from the start of an enrolment to its stop, counted by segment.

    An enrolment that ended in time, or still runs, is watched until then: ``segment``,
    ``days``, ``happened`` (stopped or paid back), ``n``.
    """
    return _counted(_until_stop(facts), segment)


@table(grain="enrolment")
def timed_rows(facts: Facts, *, outcome: str, segment: str, group: str) -> ir.Table:
    """The enrolments behind one group's curve, the latest start first.

    ``outcome`` is "renewal" or "stop": those that `times_to_renewal` or `times_to_stop`
    counts in the segment's group.

    Returns
    -------
    ibis Table
        One row per enrolment: ``enrolment_id``, ``person_id``, ``campus_id``,
        ``channel_id``, ``course_line``, ``started_on``, ``due_on``, ``days``, ``happened``.
    """
    until = {"renewal": _until_renewal, "stop": _until_stop}[outcome]
    rows = until(facts)
    return (
        rows.filter(rows[segment] == group)
        .select(
            "enrolment_id", "person_id", "campus_id", "channel_id", "course_line", "started_on",
            "due_on", "days", "happened",
        )
        .order_by(ibis.desc("started_on"), "enrolment_id")
    )  # fmt: skip


def _until_renewal(facts: Facts) -> ir.Table:
    today = facts.today
    rows = facts.picked(due_rows(facts))
    begins = (rows.due_on - ibis.interval(days=EARLY_DAYS)).cast("date")
    last = ibis.least((rows.due_on + ibis.interval(days=LATE_DAYS)).cast("date"), today)
    rows = rows.mutate(begins=begins, last=last)
    rows = rows.filter(
        rows.due_on.notnull(), rows.begins <= today, rows.due_on < facts.period.end,
        (rows.stopped_on > rows.begins).fill_null(True),
    )  # fmt: skip
    days = ibis.ifelse(
        rows.is_renewed,
        rows.renewed_on.delta(rows.begins, unit="day"),
        rows.last.delta(rows.begins, unit="day"),
    )
    return _timed(rows, ibis.greatest(days, 0), rows.is_renewed)


def _until_stop(facts: Facts) -> ir.Table:
    today = facts.today
    rows = facts.picked(due_rows(facts))
    rows = rows.filter(rows.started_on < facts.period.end)
    stopped = (rows.stopped_on <= today).fill_null(False)
    end = ibis.least(ended_on(rows).fill_null(today), today)
    days = ibis.greatest(end.delta(rows.started_on, unit="day"), 0)
    return _timed(rows, days, stopped)


def _timed(rows: ir.Table, days: ir.Value, happened: ir.Value) -> ir.Table:
    return rows.mutate(days=days.cast("int64"), happened=happened)


def _counted(rows: ir.Table, segment: str) -> ir.Table:
    named = rows.mutate(segment=rows[segment])
    named = named.filter(named.segment.notnull())
    return (
        named.group_by("segment", "days", "happened")
        .aggregate(n=named.count())
        .order_by("segment", "days", "happened")
    )


@dataclass(frozen=True)
class Curve:
    """A segment's Kaplan–Meier estimate and how many it rests on."""

    segment: str
    n: int
    survival: Survival


def curves(rows: pa.Table) -> list[Curve]:
    """The estimate of each of the largest segments, the largest first."""
    frame = rows.to_pandas()
    found = []
    for segment, part in frame.groupby("segment", sort=True):
        n = int(part["n"].sum())
        if n < LEAST:
            continue
        estimate = kaplan_meier(
            part["days"].to_numpy(dtype=np.float64),
            part["happened"].to_numpy(dtype=bool),
            weights=part["n"].to_numpy(dtype=np.float64),
        )
        found.append(Curve(str(segment), n, estimate))
    return sorted(found, key=lambda curve: -curve.n)[:MOST_GROUPS]


@table(grain="term")
def term_counts(facts: Facts) -> ir.Table:
    """By how many terms came before: ``term_no``, ``at_risk`` (due and settled), ``renewed``."""
    rows = facts.picked(due_rows(facts))
    rows = rows.filter(rows.due_on.notnull(), settled_at(rows.due_on) <= facts.as_of)
    return (
        rows.group_by("term_no")
        .aggregate(at_risk=rows.count(), renewed=rows.is_renewed.sum().cast("float64"))
        .order_by("term_no")
    )


def repeated(counts: pd.DataFrame) -> Sbg | None:
    """The model of repeated renewal; None with fewer than two terms of 30 settled each."""
    known = counts[counts["at_risk"] >= LEAST]
    places = known["term_no"].to_numpy(dtype=np.int64)
    if len(known) < 2 or (places != np.arange(1, len(known) + 1)).any():
        return None
    return fit_sbg(
        known["at_risk"].to_numpy(dtype=np.float64), known["renewed"].to_numpy(dtype=np.float64)
    )
