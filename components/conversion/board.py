"""What the board says of conversion: questions 5 and 6, each with the figure it stands on.

As keyword arguments of the board's `Answer`: the board owns that class and calls this.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd

from components import query
from components.conversion.answer import score_sentence, work_sentence
from components.conversion.measures import MEASURES, Choice
from components.conversion.reading import Reading
from components.conversion.sop import SOP_DAYS, effects_of
from components.format import escape, money, percent
from components.i18n import N_, _
from data.scope import Filters, Period, Scope
from metrics.sop_effect import HARMFUL, WORKS, sop_conversion

QUESTIONS = {
    5: N_("Which leads are worth calling first?"),
    6: N_("Which repeated work pays?"),
}
_PAGE = "lifecycle/conversion"


def conversion_answers(filters: Filters, *, scope: Scope | None = None) -> list[dict[str, Any]]:
    """Answers to questions 5 and 6, for roles that read orders and follow-ups."""
    scope = scope or query.current_scope(filters)
    reading = Reading(filters, Choice(), scope)
    measure, judged = MEASURES["conversion"], reading.judged("conversion")
    found = [
        {
            "number": 5, "question": QUESTIONS[5],
            "sentence": _("{first} {second}", first=score_sentence(reading),
                          second=work_sentence(reading)),
            "metric": measure.metric, "figure": reading.figures("conversion").total,
            "filters": judged, "options": measure.settings(reading.choice.days), "page": _PAGE,
        }
    ]  # fmt: skip
    effects = effects_of(reading)
    if not effects.empty:
        options = {"window_days": SOP_DAYS}
        every = Filters(period=_days(effects), campuses=filters.campuses)
        figure = query.run(sop_conversion, every, scope=scope, **options).iloc[0]
        found.append(
            {
                "number": 6, "question": QUESTIONS[6], "sentence": sop_sentence(effects),
                "metric": sop_conversion, "figure": figure, "filters": every, "options": options,
                "page": _PAGE,
            }
        )  # fmt: skip
    return found


def sop_sentence(effects: pd.DataFrame) -> str:
    """Which playbook works, which harms, and how many do nothing to see."""
    parts = []
    works = effects[effects["verdict"] == WORKS]
    if not works.empty:
        row = works.iloc[0]
        parts.append(
            _(
                "“{sop}” works: {rate} order, held out {held}, {worth} more",
                sop=escape(row["sop"]), rate=percent(row["rate"]),
                held=percent(row["rate_held_out"]), worth=money(row["cny"]),
            )
        )  # fmt: skip
    harmful = effects[effects["verdict"] == HARMFUL]
    if not harmful.empty:
        row = harmful.iloc[-1]
        parts.append(
            _(
                "“{sop}” does harm: {rate} order, held out {held}",
                sop=escape(row["sop"]), rate=percent(row["rate"]),
                held=percent(row["rate_held_out"]),
            )
        )  # fmt: skip
    rest = len(effects) - len(works) - len(harmful)
    if rest:
        parts.append(_("of {n} no effect can be seen", n=rest))
    return _("; ").join(parts) + _(".")


def _days(effects: pd.DataFrame) -> Period:
    first = pd.Timestamp(effects["first_on"].min()).date()
    last = pd.Timestamp(effects["last_on"].max()).date()
    return Period(start=first, end=last + timedelta(days=1))
