"""Whom to call and how soon, in a sentence with its evidence."""

from __future__ import annotations

from components.ask import query
from components.kit.answer import answer_card
from components.kit.choices.comparison import compared_with, is_comparable
from components.kit.states import ENOUGH, too_few
from components.screens.conversion.measures import MEASURES
from components.screens.conversion.reading import Reading
from components.words.formats import days_range, interval, is_missing, money, number, percent, value
from components.words.i18n import _, ngettext, sentences
from metrics.leads.score import LEAST_CONVERSIONS


def conversion_answer(reading: Reading) -> None:
    """Draw the answer card."""
    measure, judged = MEASURES["conversion"], reading.judged("conversion")
    found = reading.figures("conversion")
    answer_card(
        sentence_of(reading),
        metric=measure.metric,
        figure=found.total,
        filters=judged,
        key="conversion",
        previous=found.compared if is_comparable(judged, measure.metric.kind) else None,
        against=compared_with(judged, measure.metric.kind),
        **measure.settings(reading.choice.days),
    )


@query.remembered
def sentence_of(reading: Reading) -> str:
    """The answer: who orders, how soon they are reached, what the score would have found."""
    judged = reading.judged("conversion")
    said = [rate_sentence(reading), response_sentence(reading), score_sentence(reading)]
    about = []
    if judged.period != reading.filters.period:
        about.append(
            _(
                "Conversion is of the leads of {days}, the newest that are {old} days old.",
                days=days_range(judged.period),
                old=reading.choice.window_days,
            )
        )
    about.append(work_sentence(reading))
    sentence = "\n\n".join([sentences(*said), sentences(*about)])
    return sentence.replace("$", r"\$")


def rate_sentence(reading: Reading) -> str:
    """How many order within the window."""
    figure = reading.figures("conversion").total
    if figure["n"] < ENOUGH:
        return too_few(int(figure["n"]))
    return _(
        "{rate} of new leads order within {days} days.",
        rate=percent(figure["value"]),
        days=reading.choice.window_days,
    )


def response_sentence(reading: Reading) -> str:
    """How soon leads are reached."""
    curve = reading.response.now
    if curve.n < ENOUGH:
        return ""
    late = curve.at(48.0)
    if is_missing(curve.quantile(0.5)):
        return _("Fewer than half are reached at all so far.")
    if is_missing(late):
        return _(
            "Half are reached within {median} of business time.",
            median=value(curve.quantile(0.5), "hours"),
        )
    return _(
        "Half are reached within {median} of business time, {late} not even after 48 such hours.",
        median=value(curve.quantile(0.5), "hours"),
        late=percent(late),
    )


def score_sentence(reading: Reading) -> str:
    """What calling by the score would have found, or why there is none."""
    score = reading.score
    if not score.is_model:
        return _(
            "Only {n} conversions so far, {enough} are needed to learn from: leads are ranked by"
            " points.",
            n=number(score.conversions, exact=True),
            enough=LEAST_CONVERSIONS,
        )
    quality = score.quality
    if quality is None or quality.conversions < ENOUGH:
        return _("The score is too young to be judged.")
    top = quality.lift.set_index("share").loc[0.2]
    return _(
        "Calling the best-scored fifth first would have reached {captured} of the buyers"
        " (95% {interval}).",
        captured=percent(top["captured"]),
        interval=interval(top["low"], top["high"], "ratio"),
    )


def work_sentence(reading: Reading) -> str:
    """What waits today, and what it is worth."""
    work = reading.work
    if not work.leads:
        return _("No lead of the last 30 days is open.")
    waiting = ngettext(
        "{n} open lead of the last 30 days has waited longer than 48 hours.",
        "{n} open leads of the last 30 days have waited longer than 48 hours.",
        work.overdue,
    )
    if not work.is_model:
        return waiting
    first = min(reading.a_day, work.leads)
    return sentences(
        waiting,
        _(
            "The first {n} of the call list are worth {worth} of the {total} expected.",
            n=number(first, exact=True),
            worth=money(work.running[first - 1]),
            total=money(work.expected_cny),
        ),
    )
