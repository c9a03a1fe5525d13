"""Will the month keep its plan, and how do its figures stand?"""

from __future__ import annotations

import streamlit as st

from components import query
from components.figures import FigureCard, figure_cards
from components.i18n import _
from data.scope import Filters, role
from metrics.cost import spend_total
from metrics.leads import new_leads
from metrics.orders import first_order_persons, net_revenue
from metrics.registry import Metric

_FIGURES = (new_leads, first_order_persons, net_revenue, spend_total)
_HIDDEN_BY = {"spend_total": "spend", "net_revenue": "order_line"}


def _visible(metric: Metric) -> bool:
    hidden = role(query.current_scope().role).hidden_facts
    return not ({"spend", "order_line"} & hidden & set(_facts_of(metric)))


def _facts_of(metric: Metric) -> tuple[str, ...]:
    return tuple({"spend": "spend", "order_lines": "order_line"}.get(s, "") for s in metric.sources)


def figures_row(filters: Filters) -> None:
    """The period's figures, each with its days and what it is compared with."""
    cards = []
    for metric in _FIGURES:
        if not _visible(metric):
            continue
        before = None
        if filters.comparison is not None:
            compared = Filters(
                period=filters.comparison,
                campuses=filters.campuses,
                channels=filters.channels,
                course_lines=filters.course_lines,
            )
            before = query.run(metric, compared).iloc[0]
        days = query.run(metric, filters, by=("unit_on",))
        cards.append(
            FigureCard(
                metric=metric,
                figure=query.run(metric, filters).iloc[0],
                previous=before,
                against=_("against the period before") if before is not None else "",
                trend=list(days["value"]),
            )
        )
    figure_cards(cards, filters=filters, key="board_figures")


def pace_card(filters: Filters) -> None:
    """The period's figures."""
    figures_row(filters)


def month_card(filters: Filters) -> None:
    """Month against plan."""
    del filters
    st.empty()
