"""Is the teaching attended, and where is it lost: one sentence with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from components.ask import query
from components.kit.answer import answer_card
from components.kit.states import ENOUGH, too_few
from components.screens.learning.reading import Reading
from components.words.formats import escape, interval, number, percent
from components.words.i18n import _, ngettext, sentences
from data.scope import Filters
from metrics.foundation.registry import Metric
from metrics.foundation.tally import SUMS, figures
from metrics.service.attendance import attendance_strict, roll_call_coverage
from metrics.service.tiers import ALARMED

COVERED = 0.95  # roll-call coverage below which an attendance rate is doubted


@dataclass(frozen=True)
class Finding:
    """What is said, and the figure it stands on with the rows behind it."""

    sentence: str
    metric: Metric
    figure: Any
    filters: Filters
    where: dict[str, object] | None = None


@query.remembered
def teaching_finding(reading: Reading) -> Finding:
    """Question 7: how well lessons are attended, and the lesson that loses children."""
    whole = reading.figures(attendance_strict).total
    if whole["n"] < ENOUGH:
        return Finding(too_few(int(whole["n"])), attendance_strict, whole, reading.filters)
    attended = _("{rate} of expected seats were taken", rate=percent(whole["value"]))
    if reading.named.empty:
        sentence = _("{attended}; no lesson of any course stands out.", attended=attended)
        return Finding(sentence, attendance_strict, whole, reading.filters)
    row = reading.named.iloc[0]
    sentence = _(
        "{attended}. “{course}” loses students at lesson {n}: {rate} attend, {around} at the"
        " lessons around it ({difference} pp less, 95% {interval}).",
        attended=attended,
        course=escape(reading.courses.get(row["course_id"], row["course_id"])),
        n=int(row["lesson_no"]),
        rate=percent(row["rate"]),
        around=percent(row["around"]),
        difference=number(row["drop"] * 100),
        interval=interval(row["drop_low"], row["drop_high"], "ratio").replace("%", ""),
    )
    others = len(reading.named) - 1
    if others:
        sentence += " " + ngettext("{n} more lesson drops.", "{n} more lessons drop.", others)
    where = {"course_id": row["course_id"], "lesson_no": int(row["lesson_no"])}
    return Finding(sentence, attendance_strict, seat_figure(row), reading.year, where)


def seat_figure(row: pd.Series) -> dict[str, float]:
    """The figure of a lesson, as the metric's roll-up gives it."""
    sums = np.zeros((1, len(SUMS)))
    sums[0, SUMS.index("numerator")] = row["numerator"]
    sums[0, SUMS.index("denominator")] = row["denominator"]
    sums[0, SUMS.index("n_counted")] = row["denominator"]
    found = figures(sums, "proportion", mixed=np.zeros(1, dtype=bool))
    return {name: values[0].item() for name, values in found.items()}


@query.remembered
def students_sentence(reading: Reading) -> str:
    """Question 8: how many students are slipping, and since when."""
    tiers = reading.tiers
    now = tiers.counts()
    enrolled = sum(now.values())
    if not enrolled:
        return _("No student is enrolled on the as-of day.")
    alarmed = sum(now[t] for t in ALARMED)
    if not alarmed:
        return _(
            "None of {n} enrolled students is at risk by attendance.",
            n=number(enrolled, exact=True),
        )
    return _(
        "{alarmed} of {n} enrolled students need saving: {risk} at risk, {leave} about to"
        " leave, {lost} lost.",
        alarmed=number(alarmed, exact=True),
        n=number(enrolled, exact=True),
        risk=number(now["at_risk"], exact=True),
        leave=number(now["about_to_leave"], exact=True),
        lost=number(now["lost"], exact=True),
    )


def answer_of(reading: Reading) -> tuple[Finding, str]:
    """What is said of the teaching, and of the students."""
    return teaching_finding(reading), students_sentence(reading)


def learning_answer(reading: Reading) -> None:
    """Draw the answer card."""
    found, students = answer_of(reading)
    said = [students]
    coverage = reading.figures(roll_call_coverage).total
    if coverage["n"] and coverage["value"] < COVERED:
        said.append(
            ":orange["
            + _(
                "Low confidence: only {share} of seats had their roll called.",
                share=percent(coverage["value"]),
            )
            + "]"
        )
    answer_card(
        found.sentence + "\n\n" + sentences(*said),
        metric=found.metric,
        figure=found.figure,
        filters=found.filters,
        key="learning",
        where=found.where,
    )
