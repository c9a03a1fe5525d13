"""The period's figures, each with its days and what it is compared with."""

from __future__ import annotations

from components.ask import query
from components.ask.tally import tally
from components.kit.choices.comparison import compared_with, is_comparable
from components.kit.choices.filters import known_from
from components.kit.figures import FigureCard, figure_cards
from components.kit.states import no_spend
from components.words.formats import day
from components.words.i18n import _
from data.scope import Filters, role
from metrics.acquisition.cost import spend_total
from metrics.acquisition.orders import first_order_persons, net_revenue
from metrics.foundation.registry import Metric
from metrics.foundation.tally import ChannelFigures
from metrics.leads.new_leads import new_leads

_FIGURES = {
    new_leads: "lead",
    first_order_persons: "order_line",
    net_revenue: "order_line",
    spend_total: "spend",
}


def figures_row(filters: Filters) -> None:
    """Draw the figures whose rows the role may read."""
    figure_cards(period_cards(filters), filters=filters, key="board_figures")


@query.remembered
def period_cards(filters: Filters) -> tuple[FigureCard, ...]:
    hidden = role(query.current_scope().role).hidden_facts
    cards = []
    for metric, fact in _FIGURES.items():
        if fact in hidden:
            continue
        # One pass for the total, the comparison and the trend.
        found = tally(metric, filters)
        known = _is_known(metric, found, filters)
        cards.append(
            FigureCard(
                metric=metric,
                figure=found.total if known else {**found.total, "value": None, "low": None},
                previous=found.compared if known and is_comparable(filters, metric.kind) else None,
                against=compared_with(filters, metric.kind) if known else "",
                trend=found.trend if known else (),
                note="" if known else _unknown(metric, filters),
            )
        )
    return tuple(cards)


def _is_known(metric: Metric, found: ChannelFigures, filters: Filters) -> bool:
    """Whether none is a number: of days that nothing is known of, and of spend, it is not."""
    if found.total["n"]:
        return True
    first = known_from()[1]
    return metric is not spend_total and first is not None and filters.period.end > first


def _unknown(metric: Metric, filters: Filters) -> str:
    first = known_from()[1]
    if first is None:
        return _("no data")
    if filters.period.end <= first:
        return _("no data: they begin on {day}", day=day(first))
    return no_spend(filters)
