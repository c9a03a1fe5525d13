"""The row of figures: each on the leads it can be judged on, with its past and its rows."""

from __future__ import annotations

from components.ask import query
from components.ask.tally import tally
from components.kit.choices.comparison import compared_with, is_comparable
from components.kit.figures import FigureCard, figure_cards
from components.kit.states import no_spend
from components.screens.acquisition.measures import MEASURES
from components.screens.acquisition.reading import Reading
from components.words.formats import days_range, escape, interval, is_missing, number, percent
from components.words.i18n import _

CARDS = ("leads", "valid", "cpl", "conversion", "cac_full", "roi")
_COLUMNS = 3  # two rows of three: a seventh of the width holds no interval


def acquisition_cards(reading: Reading) -> None:
    """Draw the cards that the viewer's role may read."""
    figure_cards(
        cards_of(reading), filters=reading.filters, key="acquisition_card", columns=_COLUMNS
    )


@query.remembered
def cards_of(reading: Reading) -> tuple[FigureCard, ...]:
    """The figures that the viewer's role may read."""
    return tuple(_card(reading, name) for name in reading.seen(*CARDS))


def _card(reading: Reading, name: str) -> FigureCard:
    measure, judged = MEASURES[name], reading.judged(name)
    figure, kind = reading.figures(name).total, measure.metric.kind
    known = "spend" not in measure.metric.sources or _has_spend(reading, name)
    if not known:  # nothing booked is no data, not a cost of 0
        figure = {**figure, "value": None, "low": None, "high": None}
    return FigureCard(
        metric=measure.metric,
        figure=figure,
        previous=reading.figures(name).compared if known and is_comparable(judged, kind) else None,
        against=compared_with(judged, kind) if known else "",
        trend=[] if is_missing(figure["value"]) else _known(reading.figures(name).trend),
        title=measure.heading(reading.choice),
        note=_rests_on(reading, name) if known else no_spend(judged),
        options=measure.settings(reading.choice),
        filters=judged,
    )


def _has_spend(reading: Reading, name: str) -> bool:
    """Whether any spend is booked on the days that a measure is judged on."""
    spent = tally(MEASURES["spend"].metric, reading.judged(name), scope=reading.scope)
    return spent.total["n"] > 0


def _known(trend: list[float]) -> list[float]:
    return [x for x in trend if not is_missing(x)]


def _rests_on(reading: Reading, name: str) -> str:
    """Two lines: the interval; n, what is immature, and the days where they are others."""
    figure, judged = reading.figures(name).total, reading.judged(name)
    unit = MEASURES[name].metric.unit
    known = not is_missing(figure["low"])
    first = f"95% {interval(figure['low'], figure['high'], unit)}" if known else ""
    parts = [f"n = {number(figure['n'])}"]
    if name == "leads":
        parts.append(_repeats(reading))
    if figure["immature"]:
        parts.append(_("{n} immature", n=number(figure["immature"])))
    if judged.period != reading.filters.period:
        parts.append(_("leads of {days}", days=escape(days_range(judged.period))))
    return f"{first}  \n{' · '.join(filter(None, parts))}".replace("$", r"\$")


def _repeats(reading: Reading) -> str:
    """The rows that the leads came in, and how many were of people known before."""
    rates = reading.repeats
    rows, repeated = rates["denominator"].sum(), rates["numerator"].sum()
    if not rows:
        return ""
    return _("{rows} rows, {share} repeated", rows=number(rows), share=percent(repeated / rows))
