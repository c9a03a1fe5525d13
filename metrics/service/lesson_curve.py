"""Lesson by lesson: how many of a course's seats are taken, and at which lesson it drops."""

from __future__ import annotations

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import ndtr

from data.errors import InvalidOption
from data.facts import Facts
from metrics.foundation.intervals import Z95
from metrics.foundation.registry import table
from metrics.service.attendance import ATTENDED, expected_seats

LEAST_SEATS = 300
NEIGHBOURS = 3  # lessons on either side
LEAST_DROP = 0.10
ALPHA = 0.01  # chance that any lesson of any course is named by luck
Floats = NDArray[np.float64]
_SUMS = ("numerator", "denominator", "n_lessons", "xx", "xy", "yy")


@table(grain="course and lesson")
def lesson_curve(facts: Facts) -> ir.Table:
    """Attendance by course and number of the lesson, as `attendance_strict` counts it.

    Returns
    -------
    ibis Table
        One row per ``course_id`` and ``lesson_no``: ``numerator`` and ``denominator`` as
        the metric's roll-up has them, ``n_lessons`` (days on which a
        campus held it) and ``xx``, ``xy``,
        ``yy``: Σ of products of such a day's attended (x) and expected (y) seats, since the
        seats of one lesson are alike.
    """
    # Whole numbers, not the units' decimals: there are millions of seats.
    seats = expected_seats(facts)
    seats = facts.picked(seats, on="held_on", channels=False)
    # The seats of a course's lesson at one campus on one day: one lesson, or two at most. Its
    # own id would make as many groups, over a longer key.
    by_lesson = seats.group_by("course_id", "lesson_no", "campus_id", "held_on").aggregate(
        x=seats.attendance.isin(ATTENDED).sum(), y=seats.count()
    )
    known = by_lesson.filter(by_lesson.course_id.notnull(), by_lesson.lesson_no.notnull())
    return known.group_by("course_id", "lesson_no").aggregate(
        numerator=known.x.sum(), denominator=known.y.sum(), n_lessons=known.count(),
        xx=(known.x * known.x).sum(), xy=(known.x * known.y).sum(), yy=(known.y * known.y).sum(),
    ).order_by("course_id", "lesson_no")  # fmt: skip


def lesson_drops(
    curve: pd.DataFrame,
    *,
    least_seats: int = LEAST_SEATS,
    least_drop: float = LEAST_DROP,
    alpha: float = ALPHA,
) -> pd.DataFrame:
    """Every lesson against the lessons around it; the drops that luck does not explain.

    A lesson is compared with up to three lessons on either side, pooled. The standard
    errors are those of a ratio over lessons held (children of one class stay away
    together). All lessons of all courses are one family of tests (Holm), so that the
    chance of naming any lesson by luck is at most ``alpha``.

    Parameters
    ----------
    curve
        Of `lesson_curve`.
    least_seats
        Lessons with fewer seats are not tested, at least 1.
    least_drop
        Smaller differences are not named, however certain, in (0, 1).
    alpha
        Chance of any false alarm, in (0, 1).

    Returns
    -------
    DataFrame
        The curve with ``rate``, ``around`` (rate of the neighbours), ``around_low`` and
        ``around_high`` (their lowest and highest rate), ``drop`` (around − rate), its 95 %
        interval ``drop_low``, ``drop_high``, ``p`` (one-sided, adjusted), ``is_drop``;
        missing where not tested.

    Raises
    ------
    InvalidOption
        If an option is out of its bounds.

    References
    ----------
    METRICS, "league": lesson-by-lesson drop curve. Holm (1979), Scand. J. Stat. 6:65-70.
    Cochran (1977), Sampling Techniques, 6.3 (variance of a ratio).
    """
    if least_seats < 1:
        raise InvalidOption(f"least_seats must be at least 1, got {least_seats}")
    if not (0 < least_drop < 1 and 0 < alpha < 1):
        raise InvalidOption(f"least_drop and alpha must be in (0, 1), got {least_drop}, {alpha}")
    found = curve.astype(dict.fromkeys(_SUMS, float)).sort_values(["course_id", "lesson_no"])
    found = found.reset_index(drop=True)
    found["rate"] = found["numerator"] / found["denominator"].replace(0, np.nan)
    columns = {name: np.full(len(found), np.nan) for name in (
        "around", "around_low", "around_high", "drop", "drop_low", "drop_high", "p")}  # fmt: skip
    for _course, rows in found.groupby("course_id", sort=False):
        _compare(rows, least_seats, columns)
    found = found.assign(**columns)
    found["p"] = _holm(found["p"].to_numpy())
    named = (found["p"] < alpha) & (found["drop"] >= least_drop)
    return found.assign(is_drop=named)


def _compare(rows: pd.DataFrame, least_seats: int, columns: dict[str, Floats]) -> None:
    enough = rows[rows["denominator"] >= least_seats]
    number, rate = enough["lesson_no"].to_numpy(), enough["rate"].to_numpy()
    apart = np.abs(number[:, None] - number[None, :])
    near = (apart > 0) & (apart <= NEIGHBOURS)
    tested = near.sum(axis=1) >= 2
    if not tested.any():
        return
    near, place = near[tested], enough.index.to_numpy()[tested]
    sums = {name: enough[name].to_numpy() for name in _SUMS}
    around, around_error = _ratio({name: near @ column for name, column in sums.items()})
    own, error = _ratio({name: column[tested] for name, column in sums.items()})
    both, drop = np.hypot(error, around_error), around - own
    z = np.divide(drop, both, out=np.where(drop > 0, np.inf, -np.inf), where=both > 0)
    for name, found in {
        "around": around, "drop": drop, "drop_low": drop - Z95 * both,
        "drop_high": drop + Z95 * both, "p": ndtr(-z),
        "around_low": np.where(near, rate, np.inf).min(axis=1),
        "around_high": np.where(near, rate, -np.inf).max(axis=1),
    }.items():  # fmt: skip
        columns[name][place] = found


def _ratio(sums: dict[str, Floats]) -> tuple[Floats, Floats]:
    """Ratios over lessons and their standard errors, never below those of as many coins."""
    x, y, m = sums["numerator"], sums["denominator"], sums["n_lessons"]
    r = x / y
    spread = np.maximum(sums["xx"] - 2 * r * sums["xy"] + r * r * sums["yy"], 0.0)
    clustered = spread / y**2 * np.where(m > 1, m / np.maximum(m - 1, 1), 1.0)
    return r, np.sqrt(np.maximum(clustered, r * (1 - r) / y))


def _holm(p: Floats) -> Floats:
    """Holm's step-down adjustment of the p-values that are known."""
    adjusted = np.full(p.size, np.nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    steps = p[order] * np.arange(order.size, 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def named_drops(drops: pd.DataFrame) -> pd.DataFrame:
    """The drops that are named, the deepest first; of neighbours only the deepest."""
    deepest = drops[drops["is_drop"]].sort_values("drop", ascending=False)
    kept: list[int] = []
    for place in range(len(deepest)):
        row, before = deepest.iloc[place], deepest.iloc[kept]
        same = before[before["course_id"] == row["course_id"]]
        if not ((same["lesson_no"] - row["lesson_no"]).abs() <= 1).any():
            kept.append(place)
    return deepest.iloc[kept]


def drops_of(table: pa.Table) -> pd.DataFrame:
    """`lesson_drops` as a kernel over the rows of `lesson_curve`."""
    return lesson_drops(table.to_pandas())
