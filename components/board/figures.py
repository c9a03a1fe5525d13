"""The period's figures, each with its days and what it is compared with."""

from __future__ import annotations

from dataclasses import replace

from components import query
from components.figures import FigureCard, figure_cards
from components.format import days_range
from components.i18n import _
from data.scope import Filters, role
from metrics.cost import spend_total
from metrics.leads import new_leads
from metrics.orders import first_order_persons, net_revenue

_FIGURES = {
    new_leads: "lead",
    first_order_persons: "order_line",
    net_revenue: "order_line",
    spend_total: "spend",
}


def figures_row(filters: Filters) -> None:
    """Draw the figures whose rows the role may read."""
    figure_cards(_cards(filters), filters=filters, key="board_figures")


@query.remembered
def _cards(filters: Filters) -> tuple[FigureCard, ...]:
    hidden = role(query.current_scope().role).hidden_facts
    cards = []
    for metric, fact in _FIGURES.items():
        if fact in hidden:
            continue
        before = None
        if filters.comparison is not None:
            compared = replace(filters, period=filters.comparison, comparison=None)
            before = query.run(metric, compared).iloc[0]
        cards.append(
            FigureCard(
                metric=metric,
                figure=query.run(metric, filters).iloc[0],
                previous=before,
                against=(
                    _("vs. {days}", days=days_range(filters.comparison))
                    if filters.comparison is not None
                    else ""
                ),
                trend=list(query.run(metric, filters, by=("unit_on",))["value"]),
            )
        )
    return tuple(cards)
