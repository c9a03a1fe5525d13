"""What the acquisition screen reads: each metric once, then cut in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from components import query
from components.acquisition.measures import MEASURES, Choice, visible
from data.scope import Filters, Scope, role
from metrics.acquisition_table import judged_filters
from metrics.channel_tally import by_branch, channel_tally, stretches, totals

POINTS = 12  # stretches of a spark line


@dataclass
class Reading:
    """One run's figures for a viewer, their filters and their choice."""

    filters: Filters
    choice: Choice
    scope: Scope
    _tallies: dict[str, pd.DataFrame] = field(default_factory=dict)

    @classmethod
    def of(cls, filters: Filters, choice: Choice) -> Reading:
        """The signed-in viewer's reading."""
        return cls(filters, choice, query.current_scope(filters))

    @cached_property
    def tree(self) -> pd.DataFrame:
        """The channel tree."""
        return query.names("channel", scope=self.scope)

    @cached_property
    def names(self) -> dict[str, str]:
        """Channel → its name."""
        return dict(zip(self.tree["channel_id"], self.tree["name"], strict=True))

    @property
    def sees_money(self) -> bool:
        """Whether the viewer's role may read spend."""
        return "spend" not in role(self.scope.role).hidden_facts

    def seen(self, *names: str) -> tuple[str, ...]:
        """Those of the measures that the viewer's role may read."""
        return visible(names, role(self.scope.role).hidden_facts)

    def judged(self, name: str) -> Filters:
        """The filters with the days on which a measure can be judged."""
        measure = MEASURES[name]
        return judged_filters(
            self.filters,
            as_of_on=self.scope.as_of_on,
            window_days=self.choice.days(measure.cohort),
        )

    def tally(self, name: str) -> pd.DataFrame:
        """A measure's sums by channel and stretch."""
        if name not in self._tallies:
            measure = MEASURES[name]
            self._tallies[name] = query.fetch(
                channel_tally, self.judged(name), scope=self.scope, metric=measure.metric_name,
                points=POINTS, **measure.settings(self.choice),
            )  # fmt: skip
        return self._tallies[name]

    def total(self, name: str, *, compared: bool = False) -> pd.Series:
        """A measure over all channels, of the period or of the one compared with."""
        kind = MEASURES[name].metric.kind
        return totals(self.tally(name), kind=kind, compared=compared).iloc[0]

    def by_channel(self, name: str) -> pd.DataFrame:
        """A measure by channel as the leads name it; "" for leads that name none."""
        tally = self.tally(name)
        named = tally.assign(channel_id=tally["channel_id"].astype("object").fillna(""))
        return totals(named, kind=MEASURES[name].metric.kind, by=["channel_id"])

    def by_node(self, name: str) -> pd.DataFrame:
        """A measure by every branch and leaf of the tree."""
        branches = by_branch(self.tally(name), self.tree)
        return totals(branches, kind=MEASURES[name].metric.kind, by=["node"])

    def by_campaign(self, name: str, channel: str) -> pd.DataFrame:
        """A measure by campaign of one channel; ``node`` is ``channel|campaign``."""
        measure = MEASURES[name]
        of_channel = replace(self.judged(name), channels=(channel,))
        tally = query.fetch(
            channel_tally, of_channel, scope=self.scope, metric=measure.metric_name,
            campaigns=True, **measure.settings(self.choice),
        )  # fmt: skip
        node = [f"{channel}|{'' if pd.isna(c) else c}" for c in tally["campaign"]]
        return totals(tally.assign(node=node), kind=measure.metric.kind, by=["node"])

    def trend(self, name: str) -> list[float]:
        """A measure over the stretches of its days, oldest first."""
        return stretches(self.tally(name), kind=MEASURES[name].metric.kind, points=POINTS)
