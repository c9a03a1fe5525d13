"""What the board says of acquisition: questions 1, 2 and 4, each with its figure."""

from __future__ import annotations

import pandas as pd

from components.ask import query
from components.kit.answer import Answer
from components.kit.measures import Choice
from components.kit.states import too_few
from components.screens.acquisition.answer import finding
from components.screens.acquisition.measures import MEASURES
from components.screens.acquisition.reading import Reading
from components.words.formats import number, percent
from components.words.i18n import N_, _
from data.scope import Filters
from metrics.acquisition.linkage import TRUSTED, leads_with_touch, orders_with_lead
from metrics.foundation.separation import LEAST_MATURE

QUESTIONS = {
    1: N_("Which channels bring quality?"),
    2: N_("Are marketing and business joined?"),
    4: N_("Is behaviour joined to leads?"),
}
_PAGE = "lifecycle/acquisition"


@query.remembered
def channels_answer(filters: Filters) -> tuple[Answer, ...]:
    """Question 1: the channel that the answer of the acquisition screen names."""
    choice = Choice()
    reading = Reading.of(filters, choice)
    roi = reading.by_channel("roi") if reading.sees_money else None
    found = finding(reading.verdicts, roi, reading.channels, choice)
    measure = MEASURES[found.measure]
    figures = reading.figures(found.measure)
    figure = (
        figures.total
        if found.channel is None
        else reading.by_channel(found.measure).set_index("channel_id").loc[found.channel]
    )
    return (
        Answer(
            number=1,
            question=QUESTIONS[1],
            sentence=found.sentence,
            metric=measure.metric,
            figure=figure,
            filters=reading.judged(found.measure),
            where=None if found.channel is None else {"channel_id": found.channel or None},
            options=measure.settings(choice),
            page=_PAGE,
        ),
    )


@query.remembered
def joined_answer(filters: Filters) -> tuple[Answer, ...]:
    """Question 2: how many orders can be traced to a lead."""
    figure = query.run(orders_with_lead, filters).iloc[0]
    return (
        Answer(
            number=2,
            question=QUESTIONS[2],
            sentence=_share_sentence(
                figure,
                N_(
                    "{share} of orders can be traced to a lead, so revenue by channel can be"
                    " trusted; {orphans} cannot."
                ),
                N_(
                    "Only {share} of orders can be traced to a lead: ROI by channel has low"
                    " confidence; {orphans} cannot."
                ),
                _("No orders in these days."),
            ),
            metric=orders_with_lead,
            figure=figure,
            filters=filters,
            page=_PAGE,
        ),
    )


@query.remembered
def behaviour_answer(filters: Filters) -> tuple[Answer, ...]:
    """Question 4: how many leads have what they did before on record."""
    figure = query.run(leads_with_touch, filters).iloc[0]
    return (
        Answer(
            number=4,
            question=QUESTIONS[4],
            sentence=_share_sentence(
                figure,
                N_("{share} of leads have their earlier behaviour on record; {orphans} have none."),
                N_("Only {share} of leads have their past on record; {orphans} have nothing."),
                _("No leads in these days."),
            ),
            metric=leads_with_touch,
            figure=figure,
            filters=filters,
            page="people/person",
        ),
    )


def _share_sentence(figure: pd.Series, well: str, badly: str, nothing: str) -> str:
    if not figure["denominator"]:
        return nothing
    if figure["n"] < LEAST_MATURE:
        return too_few(int(figure["n"]))
    return _(
        well if figure["value"] >= TRUSTED else badly,
        share=percent(figure["value"]),
        orphans=number(figure["denominator"] - figure["numerator"], exact=True),
    )
