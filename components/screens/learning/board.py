"""What the board says of learning: questions 7 and 8, each with the figure it stands on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from components.ask import query
from components.kit.answer import Answer
from components.screens.learning.answer import students_sentence, teaching_finding
from components.screens.learning.people import PEOPLE, alarmed_students, open_students
from components.screens.learning.reading import Reading
from components.words.i18n import N_, _, sentences
from data.scope import Filters, Period
from metrics.foundation.intervals import share_bounds
from metrics.service.misses import misses_running

_PAGE = "lifecycle/learning"
QUESTIONS = {
    7: N_("Are lessons attended, and where do they lose students?"),
    8: N_("Which students are about to leave?"),
}


@query.remembered
def learning_answers(filters: Filters) -> tuple[Answer, ...]:
    """Answers to questions 7 and 8; none where nobody was taught."""
    reading = Reading.of(filters)
    if reading.is_empty:
        return ()
    return _teaching(reading), _slipping(reading)


def _teaching(reading: Reading) -> Answer:
    found = teaching_finding(reading)
    return Answer(
        number=7,
        question=QUESTIONS[7],
        sentence=found.sentence,
        metric=found.metric,
        figure=found.figure,
        filters=found.filters,
        where=found.where,
        page=_PAGE,
    )


def _slipping(reading: Reading) -> Answer:
    day = reading.scope.as_of_on
    alarmed, enrolled = len(alarmed_students(reading)), sum(reading.tiers.counts().values())
    low, high = share_bounds(alarmed, enrolled)
    figure = {
        "numerator": alarmed, "denominator": enrolled, "n": enrolled, "immature": 0,
        "value": alarmed / enrolled if enrolled else None, "low": float(low), "high": float(high),
    }  # fmt: skip
    now = replace(
        reading.filters, period=Period(start=day, end=day + timedelta(days=1)), comparison=None
    )
    return Answer(
        number=8,
        question=QUESTIONS[8],
        sentence=_urgent(reading),
        metric=misses_running,
        figure=figure,
        filters=now,
        page=_PAGE,
        opens=partial(_open_slipping, reading.filters),
    )


def _open_slipping(filters: Filters) -> None:
    """The students of the answer, as the viewer now signed in may see them."""
    reading = Reading.of(filters)
    open_students(alarmed_students(reading), reading, title=_("Students to save"), columns=PEOPLE)


def _urgent(reading: Reading) -> str:
    """Who is slipping, and the class teacher with most of them."""
    said = students_sentence(reading)
    alarmed = alarmed_students(reading)
    known = alarmed["class_teacher_id"].dropna() if len(alarmed) else []
    if not len(known):
        return said
    counts = known.value_counts()
    most = counts[counts == counts.max()].index.min()
    where = _(
        "Most are with {teacher}: {n}.", teacher=reading.staff.get(most, most),
        n=int(counts.max()),
    )  # fmt: skip
    return sentences(said, where)
