"""The period's figures, each with its days and what it is compared with."""

from __future__ import annotations

from components import query
from components.figures import FigureCard, figure_cards
from components.format import days_range
from components.i18n import _
from components.tally import tally
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
        cards.append(
            FigureCard(
                metric=metric,
                figure=found.total,
                previous=found.compared if filters.comparison is not None else None,
                against=(
                    _("vs. {days}", days=days_range(filters.comparison))
                    if filters.comparison is not None
                    else ""
                ),
                trend=found.trend,
            )
        )
    return tuple(cards)
