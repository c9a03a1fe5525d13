"""A filter that does not bear on a figure is said beside it."""

from __future__ import annotations

import pytest

SAID = "所选渠道不影响这个数字。"


def shown() -> None:
    """A script: an attendance card and a leads card under what the address picks."""
    from components.ask import query
    from components.kit.choices.filters import current_filters, filter_bar
    from components.kit.figures import FigureCard, figure_cards
    from metrics.leads.new_leads import new_leads
    from metrics.service.attendance import attendance_strict

    filter_bar()
    filters = current_filters()
    cards = [
        FigureCard(metric=metric, figure=query.run(metric, filters).iloc[0])
        for metric in (new_leads, attendance_strict)
    ]
    figure_cards(cards, filters=filters, key="card")


@pytest.mark.parametrize(("channel", "times"), [(None, 0), ("sem", 1)])
def test_only_the_figure_without_channels_says_so(served, channel, times):
    at = served.run(shown, "manager", **({"channel": channel} if channel else {}))
    assert not at.exception
    assert [caption.value for caption in at.caption].count(SAID) == times
