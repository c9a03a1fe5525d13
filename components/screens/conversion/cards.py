"""The row of figures: how soon, how many reached, how many came, how many bought."""

from __future__ import annotations

from components.ask import query
from components.kit.choices.comparison import compared_with, is_comparable
from components.kit.figures import FigureCard, figure_cards
from components.screens.conversion.measures import MEASURES
from components.screens.conversion.reading import Reading
from components.words.formats import days_range, escape, interval, is_missing, number, percent
from components.words.i18n import _
from metrics.leads.pool import overdue_leads
from metrics.leads.response import response_time

_CARDS = ("unassigned", "response", "overdue", "trial_paid", "conversion")


def conversion_cards(reading: Reading) -> None:
    """Draw the cards."""
    figure_cards(cards_of(reading), filters=reading.filters, key="conversion_card")


@query.remembered
def cards_of(reading: Reading) -> tuple[FigureCard, ...]:
    """The figures with what they were before and their trend."""
    cards = {"response": _response, "overdue": _overdue}
    return tuple(cards[name](reading) if name in cards else _rate(reading, name) for name in _CARDS)


def _rate(reading: Reading, name: str) -> FigureCard:
    measure, judged = MEASURES[name], reading.judged(name)
    found, kind = reading.figures(name), measure.metric.kind
    figure = found.total
    first = f"95% {interval(figure['low'], figure['high'], measure.metric.unit)}"
    parts = [f"n = {number(figure['n'])}"]
    if figure["immature"]:
        parts.append(_("{n} immature", n=number(figure["immature"])))
    if judged.period != reading.filters.period:
        parts.append(_("leads of {days}", days=escape(days_range(judged.period))))
    return FigureCard(
        metric=measure.metric,
        figure=figure,
        previous=found.compared if is_comparable(judged, kind) else None,
        against=compared_with(judged, kind),
        trend=[x for x in found.trend if not is_missing(x)],
        title=measure.heading(reading.choice.days),
        note=f"{first if not is_missing(figure['low']) else ''}  \n{' · '.join(parts)}",
        options=measure.settings(reading.choice.days),
        filters=judged,
    )


def _overdue(reading: Reading) -> FigureCard:
    overdue, leads = reading.work.overdue, reading.work.leads
    return FigureCard(
        metric=overdue_leads,
        figure={"value": overdue, "n": overdue, "low": None, "high": None, "immature": 0},
        title=_("Waiting over 48 hours"),
        filters=reading.listed,
        note=_(
            "of {leads} open leads of the last 30 days  \n{n} of them unassigned",
            leads=number(leads, exact=True),
            n=number(reading.work.unassigned, exact=True),
        ),
    )


def _response(reading: Reading) -> FigureCard:
    curves = reading.response
    told = curves.before.n > 0 and is_comparable(reading.filters, response_time.kind)
    late = curves.now.at(48.0)
    slow = {k: curves.now.quantile(k / 100) for k in (75, 90)}
    known = [
        _("P{k} {hours} h", k=k, hours=number(hours, digits=2))
        for k, hours in slow.items()
        if not is_missing(hours)
    ]
    rest = _(
        "n = {n} · {late} not reached after 48 such hours",
        n=number(curves.now.n),
        late=percent(late),
    )
    note = "  \n".join([*([" · ".join(known)] if known else []), rest])
    return FigureCard(
        metric=response_time,
        figure=curves.figure(),
        previous=curves.figure(compared=True) if told else None,
        against=compared_with(reading.filters, response_time.kind) if told else "",
        title=_("Half are reached within"),
        note=note,
        options={"opens": reading.choice.opens, "closes": reading.choice.closes},
    )
