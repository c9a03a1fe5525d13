"""The board's questions 7 and 8, answered from what the learning screen reads.

As keyword arguments of the board's `Answer`: the board owns that class and calls this.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from components import query
from components.i18n import N_, _
from components.learning.answer import students_sentence, teaching_finding
from components.learning.reading import Reading
from data.scope import Filters, Period
from metrics.misses import misses_running
from metrics.tiers import ALARMED

PAGE = "lifecycle/learning"
QUESTIONS = {
    7: N_("Is the teaching attended, and where does it lose children?"),
    8: N_("Which students are about to leave?"),
}


@query.remembered
def board_answers(filters: Filters) -> tuple[dict[str, Any], ...]:
    """What the board says to questions 7 and 8; nothing where nobody was taught.

    Each is ``number``, ``question`` (in English, to be translated), ``sentence``,
    ``metric``, ``figure``, ``filters``, ``where``, ``options`` and ``page``.
    """
    reading = Reading.of(filters)
    if reading.is_empty:
        return ()
    taught = teaching_finding(reading)
    day = reading.scope.as_of_on
    now = replace(
        reading.filters, period=Period(start=day, end=day + timedelta(days=1)), comparison=None
    )
    slipping = query.run(misses_running, now, scope=reading.scope).iloc[0]
    return (
        {
            "number": 7, "question": QUESTIONS[7], "sentence": taught.sentence,
            "metric": reading.metric(taught.metric), "figure": taught.figure,
            "filters": taught.filters, "where": taught.where, "options": {}, "page": PAGE,
        },
        {
            "number": 8, "question": QUESTIONS[8], "sentence": _urgent(reading),
            "metric": misses_running, "figure": slipping, "filters": now, "where": None,
            "options": {}, "page": PAGE,
        },
    )  # fmt: skip


def _urgent(reading: Reading) -> str:
    """Who is slipping, and the class teacher with most of them."""
    said = students_sentence(reading)
    now = reading.tiers.now
    alarmed = now[now["tier_name"].isin(ALARMED)] if len(now) else now
    known = alarmed["class_teacher_id"].dropna() if len(alarmed) else []
    if not len(known):
        return said
    counts = known.value_counts()
    most = counts[counts == counts.max()].index.min()
    return said + " " + _(
        "Most are with {teacher}: {n}.", teacher=reading.staff.get(most, most),
        n=int(counts.max()),
    )  # fmt: skip
