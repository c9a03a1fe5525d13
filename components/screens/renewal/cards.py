"""The row of figures: the rate in its three readings, and what falls due next."""

from __future__ import annotations

import pandas as pd

from components.ask import query
from components.kit.figures import FigureCard, figure_cards
from components.screens.renewal.reading import Reading
from components.words.formats import days_range
from components.words.i18n import _
from metrics.renewal.due import renewal_amount_rate, renewal_flow_rate, renewal_rate

RATES = (renewal_rate, renewal_amount_rate, renewal_flow_rate)


def renewal_cards(reading: Reading) -> None:
    """Draw the three rates over the judged days, and the pool."""
    figure_cards(cards_of(reading), filters=reading.judged, key="renewal_card")


@query.remembered
def cards_of(reading: Reading) -> tuple[FigureCard, ...]:
    """The three rates with what they were before and their trend."""
    against = _("vs. {days}", days=days_range(reading.before.period))
    return tuple(
        FigureCard(
            metric=rate,
            figure=reading.figure(rate),
            previous=reading.figures(rate, reading.before).iloc[0],
            against=against,
            trend=monthly(reading.figures(rate, reading.year, "unit_on")),
        )
        for rate in RATES
    )


def monthly(figures: pd.DataFrame) -> list[float]:
    """A rate by month, oldest first, from its sums by day; missing where nothing counted."""
    if figures.empty:
        return []
    months = pd.to_datetime(figures["unit_on"]).dt.to_period("M")
    sums = figures.groupby(months)[["numerator", "denominator"]].sum()
    return list(sums["numerator"] / sums["denominator"].where(sums["denominator"] != 0))
