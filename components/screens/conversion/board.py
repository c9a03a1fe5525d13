"""What the board says of conversion: questions 5 and 6, each with the figure it stands on."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from components.ask import query
from components.kit.answer import Answer
from components.screens.conversion.answer import rate_sentence, score_sentence, work_sentence
from components.screens.conversion.measures import MEASURES, Choice
from components.screens.conversion.reading import Reading
from components.screens.conversion.sop import SOP_DAYS, effects_of
from components.words.formats import escape, money, percent
from components.words.i18n import N_, _, ngettext, sentences
from data.scope import Filters, Period
from metrics.leads.sop_effect import HARMFUL, WORKS, sop_conversion

QUESTIONS = {
    5: N_("Which leads are worth calling first?"),
    6: N_("Which playbooks work?"),
}
_PAGE = "lifecycle/conversion"


@query.remembered
def conversion_answers(filters: Filters) -> tuple[Answer, ...]:
    """Answers to questions 5 and 6, for roles that read orders and follow-ups."""
    reading = Reading.of(filters, Choice())
    found = [_score(reading)]
    effects = effects_of(reading)
    if not effects.empty:
        found.append(_playbooks(reading, effects))
    return tuple(found)


def _score(reading: Reading) -> Answer:
    measure = MEASURES["conversion"]
    return Answer(
        number=5,
        question=QUESTIONS[5],
        sentence=sentences(rate_sentence(reading), score_sentence(reading), work_sentence(reading)),
        metric=measure.metric,
        figure=reading.figures("conversion").total,
        filters=reading.judged("conversion"),
        options=measure.settings(reading.choice.days),
        page=_PAGE,
    )


def _playbooks(reading: Reading, effects: pd.DataFrame) -> Answer:
    options = {"window_days": SOP_DAYS}
    every = Filters(period=_days(effects), campuses=reading.filters.campuses)
    figure = query.run(sop_conversion, every, scope=reading.scope, **options).iloc[0]
    whole = _(
        "{rate} of those treated or held out ordered within {days} days.",
        rate=percent(figure["value"]), days=SOP_DAYS,
    )  # fmt: skip
    return Answer(
        number=6,
        question=QUESTIONS[6],
        sentence=sentences(sop_sentence(effects), whole),
        metric=sop_conversion,
        figure=figure,
        filters=every,
        options=options,
        page=_PAGE,
    )


def sop_sentence(effects: pd.DataFrame) -> str:
    """Which playbook works, which harms, and how many do nothing to see."""
    parts = []
    works = effects[effects["verdict"] == WORKS]
    if not works.empty:
        row = works.iloc[0]
        parts.append(
            _(
                "“{sop}” works: {rate} order, held out {held}, {worth} more",
                sop=escape(row["name"]), rate=percent(row["rate"]),
                held=percent(row["rate_held_out"]), worth=money(row["cny"]),
            )
        )  # fmt: skip
    harmful = effects[effects["verdict"] == HARMFUL]
    if not harmful.empty:
        row = harmful.iloc[-1]
        parts.append(
            _(
                "“{sop}” does harm: {rate} order, held out {held}",
                sop=escape(row["name"]), rate=percent(row["rate"]),
                held=percent(row["rate_held_out"]),
            )
        )  # fmt: skip
    rest = len(effects) - len(works) - len(harmful)
    if rest:
        parts.append(ngettext("{n} shows no effect", "{n} show no effect", rest))
    return _("; ").join(parts) + _(".")


def _days(effects: pd.DataFrame) -> Period:
    first = pd.Timestamp(effects["first_on"].min()).date()
    last = pd.Timestamp(effects["last_on"].max()).date()
    return Period(start=first, end=last + timedelta(days=1))
