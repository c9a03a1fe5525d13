"""What the board says of renewal and referral: questions 9 and 10, each with its figure.

As keyword arguments of the board's `Answer`: the board owns that class and calls this.
"""

from __future__ import annotations

from typing import Any

from components import query
from components.i18n import N_
from components.renewal.answer import outlook_sentence, renewal_sentence
from components.renewal.reading import Reading
from components.renewal.referral import Referral, referral_sentence
from data.scope import Filters, Scope
from metrics.registry import find

QUESTIONS = {
    9: N_("Who will renew?"),
    10: N_("Does referral work?"),
}
_PAGE = "lifecycle/renewal"
_NEEDS = {"due", "order_line", "followup"}


def renewal_answers(filters: Filters, *, scope: Scope | None = None) -> list[dict[str, Any]]:
    """Answers to questions 9 and 10; none for roles that read no orders or follow-ups."""
    reading = Reading(filters, scope or query.current_scope(filters))
    if _NEEDS & reading.hidden_facts:
        return []
    found = []
    if not reading.pool.empty or reading.figure("renewal_rate")["denominator"]:
        sentence = f"{renewal_sentence(reading)} {outlook_sentence(reading)}"
        found.append(_answer(9, sentence, "renewal_rate", reading))
    if reading.figure("referred_share_of_new")["denominator"]:
        sentence = " ".join(referral_sentence(Referral(reading)).split())
        found.append(_answer(10, sentence, "referred_share_of_new", reading))
    return found


def _answer(number: int, sentence: str, metric: str, reading: Reading) -> dict[str, Any]:
    return {
        "number": number, "question": QUESTIONS[number], "sentence": sentence,
        "metric": find(metric), "figure": reading.figure(metric), "filters": reading.judged,
        "page": _PAGE,
    }  # fmt: skip
