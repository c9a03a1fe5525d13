"""Why an activity brings fewer leads than expected: the gap, split exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pandas as pd

from data.facts import Facts
from metrics.activities.cohort import (
    DIRECT,
    SHARE,
    UNSEEN,
    activity_cohort,
    activity_events,
    arrivals,
    picked,
)
from metrics.foundation.clock import at_least
from metrics.foundation.lmdi import product_parts, settled
from metrics.foundation.names import with_name
from metrics.foundation.registry import table

REACH, VISIT_RATE, SUBMIT_RATE = "reach", "visit_rate", "submit_rate"
SHARES, VISITS_PER_SHARE, UNTRACED = "shares", "visits_per_share", "untraced"
FACTORS = (REACH, VISIT_RATE, SHARES, VISITS_PER_SHARE, SUBMIT_RATE, UNTRACED)


@table(grain="activity and stream")
def activity_streams(
    facts: Facts, *, activities: tuple[str, ...], days: int | None = None
) -> ir.Table:
    """The ways by which an activity's leads came, each with what it began from.

    Leads = reach × visit rate × submit rate, plus, for each way of sharing, shares ×
    visits per share × submit rate, plus leads that left no trace on the activity's pages.
    Reach is whom the activity's campus met on its pages during the activity and who did
    not come by a share.

    Parameters
    ----------
    activities
        Activities to read.
    days
        Only what happened in each one's first days, at least 1; by default all.

    Returns
    -------
    ibis Table
        One row per activity and ``stream`` (a share channel, `DIRECT` or `UNSEEN`):
        ``base`` (people reached, or shares; 0 for `UNSEEN`), ``visitors``, ``leads``.
    """
    known = _lasting(facts, activities, days)
    came, leads, shared = _happened(facts, activities, None if days is None else known)
    people = _people(came, leads)
    nothing = ibis.literal(0, "int64")
    counted = people.group_by("activity_id", "stream").aggregate(
        visitors=people.is_visitor.sum(), leads=people.is_lead.sum()
    )
    counted = counted.select("activity_id", "stream", "visitors", "leads", base=nothing)
    shared = shared.filter(shared.name == SHARE, shared.share_channel.notnull())
    shares = shared.group_by("activity_id", stream=shared.share_channel).aggregate(
        base=shared.count()
    )
    shares = shares.select("activity_id", "stream", "base", visitors=nothing, leads=nothing)
    both = counted.union(shares, _reached(facts, known, came))
    return both.group_by("activity_id", "stream").aggregate(
        **{name: both[name].sum().cast("float64") for name in ("base", "visitors", "leads")}
    )


@table(grain="person")
def stream_people(
    facts: Facts, *, activities: tuple[str, ...], days: int | None = None
) -> ir.Table:
    """Who came to activities or left a lead in them, and by which way; the newest first.

    Parameters
    ----------
    activities, days
        As for `activity_streams`, whose visitors and leads these are.

    Returns
    -------
    ibis Table
        One row per activity and person: ``activity_id``, ``person_id``, ``campus_id``,
        ``name`` (masked unless the role may read it), ``stream``, ``seen_on`` (the day of
        the arrival or of the lead, the first), ``is_visitor``, ``is_lead`` (0 or 1).
    """
    known = None if days is None else _lasting(facts, activities, days)
    came, leads, _shared = _happened(facts, activities, known)
    rows = with_name(facts, _people(came, leads))
    return rows.order_by(ibis.desc("seen_on"), "activity_id", "person_id")


def _lasting(facts: Facts, activities: tuple[str, ...], days: int | None) -> ir.Table:
    """Activities with their campus and days; of each its first ones only, where asked."""
    known = picked(facts.activity, activities)
    known = known.select("activity_id", "campus_id", "starts_on", "ends_on")
    if days is None:
        return known
    last = known.starts_on + ibis.interval(days=at_least("days", days) - 1)
    return known.mutate(ends_on=ibis.least(last.cast("date"), known.ends_on))


def _happened(
    facts: Facts, activities: tuple[str, ...], known: ir.Table | None
) -> tuple[ir.Table, ir.Table, ir.Table]:
    """Arrivals with their ``stream``, new leads and events; until the last days of ``known``."""
    came = arrivals(facts, activities)
    came = came.mutate(stream=came.share_channel.fill_null(DIRECT))
    leads, events = activity_cohort(facts, activities), activity_events(facts, activities)
    if known is None:
        return came, leads, events
    return (
        _until(came, "arrived_on", known), _until(leads, "created_on", known),
        _until(events, "occurred_on", known),
    )  # fmt: skip


def _people(came: ir.Table, leads: ir.Table) -> ir.Table:
    """One row per activity and person: by which way, whether visitor, whether lead."""
    keys = ["activity_id", "person_id"]
    one, none = ibis.literal(1, "int64"), ibis.literal(0, "int64")
    both = came.select(
        *keys, "campus_id", seen_on=came.arrived_on, stream=came.stream, is_visitor=one,
        is_lead=none,
    ).union(
        leads.select(
            *keys, "campus_id", seen_on=leads.created_on, stream=ibis.null("string"),
            is_visitor=none, is_lead=one,
        )
    )  # fmt: skip
    return both.group_by(keys).aggregate(
        campus_id=both.campus_id.min(), seen_on=both.seen_on.min(),
        stream=both.stream.max().fill_null(UNSEEN), is_visitor=both.is_visitor.max(),
        is_lead=both.is_lead.max(),
    )  # fmt: skip


def _until(rows: ir.Table, day: str, known: ir.Table) -> ir.Table:
    """The rows of the activities' days, by a column of theirs."""
    ends = known.select("activity_id", last_on=known.ends_on)
    rows = rows.inner_join(ends, "activity_id")
    return rows.filter(rows[day] <= rows.last_on).drop("last_on")


def _reached(facts: Facts, known: ir.Table, came: ir.Table) -> ir.Table:
    """How many people each activity's campus met in its days who did not come by a share."""
    visits = facts.visit.select("person_id", "campus_id", "started_on")
    met = visits.inner_join(known, "campus_id")
    met = met.filter(met.started_on >= met.starts_on, met.started_on <= met.ends_on)
    met = met.select("activity_id", "person_id").union(came.select("activity_id", "person_id"))
    by_share = came.filter(came.stream != DIRECT).select("activity_id", "person_id")
    own = met.distinct().anti_join(by_share, ["activity_id", "person_id"])
    counts = own.group_by("activity_id").aggregate(people=own.count())
    return counts.select(
        "activity_id", stream=ibis.literal(DIRECT), base=counts.people,
        visitors=ibis.literal(0, "int64"), leads=ibis.literal(0, "int64"),
    )  # fmt: skip


@dataclass(frozen=True)
class Stream:
    """One way by which leads came: people reached or shares, visitors, leads; may be means."""

    base: float
    visitors: float
    leads: float


def streams_of(rows: pd.DataFrame, activity_id: str) -> dict[str, Stream]:
    """One activity's streams from the rows of `activity_streams`."""
    own = rows[rows["activity_id"] == activity_id]
    return {
        row["stream"]: Stream(float(row["base"]), float(row["visitors"]), float(row["leads"]))
        for row in own.to_dict("records")
    }


def usual_streams(rows: pd.DataFrame, past: Sequence[str]) -> dict[str, Stream]:
    """The mean past activity: its leads are exactly the past ones' mean."""
    own = rows[rows["activity_id"].isin(list(past))]
    sums = own.groupby("stream")[["base", "visitors", "leads"]].sum() / max(len(past), 1)
    return {
        str(stream): Stream(float(base), float(visitors), float(leads))
        for stream, base, visitors, leads in sums.itertuples()
    }


def planned_streams(
    plan: pd.DataFrame, usual: Mapping[str, Stream], *, elapsed: Mapping[str, float]
) -> dict[str, Stream]:
    """The plan to date as streams, by share channel; nobody plans for direct visitors.

    Parameters
    ----------
    plan
        ``phase``, ``share_channel``, ``planned_visits``, ``planned_leads``.
    usual
        Past activities' streams: planned visits ÷ their visits per share are the planned
        shares; without past shares each visit counts as a share.
    elapsed
        Phase → the part of its days that is over, in [0, 1].
    """
    part = plan["phase"].map(dict(elapsed)).fillna(0.0)
    due = plan.assign(visits=plan["planned_visits"] * part, leads=plan["planned_leads"] * part)
    sums = due.groupby("share_channel")[["visits", "leads"]].sum()
    planned = {}
    for channel, visits, leads in sums.itertuples():
        known = usual.get(str(channel))
        per_share = known.visitors / known.base if known and known.base and known.visitors else 1.0
        planned[str(channel)] = Stream(float(visits) / per_share, float(visits), float(leads))
    return planned


@dataclass(frozen=True)
class Gap:
    """Actual minus expected leads, and its parts, which add to it exactly.

    ``parts`` has one row per stream and factor: ``stream``, ``factor``, ``before``,
    ``after`` (the factor's figures) and ``leads``, its part of the gap.
    """

    expected: float
    actual: float
    parts: pd.DataFrame

    @property
    def total(self) -> float:
        """Actual − expected."""
        return self.actual - self.expected

    def by(self, column: str) -> pd.DataFrame:
        """The parts summed by ``stream`` or ``factor``: ``column``, ``leads``."""
        sums = self.parts.groupby(column, sort=False)["leads"].sum().reset_index()
        sums["leads"] = settled(list(sums["leads"]), self.total)
        return sums


def gap(expected: Mapping[str, Stream], actual: Mapping[str, Stream]) -> Gap:
    """Split actual − expected leads over streams and factors by logarithmic means.

    A rate that one side cannot tell (no visitor, no share) is taken to be the other
    side's: it explains nothing, what lacks is the factor before it.

    References
    ----------
    METRICS, "gap diagnosis"; `metrics.foundation.lmdi.product_parts`.
    """
    nobody = Stream(0, 0, 0)
    rows = []
    for stream in sorted({*expected, *actual}):
        before, after = expected.get(stream, nobody), actual.get(stream, nobody)
        if stream == UNSEEN:
            pairs = [(UNTRACED, before.leads, after.leads)]
        else:
            pairs = _factors(stream, before, after)
        parts = product_parts([b for _n, b, _a in pairs], [a for _n, _b, a in pairs])
        parts = settled(parts, after.leads - before.leads)
        rows += [
            {"stream": stream, "factor": name, "before": b, "after": a, "leads": part}
            for (name, b, a), part in zip(pairs, parts, strict=True)
        ]
    frame = pd.DataFrame(rows, columns=["stream", "factor", "before", "after", "leads"])
    lead_sums = [sum(s.leads for s in side.values()) for side in (expected, actual)]
    frame["leads"] = settled(list(frame["leads"]), lead_sums[1] - lead_sums[0])
    return Gap(lead_sums[0], lead_sums[1], frame)


def _factors(stream: str, before: Stream, after: Stream) -> list[tuple[str, float, float]]:
    names = (
        (REACH, VISIT_RATE, SUBMIT_RATE)
        if stream == DIRECT
        else (SHARES, VISITS_PER_SHARE, SUBMIT_RATE)
    )
    first, last = _whole(before), _whole(after)
    visits = _rates((first.visitors, first.base), (last.visitors, last.base))
    submits = _rates((first.leads, first.visitors), (last.leads, last.visitors))
    return [
        (names[0], first.base, last.base),
        (names[1], *visits),
        (names[2], *submits),
    ]


def _whole(stream: Stream) -> Stream:
    """The stream with a visitor behind every lead and a share behind visits that came by one."""
    visitors = stream.visitors if stream.visitors or not stream.leads else stream.leads
    base = stream.base if stream.base or not visitors else visitors
    return Stream(base, visitors, stream.leads)


def _rates(first: tuple[float, float], last: tuple[float, float]) -> tuple[float, float]:
    rates = [top / bottom if bottom else None for top, bottom in (first, last)]
    known = next((rate for rate in rates if rate is not None), 0.0)
    return tuple(known if rate is None else rate for rate in rates)  # type: ignore[return-value]
