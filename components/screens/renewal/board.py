"""What the board says of renewal and referral: questions 9 and 10, each with its figure."""

from __future__ import annotations

from components.ask import query
from components.kit.answer import Answer
from components.screens.renewal.answer import outlook_sentence, renewal_sentence
from components.screens.renewal.reading import Reading
from components.screens.renewal.referral.view import referral_of, referral_sentence
from components.words.i18n import N_, sentences
from data.scope import Filters
from metrics.foundation.registry import Metric
from metrics.referral.rates import referred_share_of_new
from metrics.renewal.due import renewal_rate

QUESTIONS = {
    9: N_("Who will renew?"),
    10: N_("Does referral work?"),
}
_PAGE = "lifecycle/renewal"
_NEEDS = {"due", "order_line", "followup"}


@query.remembered
def renewal_answers(filters: Filters) -> tuple[Answer, ...]:
    """Answers to questions 9 and 10; none for roles that read no orders or follow-ups."""
    reading = Reading.of(filters)
    if _NEEDS & reading.hidden_facts:
        return ()
    found = []
    if not reading.pool.empty or reading.figure(renewal_rate)["denominator"]:
        sentence = sentences(renewal_sentence(reading), outlook_sentence(reading))
        found.append(_answer(9, sentence, renewal_rate, reading))
    if reading.figure(referred_share_of_new)["denominator"]:
        sentence = sentences(*referral_sentence(referral_of(reading)).split("\n\n"))
        found.append(_answer(10, sentence, referred_share_of_new, reading))
    return tuple(found)


def _answer(number: int, sentence: str, metric: Metric, reading: Reading) -> Answer:
    return Answer(
        number=number,
        question=QUESTIONS[number],
        sentence=sentence,
        metric=metric,
        figure=reading.figure(metric),
        filters=reading.judged,
        page=_PAGE,
    )
