"""Teachers, classes and courses compared on attendance, by what they were given."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.special import stdtrit

from data.errors import InvalidOption
from data.facts import Facts
from metrics.foundation.clock import first_leads
from metrics.foundation.intervals import Z95
from metrics.foundation.registry import table
from metrics.models.shrinkage import shrunk_to_zero
from metrics.service.attendance import attendance_strict

LEAGUES = ("teacher_id", "class_id", "course_id")
LEAST_SEATS = 100
LEAST_STUDENTS = 5
_STAGES = (8, 24)  # lessons up to which a course begins, and is under way


@table(grain="teacher, class or course")
def league_rows(facts: Facts, *, of: str = "teacher_id") -> ir.Table:
    """Each group's attended seats against those expected from its intake.

    Expected is what the same kind of children do elsewhere and here: by the channel that
    brought the family, whether the enrolment is a renewal, the stage of the course and,
    where courses themselves are not compared, the course line. Indirect standardisation.

    Parameters
    ----------
    facts
        The viewer's facts, and the period with course lines.
    of
        ``teacher_id``, ``class_id`` or ``course_id``.

    Returns
    -------
    ibis Table
        One row per group: the key, ``numerator`` (attended), ``denominator`` (expected
        seats, both as `attendance_strict`), ``expected`` (attended seats that the intake
        lets expect), ``students`` and ``spread`` (Σ over students of (attended −
        expected)², since the seats of a child are alike).

    Raises
    ------
    InvalidOption
        If ``of`` is none of these.

    References
    ----------
    METRICS, "league". Breslow & Day (1987), vol. II, 2.3 (indirect standardisation).
    """
    if of not in LEAGUES:
        raise InvalidOption(f"of must be one of {', '.join(LEAGUES)}, got {of!r}")
    seats = facts.picked(attendance_strict(facts), on="unit_on")
    enrolments = facts.enrolment
    renewals = enrolments.select(
        "enrolment_id", is_renewal=enrolments.renewed_from_id.notnull().cast("int64")
    )
    leads = first_leads(facts).select("person_id", channel_id="channel_id")
    tree = facts.channel.select("channel_id", root="root_id")
    roots = leads.left_join(tree, "channel_id").select("person_id", "root")
    seats = seats.left_join(renewals, "enrolment_id").drop("enrolment_id_right")
    seats = seats.left_join(roots, "person_id").drop("person_id_right")
    stage = ibis.cases((seats.lesson_no <= _STAGES[0], 0), (seats.lesson_no <= _STAGES[1], 1),
                       else_=2)  # fmt: skip
    seats = seats.mutate(
        stage=stage,
        root=seats.root.fill_null(""),
        is_renewal=seats.is_renewal.fill_null(0),
        line=(ibis.literal("") if of == "course_id" else seats.course_line.fill_null("")),
    )
    intake = ["root", "is_renewal", "stage", "line"]
    cells = seats.group_by(of, "student_id", *intake).aggregate(
        x=seats.numerator.sum().cast("float64"), n=seats.denominator.sum().cast("float64")
    )
    usual = cells.group_by(*intake).aggregate(usual=cells.x.sum() / cells.n.sum())
    cells = cells.inner_join(usual, intake)
    students = cells.group_by(of, "student_id").aggregate(
        x=cells.x.sum(), n=cells.n.sum(), e=(cells.n * cells.usual).sum()
    )
    known = students.filter(students[of].notnull())
    residual = known.x - known.e
    return known.group_by(of).aggregate(
        numerator=known.x.sum(), denominator=known.n.sum(), expected=known.e.sum(),
        students=known.count(), spread=(residual * residual).sum(),
    ).order_by(of)  # fmt: skip


def league(table: pa.Table) -> pd.DataFrame:
    """Groups ranked by how far they lie from their intake, drawn to it by how little each tells.

    The kernel for a store's fold over `league_rows`.

    Returns
    -------
    DataFrame
        The rows with ``rate``, ``rate_expected``, ``value`` (rate − expected rate) with
        ``low`` and ``high`` (95 %, t over students), ``n`` (seats), ``shrunk`` with
        ``shrunk_low`` and ``shrunk_high``, ``rank`` (1 is best, missing with too few) and
        ``verdict``: "above", "below", "same" (cannot be separated from its intake) or
        "too_few" (fewer than `LEAST_SEATS` seats or `LEAST_STUDENTS` students); the best
        first.
    """
    rows = table.to_pandas()
    n, students = (rows[c].to_numpy(dtype=float) for c in ("denominator", "students"))
    enough = (n >= LEAST_SEATS) & (students >= LEAST_STUDENTS)
    rate, expected = rows["numerator"] / n, rows["expected"] / n
    free = np.maximum(students - 1, 1)
    # Few children tell little of how children differ: t, as so much wider a normal.
    error = np.sqrt(rows["spread"].to_numpy(dtype=float) * students / free) / n
    error = np.where(enough, error * stdtrit(free, 0.975) / Z95, np.nan)
    value = rate - expected
    drawn = shrunk_to_zero(value.to_numpy(), error)
    verdict = np.select(
        [~enough, drawn.low > 0, drawn.high < 0], ["too_few", "above", "below"], "same"
    )
    found = rows.assign(
        rate=rate, rate_expected=expected, value=value, low=value - Z95 * error,
        high=value + Z95 * error, n=n.astype(int), shrunk=drawn.value, shrunk_low=drawn.low,
        shrunk_high=drawn.high, verdict=verdict,
    )  # fmt: skip
    found["rank"] = found["shrunk"].rank(ascending=False, method="min").astype("Int64")
    ordered: pd.DataFrame = found.sort_values(["rank", "value"], ascending=[True, False])
    return ordered.reset_index(drop=True)
