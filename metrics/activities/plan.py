"""Plans of activities: by phase and way of sharing, by day, and what is due by now."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pandas as pd

from data.facts import Facts
from metrics.activities.cohort import Activities, picked
from metrics.activities.health import PHASES, phase_days
from metrics.foundation.registry import table


@table(grain="activity, phase and way of sharing")
def activity_plan(facts: Facts, *, activities: Activities = ()) -> ir.Table:
    """The plan rows of activities.

    Returns
    -------
    ibis Table
        ``activity_id``, ``phase``, ``share_channel``, ``planned_visits``,
        ``planned_leads``.
    """
    rows = picked(facts.activity_plan, activities)
    return rows.drop("campus_id").order_by("activity_id", "phase", "share_channel")


@table(grain="activity")
def activity_plan_totals(facts: Facts) -> ir.Table:
    """Planned visits and leads of each activity: one row per ``activity_id``."""
    plan = facts.activity_plan
    totals = plan.group_by("activity_id").aggregate(
        planned_visits=plan.planned_visits.sum().cast("float64"),
        planned_leads=plan.planned_leads.sum().cast("float64"),
    )
    return totals.order_by("activity_id")


@table(grain="change")
def plan_edits(facts: Facts, *, plan: str, activity: str = "", most: int = 200) -> ir.Table:
    """Who changed which planned figure, the newest first.

    Parameters
    ----------
    plan
        ``targets`` or ``activity_plans``.
    activity
        Only changes of this activity's plan.
    most
        Rows given back.
    """
    edits = facts.plan_edit
    edits = edits.filter(edits.plan == plan)
    if activity:
        edits = edits.filter(edits.activity_id == activity)
    return edits.order_by(ibis.desc("edited_at"), "edit_id").limit(most)


def elapsed(days: int, complete_days: int) -> dict[str, float]:
    """Phase → the part of its days that is over, in [0, 1]; a phase without days is over."""
    return {
        phase: sum(day < complete_days for day in span) / len(span) if len(span) else 1.0
        for phase, span in phase_days(days).items()
    }


def planned_by_day(plan: pd.DataFrame, days: int) -> list[float]:
    """Planned leads of each day: a phase's leads, spread evenly over its days.

    What is planned for a phase that has no day is spread over all.
    """
    by_phase = plan.groupby("phase")["planned_leads"].sum()
    spans = phase_days(days)
    lost = sum(float(by_phase.get(phase, 0)) for phase in PHASES if not len(spans[phase]))
    daily = [lost / days] * days
    for phase, span in spans.items():
        for day in span:
            daily[day] += float(by_phase.get(phase, 0)) / len(span)
    return daily


def phase_gaps(plan: pd.DataFrame, curve: Sequence[int], days: int) -> pd.DataFrame:
    """Planned and actual leads by phase, as far as its days are over.

    Returns
    -------
    DataFrame
        ``phase``, ``days``, ``over`` (days), ``planned`` (whole phase), ``due`` (of the
        days that are over), ``actual``, ``gap`` (actual − due), ``gap_share`` (÷ due; missing where
        nothing was due).
    """
    daily = planned_by_day(plan, days)
    rows = []
    for phase, span in phase_days(days).items():
        over = [day for day in span if day < len(curve)]
        due = sum(daily[day] for day in over)
        actual = sum(curve[day] for day in over)
        rows.append(
            {
                "phase": phase, "days": len(span), "over": len(over),
                "planned": sum(daily[day] for day in span), "due": due, "actual": actual,
                "gap": actual - due, "gap_share": (actual - due) / due if due else None,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def channel_estimates(
    plan: pd.DataFrame, actual: pd.DataFrame, *, part: dict[str, float]
) -> pd.DataFrame:
    """Actual against estimate by way of sharing.

    Parameters
    ----------
    plan
        Rows of `activity_plan` of one activity.
    actual
        ``stream``, ``visitors``, ``leads``, as of `metrics.activities.gap.activity_streams`.
    part
        Of `elapsed`: only what was due by now is held against.

    Returns
    -------
    DataFrame
        ``stream``, ``planned_visits``, ``planned_leads`` (due by now), ``visitors``,
        ``leads``, ``gap``, ``gap_share``; the largest gap first.
    """
    over = plan["phase"].map(part).fillna(0.0)
    due = plan.assign(
        planned_visits=plan["planned_visits"] * over, planned_leads=plan["planned_leads"] * over
    )
    sums = due.groupby("share_channel")[["planned_visits", "planned_leads"]].sum()
    own = actual.set_index("stream")[["visitors", "leads"]]
    both = sums.join(own, how="outer").fillna(0.0)
    both["gap"] = both["leads"] - both["planned_leads"]
    both["gap_share"] = both["gap"] / both["planned_leads"].where(both["planned_leads"] > 0)
    both = both.rename_axis("stream").reset_index()
    return both.sort_values(["gap", "stream"], ignore_index=True)
