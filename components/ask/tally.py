"""A metric's total, its comparison, its trend and its cuts by channel from one pass."""

from __future__ import annotations

from typing import Any

from components.ask import query
from data.scope import Filters, Scope
from metrics.foundation.registry import Metric
from metrics.foundation.tally import KERNELS, ChannelFigures, channel_tally


def tally(
    metric: Metric, filters: Filters, *, scope: Scope | None = None, **options: Any
) -> ChannelFigures:
    """A metric's figures over the days picked and the days compared with.

    ``options`` are the metric's own and those of `channel_tally`.
    """
    found: ChannelFigures = query.fold(
        channel_tally, KERNELS[metric.kind], filters, scope=scope, metric=metric, **options
    )
    return found
