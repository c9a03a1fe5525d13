"""Monthly plans by campus, set so that the running month is near its plan."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from data.sample.calendar import FIRST_DAY, TODAY, at, local_day, month_first
from data.sample.columns import Ints, Reals, days, instants, labelled, rows
from data.sample.institution import Shape, campus_ids
from data.sample.reaching.leads import Leads
from data.sample.serving.service import ACTIVE, CHARGE, COMPLETED, Enrolments

_METRICS = ("new_leads", "first_orders", "net_revenue")
_EDITORS = ("head_north", "manager", "head_north")
_RENEWED_AS_PLANNED = 0.75  # of those still there at the end
_MONTHS = np.unique(month_first(np.arange(FIRST_DAY, TODAY + 1)))


class Plans:
    """Counts what happened by campus and month, then gives the plans to hold it against."""

    def __init__(self, shape: Shape) -> None:
        self._actual = np.zeros((len(_METRICS), shape.campuses, len(_MONTHS)))
        self._due = np.zeros((shape.campuses, len(_MONTHS)))

    def count(self, leads: Leads, enrolments: Enrolments) -> None:
        """Add a block."""
        first = leads.first
        self._add(0, leads.campus[first], leads.created[first], np.ones(int(first.sum())))
        formal = leads.formal > 0
        self._add(1, leads.campus[formal], leads.formal[formal], np.ones(int(formal.sum())))
        paid = enrolments.order_type == CHARGE
        self._add(2, enrolments.campus[paid], enrolments.paid[paid], enrolments.cents[paid] / 100)
        back = enrolments.refund_at > 0
        self._add(
            2,
            enrolments.campus[back],
            enrolments.refund_at[back],
            -enrolments.refund_cents[back] / 100,
        )
        runs = (enrolments.state == ACTIVE) | (enrolments.state == COMPLETED)
        ends = month_first(enrolments.last_lesson)
        due = runs & np.isin(ends, _MONTHS)
        np.add.at(self._due, (enrolments.campus[due], np.searchsorted(_MONTHS, ends[due])), 1)

    def _add(self, metric: int, campus: Ints, seconds: Ints, amount: Reals) -> None:
        month = np.searchsorted(_MONTHS, month_first(local_day(seconds)))
        np.add.at(self._actual[metric], (campus, month), amount)

    def table(self, seed: int) -> pa.Table:
        """The plans of every month begun."""
        rng = np.random.default_rng([seed, 1_000_003])
        metric, campus, month = (grid.ravel() for grid in np.indices(self._actual.shape))
        reached = rng.normal(0.97, 0.07, len(metric)).clip(0.8, 1.15)
        running = month == len(_MONTHS) - 1
        reached[running] = rng.uniform(0.88, 1.04, int(running.sum()))
        actual = self._actual[metric, campus, month] / reached
        actual[running] /= _elapsed()
        step = np.take([5.0, 1.0, 5_000.0], metric)
        plans = rows(
            "targets",
            month_on=days(_MONTHS[month]),
            campus_id=campus_ids(campus),
            metric=labelled(_METRICS, metric),
            value=np.maximum(np.rint(actual / step), 1) * step,
        )
        return pa.concat_tables([plans, self._renewals()])

    def _renewals(self) -> pa.Table:
        """Of what falls due in a month, how much is to be renewed."""
        campus, month = np.nonzero(self._due)
        return rows(
            "targets",
            month_on=days(_MONTHS[month]),
            campus_id=campus_ids(campus),
            metric=["renewals"] * len(campus),
            value=np.rint(self._due[campus, month] * _RENEWED_AS_PLANNED),
        )


def plan_edit_table(targets: pa.Table) -> pa.Table:
    """What campus heads and the manager changed in the running month's plan, as its history."""
    running = np.datetime64(int(_MONTHS[-1]), "D").astype(object)
    edits = [
        row
        for row in targets.to_pylist()
        if row["month_on"] == running and row["metric"] == "new_leads"
    ][: len(_EDITORS)]
    first = at(np.array([int(_MONTHS[-1])]), np.array([9 * 3600]))[0]
    return rows(
        "plan_edits",
        edit_id=[f"sample-{n}" for n in range(len(edits))],
        edited_at=instants(first + np.arange(len(edits)) * 600),
        edited_by=list(_EDITORS[: len(edits)]),
        plan=["targets"] * len(edits),
        campus_id=[row["campus_id"] for row in edits],
        month_on=[row["month_on"] for row in edits],
        item=[row["metric"] for row in edits],
        before=[row["value"] - 5.0 for row in edits],
        after=[row["value"] for row in edits],
    )


def _elapsed() -> float:
    """The share of the running month's days that have passed."""
    first = int(_MONTHS[-1])
    return (TODAY - first + 0.75) / 30
